#include "small/walk.h"

#include <algorithm>

namespace shopbell::simulation::small {
namespace {

constexpr int run_on_steps = 6;
constexpr std::uint64_t draws_tried = 16;

std::uint64_t mixed(std::uint64_t number) {
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

bool is_drawn(std::uint64_t number, std::uint64_t one_in) {
  return one_in > 0 && mixed(number) % one_in == 0;
}

}  // namespace

Explorer::Walk::Walk(Explorer& explorer) : explorer_(explorer), arena_(Arena::mine()) {
  arena_.clear();
  {
    const Arena::Scope scope;
    world_ = new World(explorer.beginning_, recorder_);
  }
  images_.resize(1);
  arena_.save(images_[0]);
  at_work() = {&explorer.beginning_, &path_, &explorer.all_};
}

// The world goes with its memory.
Explorer::Walk::~Walk() {
  at_work() = {};
  arena_.clear();
}

void Explorer::Walk::go_to(const Path& path) {
  const auto [ours, theirs] = std::ranges::mismatch(path_, path);
  path_.erase(ours, path_.end());
  arena_.load(images_[path_.size()]);
  for (auto choice = theirs; choice != path.end(); ++choice) {
    path_.push_back(*choice);
    {
      const Arena::Scope scope;
      world_->happen(*choice);
    }
    if (images_.size() <= path_.size()) images_.emplace_back();
    arena_.save(images_[path_.size()]);
  }
}

void Explorer::Walk::expand(Number state) {
  go_to(explorer_.path_to(state));
  const std::vector<Choice> choices = world_->choices();
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) arena_.load(images_[path_.size()]);
    path_.push_back(choices[i]);
    step(state);
    path_.pop_back();
  }
}

void Explorer::Walk::step(Number before) {
  const Choice& choice = path_.back();
  {
    const Arena::Scope scope;
    world_->happen(choice);
  }
  ++counted_.steps;
  if (!world_->ledger().violations().empty()) return keep_violations(false);
  const std::uint64_t digest = world_->digest();
  const auto [number, fresh] =
      explorer_.add(digest, {before, 0, choice, static_cast<std::uint8_t>(path_.size())});
  if (fresh) {
    ++counted_.states;
    if (is_drawn(digest, explorer_.plan_.calm_one_in)) calm_down();
  } else {
    ++counted_.merges;
    if (is_drawn(digest + counted_.steps, explorer_.plan_.verify_one_in)) verify(explorer_.path_to(number));
  }
}

void Explorer::Walk::calm_down() {
  {
    const Arena::Scope scope;
    world_->calm_down();
  }
  ++counted_.calmed;
  if (!world_->ledger().violations().empty()) keep_violations(true);
}

void Explorer::Walk::keep_violations(bool in_the_calm) {
  ++counted_.violating;
  explorer_.keep(Found{path_, in_the_calm, world_->ledger().violations()});
}

// ---- whether two are one

std::vector<std::uint64_t> Explorer::Walk::run_on(std::uint64_t seed, std::uint64_t draws, Path& then) {
  world_->draw_anew(draws);
  std::vector<std::uint64_t> came_to;
  for (int i = 0; i < run_on_steps && world_->ledger().violations().empty(); ++i) {
    const std::vector<Choice> choices = world_->choices();
    for (const Choice& choice : choices)
      came_to.push_back(static_cast<std::uint64_t>(choice.thing) << 8 | choice.whose);
    then.push_back(choices[mixed(seed + static_cast<std::uint64_t>(i)) % choices.size()]);
    {
      const Arena::Scope scope;
      world_->happen(then.back());
    }
    came_to.push_back(world_->digest());
  }
  {
    const Arena::Scope scope;
    world_->calm_down();
  }
  came_to.push_back(world_->digest());
  for (const Violation& violation : world_->ledger().violations())
    came_to.push_back(static_cast<std::uint64_t>(violation.breach));
  return came_to;
}

// What is drawn from here on comes from outside: the same for both. Only, a message's new id may be greater than
// those before it in one of them and not in the other, so that some draws of either must lead to the same.
void Explorer::Walk::verify(const Path& other) {
  ++counted_.verified;
  const std::uint64_t seed = counted_.steps * 1'000;
  const auto make = [&](const Path& way) {
    arena_.load(images_[0]);
    const Arena::Scope scope;
    for (const Choice& choice : way) world_->happen(choice);
  };
  std::vector<std::vector<std::uint64_t>> ours;
  std::vector<std::vector<std::uint64_t>> theirs;
  Path then;
  Path then_too;
  for (std::uint64_t draws = 1; draws <= draws_tried; ++draws) {
    make(path_);
    ours.push_back(run_on(seed, draws, draws == 1 ? then : then_too));
    make(other);
    theirs.push_back(run_on(seed, draws, then_too));
    const auto among = [](const auto& all, const auto& one) {
      return std::ranges::find(all, one) != all.end();
    };
    if (among(theirs, ours.back()) || among(ours, theirs.back())) return;
  }
  explorer_.keep(Differed{other, path_, then});
}

Explored Explorer::Walk::take_counted() { return std::exchange(counted_, Explored{.states = 0}); }

}  // namespace shopbell::simulation::small
