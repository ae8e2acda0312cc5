// Chance: what a seed draws. Every part of the world has a stream of its own, named by a word, so that a part
// that draws once more changes nothing of what the others draw.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/random.h"

namespace shopbell::simulation {

class Chance {
 public:
  Chance(std::uint64_t seed, std::string_view stream) : random_(bytes_of(seed, stream)) {}

  double unit() { return random_.unit(); }
  bool happens(double share) { return unit() < share; }
  double between(double low, double high) { return low + (high - low) * unit(); }
  // 0 .. n - 1.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(unit() * static_cast<double>(n)); }
  std::string name(std::size_t length) { return random_.base36(length); }

 private:
  // splitmix64 over the seed and the stream's name.
  static std::string bytes_of(std::uint64_t seed, std::string_view stream) {
    for (const char c : stream) seed = seed * 0x100000001b3 + static_cast<unsigned char>(c);
    std::string bytes;
    while (bytes.size() < Random::seed_bytes) {
      std::uint64_t z = seed += 0x9e3779b97f4a7c15;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      z ^= z >> 31;
      for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(z >> (8 * i)));
    }
    return bytes;
  }

  Random random_;
};

}  // namespace shopbell::simulation
