// Randomness from outside: xoshiro256** over a seed of 32 bytes that the shim draws at every start.
//
// Good for ids and jitter, not for secrets (those come from the server). The seed is never part of a
// snapshot: a copied tab would draw the same ids. Source: Blackman and Vigna, "Scrambled linear pseudorandom
// number generators", 2018.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace shopbell {

class Random {
 public:
  static constexpr std::size_t seed_bytes = 32;

  // Fewer bytes than 32 leave the rest at a constant: the state is never all zero.
  explicit Random(std::string_view seed = {}) {
    for (std::size_t i = 0; i < seed_bytes && i < seed.size(); ++i)
      state_[i / 8] ^= std::uint64_t{static_cast<unsigned char>(seed[i])} << (8 * (i % 8));
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  // `length` characters of [0-9a-z]; 25 of them carry about 129 bits.
  std::string base36(std::size_t length) {
    std::string out(length, '0');
    for (char& c : out) c = "0123456789abcdefghijklmnopqrstuvwxyz"[static_cast<std::size_t>(unit() * 36)];
    return out;
  }

  const std::array<std::uint64_t, 4>& state() const { return state_; }

 private:
  std::array<std::uint64_t, 4> state_{0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb,
                                      0x2545f4914f6cdd1d};
};

}  // namespace shopbell
