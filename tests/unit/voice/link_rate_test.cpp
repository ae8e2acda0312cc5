// The bitrate falls fast and rises slowly, within its bounds.
#include "voice/wire/link_rate.h"

#include <gtest/gtest.h>

namespace shopbell::voice {
namespace {

TEST(VoiceLinkRate, FallsToTheLeastAndNoFurther) {
  LinkRate rate;
  for (Mono now{0}; now < Mono{5'000}; now = now + 20_ms) rate.observe(50'000, now);
  EXPECT_EQ(rate.bitrate_bps(), limits::bitrate_bps_min);
}

TEST(VoiceLinkRate, RisesToTheMostAndNoFurther) {
  LinkRate rate;
  for (Mono now{0}; now < Mono{30'000}; now = now + 20_ms) rate.observe(0, now);
  EXPECT_EQ(rate.bitrate_bps(), limits::bitrate_bps_max);
}

TEST(VoiceLinkRate, FallsAtMostTwiceASecondAndRisesOnce) {
  LinkRate rate;
  int changes = 0;
  for (Mono now{1'000}; now < Mono{2'000}; now = now + 20_ms) changes += rate.observe(50'000, now);
  EXPECT_EQ(changes, 2);
  changes = 0;
  for (Mono now{3'000}; now < Mono{6'000}; now = now + 20_ms) changes += rate.observe(0, now);
  EXPECT_EQ(changes, 3);
}

TEST(VoiceLinkRate, StaysWhereALittleWaits) {
  LinkRate rate;
  // 150 ms of 24 kbit/s.
  for (Mono now{0}; now < Mono{10'000}; now = now + 20_ms) EXPECT_FALSE(rate.observe(450, now));
}

}  // namespace
}  // namespace shopbell::voice
