// The JSON of structs with field tables: round trips, other versions' objects, and wrong types.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/vocabulary/row.h"
#include "core/wire/json_fields.h"

namespace shopbell::wire {
namespace {

struct Inner {
  std::string name = "none";
  std::uint8_t small = 7;
  SHOPBELL_FIELDS(Inner, name, small)
  bool operator==(const Inner&) const = default;
};
struct Outer {
  bool flag = false;
  double number = 1.5;
  std::uint32_t count = 3;
  RowState state = RowState::done;
  Private<std::string> secret;
  std::vector<Inner> inners;
  std::vector<RowAction> actions;
  SHOPBELL_FIELDS(Outer, flag, number, count, state, secret, inners, actions)
  bool operator==(const Outer&) const = default;
};

template <class T>
std::string json_of(const T& value) {
  Writer writer;
  write(writer, value);
  return writer.take();
}

template <class T>
bool from(std::string_view json, T& value) {
  const auto document = parse(json);
  return document.ok() && read(document.root(), value);
}

TEST(WireFields, WritesAndReadsBack) {
  const Outer outer{true,
                    -2.25,
                    4294967295,
                    RowState::broken,
                    Private<std::string>("text"),
                    {{"a", 0}, {"b\"", 255}},
                    {RowAction::edit, RowAction::retry}};
  EXPECT_EQ(json_of(outer),
            R"({"flag":true,"number":-2.25,"count":4294967295,"state":"broken","secret":"text",)"
            R"("inners":[{"name":"a","small":0},{"name":"b\"","small":255}],"actions":["edit","retry"]})");
  Outer back;
  ASSERT_TRUE(from(json_of(outer), back));
  EXPECT_EQ(back, outer);
}

TEST(WireFields, RowComesBack) {
  Row row;
  row.id = "m1";
  row.author = {"agent", "Amara", AuthorKind::agent};
  row.state = RowState::unconfirmed;
  row.text = "**hi**";
  row.at_ms = 1732152000123.5;
  row.note = ErrorCode::rate_limited;
  row.actions = {RowAction::retry};
  row.products.resize(2);
  row.products[0].title = "Lamp";
  row.products[0].price = 19.9;
  Row back;
  ASSERT_TRUE(from(json_of(row), back));
  EXPECT_EQ(back, row);
}

TEST(WireFields, KeepsWhatIsMissingAndIgnoresWhatIsUnknown) {
  Outer outer;
  EXPECT_TRUE(from(R"({"later":{"a":[1]},"number":2})", outer));
  Outer expected;
  expected.number = 2;
  EXPECT_EQ(outer, expected);
  EXPECT_TRUE(from("{}", outer));
  EXPECT_EQ(outer, expected);
}

TEST(WireFields, RefusesWrongTypes) {
  for (const auto* json :
       {"[]", "null", "5", "\"x\"", R"({"flag":1})", R"({"flag":null})", R"({"number":"1"})",
        R"({"count":-1})", R"({"count":1.5})", R"({"count":4294967296})", R"({"state":"unheard"})",
        R"({"state":3})", R"({"secret":[]})", R"({"inners":{}})", R"({"inners":[1]})",
        R"({"inners":[{"small":256}]})", R"({"actions":["retry","fly"]})"}) {
    Outer outer;
    EXPECT_FALSE(from(json, outer)) << json;
  }
}

}  // namespace
}  // namespace shopbell::wire
