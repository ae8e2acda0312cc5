// Clockwork: the world's time, and everything that is going to happen in it, in order. What falls on the same
// moment happens in the order in which it was asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace shopbell::simulation {

class Clockwork {
 public:
  double now_ms() const { return now_ms_; }
  std::uint64_t happened() const { return happened_; }

  void at(double when_ms, std::function<void()> what) {
    items_.push_back({std::max(when_ms, now_ms_), ++last_, std::move(what)});
    std::push_heap(items_.begin(), items_.end(), later);
  }
  void in(double span_ms, std::function<void()> what) { at(now_ms_ + span_ms, std::move(what)); }

  // The next thing that happens until then; false: there is none, and the time has come.
  bool step(double until_ms) {
    if (items_.empty() || items_.front().when_ms > until_ms) {
      now_ms_ = std::max(now_ms_, until_ms);
      return false;
    }
    std::pop_heap(items_.begin(), items_.end(), later);
    Item item = std::move(items_.back());
    items_.pop_back();
    now_ms_ = item.when_ms;
    ++happened_;
    item.what();
    return true;
  }

 private:
  struct Item {
    double when_ms;
    std::uint64_t number;
    std::function<void()> what;
  };
  static bool later(const Item& a, const Item& b) {
    return a.when_ms != b.when_ms ? a.when_ms > b.when_ms : a.number > b.number;
  }

  double now_ms_ = 0;
  std::uint64_t last_ = 0;
  std::uint64_t happened_ = 0;
  std::vector<Item> items_;
};

}  // namespace shopbell::simulation
