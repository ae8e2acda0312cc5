// A socket's life: attempts, who is to blame for a loss and what it costs, and a silence that is asked about
// before it is believed.
#include "core/machines/socket_link.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace shopbell {
namespace {

constexpr Mono started{5000};
constexpr Ms heartbeat = 15_s;

// The first draws of seeds that are much alike are alike, too.
Random seeded(int seed) {
  Random random(std::to_string(seed));
  for (int i = 0; i < 16; ++i) random.next();
  return random;
}

struct Rig {
  SocketLink link;
  Random random{"socket link"};
  std::uint32_t go_live(Mono now) {
    const auto attempt = link.dial(now);
    EXPECT_TRUE(link.opened(attempt));
    EXPECT_TRUE(link.heard(attempt, now));
    EXPECT_TRUE(link.welcome(heartbeat, now));
    return attempt;
  }
  Ms wait(Mono now) { return link.deadline(true) - now; }
};

TEST(SocketLink, DropsOtherAttempts) {
  Rig rig;
  const auto attempt = rig.link.dial(started);
  EXPECT_FALSE(rig.link.opened(attempt + 1));
  EXPECT_FALSE(rig.link.heard(attempt, started)) << "nothing is heard before it is open";
  EXPECT_TRUE(rig.link.opened(attempt));
  EXPECT_FALSE(rig.link.opened(attempt));
  EXPECT_FALSE(rig.link.heard(attempt - 1, started));
  EXPECT_FALSE(rig.link.closed(attempt - 1));
  rig.link.lose(Blame::nobody, {}, started, rig.random);
  EXPECT_FALSE(rig.link.closed(attempt));
  EXPECT_GT(rig.link.dial(started + 60_s), attempt);
}

TEST(SocketLink, ABlipIsTriedAgainAtOnce) {
  for (int i = 0; i < 50; ++i) {
    Rig rig;
    rig.random = seeded(i);
    rig.go_live(started);
    rig.link.lose(Blame::nobody, {}, started + 10_s, rig.random);
    EXPECT_LE(rig.wait(started + 10_s), 250_ms);
    EXPECT_TRUE(rig.link.may_dial(started + 10250_ms));
  }
}

Ms most(Ms away) { return std::clamp(away * 0.25, 2_s, 30_s); }

// Full jitter: the waits of many pages fill the whole of the time.
TEST(SocketLink, AServerThatIsAwayIsAskedOutOfAQuarterOfThatTime) {
  constexpr Ms away_for[] = {0_s, 7_s, 12_s, 60_s, 120_s, 600_s};
  for (const Ms away : away_for) {
    double shortest = 1;
    double longest = 0;
    for (int i = 0; i < 200; ++i) {
      Rig rig;
      rig.random = seeded(i);
      double part = 0;
      Mono last = started;
      for (Mono now = started; last < started + away || now == started; now = rig.link.deadline(true)) {
        rig.link.dial(now);
        rig.link.lose(Blame::server, {}, now, rig.random);
        part = rig.wait(now).value / most(now - started).value;
        EXPECT_LE(part, 1);
        last = now;
      }
      shortest = std::min(shortest, part);
      longest = std::max(longest, part);
    }
    EXPECT_GT(longest, 0.9);
    EXPECT_LT(shortest, 0.1);
  }
}

// What the shopper waits for, and what the server bears.
TEST(SocketLink, AnOutageLastsLittleLongerThanTheServerWasAwayAndCostsFewTries) {
  for (int i = 0; i < 200; ++i) {
    Rig rig;
    rig.random = seeded(i);
    rig.go_live(started);
    const Mono lost = started + 60_s;
    rig.link.lose(Blame::nobody, {}, lost, rig.random);
    int tries = 0;
    for (Mono now = rig.link.deadline(true); now < lost + 600_s; now = rig.link.deadline(true), ++tries) {
      rig.link.dial(now);
      rig.link.lose(Blame::server, {}, now, rig.random);
      EXPECT_LE(rig.wait(now), most(now - lost));
    }
    EXPECT_LT(tries, 120);
  }
}

// A laptop that slept for hours, a train out of its tunnel.
TEST(SocketLink, AWordOfTheDeviceBeginsTheWaitsAnew) {
  Rig rig;
  rig.go_live(started);
  rig.link.lose(Blame::server, {}, started, rig.random);
  const Mono woke = started + 3600_s;
  rig.link.hurry(woke, rig.random);
  Mono now = woke;
  while (now < woke + 8_s) {
    rig.link.dial(now);
    rig.link.lose(Blame::server, {}, now, rig.random);
    EXPECT_LE(rig.wait(now), 2_s);
    now = rig.link.deadline(true);
  }
}

// Let in and sent away: that is no better than not being let in.
TEST(SocketLink, AServerThatWelcomesAndGoesAwayAtOnceIsAskedLessAndLess) {
  Ms longest;
  for (int i = 0; i < 50; ++i) {
    Rig rig;
    rig.random = seeded(i);
    Mono now = started;
    while (now < started + 60_s) {
      rig.go_live(now);
      rig.link.lose(Blame::server, {}, now, rig.random);
      now = rig.link.deadline(true);
    }
    rig.go_live(now);
    rig.link.lose(Blame::server, {}, now, rig.random);
    longest = std::max(longest, rig.wait(now));
  }
  EXPECT_GT(longest, 12_s);
}

TEST(SocketLink, OneThatWelcomesAndBreaksAtOnceHasProvedNothing) {
  double longest_ms = 0;
  for (int i = 0; i < 50; ++i) {
    Rig rig;
    rig.random = seeded(i);
    rig.go_live(started);
    rig.link.lose(Blame::nobody, {}, started + 9999_ms, rig.random);
    EXPECT_LE(rig.wait(started + 9999_ms), 250_ms) << "the first time it may be a blip";
    Mono now = rig.link.deadline(true);
    rig.go_live(now);
    rig.link.lose(Blame::nobody, {}, now + 9999_ms, rig.random);
    longest_ms = std::max(longest_ms, rig.wait(now + 9999_ms).value);
    now = rig.link.deadline(true);
    rig.go_live(now);
    rig.link.lose(Blame::nobody, {}, now + 10_s, rig.random);
    EXPECT_LE(rig.wait(now + 10_s), 250_ms);
  }
  EXPECT_GT(longest_ms, 1500);
}

// As in a train: the server is there, the way to it is not for long.
TEST(SocketLink, OneThatBreaksAgainAndAgainIsNeverAwayForLong) {
  Rig rig;
  Mono now = started;
  for (int i = 0; i < 40; ++i) {
    rig.go_live(now);
    now = now + 3_s;
    rig.link.lose(Blame::nobody, {}, now, rig.random);
    EXPECT_LE(rig.wait(now), 2_s);
    now = rig.link.deadline(true);
  }
}

TEST(SocketLink, WhatTheServerAsksForComesFirst) {
  for (int i = 0; i < 50; ++i) {
    Rig rig;
    rig.random = seeded(i);
    rig.go_live(started);
    rig.link.lose(Blame::server, 7_s, started, rig.random);
    EXPECT_GE(rig.wait(started), 7_s);
    EXPECT_LE(rig.wait(started), 9_s);
  }
}

TEST(SocketLink, AWaitIsCutShort) {
  Rig rig;
  rig.go_live(started);
  rig.link.lose(Blame::server, 60_s, started, rig.random);
  EXPECT_GE(rig.wait(started), 60_s);
  rig.link.hurry(started, rig.random);
  EXPECT_LE(rig.wait(started), 250_ms);
  const Mono due = rig.link.deadline(true);
  for (int i = 0; i < 20; ++i) rig.link.hurry(started, rig.random);
  EXPECT_LE(rig.link.deadline(true), due) << "never later";
}

TEST(SocketLink, AnOpeningStallsAfterThreeSeconds) {
  Rig rig;
  const auto attempt = rig.link.dial(started);
  EXPECT_FALSE(rig.link.stalls(started + 2999_ms));
  EXPECT_TRUE(rig.link.stalls(started + 3_s));
  rig.link.opened(attempt);
  EXPECT_TRUE(rig.link.stalls(started + 6_s)) << "until the welcome it is no more than an opening";
  rig.link.welcome(heartbeat, started + 6_s);
  EXPECT_FALSE(rig.link.stalls(started + 30_s));
}

// Somebody writes a line every few seconds over a line that takes nine to let them in.
TEST(SocketLink, ASlowLineIsGivenTheTimeItNeeds) {
  Rig rig;
  Mono now = started;
  for (const Ms patience : {3_s, 6_s, 12_s}) {
    rig.link.dial(now);
    EXPECT_FALSE(rig.link.stalls(now + (patience - 1_ms)));
    EXPECT_TRUE(rig.link.stalls(now + patience));
    rig.link.lose(Blame::nobody, {}, now + patience, rig.random);
    now = rig.link.deadline(true);
  }
  rig.go_live(now);
  rig.link.lose(Blame::nobody, {}, now + 20_s, rig.random);
  rig.link.dial(now + 30_s);
  EXPECT_TRUE(rig.link.stalls(now + 33_s)) << "a welcome ends it";
}

// The page that comes next, or out of the back-forward cache, knows nothing bad of the server.
TEST(SocketLink, AGoodConnectionThatWasClosedIsNoOutage) {
  Rig rig;
  rig.go_live(started);
  rig.link.lose(Blame::server, {}, started + 1_s, rig.random);
  const Mono again = rig.link.deadline(true);
  rig.go_live(again);
  rig.link.close(again + 1800_s);
  rig.link.dial(again + 1800_s);
  rig.link.lose(Blame::server, {}, again + 1801_s, rig.random);
  EXPECT_LE(rig.wait(again + 1801_s), 2_s);
}

// Its timers slept, and nobody told it that the machine woke.
TEST(SocketLink, ATryThatIsLongOverdueBeginsTheWaitsAnew) {
  Rig rig;
  rig.go_live(started);
  rig.link.lose(Blame::server, {}, started, rig.random);
  const Mono late = started + 3600_s;
  rig.link.dial(late);
  rig.link.lose(Blame::server, {}, late, rig.random);
  EXPECT_LE(rig.wait(late), 2_s);
}

TEST(SocketLink, OpeningAndWelcomeTakeFifteenSecondsTogether) {
  Rig rig;
  const auto attempt = rig.link.dial(started);
  EXPECT_FALSE(rig.link.dead(started + 14999_ms));
  rig.link.opened(attempt);
  EXPECT_EQ(rig.link.deadline(true), started + 15_s);
  EXPECT_TRUE(rig.link.dead(started + 15_s));
}

TEST(SocketLink, SilenceIsAskedAboutBeforeItIsBelieved) {
  Rig rig;
  const auto attempt = rig.go_live(started);
  EXPECT_EQ(rig.link.deadline(true), started + 6500_ms);
  EXPECT_FALSE(rig.link.wants_probe(started + 6499_ms));
  EXPECT_TRUE(rig.link.wants_probe(started + 6500_ms));
  EXPECT_FALSE(rig.link.wants_probe(started + 6500_ms)) << "once";
  EXPECT_FALSE(rig.link.dead(started + 7999_ms));
  EXPECT_TRUE(rig.link.dead(started + 8_s));
  EXPECT_TRUE(rig.link.heard(attempt, started + 7900_ms));
  EXPECT_FALSE(rig.link.dead(started + 8_s));
}

TEST(SocketLink, BehindAHiddenPageSilenceMayBeLong) {
  Rig rig;
  rig.go_live(started);
  rig.link.seen(false);
  EXPECT_FALSE(rig.link.wants_probe(started + 68499_ms));
  EXPECT_EQ(rig.link.deadline(true), started + 68500_ms);
  EXPECT_FALSE(rig.link.dead(started + 69_s));
  rig.link.seen(true);
  EXPECT_TRUE(rig.link.doubt(started + 60_s));
  EXPECT_TRUE(rig.link.dead(started + 61500_ms)) << "found within 2 s after a wake";
}

TEST(SocketLink, APageThatWasFrozenAsksFirst) {
  Rig rig;
  rig.go_live(started);
  const Mono woke = started + 3600_s;
  EXPECT_FALSE(rig.link.dead(woke));
  EXPECT_TRUE(rig.link.wants_probe(woke));
  EXPECT_FALSE(rig.link.dead(woke + 1499_ms));
  EXPECT_TRUE(rig.link.dead(woke + 1500_ms));
}

TEST(SocketLink, WhatIsOverStaysOver) {
  Rig rig;
  rig.go_live(started);
  rig.link.replace();
  EXPECT_EQ(rig.link.state(), SocketState::replaced);
  EXPECT_FALSE(rig.link.may_dial(started + 3600_s));
  rig.link.hurry(started, rig.random);
  EXPECT_FALSE(rig.link.doubt(started));
  EXPECT_EQ(rig.link.deadline(true), never);
  EXPECT_TRUE(rig.link.insist());
  EXPECT_TRUE(rig.link.may_dial(started));
  EXPECT_FALSE(rig.link.insist());
}

TEST(SocketLink, AnAbsurdHeartbeatIsBounded) {
  Rig rig;
  const auto attempt = rig.link.dial(started);
  rig.link.opened(attempt);
  rig.link.heard(attempt, started);
  rig.link.welcome(Ms{-5}, started);
  EXPECT_EQ(rig.link.deadline(true), started + 1500_ms);
}

}  // namespace
}  // namespace shopbell
