// What a page offers: a tool that breaks a rule is named and not offered.
#include "core/machines/toolbox.h"

#include <gtest/gtest.h>

namespace shopbell {
namespace {

std::string tool_json(std::string more = {}) { return R"({"description":"Does it")" + more + "}"; }
std::string offer_one(Toolbox& tools, const std::string& name, const std::string& what) {
  return tools.offer("{\"" + name + "\":" + what + "}");
}

TEST(Toolbox, AToolIsDescribedByThePage) {
  Toolbox tools;
  EXPECT_EQ(offer_one(tools, "look", tool_json(R"(,"parameters":{"type":"object"},"readOnly":true,"run":1)")),
            "");
  EXPECT_EQ(
      tools.tools(),
      R"([{"name":"look","description":"Does it","parameters":{"type":"object"},"metadata":{"readOnly":true}}])");
  Ask ask;
  EXPECT_TRUE(tools.has("look", &ask));
  EXPECT_EQ(ask.about.reveal(), "Does it");
  EXPECT_TRUE(ask.read_only);
  EXPECT_FALSE(tools.has("Look"));
}

TEST(Toolbox, OnlyTrueIsReadOnly) {
  for (const char* value : {"1", "\"true\"", "null", "{}", "false"}) {
    Toolbox tools;
    offer_one(tools, "t", tool_json(std::string(R"(,"readOnly":)") + value));
    Ask ask;
    EXPECT_TRUE(tools.has("t", &ask)) << value;
    EXPECT_FALSE(ask.read_only) << value;
  }
}

TEST(Toolbox, Names) {
  Toolbox tools;
  EXPECT_EQ(offer_one(tools, std::string(limits::tool_name_bytes_max, 'a'), tool_json()), "");
  const std::string longer(limits::tool_name_bytes_max + 1, 'a');
  EXPECT_EQ(offer_one(tools, longer, tool_json()), " " + longer);
  for (const char* name : {"", "a b", "a.b", "\xc3\xa4", "a\xe2\x80\x8b", "\xd0\xb0"})
    EXPECT_EQ(offer_one(tools, name, tool_json()), " " + std::string(name));
}

TEST(Toolbox, Descriptions) {
  Toolbox tools;
  for (const char* what :
       {"{}", "5", "null", R"({"description":""})", R"({"description":" \n "})", R"({"description":5})",
        R"({"description":"x","parameters":[]})", R"({"description":"x","parameters":"{}"})"})
    EXPECT_EQ(offer_one(tools, "t", what), " t") << what;
}

TEST(Toolbox, Bounds) {
  Toolbox tools;
  const std::string least = R"({"description":"","parameters":{},"readOnly":false})";
  const auto of_bytes = [&](std::size_t bytes) {
    return R"({"description":")" + std::string(bytes - least.size(), 'x') +
           R"(","parameters":{},"readOnly":false})";
  };
  EXPECT_EQ(offer_one(tools, "t", of_bytes(limits::tool_bytes_max)), "");
  EXPECT_EQ(offer_one(tools, "t", of_bytes(limits::tool_bytes_max + 1)), " t");
  std::string many = "{";
  for (std::size_t i = 0; i < limits::tools_max + 1; ++i)
    many += (i > 0 ? ",\"t" : "\"t") + std::to_string(i) + "\":" + tool_json();
  EXPECT_EQ(tools.offer(many + "}"), " t" + std::to_string(limits::tools_max));
}

TEST(Toolbox, TheLastOfferIsTheOffer) {
  Toolbox tools;
  EXPECT_EQ(tools.offer("{\"a\":" + tool_json() + ",\"b\":" + tool_json() + "}"), "");
  EXPECT_EQ(tools.offer("{\"b\":" + tool_json() + "}"), "");
  EXPECT_FALSE(tools.has("a"));
  EXPECT_TRUE(tools.has("b"));
  EXPECT_EQ(tools.offer("no JSON"), "");
  EXPECT_FALSE(tools.has("b"));
}

}  // namespace
}  // namespace shopbell
