// Browser: what the pages of one shopper's browser share: localStorage, Web Locks, the clocks, the network
// line; and its tabs.
//
// A tab outlives its pages and keeps their sessionStorage. A Web Lock is held by one page; whoever asks
// waits in line; a page that ends, or goes into the back-forward cache, lets go of all that is its own.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "chance.h"
#include "clockwork.h"
#include "core/base/time.h"
#include "core/vocabulary/events.h"
#include "ledger.h"
#include "network.h"

namespace shopbell::simulation {

class Page;

using Entries = std::map<std::string, std::string>;

struct Tab {
  Page* page = nullptr;  // the one that is shown, or null
  Entries storage{};     // sessionStorage
  bool open = true;
};

class Locks {
 public:
  explicit Locks(Clockwork& clock) : clock_(clock) {}
  void take(const std::string& lock, Page& page);
  void drop(const std::string& lock, Page& page);
  void drop_all(Page& page);

 private:
  void grant(const std::string& lock);

  Clockwork& clock_;
  std::map<std::string, std::deque<Page*>> lines_;  // the first holds it
};

struct Browser {
  Browser(Clockwork& clock, std::uint32_t of_number) : number(of_number), locks(clock) {}

  std::uint32_t number;
  Line line{};
  Locks locks;
  Entries storage{};  // localStorage
  std::deque<Tab> tabs{};
  bool have_locks = true;
  bool online = true;
  bool storage_full = false;
  std::size_t writes_pass = 0;  // of those that need room, before so many fail
  std::size_t writes_fail = 0;
  bool cleared = false;           // its storage, at least once
  bool clock_jumped = false;      // at least once: rows are ordered, and the oldest let go, by this clock
  double wall_ahead_ms = 0;       // of true time
  std::uint64_t last_call = 0;    // the call that was begun last: its page and attempt
  std::uint32_t last_caller = 0;  // the page that asked the gateway for its call last
  double call_pressed_ms = 0;     // when its shopper began a call last
  double asleep_until_ms = 0;
  double slept_ms = 0;      // that its monotonic clock did not count
  std::size_t visible = 0;  // of its tabs

  // Browsers refuse by room: a new key, or a value longer than the one that is there, which then stays.
  bool refuses_write(bool needs_room) {
    if (!needs_room) return false;
    if (writes_fail == 0 || writes_pass > 0) {
      if (writes_fail > 0) --writes_pass;
      return false;
    }
    --writes_fail;
    return true;
  }

  double mono_ms(double now_ms) const { return now_ms - slept_ms; }
  Wall wall(double now_ms) const { return Wall{1.7e12 + now_ms + wall_ahead_ms}; }
};

}  // namespace shopbell::simulation
