// A socket's life: attempts, who is to blame for a loss and what it costs, and a silence that is asked about
// before it is believed.
#include "core/socket_link.h"

#include <gtest/gtest.h>

namespace shopbell {
namespace {

constexpr Mono started{5000};
constexpr Ms heartbeat = 15_s;

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
  rig.link.lose(Blame::nobody, started, rig.random);
  EXPECT_FALSE(rig.link.closed(attempt));
  EXPECT_GT(rig.link.dial(started + 60_s), attempt);
}

TEST(SocketLink, ABlipIsTriedAgainAtOnce) {
  for (int i = 0; i < 50; ++i) {
    Rig rig;
    rig.random = Random(std::to_string(i));
    rig.go_live(started);
    rig.link.lose(Blame::nobody, started + 10_s, rig.random);
    EXPECT_LE(rig.wait(started + 10_s), 250_ms);
    EXPECT_TRUE(rig.link.may_dial(started + 10250_ms));
  }
}

TEST(SocketLink, AServerThatIsAwayIsAskedLessAndLess) {
  for (int i = 0; i < 50; ++i) {
    Rig rig;
    rig.random = Random(std::to_string(i));
    Mono now = started;
    double ceiling = 1000;
    for (int tries = 0; tries < 12; ++tries) {
      rig.link.dial(now);
      rig.link.lose(Blame::server, now, rig.random);
      EXPECT_LE(rig.wait(now).value, ceiling);
      EXPECT_GE(rig.wait(now).value, ceiling / 2);
      now = rig.link.deadline(true);
      ceiling = std::min(ceiling * 2, 30000.0);
    }
    // One that welcomes and breaks at once has proved nothing.
    rig.go_live(now);
    rig.link.lose(Blame::nobody, now + 9999_ms, rig.random);
    EXPECT_GE(rig.wait(now + 9999_ms), 15_s);
    now = rig.link.deadline(true);
    rig.go_live(now);
    rig.link.lose(Blame::nobody, now + 10_s, rig.random);
    EXPECT_LE(rig.wait(now + 10_s), 250_ms);
  }
}

TEST(SocketLink, ABusyServerIsLeftAloneForLonger) {
  Rig rig;
  rig.go_live(started);
  rig.link.lose(Blame::busy_server, started, rig.random);
  EXPECT_GE(rig.wait(started), 2500_ms);
  EXPECT_LE(rig.wait(started), 5_s);
}

TEST(SocketLink, ANudgeCutsAWaitShort) {
  Rig rig;
  rig.link.dial(started);
  for (int i = 0; i < 6; ++i) {
    rig.link.lose(Blame::server, started, rig.random);
    rig.link.dial(rig.link.deadline(true));
  }
  rig.link.lose(Blame::server, started, rig.random);
  EXPECT_GT(rig.wait(started), 10_s);
  EXPECT_FALSE(rig.link.nudge(started, rig.random));
  EXPECT_LE(rig.wait(started), 250_ms);
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
  EXPECT_EQ(rig.link.deadline(true), started + 32500_ms);
  EXPECT_FALSE(rig.link.wants_probe(started + 32499_ms));
  EXPECT_TRUE(rig.link.wants_probe(started + 32500_ms));
  EXPECT_FALSE(rig.link.wants_probe(started + 32500_ms)) << "once";
  EXPECT_FALSE(rig.link.dead(started + 37499_ms));
  EXPECT_TRUE(rig.link.dead(started + 37500_ms)) << "2.5 heartbeats";
  EXPECT_TRUE(rig.link.heard(attempt, started + 37400_ms));
  EXPECT_FALSE(rig.link.dead(started + 37500_ms));
}

TEST(SocketLink, APageThatWasFrozenAsksFirst) {
  Rig rig;
  rig.go_live(started);
  const Mono woke = started + 3600_s;
  EXPECT_FALSE(rig.link.dead(woke));
  EXPECT_TRUE(rig.link.wants_probe(woke));
  EXPECT_FALSE(rig.link.dead(woke + 4999_ms));
  EXPECT_TRUE(rig.link.dead(woke + 5_s));
}

TEST(SocketLink, WhatIsOverStaysOver) {
  Rig rig;
  rig.go_live(started);
  rig.link.replace();
  EXPECT_EQ(rig.link.state(), SocketState::replaced);
  EXPECT_FALSE(rig.link.may_dial(started + 3600_s));
  EXPECT_FALSE(rig.link.nudge(started, rig.random));
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
