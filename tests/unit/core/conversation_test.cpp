// Which rows storage has: the last of those that are over, in the conversation's order, whoever has put them
// and whenever.
#include "core/conversation/conversation.h"

#include <gtest/gtest.h>

#include <map>

namespace shopbell {
namespace {

struct ConversationTest : testing::Test {
  ConversationTest() { chat.store.configure("x"); }

  Row row(const std::string& id, double order, RowState state = RowState::done) {
    Row r;
    r.id = id;
    r.order = order;
    r.state = state;
    r.text = "text";
    r.author.kind = id.ends_with("reply") ? AuthorKind::agent : AuthorKind::self;
    chat.transcript.put(r, chat.out);
    return r;
  }
  void keep(const std::string& id, double order) { chat.keep(row(id, order)); }
  void keep_last_but(std::size_t fewer) {
    for (std::size_t i = 0; i < limits::rows_stored_max - fewer; ++i)
      keep("r" + std::to_string(i), static_cast<double>(i));
  }
  // Plays storage: carries out what was asked for.
  std::size_t stored() {
    for (const Command& c : chat.out.list()) {
      if (const auto* set = std::get_if<command::StorageSet>(&c)) entries[set->key] = set->value;
      if (const auto* gone = std::get_if<command::StorageRemove>(&c)) entries.erase(gone->key);
    }
    chat.out.clear();
    return entries.size();
  }
  bool has(const std::string& id) const { return entries.contains("shopbell.1.x.row." + id); }

  Conversation chat;
  std::map<std::string, std::string> entries;
};

TEST_F(ConversationTest, StoresAsManyRowsAsTheLimitAndDropsTheFirst) {
  keep_last_but(0);
  EXPECT_EQ(stored(), limits::rows_stored_max);
  keep("one more", 1e6);
  EXPECT_EQ(stored(), limits::rows_stored_max);
  EXPECT_FALSE(has("r0"));
  EXPECT_TRUE(has("one more"));
}

TEST_F(ConversationTest, CountsTheRowsThatOtherTabsHavePut) {
  keep_last_but(1);
  entries["shopbell.1.x.row.other"] = "{}";
  row("other", 1e3);
  keep("next", 1e6);
  EXPECT_EQ(stored(), limits::rows_stored_max);
  EXPECT_FALSE(has("r0"));
  EXPECT_TRUE(has("other"));
}

TEST_F(ConversationTest, AnAnswerMadeAgainPushesOutTheFirstAndNoneThatCameAfterIt) {
  keep_last_but(1);
  keep("r7.reply", 7.5);
  chat.transcript.remove("r7.reply", chat.out);
  keep("next", 1e6);
  keep("r7.reply", 7.5);
  EXPECT_EQ(stored(), limits::rows_stored_max);
  EXPECT_FALSE(has("r0"));
  EXPECT_TRUE(has("r1"));
  EXPECT_TRUE(has("r7.reply"));
}

TEST_F(ConversationTest, AnAnswerMadeAgainThatIsNoLongerAmongTheLastIsNotStored) {
  keep_last_but(0);
  keep("r49.reply", 49.5);
  keep("r0.reply", 0.5);
  EXPECT_EQ(stored(), limits::rows_stored_max);
  EXPECT_FALSE(has("r0.reply"));
  EXPECT_TRUE(has("r1"));
}

TEST_F(ConversationTest, RowsThatAreOverButNotStoredLeaveNoneBehind) {
  keep_last_but(0);
  for (int i = 0; i < 3; ++i) row("doubted" + std::to_string(i), 100 + i, RowState::broken);
  keep("next", 1e6);
  EXPECT_EQ(stored(), limits::rows_stored_max - 3);
  EXPECT_FALSE(has("r3"));
  EXPECT_TRUE(has("r4"));
}

TEST_F(ConversationTest, AfterAllIsForgottenAnOlderHistoryIsStored) {
  keep_last_but(0);
  keep("next", 1e6);
  while (!chat.transcript.rows().empty()) chat.forget(std::string(chat.transcript.rows().front().id));
  EXPECT_EQ(stored(), 0u);
  for (std::size_t i = 0; i < limits::rows_stored_max + 5; ++i)
    keep("h" + std::to_string(i), 0.01 * static_cast<double>(i));
  EXPECT_EQ(stored(), limits::rows_stored_max);
  EXPECT_FALSE(has("h4"));
}

TEST_F(ConversationTest, AnAnswerStandsBesideWhatItAnswers) {
  row("m", 10, RowState::sent);
  row("n", 20, RowState::sent);
  EXPECT_EQ(chat.agent_row("m.reply").order, 10.5);
  EXPECT_GT(chat.agent_row("of-nobody.reply").order, 20);
}

}  // namespace
}  // namespace shopbell
