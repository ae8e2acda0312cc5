#include "small/explorer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <string>
#include <thread>
#include <utility>

#include "small/walk.h"

namespace shopbell::simulation::small {
namespace {

constexpr std::size_t at_a_time = 64;  // states that a walk takes from its level
constexpr double told_every_s = 10;
constexpr std::size_t differed_max = 3;

double seconds_of_clock() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

AtWork& at_work() {
  static thread_local AtWork at;
  return at;
}

Explorer::Explorer(const Beginning& beginning, const ExplorerPlan& plan)
    : beginning_(beginning), plan_(plan), started_s_(seconds_of_clock()), told_s_(started_s_) {}

Explored Explorer::run() {
  states_.push_back({0, 0, {}, 0});
  level_ = {0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < plan_.jobs; ++i) threads.emplace_back([this] { work(); });
  for (std::thread& thread : threads) thread.join();
  all_.seconds = seconds_of_clock() - started_s_;
  return all_;
}

void Explorer::work() {
  Walk walk(*this);
  add(walk.digest(), states_.front());
  for (std::vector<Number> some; take_some(some);) {
    for (const Number state : some) {
      walk.expand(state);
      const Explored counted = walk.take_counted();
      const std::lock_guard lock(mutex_);
      all_.states += counted.states;
      all_.steps += counted.steps;
      all_.merges += counted.merges;
      all_.calmed += counted.calmed;
      all_.verified += counted.verified;
      all_.violating += counted.violating;
      const double now_s = seconds_of_clock();
      stop_ = stop_ || now_s > started_s_ + plan_.seconds;
      say_how_far(now_s);
      if (stop_) break;
    }
    done_with(some);
  }
}

bool Explorer::take_some(std::vector<Number>& some) {
  std::unique_lock lock(mutex_);
  level_ended_.wait(lock, [this] { return stop_ || taken_ < level_.size(); });
  if (stop_) return false;
  const std::size_t count = std::min(at_a_time, level_.size() - taken_);
  const auto from = level_.begin() + static_cast<std::ptrdiff_t>(taken_);
  some.assign(from, from + static_cast<std::ptrdiff_t>(count));
  taken_ += count;
  return true;
}

void Explorer::done_with(const std::vector<Number>& some) {
  const std::lock_guard lock(mutex_);
  done_ += some.size();
  if (!stop_ && done_ == level_.size()) next_level();
  level_ended_.notify_all();
}

// States with the way to one state before them stand together, in the order of those.
void Explorer::next_level() {
  ++all_.depth;
  all_.whole = next_.empty();
  std::ranges::sort(next_, {},
                    [this](Number state) { return std::pair(states_[states_[state].before].place, state); });
  for (std::size_t i = 0; i < next_.size(); ++i) states_[next_[i]].place = static_cast<Number>(i);
  level_ = std::exchange(next_, {});
  taken_ = done_ = 0;
  stop_ = level_.empty() || all_.depth >= plan_.depth_max;
}

std::pair<Explorer::Number, bool> Explorer::add(std::uint64_t digest, const State& state) {
  const std::lock_guard lock(mutex_);
  const auto number = static_cast<Number>(states_.size());
  const auto known = seen_.add(digest, state.depth == 0 ? 0 : number);
  if (!known.second || state.depth == 0) return known;
  states_.push_back(state);
  next_.push_back(number);
  return known;
}

Path Explorer::path_to(Number state) const {
  const std::lock_guard lock(mutex_);
  Path path(states_[state].depth);
  for (std::size_t i = path.size(); i > 0; state = states_[state].before) path[--i] = states_[state].choice;
  return path;
}

// One of each kind, the shortest way to it.
void Explorer::keep(Found found) {
  const std::lock_guard lock(mutex_);
  if (plan_.until_violation) stop_ = true;
  const Breach breach = found.violations.front().breach;
  for (Found& known : all_.found) {
    if (known.violations.front().breach != breach) continue;
    if (found.path.size() < known.path.size()) known = std::move(found);
    return;
  }
  all_.found.push_back(std::move(found));
}

void Explorer::keep(Differed differed) {
  const std::lock_guard lock(mutex_);
  if (all_.differed.size() < differed_max) all_.differed.push_back(std::move(differed));
}

void Explorer::say_how_far(double now_s) {
  if (now_s < told_s_ + told_every_s) return;
  told_s_ = now_s;
  const auto count = [](std::uint64_t number) { return static_cast<unsigned long long>(number); };
  std::printf(
      "%7.0f s  %-8s %llu states, depth %zu whole, %llu of %llu states of it gone on from, %.0f states/s, "
      "%llu violations\n",
      now_s - started_s_, std::string(beginning_.name).c_str(), count(all_.states), all_.depth, count(done_),
      count(level_.size()), static_cast<double>(all_.states) / (now_s - started_s_), count(all_.violating));
  std::fflush(stdout);
}

}  // namespace shopbell::simulation::small
