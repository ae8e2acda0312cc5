// Storm: makes the faults. Each kind is a function that does it, or says that there was nothing to do it to;
// only what had an effect counts. A fault that lasts ends by itself, or when the storm does.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "storm/world.h"

namespace shopbell::simulation {

class Storm {
 public:
  Storm(World& world, Chance chance);

  void begin() { next(); }
  void end();
  std::uint32_t fired() const { return fired_; }
  const std::array<std::uint32_t, fault_kinds>& by_kind() const { return by_kind_; }

 private:
  void next();
  bool fire(Fault fault);
  void lasting(double span_ms, std::function<void()> undo);

  Browser& any_browser();
  bool asleep(const Browser& browser) const;
  Page* any_page();  // that runs, of a browser that is awake
  std::uint32_t any_connection();
  bool reset(bool tell_page, bool tell_gateway);
  bool stop_gateway(Fault how);
  bool offline(double span_ms, bool told);
  bool leave_page(Fault how);
  bool sleep();

  World& world_;
  Chance chance_;
  std::array<bool, fault_kinds> on_{};
  bool over_ = false;
  bool gateway_down_ = false;
  std::uint32_t fired_ = 0;
  std::array<std::uint32_t, fault_kinds> by_kind_{};
};

}  // namespace shopbell::simulation
