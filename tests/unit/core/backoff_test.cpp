#include "core/base/backoff.h"

#include <gtest/gtest.h>

namespace shopbell {
namespace {

TEST(Backoff, DoublesUpToTheMost) {
  EXPECT_EQ(doubled(1_s, 0, 30_s), 1_s);
  EXPECT_EQ(doubled(1_s, 3, 30_s), 8_s);
  EXPECT_EQ(doubled(1_s, 5, 30_s), 30_s);
  EXPECT_EQ(doubled(1_s, 4'000'000'000, 30_s), 30_s);
  EXPECT_EQ(doubled(60_s, 0, 30_s), 30_s);
}

TEST(Backoff, IsDrawnBetweenItsLeastAndTheWhole) {
  Random random("seed");
  Ms shortest = 1000_ms;
  Ms longest = 0_ms;
  for (int i = 0; i < 1000; ++i) {
    const Ms wait = drawn(100_ms, 0.5, random);
    shortest = std::min(shortest, wait);
    longest = std::max(longest, wait);
  }
  EXPECT_GE(shortest, 50_ms);
  EXPECT_LT(shortest, 52_ms);
  EXPECT_LT(longest, 100_ms);
  EXPECT_GT(longest, 98_ms);
}

}  // namespace
}  // namespace shopbell
