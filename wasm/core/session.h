// Session: who is talking, for the server's logs and limits.
//
// Theory of operation. A client id is made once for a browser and kept; a session id is made with the first
// message and serves for 24 hours from then on (activity does not extend it: the servers' limits and logs
// count on that). The forms are those of the older widget (`client_<ms>_<9 of base 36>`, `<client id>_<ms>`),
// so one server can serve both, and its ids are taken over when this browser has none of ours. Neither id
// proves anything.
//
// Nothing is made or stored before the shopper says something.
#pragma once

#include <string>

#include "core/fields.h"
#include "core/limits.h"
#include "core/random.h"
#include "core/time.h"

namespace shopbell {

struct SessionRecord {
  static constexpr std::string_view type_name = "SessionRecord";
  std::string client_id;
  std::string session_id;
  double expires_ms = 0;  // wall clock
  static constexpr auto fields() {
    return std::tuple{field("client_id", &SessionRecord::client_id),
                      field("session_id", &SessionRecord::session_id),
                      field("expires_ms", &SessionRecord::expires_ms)};
  }
  bool operator==(const SessionRecord&) const = default;
};

class Session {
 public:
  void restore(SessionRecord record) { record_ = std::move(record); }

  // A clock that was set back would keep a session alive for longer than its age allows: it counts as over
  // too.
  bool live(Wall now) const {
    return !record_.session_id.empty() && now.ms < record_.expires_ms &&
           record_.expires_ms - now.ms <= limits::session_age_max.value;
  }

  // Makes what is missing or over; true when the record changed and must be stored.
  bool ensure(Wall now, Random& random);

  const SessionRecord& record() const { return record_; }

 private:
  SessionRecord record_;
};

}  // namespace shopbell
