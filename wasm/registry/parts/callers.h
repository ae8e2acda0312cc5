// Callers: how many calls each address has, and how many it began within the hour. Both have a bound, or one
// address could fill every line and begin calls without end; so have all addresses together.
//
// A call that comes back is not begun again: whoever has one keeps it, whatever the bounds say by then.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "core/base/time.h"

namespace shopbell::registry {

class Callers {
 public:
  // 0: no bound.
  struct Bounds {
    std::uint32_t calls = 0;
    std::uint32_t calls_an_address = 0;
    std::uint32_t begun_an_hour = 0;  // by an address
  };

  explicit Callers(Bounds bounds) : bounds_(bounds) {}

  bool may_begin(const std::string& address, Mono now) {
    if (full(calls_, bounds_.calls)) return false;
    const auto found = by_address_.find(address);
    if (found == by_address_.end()) return true;
    found->second.forget_old(now);
    return !full(found->second.calls, bounds_.calls_an_address) &&
           !full(found->second.begun.size(), bounds_.begun_an_hour);
  }

  void begun(const std::string& address, Mono now) {
    if (by_address_.size() >= sweep_at_) sweep(now);
    Caller& caller = by_address_[address];
    ++calls_;
    ++caller.calls;
    if (bounds_.begun_an_hour > 0) caller.begun.push_back(now);
  }

  void ended(const std::string& address) {
    --calls_;
    --by_address_.at(address).calls;
  }

  std::size_t calls() const { return calls_; }
  std::size_t addresses() const { return by_address_.size(); }

 private:
  struct Caller {
    void forget_old(Mono now) {
      while (!begun.empty() && now >= begun.front() + 1_h) begun.pop_front();
    }

    std::size_t calls = 0;
    std::deque<Mono> begun;
  };

  static bool full(std::size_t count, std::uint32_t bound) { return bound > 0 && count >= bound; }

  // Seldom, since a call costs far more than its share of this.
  void sweep(Mono now) {
    std::erase_if(by_address_, [&](const auto& entry) {
      const Caller& caller = entry.second;
      return caller.calls == 0 && (caller.begun.empty() || now >= caller.begun.back() + 1_h);
    });
    sweep_at_ = std::max(sweep_at_min, 2 * by_address_.size());
  }

  static constexpr std::size_t sweep_at_min = 1'024;
  const Bounds bounds_;
  std::map<std::string, Caller> by_address_;
  std::size_t calls_ = 0;
  std::size_t sweep_at_ = sweep_at_min;
};

}  // namespace shopbell::registry
