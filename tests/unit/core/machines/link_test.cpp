// The three clocks of an exchange, and the attempt number that makes late events harmless.
#include "core/machines/link.h"

#include <gtest/gtest.h>

namespace shopbell {
namespace {

constexpr Mono t0{5000};

TEST(Link, DropsEventsOfOlderAttempts) {
  Link link;
  const std::uint32_t first = 1;
  link.start(first, t0);
  link.close();
  const std::uint32_t second = 2;
  link.start(second, t0);
  EXPECT_NE(first, second);
  EXPECT_FALSE(link.head(first, t0));
  EXPECT_TRUE(link.head(second, t0));
  EXPECT_FALSE(link.bytes(first, t0));
  EXPECT_FALSE(link.over(first));
  EXPECT_TRUE(link.over(second));
  EXPECT_FALSE(link.over(second)) << "an exchange ends once";
}

TEST(Link, ABodyBeforeItsHeadIsDropped) {
  Link link;
  const std::uint32_t attempt = 3;
  link.start(attempt, t0);
  EXPECT_FALSE(link.bytes(attempt, t0));
  EXPECT_TRUE(link.head(attempt, t0));
  EXPECT_FALSE(link.head(attempt, t0)) << "there is one head";
}

TEST(Link, TellsTheShopperAfterFiveSecondsWithoutProgress) {
  Link link;
  const std::uint32_t attempt = 4;
  link.start(attempt, t0);
  EXPECT_FALSE(link.still_working(t0 + 4999_ms));
  EXPECT_TRUE(link.still_working(t0 + 5_s));
  link.head(attempt, t0 + 6_s);
  link.bytes(attempt, t0 + 6_s);
  EXPECT_TRUE(link.still_working(t0 + 6_s)) << "a ping is no progress";
  link.progress(t0 + 6_s);
  EXPECT_FALSE(link.still_working(t0 + 6_s));
}

TEST(Link, EndsAnExchangeAfterThirtySecondsWithoutAByte) {
  Link link;
  const std::uint32_t attempt = 5;
  link.start(attempt, t0);
  EXPECT_EQ(link.expired(t0 + 29999_ms), ErrorCode::none);
  EXPECT_EQ(link.expired(t0 + 30_s), ErrorCode::no_answer);
  link.head(attempt, t0 + 29_s);
  EXPECT_EQ(link.expired(t0 + 58_s), ErrorCode::none);
  EXPECT_EQ(link.expired(t0 + 59_s), ErrorCode::no_answer);
}

TEST(Link, EndsAStreamWithoutEnd) {
  Link link;
  const std::uint32_t attempt = 6;
  link.start(attempt, t0);
  link.head(attempt, t0);
  for (Mono t = t0; t < t0 + 300_s; t = t + 10_s) link.bytes(attempt, t);
  EXPECT_EQ(link.expired(t0 + 300_s), ErrorCode::answer_too_long);
}

TEST(Link, ACompleteAnswersConnectionMayRunOutForAMoment) {
  Link link;
  const std::uint32_t attempt = 7;
  link.start(attempt, t0);
  link.head(attempt, t0);
  link.finish(t0);
  EXPECT_FALSE(link.open());
  EXPECT_EQ(link.deadline(t0), t0 + limits::leftover_max);
  EXPECT_FALSE(link.bytes(attempt, t0)) << "nothing that it still brings is looked at";
  EXPECT_EQ(link.take_leftover(t0, false), 0u);
  EXPECT_EQ(link.take_leftover(t0 + limits::leftover_max, false), attempt);
  EXPECT_EQ(link.take_leftover(t0 + limits::leftover_max, false), 0u);

  const std::uint32_t next = 8;
  link.start(next, t0);
  link.head(next, t0);
  link.finish(t0);
  EXPECT_FALSE(link.over(next)) << "it was closed before";
  EXPECT_EQ(link.take_leftover(t0, true), 0u) << "it ended by itself";
}

TEST(Link, NamesItsNextDeadline) {
  Link link;
  EXPECT_EQ(link.deadline(t0), never);
  link.start(9, t0);
  EXPECT_EQ(link.deadline(t0), t0 + 5_s);
  EXPECT_EQ(link.deadline(t0 + 5_s), t0 + 30_s);
  link.close();
  EXPECT_EQ(link.deadline(t0), never);
}

}  // namespace
}  // namespace shopbell
