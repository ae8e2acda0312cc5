// Promise 1 at its root: every legal move of a message, and what is done when the server's word is missing.
#include "core/machines/outbox.h"

#include <gtest/gtest.h>

namespace shopbell {
namespace {

constexpr Mono begun{1000};
constexpr double held = 1e15;  // messages that were never sent stand at the end

Message wish(std::string id, double order = 1) {
  Message m;
  m.id = std::move(id);
  m.text = Private<std::string>("hello");
  m.order = order;
  m.tab = "tab";
  return m;
}

struct OutboxTest : testing::Test {
  Outbox outbox;
  Random random{"seed"};
  Mono due;

  MessageState state(std::string_view id) { return outbox.find(id)->state; }
  const Message* next(Mono now = begun, bool online = true) { return outbox.next(now, online, due); }
  void send(std::string_view id, Mono now = begun, const std::string& session = {}) {
    ASSERT_TRUE(outbox.send(id, now, 5, session));
  }
};

TEST_F(OutboxTest, SendsInOrderOneAtATime) {
  outbox.submit(wish("a", held + 1));
  outbox.submit(wish("b", held + 2));
  ASSERT_EQ(next()->id, "a");
  send("a");
  EXPECT_EQ(next(), nullptr);
  EXPECT_EQ(due, never);
  EXPECT_TRUE(outbox.taken("a"));
  EXPECT_EQ(next(), nullptr) << "the reply is still on its way";
  EXPECT_TRUE(outbox.settle("a"));
  outbox.forget("a");
  EXPECT_EQ(next()->id, "b");
}

TEST_F(OutboxTest, TheSameIdIsNeverHeldTwice) {
  EXPECT_TRUE(outbox.submit(wish("a")));
  EXPECT_FALSE(outbox.submit(wish("a")));
  outbox.adopt(wish("a"), "other");
  EXPECT_EQ(outbox.messages().size(), 1u);
}

TEST_F(OutboxTest, SilenceIsNotResentWithoutAKey) {
  outbox.submit(wish("a"));
  send("a");
  EXPECT_TRUE(outbox.doubted("a", ErrorCode::no_answer, -1, begun, random));
  EXPECT_EQ(state("a"), MessageState::unconfirmed);
  EXPECT_EQ(next(Mono{1e9}), nullptr);
  EXPECT_TRUE(outbox.again("a", 9));
  EXPECT_EQ(next()->id, "a");
}

TEST_F(OutboxTest, ALostConnectionIsTriedByKeyUntilItGetsThrough) {
  outbox.configure(true);
  outbox.submit(wish("a"));
  Mono now = begun;
  for (int i = 0; i < 40; ++i) {
    send("a", now);
    EXPECT_TRUE(outbox.doubted("a", ErrorCode::connection_lost, -1, now, random));
    EXPECT_EQ(state("a"), MessageState::waiting);
    EXPECT_EQ(next(now), nullptr);
    EXPECT_GT(due, now);
    EXPECT_LE(due, now + limits::backoff_max);
    now = due;
  }
}

TEST_F(OutboxTest, AServerThatFailsIsTriedByKeyAndEndsWithAButton) {
  outbox.configure(true);
  outbox.submit(wish("a"));
  Mono now = begun;
  for (std::size_t i = 1; i < limits::tries_max; ++i) {
    send("a", now);
    outbox.doubted("a", ErrorCode::server_error, -1, now, random);
    EXPECT_EQ(state("a"), MessageState::waiting);
    next(now);
    now = due;
  }
  send("a", now);
  outbox.doubted("a", ErrorCode::server_error, -1, now, random);
  EXPECT_EQ(state("a"), MessageState::unconfirmed);
}

TEST_F(OutboxTest, LostConnectionsAreNoRefusals) {
  outbox.configure(true);
  outbox.submit(wish("a"));
  Mono now = begun;
  for (int i = 0; i < 10; ++i) {
    send("a", now);
    outbox.doubted("a", ErrorCode::connection_lost, -1, now, random);
    next(now);
    now = due;
  }
  send("a", now);
  outbox.not_taken("a", ErrorCode::unavailable, 2, now, random);
  EXPECT_EQ(state("a"), MessageState::waiting);
}

TEST_F(OutboxTest, WhatWasSaidInASessionThatIsOverIsTheShoppersToSayAgain) {
  outbox.configure(true);
  outbox.submit(wish("a"));
  send("a", begun, "session-1");
  outbox.doubted("a", ErrorCode::connection_lost, -1, begun, random);
  EXPECT_EQ(outbox.find("a")->session, "session-1");
  EXPECT_TRUE(outbox.session_over("a"));
  EXPECT_EQ(state("a"), MessageState::unconfirmed);
  EXPECT_TRUE(outbox.again("a", 9));
  send("a", begun + 1_s, "session-2");
  EXPECT_EQ(outbox.find("a")->session, "session-2");
}

TEST_F(OutboxTest, WhatOthersCouldSayIsSaidInTheSessionTheyKnowOrByTheShopper) {
  outbox.configure(true);
  outbox.submit(wish("a"));
  outbox.share("new", "session-1");
  EXPECT_EQ(outbox.find("a")->tab, "new");
  EXPECT_EQ(outbox.find("a")->session, "session-1");
  EXPECT_EQ(next()->id, "a");
  outbox.session_unknown("session-1");
  EXPECT_EQ(outbox.find("a")->session, "session-1") << "others may have said it in one of their own";
  outbox.session_over("a");
  EXPECT_TRUE(outbox.again("a", 9));
  EXPECT_EQ(outbox.find("a")->session, "");
  EXPECT_FALSE(outbox.find("a")->shared);

  outbox.share("new", "");
  EXPECT_EQ(state("a"), MessageState::unconfirmed) << "no session to ask in";
}

TEST_F(OutboxTest, WhatOthersCouldSayIsTheShoppersWithoutAKey) {
  outbox.submit(wish("a"));
  outbox.share("new", "session-1");
  EXPECT_EQ(state("a"), MessageState::unconfirmed);
}

TEST_F(OutboxTest, AChangedMessageIsNamedOnce) {
  outbox.submit(wish("a"));
  send("a");
  outbox.taken("a");
  outbox.settle("a");
  EXPECT_EQ(outbox.take_changed(), std::vector<std::string>{"a"});
}

TEST_F(OutboxTest, ServersHintIsAFloor) {
  outbox.submit(wish("a"));
  send("a");
  outbox.not_taken("a", ErrorCode::rate_limited, 7, begun, random);
  EXPECT_EQ(next(begun), nullptr);
  EXPECT_GE(due, begun + 7_s);
  EXPECT_LT(due, begun + 8_s);
}

TEST_F(OutboxTest, AHintBeyondTheBoundBecomesAButton) {
  for (const double hint : {120.0, 121.0}) {
    Outbox fresh;
    fresh.submit(wish("a"));
    fresh.send("a", begun, 1);
    fresh.not_taken("a", ErrorCode::rate_limited, hint, begun, random);
    EXPECT_EQ(fresh.find("a")->state, hint > 120 ? MessageState::failed : MessageState::waiting);
  }
}

TEST_F(OutboxTest, WhatNeedsTheShopperDoesNotHoldTheLine) {
  outbox.submit(wish("a", held + 1));
  outbox.submit(wish("b", held + 2));
  send("a");
  outbox.refused("a", ErrorCode::rejected);
  EXPECT_EQ(state("a"), MessageState::failed);
  EXPECT_EQ(next()->id, "b");
}

TEST_F(OutboxTest, WhatWaitsHoldsTheLine) {
  outbox.submit(wish("a", held + 1));
  outbox.submit(wish("b", held + 2));
  send("a");
  outbox.not_taken("a", ErrorCode::unavailable, 10, begun, random);
  EXPECT_EQ(next(begun + 1_s), nullptr);
  EXPECT_EQ(next(begun + 11_s)->id, "a");
}

TEST_F(OutboxTest, IllegalMovesChangeNothing) {
  outbox.submit(wish("a"));
  outbox.take_changed();
  EXPECT_FALSE(outbox.taken("a"));
  EXPECT_FALSE(outbox.settle("a"));
  EXPECT_FALSE(outbox.again("a", 3));
  EXPECT_FALSE(outbox.send("nobody", begun, 1));
  EXPECT_EQ(state("a"), MessageState::held);
  EXPECT_TRUE(outbox.take_changed().empty());
  EXPECT_TRUE(outbox.consistent());
}

TEST_F(OutboxTest, WhatIsOnTheWireCannotBeDiscarded) {
  outbox.submit(wish("a"));
  send("a");
  EXPECT_FALSE(outbox.discard("a"));
  outbox.refused("a", ErrorCode::rejected);
  EXPECT_TRUE(outbox.discard("a"));
  EXPECT_EQ(outbox.find("a"), nullptr);
}

TEST_F(OutboxTest, AnAnswerThatWasAskedForAgainIsLostWithItsSession) {
  Message asked = wish("a");
  asked.taken = true;
  outbox.submit(asked);
  EXPECT_TRUE(outbox.session_over("a"));
  EXPECT_EQ(state("a"), MessageState::settled);
  EXPECT_FALSE(outbox.session_over("a"));
}

TEST_F(OutboxTest, ATakenMessageIsNeverCalledUnconfirmed) {
  outbox.submit(wish("a"));
  send("a");
  outbox.taken("a");
  outbox.doubted("a", ErrorCode::connection_lost, -1, begun, random);
  EXPECT_EQ(state("a"), MessageState::settled);
}

TEST_F(OutboxTest, ATakenMessageIsFetchedAgainByKeyAndKeepsItsPlace) {
  outbox.configure(true);
  outbox.submit(wish("a"));
  send("a");
  outbox.taken("a");
  outbox.doubted("a", ErrorCode::connection_lost, -1, begun, random);
  EXPECT_EQ(state("a"), MessageState::waiting);
  ASSERT_TRUE(outbox.send("a", due, 77));
  EXPECT_EQ(outbox.find("a")->order, 5);
  outbox.refused("a", ErrorCode::forbidden);
  EXPECT_EQ(state("a"), MessageState::settled) << "only its reply is lost";
}

struct Adoption {
  MessageState stored;
  bool taken;
  bool by_key;
  MessageState becomes;
};
class AdoptionTest : public testing::TestWithParam<Adoption> {};

TEST_P(AdoptionTest, AfterAReload) {
  const auto& p = GetParam();
  Outbox outbox;
  outbox.configure(p.by_key);
  Message m = wish("a");
  m.state = p.stored;
  m.taken = p.taken;
  m.tries = 3;
  outbox.adopt(m, "new");
  EXPECT_EQ(outbox.find("a")->state, p.becomes);
  EXPECT_EQ(outbox.find("a")->tab, "new");
  EXPECT_TRUE(outbox.consistent());
}

INSTANTIATE_TEST_SUITE_P(
    All, AdoptionTest,
    testing::Values(Adoption{MessageState::held, false, false, MessageState::held},
                    Adoption{MessageState::held, false, true, MessageState::held},
                    Adoption{MessageState::sending, false, false, MessageState::unconfirmed},
                    Adoption{MessageState::sending, false, true, MessageState::held},
                    Adoption{MessageState::answering, true, false, MessageState::settled},
                    Adoption{MessageState::answering, true, true, MessageState::held},
                    Adoption{MessageState::waiting, false, false, MessageState::held},
                    Adoption{MessageState::unconfirmed, false, true, MessageState::unconfirmed},
                    Adoption{MessageState::failed, false, true, MessageState::failed}));

TEST_F(OutboxTest, HoldsAsManyAsTheLimitAndNotOneMore) {
  for (std::size_t i = 0; i < limits::outbox_messages_max; ++i)
    EXPECT_TRUE(outbox.submit(wish("m" + std::to_string(i), static_cast<double>(i))));
  EXPECT_TRUE(outbox.full());
  EXPECT_FALSE(outbox.submit(wish("one more")));
  EXPECT_TRUE(outbox.consistent());
}

TEST_F(OutboxTest, SpendGuardHoldsTheNextMessageForTheRestOfTheMinute) {
  for (std::size_t i = 0; i < limits::sends_a_minute_max; ++i) {
    const std::string id = "m" + std::to_string(i);
    outbox.submit(wish(id));
    ASSERT_NE(next(begun), nullptr) << i;
    send(id);
    outbox.taken(id);
    outbox.settle(id);
    outbox.forget(id);
  }
  outbox.submit(wish("next"));
  EXPECT_EQ(next(begun), nullptr);
  EXPECT_EQ(due, begun + 60_s);
  EXPECT_EQ(next(begun + 60_s)->id, "next");
}

TEST_F(OutboxTest, OfflineHoldsEverything) {
  outbox.submit(wish("a"));
  EXPECT_EQ(next(begun, false), nullptr);
  EXPECT_EQ(next(begun, true)->id, "a");
}

TEST_F(OutboxTest, TheConnectionsReturnEndsWaitingForItButNotForTheServer) {
  outbox.configure(true);
  outbox.submit(wish("a", 1));
  send("a");
  outbox.doubted("a", ErrorCode::connection_lost, -1, begun, random);
  outbox.connection_back(begun);
  EXPECT_EQ(next(begun)->id, "a");
  send("a");
  outbox.not_taken("a", ErrorCode::rate_limited, 30, begun, random);
  outbox.connection_back(begun);
  EXPECT_EQ(next(begun), nullptr);
}

// Of its only send the fate is the message's own; one that was sent before may be in its session after all.
TEST_F(OutboxTest, WhatWasRefusedAtOnceIsInNoSession) {
  outbox.configure(true);
  outbox.submit(wish("a"));
  send("a", begun, "s1");
  EXPECT_EQ(outbox.find("a")->session, "s1");
  outbox.not_taken("a", ErrorCode::unavailable, 2, begun, random);
  EXPECT_EQ(outbox.find("a")->session, "");
  EXPECT_TRUE(outbox.leave_to_another("a"));

  outbox.submit(wish("b"));
  send("b", begun, "s1");
  outbox.doubted("b", ErrorCode::connection_lost, -1, begun, random);
  send("b", Mono{1e6}, "s1");
  outbox.not_taken("b", ErrorCode::unavailable, 2, begun, random);
  EXPECT_EQ(outbox.find("b")->session, "s1");
  EXPECT_FALSE(outbox.leave_to_another("b"));
}

TEST_F(OutboxTest, WhatIsOnTheWireIsNotLeft) {
  outbox.configure(true);
  outbox.submit(wish("a"));
  send("a", begun, {});
  EXPECT_FALSE(outbox.leave_to_another("a"));
}

TEST_F(OutboxTest, WhatWaitsBeforeOneThatAnotherTabHasSaidIsItsShoppers) {
  outbox.configure(true);
  for (const char* id : {"a", "b", "c"}) outbox.submit(wish(id));
  outbox.over_elsewhere("not here");
  EXPECT_EQ(state("a"), MessageState::held);
  outbox.over_elsewhere("b");
  EXPECT_EQ(state("a"), MessageState::unconfirmed);
  EXPECT_EQ(state("b"), MessageState::unconfirmed);
  EXPECT_EQ(state("c"), MessageState::held);
}

}  // namespace
}  // namespace shopbell
