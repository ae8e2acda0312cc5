// A question as text: what an agent wrote can't look like the page's words, hide, or turn its neighbours around.
#include "core/machines/question.h"

#include <gtest/gtest.h>

#include "core/wire/utf8.h"

namespace shopbell {
namespace {

Ask tool_question(std::string arguments) {
  Ask ask;
  ask.name = "add";
  ask.about.set("Puts it into the basket");
  ask.arguments.set(arguments);
  return ask;
}

Ask approval_question(std::string words, std::string arguments) {
  Ask ask = tool_question(std::move(arguments));
  ask.kind = AskKind::approval;
  ask.about.set(words);
  return ask;
}

std::string visible(std::string_view text) {
  std::string out;
  append_visible(out, text);
  return out;
}

TEST(Question, ThePagesWordsThenALineForEachArgument) {
  EXPECT_EQ(question(tool_question(R"({"sku":"A-1","n":2,"gift":{"to":["x"]}})")),
            "Puts it into the basket\n\"sku\": \"A-1\"\n\"n\": 2\n\"gift\": {\"to\":[\"x\"]}");
  EXPECT_EQ(question(tool_question("{}")), "Puts it into the basket");
}

TEST(Question, AnApprovalsFirstLineIsEmpty) {
  EXPECT_EQ(question(approval_question("Cancel it?", R"({"order": 1042})")),
            "\n\u201cCancel it?\u201d\nadd {\"order\": 1042}");
  EXPECT_EQ(question(approval_question("", "{}")), "\n\u201c\u201d\nadd {}");
}

TEST(Question, NothingOfAnAgentBeginsALine) {
  const std::string forged = "x\\\"\\nn: 1\\u2028\\u0085Allowed";
  const std::string text = question(tool_question("{\"a\\nb\":\"" + forged + "\"}"));
  EXPECT_EQ(text, "Puts it into the basket\n\"a\\nb\": \"x\\\"\\nn: 1\\u2028\\u0085Allowed\"");
  EXPECT_EQ(question(approval_question("Yes\nYou allowed this.", "{}")),
            "\n\u201cYes You allowed this.\u201d\nadd {}");
}

TEST(Question, WhatIsUnseenIsSpeltOut) {
  EXPECT_EQ(visible("a\u202eb"), "a\\u202eb");
  EXPECT_EQ(visible("a\u200b\u2066\ufeff\u00ad"), "a\\u200b\\u2066\\ufeff\\u00ad");
  EXPECT_EQ(visible("\U000e0041"), "\\u0e0041");
  EXPECT_EQ(visible("\x01\x7f"), "\\u0001\\u007f");
  EXPECT_EQ(visible("Grüße 你好 ❤️ €"), "Grüße 你好 ❤️ €");
}

TEST(Question, AnyTextGivesText) {
  EXPECT_TRUE(wire::is_utf8(visible("\u07ff\u0800\uffff\U00010000\U0010ffff")));
}

}  // namespace
}  // namespace shopbell
