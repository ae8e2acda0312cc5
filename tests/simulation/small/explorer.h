// Explorer: every order of what may happen in a small world, up to a depth.
//
// Theory of operation. Breadth first: a level is all states that so many things lead to and fewer do not. Of
// each state its digest is kept, and the last thing on the way to it with the state before, so that a way is
// a walk up. A level's states are made again by one walk through the tree of these ways, depth first: a world
// that was come to stays as an image (arena.h) on a stack while the walk is below it. So each state is made
// once a level, and each step from it costs one image that is put back.
//
// A state that was seen before is not gone into, nor is one in which a promise is broken. Every other one is
// judged as it is come to, and one in so many is calmed down and judged then (calm.cpp).
//
// Whether two states of one digest are one is asked of samples: both are made, the same things happen to
// both, and they must come to the same in each step and in the calm.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "judge/ledger.h"
#include "small/arena.h"
#include "small/seen.h"
#include "small/world.h"

namespace shopbell::simulation::small {

struct ExplorerPlan {
  std::size_t depth_max = 100;
  double seconds = 60;
  unsigned jobs = 1;
  // 1: every state; 0: none.
  std::uint64_t calm_one_in = 64;
  std::uint64_t verify_one_in = 2'000;
  bool until_violation = false;
};

struct Found {
  Path path{};
  bool in_the_calm = false;
  std::vector<Violation> violations{};
};

// Two ways to one digest, after which the same things came to something else.
struct Differed {
  Path one{};
  Path other{};
  Path then{};
};

struct Explored {
  std::uint64_t states = 1;  // with the first
  std::uint64_t steps = 0;   // that were tried
  std::uint64_t merges = 0;  // of them, to a state that was seen before
  std::uint64_t calmed = 0;
  std::uint64_t verified = 0;
  std::uint64_t violating = 0;
  std::size_t depth = 0;  // all states up to here were come to
  bool whole = false;     // and there are no others
  double seconds = 0;
  std::vector<Found> found{};  // the first of each kind of breach
  std::vector<Differed> differed{};
};

class Explorer {
 public:
  Explorer(const Beginning& beginning, const ExplorerPlan& plan);
  Explored run();

 private:
  using Number = std::uint32_t;
  struct State {
    Number before;
    Number place;  // in its level
    Choice choice;
    std::uint8_t depth;
  };
  class Walk;

  void work();
  bool take_some(std::vector<Number>& some);
  void done_with(const std::vector<Number>& some);
  void next_level();
  // Its number, and whether it is new.
  std::pair<Number, bool> add(std::uint64_t digest, const State& state);
  void keep(Found found);
  void keep(Differed differed);
  Path path_to(Number state) const;
  void say_how_far(double now_s);

  const Beginning beginning_;
  const ExplorerPlan plan_;
  const double started_s_;
  double told_s_;

  mutable std::mutex mutex_;  // of all that follows
  std::condition_variable level_ended_;
  std::vector<State> states_;
  Seen seen_;
  std::vector<Number> level_;
  std::vector<Number> next_;
  std::size_t taken_ = 0;  // of the level
  std::size_t done_ = 0;
  bool stop_ = false;
  Explored all_;
};

// What this thread is at, for whoever has to say so when a core traps.
struct AtWork {
  const Beginning* beginning = nullptr;
  const Path* path = nullptr;
  const Explored* explored = nullptr;
};
AtWork& at_work();

}  // namespace shopbell::simulation::small
