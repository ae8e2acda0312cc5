// Rows: order that never goes back, replies that can't double, history for the back end.
#include "core/machines/transcript.h"

#include <gtest/gtest.h>

namespace shopbell {
namespace {

Row row(std::string id, double order, RowState state = RowState::done) {
  Row r;
  r.id = std::move(id);
  r.order = order;
  r.state = state;
  r.text = "text of " + r.id;
  return r;
}

TEST(Transcript, KeepsRowsByOrderThenId) {
  Transcript t;
  Commands out;
  t.put(row("b", 2), out);
  t.put(row("c", 1), out);
  t.put(row("a", 2), out);
  ASSERT_EQ(t.rows().size(), 3u);
  EXPECT_EQ(t.rows()[0].id, "c");
  EXPECT_EQ(t.rows()[1].id, "a");
  EXPECT_TRUE(t.consistent());
}

TEST(Transcript, PuttingAnIdAgainReplacesIt) {
  Transcript t;
  Commands out;
  t.put(row("a", 1), out);
  t.put(row("a", 9), out);
  EXPECT_EQ(t.rows().size(), 1u);
  EXPECT_EQ(out.list().size(), 2u);
}

TEST(Transcript, OnlyAStreamingRowGrows) {
  Transcript t;
  Commands out;
  t.put(row("a", 1, RowState::streaming), out);
  EXPECT_TRUE(t.append("a", " and more", out));
  EXPECT_EQ(t.find("a")->text, "text of a and more");
  t.put(row("b", 2, RowState::done), out);
  EXPECT_FALSE(t.append("b", "x", out));
  EXPECT_FALSE(t.append("nobody", "x", out));
}

TEST(Transcript, OrderNeverGoesBackWithTheClock) {
  Transcript t;
  Commands out;
  const double first = t.next_order(Wall{5000});
  EXPECT_GT(t.next_order(Wall{1000}), first);
  t.put(row("from another tab", 9000), out);
  EXPECT_GT(t.next_order(Wall{5001}), 9000);
  EXPECT_GT(t.held_order(), t.next_order(Wall{4e12}));
}

TEST(Transcript, HeldRowsDoNotPushTheOrderIntoTheFuture) {
  Transcript t;
  Commands out;
  t.put(row("held", t.held_order(), RowState::waiting), out);
  EXPECT_EQ(t.next_order(Wall{5000}), 5000);
}

TEST(Transcript, AWishGoesBehindTheHeldOnesOfAPageBefore) {
  Transcript before;
  const double first = before.held_order();
  const double second = before.held_order();
  Transcript t;
  Commands out;
  t.put(row("second", second, RowState::waiting), out);
  t.put(row("first", first, RowState::waiting), out);
  EXPECT_GT(t.held_order(), second);
}

TEST(Transcript, HistoryHoldsWhatWasSaidAndAnswered) {
  Transcript t;
  Commands out;
  t.put(row("sent", 1, RowState::sent), out);
  Row reply = row("reply", 2);
  reply.author.kind = AuthorKind::agent;
  t.put(reply, out);
  t.put(row("failed", 3, RowState::failed), out);
  t.put(row("unconfirmed", 4, RowState::unconfirmed), out);
  t.put(row("now", 5, RowState::sent), out);
  const auto turns = t.turns("now");
  ASSERT_EQ(turns.size(), 2u);
  EXPECT_FALSE(turns[0].agent);
  EXPECT_TRUE(turns[1].agent);
}

TEST(Transcript, KeepsTheLastRowsThatAreOver) {
  Transcript t;
  Commands out;
  for (int i = 0; i < 5; ++i) t.put(row("r" + std::to_string(i), i), out);
  t.put(row("streams", 0.5, RowState::streaming), out);
  EXPECT_EQ(t.first_of_last(6), 0);
  EXPECT_EQ(t.first_of_last(5), 0);
  EXPECT_EQ(t.first_of_last(3), 2);
  out.clear();
  t.keep_last(3, out);
  ASSERT_EQ(out.list().size(), 2u);
  EXPECT_EQ(std::get<command::RowRemove>(out.list()[0]).row, "r0");
  EXPECT_EQ(std::get<command::RowRemove>(out.list()[1]).row, "r1");
  EXPECT_EQ(t.rows().size(), 4u);
}

}  // namespace
}  // namespace shopbell
