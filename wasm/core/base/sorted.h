// Sorted insertion for lists of a few dozen structs, by swapping: std::vector's own insert of such a struct
// is 1.4 kB of code, a library sort 5 kB.
#pragma once

#include <utility>
#include <vector>

namespace shopbell {

// Puts `one` behind all that it is not `before`, and gives it in its place.
template <class T, class Before>
T& put_sorted(std::vector<T>& into, T one, Before before) {
  into.push_back(std::move(one));
  std::size_t at = into.size() - 1;
  for (; at > 0 && before(into[at], into[at - 1]); --at) std::swap(into[at], into[at - 1]);
  return into[at];
}

// The order that rows and messages are shown in.
inline constexpr auto by_order = [](const auto& a, const auto& b) { return a.order < b.order; };

}  // namespace shopbell
