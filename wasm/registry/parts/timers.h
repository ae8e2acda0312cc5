// One deadline for each thing that has one, and the earliest of all of them.
//
// A frame that comes in pushes a socket's deadline back, fifty times a second in a call. So a deadline here
// may be too early, never too late: when it is due, its owner looks at its clocks and sets the next one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/base/time.h"

namespace shopbell {
class Digest;
}

namespace shopbell::registry {

enum class Timed : std::uint8_t { socket, session, call };

class Timers {
 public:
  using Key = std::pair<Timed, std::uint32_t>;

  void set(Key key, Mono at) {
    clear(key);
    if (at == never) return;
    due_.insert({at.ms, key});
    at_[key] = at;
  }

  void clear(Key key) {
    const auto found = at_.find(key);
    if (found == at_.end()) return;
    due_.erase({found->second.ms, key});
    at_.erase(found);
  }

  bool has(Key key) const { return at_.contains(key); }
  Mono next() const { return due_.empty() ? never : Mono{due_.begin()->first}; }
  void digest(shopbell::Digest& into) const;

  // Takes one that is due.
  std::optional<Key> take(Mono now) {
    if (due_.empty() || due_.begin()->first > now.ms) return std::nullopt;
    const Key key = due_.begin()->second;
    clear(key);
    return key;
  }

 private:
  std::set<std::pair<double, Key>> due_;
  std::map<Key, Mono> at_;
};

}  // namespace shopbell::registry
