// What outlives the page: keys of its own for each entry, bounds, and entries that are not ours to touch.
#include "core/conversation/store.h"

#include <gtest/gtest.h>

#include <map>

namespace shopbell {
namespace {

Row row_at(const std::string& id, double order) {
  Row r;
  r.id = id;
  r.order = order;
  r.text = "text";
  return r;
}

struct StoreTest : testing::Test {
  StoreTest() { store.configure("chatkit.x"); }

  // Plays storage: carries out what the store asked for.
  void carry_out() {
    for (const Command& c : out.list()) {
      if (const auto* set = std::get_if<command::StorageSet>(&c)) entries[set->key] = set->value;
      if (const auto* gone = std::get_if<command::StorageRemove>(&c)) entries.erase(gone->key);
    }
    out.clear();
  }
  Saved reload() {
    Commands asked;
    store.ask(asked);
    for (const Command& c : asked.list()) {
      const auto& load = std::get<command::StorageLoad>(c);
      event::StorageLoaded answer{load.area, load.prefix, {}, {}};
      for (const auto& [key, value] : entries)
        if (load.area == Area::shop && key.starts_with(load.prefix)) answer.entries.push_back({key, value});
      store.take(answer);
    }
    EXPECT_TRUE(store.loaded());
    return store.read();
  }

  Store store;
  Commands out;
  std::map<std::string, std::string> entries;
};

TEST_F(StoreTest, ARowThatIsPutAgainIsCountedOnce) {
  for (int i = 0; i < 200; ++i) store.put(row_at("same", 1), out);
  carry_out();
  EXPECT_EQ(reload().rows.size(), 1u);
}

TEST_F(StoreTest, RowsComeBackInOrderAndSoDoMessages) {
  for (const int order : {3, 1, 2}) store.put(row_at("r" + std::to_string(order), order), out);
  for (const int order : {9, 7, 8}) {
    Message m;
    m.id = "m" + std::to_string(order);
    m.text = Private<std::string>("hello");
    m.order = order;
    store.put(m, out);
  }
  carry_out();
  const Saved saved = reload();
  ASSERT_EQ(saved.rows.size(), 3u);
  EXPECT_EQ(saved.rows[0].id, "r1");
  EXPECT_EQ(saved.rows[2].id, "r3");
  ASSERT_EQ(saved.messages.size(), 3u);
  EXPECT_EQ(saved.messages[0].id, "m7");
  EXPECT_EQ(saved.messages[0].text.reveal(), "hello");
}

TEST_F(StoreTest, EntriesThatCannotBeReadAreCountedAndLeftAlone) {
  entries["shopbell.1.chatkit.x.row.a"] = "{\"id\":\"b\"}";  // not under its own key
  entries["shopbell.1.chatkit.x.out.m"] = "{\"id\":\"m\"}";  // without a text
  entries["shopbell.1.chatkit.x.row.c"] = "{\"id\":\"c\",\"state\":\"a state of the future\"}";
  entries["shopbell.1.chatkit.x.session"] = "[]";
  entries["shopbell.1.chatkit.x.something.new"] = "?";
  const auto before = entries;
  const Saved saved = reload();
  EXPECT_EQ(saved.unreadable, 4u);
  EXPECT_TRUE(saved.rows.empty());
  EXPECT_TRUE(saved.messages.empty());
  EXPECT_EQ(entries, before);
}

TEST_F(StoreTest, TheOlderWidgetsIdsAreTakenAtTheLimitAndNotOnePast) {
  for (const std::size_t size : {100u, 101u}) {
    entries["tz_client_id"] = "client_1_abc";
    entries["tz_session_id"] = std::string(size, 's');
    entries["tz_session_expiry"] = "5000";
    reload();
    Saved older;
    ASSERT_TRUE(store.read_older(1000, older));
    EXPECT_EQ(older.session.session_id.empty(), size > 100);
  }
  entries["tz_client_id"] = std::string(200'000, 'c');
  reload();
  Saved older;
  EXPECT_FALSE(store.read_older(1000, older));
}

TEST_F(StoreTest, ALockNamesItsTab) {
  EXPECT_EQ(store.tab_of(store.lock_of("abc")), "abc");
  EXPECT_EQ(store.tab_of("another.lock"), "");
}

}  // namespace
}  // namespace shopbell
