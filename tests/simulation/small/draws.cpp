#include "small/draws.h"

#include <array>
#include <bit>
#include <bitset>
#include <cstring>
#include <utility>
#include <vector>

#include "core/base/random.h"

namespace shopbell::simulation::small {
namespace {

using State = std::array<std::uint64_t, 4>;
constexpr std::size_t state_bits = 256;
constexpr std::array steps_kept = {0, 1, 12};

// Random adds it to its first state.
std::string seed_in(const State& state) {
  std::string seed(Random::seed_bytes, '\0');
  std::memcpy(seed.data(), state.data(), seed.size());
  return seed;
}

struct Vector {
  std::bitset<64 * steps_kept.size()> drawn;
  State state;
};

Vector vector_of(std::size_t bit) {
  Vector one{{}, {}};
  one.state[bit / 64] = std::uint64_t{1} << (bit % 64);
  // What the bit changes is the same whatever it is added to.
  Random with(seed_in(one.state));
  Random without;
  int steps = 0;
  for (std::size_t i = 0; i < steps_kept.size(); ++i) {
    for (; steps < steps_kept[i]; ++steps) with.next(), without.next();
    one.drawn |= std::bitset<64 * steps_kept.size()>(with.state()[1] ^ without.state()[1]) << (64 * i);
  }
  return one;
}

void add(Vector& to, const Vector& other) {
  to.drawn ^= other.drawn;
  for (std::size_t i = 0; i < to.state.size(); ++i) to.state[i] ^= other.state[i];
}

// A basis of the states that leave the kept draws as they are. It lies in no world's memory (arena.h).
using Unseen = std::array<State, state_bits - 64 * steps_kept.size()>;
static_assert(std::tuple_size_v<Unseen> == 64, "one for each bit of a number");
Unseen unseen_states() {
  Unseen unseen{};
  std::size_t count = 0;
  std::vector<std::pair<std::size_t, Vector>> pivots;  // by the bit that only this one has
  for (std::size_t bit = 0; bit < state_bits; ++bit) {
    Vector one = vector_of(bit);
    for (const auto& [pivot, vector] : pivots)
      if (one.drawn[pivot]) add(one, vector);
    const std::size_t pivot = one.drawn._Find_first();
    if (pivot < one.drawn.size())
      pivots.emplace_back(pivot, one);
    else if (count < unseen.size())
      unseen[count++] = one.state;
  }
  return unseen;
}

}  // namespace

std::string seed_of(std::uint64_t number) {
  static const Unseen unseen = unseen_states();
  number *= 0x9e3779b97f4a7c15;  // odd, so that none is lost
  State sum{};
  for (; number != 0; number &= number - 1) {
    const State& one = unseen[static_cast<std::size_t>(std::countr_zero(number))];
    for (std::size_t word = 0; word < sum.size(); ++word) sum[word] ^= one[word];
  }
  return seed_in(sum);
}

}  // namespace shopbell::simulation::small
