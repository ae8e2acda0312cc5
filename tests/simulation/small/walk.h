// Walk: one thread's way through the tree of states (explorer.h).
#pragma once

#include <cstdint>
#include <vector>

#include "judge/recorder.h"
#include "small/explorer.h"

namespace shopbell::simulation::small {

class Explorer::Walk {
 public:
  explicit Walk(Explorer& explorer);
  ~Walk();
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  std::uint64_t digest() const { return world_->digest(); }
  // Everything that may happen in this state.
  void expand(Number state);
  // What was counted since this was last asked.
  Explored take_counted();

 private:
  void go_to(const Path& path);
  void step(Number before);
  void calm_down();
  void verify(const Path& other);
  std::vector<std::uint64_t> run_on(std::uint64_t seed, std::uint64_t draws, Path& then);
  void keep_violations(bool in_the_calm);

  Explorer& explorer_;
  Arena& arena_;
  Recorder recorder_{false};
  World* world_;                      // in the arena
  std::vector<Arena::Image> images_;  // of the states on the way, the first and the last included
  Path path_;                         // to the state that is made now
  Explored counted_;
};

}  // namespace shopbell::simulation::small
