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

#include "core/base/time.h"
#include "core/vocabulary/events.h"
#include "judge/witness.h"
#include "world/chance.h"
#include "world/clockwork.h"
#include "world/network.h"

namespace shopbell::simulation {

class Page;

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
  Browser(Clockwork& clock, std::uint32_t of_number) : number(of_number), locks(clock) {
    household.browser = of_number;
  }

  std::uint32_t number;
  Line line{};
  Locks locks;
  Household household{};
  std::deque<Tab> tabs{};
  bool online = true;
  std::size_t writes_pass = 0;  // of those that need room, before so many fail
  std::size_t writes_fail = 0;
  double wall_ahead_ms = 0;  // of true time
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
