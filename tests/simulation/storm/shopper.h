// Shopper: the person at one browser. Types messages, presses what the widget offers (retry, "continue
// here"), calls, speaks and hangs up.
#pragma once

#include <cstdint>

#include "storm/world.h"

namespace shopbell::simulation {

class Shopper {
 public:
  Shopper(World& world, Browser& browser, Chance chance)
      : world_(world), browser_(browser), chance_(chance) {}

  // So many messages, spread over this time.
  void will_say(std::size_t messages, double within_ms);
  void will_look();
  void will_call(double in_ms);
  // Until something is said, or a call was live, it is tried again.
  bool has_more_to_say() const { return to_say_ > 0; }
  bool is_calling() const { return calls_to_make_ > 0; }
  std::uint32_t calls() const { return calls_; }
  // What a shopper does who sees what the page shows.
  void look(Page& page);
  void hang_up();
  // In the calm nobody begins anything any more.
  void rest() { resting_ = true; }

 private:
  void say();
  void call();
  void speak(Page* page, double until_ms, bool was_live = false);

  World& world_;
  Browser& browser_;
  Chance chance_;
  std::size_t to_say_ = 0;
  std::uint32_t said_ = 0;
  std::size_t calls_to_make_ = 0;
  std::uint32_t calls_ = 0;  // that were live
  bool resting_ = false;
  bool speaking_ = false;
};

}  // namespace shopbell::simulation
