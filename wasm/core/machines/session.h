// Session: who is talking, for the server's logs and limits.
//
// Theory of operation. A client id is made once for a browser and kept; a session id is made with the first
// message and serves for 24 hours from then on (activity does not extend it: the servers' limits and logs
// count on that). The forms are those of the older widget (`client_<ms>_<9 of base 36>`, `<client id>_<ms>`),
// so one server can serve both, and its ids are taken over when this browser has none of ours. Neither id
// proves anything.
//
// Where the server makes the session (`join`), it gives a secret with it: 128 bits that prove to it that this
// browser may go on with that session.
//
// Nothing is made or stored before the shopper says something, or opens the panel where the server makes the
// session.
#pragma once

#include <string>

#include "core/base/fields.h"
#include "core/base/private.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/vocabulary/limits.h"

namespace shopbell {

class Digest;

struct SessionRecord {
  static constexpr std::string_view type_name = "SessionRecord";
  std::string client_id;
  std::string session_id;
  double expires_ms = 0;  // wall clock
  // Of back ends over a socket, whose server makes the session: what proves it, and the place up to which
  // everything is known (which life of the server's log, and where in it).
  Private<std::string> secret;
  std::uint32_t epoch = 0;
  std::uint32_t seq = 0;
  SHOPBELL_FIELDS(SessionRecord, client_id, session_id, expires_ms, secret, epoch, seq)
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

  // Sessions that the server makes.
  void ensure_client(Wall now, Random& random);
  // `secret` empty: that of the session before.
  void join(std::string id, Private<std::string> secret, std::uint32_t epoch, Wall now);
  // Of back ends over HTTP: what proves to the server that this browser has the session. True: it is news.
  bool prove(Private<std::string> secret);
  void advance(std::uint32_t seq) { record_.seq = seq; }
  void forget_place() { record_.epoch = record_.seq = 0; }

  const SessionRecord& record() const { return record_; }
  void digest(Digest& into) const;

 private:
  SessionRecord record_;
};

}  // namespace shopbell
