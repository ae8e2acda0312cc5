// Points in time and spans, all in milliseconds, as types that do not mix.
//
// The core never asks what time it is: the shim passes both clocks with every event. `Mono` never goes back
// and measures waits; `Wall` is the shopper's clock, can jump either way and is used only for what people
// read and for expiry.
#pragma once

#include <compare>
#include <limits>

namespace shopbell {

struct Ms {
  double value = 0;
  constexpr auto operator<=>(const Ms&) const = default;
  constexpr Ms operator+(Ms o) const { return {value + o.value}; }
  constexpr Ms operator-(Ms o) const { return {value - o.value}; }
  constexpr Ms operator*(double k) const { return {value * k}; }
};

constexpr Ms operator""_ms(unsigned long long v) { return {static_cast<double>(v)}; }
constexpr Ms operator""_s(unsigned long long v) { return {static_cast<double>(v) * 1000}; }
constexpr Ms operator""_h(unsigned long long v) { return {static_cast<double>(v) * 3'600'000}; }

struct Mono {
  double ms = 0;
  constexpr auto operator<=>(const Mono&) const = default;
  constexpr Mono operator+(Ms d) const { return {ms + d.value}; }
  constexpr Ms operator-(Mono o) const { return {ms - o.ms}; }
};

struct Wall {
  double ms = 0;
  constexpr auto operator<=>(const Wall&) const = default;
  constexpr Wall operator+(Ms d) const { return {ms + d.value}; }
  constexpr Wall operator-(Ms d) const { return {ms - d.value}; }
  constexpr Ms operator-(Wall o) const { return {ms - o.ms}; }
};

// "No deadline" is the end of time: comparisons and std::min need no special case.
inline constexpr Mono never{std::numeric_limits<double>::infinity()};

struct Now {
  Mono mono;
  Wall wall;
};

}  // namespace shopbell
