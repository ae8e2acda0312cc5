// Waits before a next try.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/random.h"
#include "core/base/time.h"

namespace shopbell {

// Doubles with each of `times`, up to `most`.
constexpr Ms doubled(Ms base, std::uint32_t times, Ms most) {
  for (; times > 0 && base < most; --times) base = base * 2;
  return std::min(base, most);
}

// A moment of `wait`, at least so much of it: a server that comes back is not met by everybody at once.
inline Ms drawn(Ms wait, double least, Random& random) {
  return wait * (least + (1 - least) * random.unit());
}

}  // namespace shopbell
