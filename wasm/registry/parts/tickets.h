// Tickets: who may open a voice socket. One-use, 128 random bits, kept as a hash only.
//
// Each session has at most two: one that the text socket told it (in the welcome, or when asked), and one for
// the next reconnect of its call, which waits as long as the call's socket is open and runs out 60 s after
// that closed. A newer one of the same purpose ends the older.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "registry/parts/secrets.h"

namespace shopbell {
class Digest;
}

namespace shopbell::registry {

enum class Purpose : std::uint8_t { join, reconnect };

class Tickets {
 public:
  struct Ticket {
    std::uint32_t session = 0;
    Purpose purpose = Purpose::join;
    Mono until;
  };

  std::string issue(std::uint32_t session, Purpose purpose, Mono until, Secrets& secrets) {
    revoke(session, purpose);
    std::string ticket = secrets.draw();
    const Digest hash = sha256(ticket);
    by_hash_[hash] = {session, purpose, until};
    by_holder_[{session, purpose}] = hash;
    return ticket;
  }

  // What the ticket lets in to; it is used up, also when it had run out.
  std::optional<Ticket> use(std::string_view ticket, Mono now) {
    const auto found = by_hash_.find(sha256(ticket));
    if (found == by_hash_.end()) return std::nullopt;
    const Ticket taken = found->second;
    revoke(taken.session, taken.purpose);
    if (now >= taken.until) return std::nullopt;
    return taken;
  }

  void expire_at(std::uint32_t session, Purpose purpose, Mono until) {
    const auto holder = by_holder_.find({session, purpose});
    if (holder != by_holder_.end()) by_hash_[holder->second].until = until;
  }

  void revoke(std::uint32_t session, Purpose purpose) {
    const auto holder = by_holder_.find({session, purpose});
    if (holder == by_holder_.end()) return;
    by_hash_.erase(holder->second);
    by_holder_.erase(holder);
  }

  std::size_t size() const { return by_hash_.size(); }
  void digest(shopbell::Digest& into) const;

 private:
  std::map<Digest, Ticket> by_hash_;
  std::map<std::pair<std::uint32_t, Purpose>, Digest> by_holder_;
};

}  // namespace shopbell::registry
