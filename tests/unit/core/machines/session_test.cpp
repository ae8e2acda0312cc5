// Session ids: their forms, their age, and clocks that jump.
#include "core/machines/session.h"

#include <gtest/gtest.h>

namespace shopbell {
namespace {

constexpr Wall noon{1'700'000'000'000};

TEST(Session, IdsHaveTheFormsThatServersKnow) {
  Session session;
  Random random("seed");
  EXPECT_FALSE(session.live(noon));
  EXPECT_TRUE(session.ensure(noon, random));
  const auto& r = session.record();
  ASSERT_EQ(r.client_id.size(), std::string("client_1700000000000_").size() + 9);
  EXPECT_TRUE(r.client_id.starts_with("client_1700000000000_"));
  EXPECT_EQ(r.session_id, r.client_id + "_1700000000000");
  EXPECT_LE(r.session_id.size(), 100u);
}

TEST(Session, LivesTwentyFourHoursFromItsStartAndActivityDoesNotExtendIt) {
  Session session;
  Random random("seed");
  session.ensure(noon, random);
  const auto first = session.record();
  EXPECT_FALSE(session.ensure(noon + 23_h, random));
  EXPECT_FALSE(session.ensure(noon + 24_h - 1_ms, random));
  EXPECT_TRUE(session.ensure(noon + 24_h, random));
  EXPECT_NE(session.record().session_id, first.session_id);
  EXPECT_EQ(session.record().client_id, first.client_id);
}

TEST(Session, AClockThatWasSetBackEndsIt) {
  Session session;
  Random random("seed");
  session.ensure(noon, random);
  EXPECT_FALSE(session.live(Wall{noon.ms - 1}));
}

TEST(Random, SameSeedSameIdsOtherSeedOthers) {
  const std::string seed(32, 's');
  Random a(seed), b(seed), c("another");
  const auto id = a.base36(25);
  EXPECT_EQ(id, b.base36(25));
  EXPECT_NE(id, c.base36(25));
  EXPECT_NE(id, a.base36(25));
}

}  // namespace
}  // namespace shopbell
