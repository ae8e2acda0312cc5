// A message whose answer waits for what an agent asks: nothing is on the wire, and nothing else goes before it.
#include <gtest/gtest.h>

#include "core/machines/outbox.h"

namespace shopbell {
namespace {

Message message_that_asks(std::string id, double order, MessageState state = MessageState::asking) {
  Message message;
  message.id = std::move(id);
  message.text = Private(std::string("x"));
  message.order = order;
  message.state = state;
  message.taken = true;
  return message;
}

Outbox outbox_with(MessageState state, bool keeps) {
  Outbox outbox;
  if (keeps) outbox.keep_asking();
  outbox.adopt(message_that_asks("m", 1, state), "tab");
  return outbox;
}

TEST(OutboxAsks, ItIsKeptOverPagesWhereTheBackEndAsks) {
  EXPECT_EQ(outbox_with(MessageState::asking, true).find("m")->state, MessageState::asking);
  EXPECT_EQ(outbox_with(MessageState::asking, false).find("m")->state, MessageState::settled);
  // What was on the wire has lost its answer all the same.
  EXPECT_EQ(outbox_with(MessageState::answering, true).find("m")->state, MessageState::settled);
}

TEST(OutboxAsks, ItHoldsTheLineAndIsNeverSentByItself) {
  Outbox outbox = outbox_with(MessageState::asking, true);
  outbox.submit(message_that_asks("n", 2, MessageState::held));
  Mono due;
  EXPECT_EQ(outbox.next(Mono{0}, true, due), nullptr);
  EXPECT_TRUE(outbox.busy());
  EXPECT_EQ(outbox.in_flight()->id, "m");
  EXPECT_FALSE(outbox.discard("m"));
  EXPECT_TRUE(outbox.consistent());
}

TEST(OutboxAsks, OnlyWhatTheServerHasCanAsk) {
  Outbox outbox;
  Message fresh = message_that_asks("m", 1, MessageState::held);
  fresh.taken = false;
  outbox.submit(fresh);
  EXPECT_FALSE(outbox.ask("m"));
  outbox.send("m", Mono{0}, 1);
  EXPECT_FALSE(outbox.ask("m"));
  outbox.taken("m");
  EXPECT_TRUE(outbox.ask("m"));
  EXPECT_FALSE(outbox.ask("m"));
}

TEST(OutboxAsks, GoingOnIsARequestForTheSpendGuard) {
  Outbox outbox = outbox_with(MessageState::asking, true);
  for (std::size_t i = 0; i < limits::sends_a_minute_max; ++i) {
    EXPECT_LE(outbox.guard_until(), Mono{1'000});
    EXPECT_TRUE(outbox.go_on("m", Mono{1'000}));
    EXPECT_TRUE(outbox.consistent());
    EXPECT_TRUE(outbox.ask("m"));
  }
  EXPECT_EQ(outbox.guard_until(), Mono{61'000});
}

TEST(OutboxAsks, TheOneOnTheWireComesFirst) {
  Outbox outbox;
  outbox.keep_asking();
  outbox.submit(message_that_asks("mine", 2, MessageState::held));
  outbox.send("mine", Mono{0}, 2);
  outbox.adopt(message_that_asks("theirs", 1), "tab");
  EXPECT_EQ(outbox.in_flight()->id, "mine");
  EXPECT_TRUE(outbox.consistent());
  outbox.settle("mine");
  EXPECT_EQ(outbox.in_flight()->id, "theirs");
}

TEST(OutboxAsks, ItSettlesWhenItIsStoppedOrLost) {
  Random random("x");
  Outbox stopped = outbox_with(MessageState::asking, true);
  EXPECT_TRUE(stopped.stopped("m"));
  Outbox lost = outbox_with(MessageState::asking, true);
  EXPECT_TRUE(lost.doubted("m", ErrorCode::answer_broken, -1, Mono{0}, random));
  for (const Outbox* outbox : {&stopped, &lost}) EXPECT_EQ(outbox->find("m")->state, MessageState::settled);
}

}  // namespace
}  // namespace shopbell
