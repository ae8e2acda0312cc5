// The `ag-ui` codec where an agent asks before it goes on: what it asks for, and what it is told then.
#include "ag_ui_rig.h"
#include "backends/ag_ui/calls.h"
#include "core/vocabulary/limits.h"

namespace shopbell::ag_ui {
namespace {

const std::string page_offer =
    R"([{"name":"show","description":"Shows it","parameters":{"type":"object"},"metadata":{"readOnly":true}}])";

// The last thing that is said of a run with this call and that outcome, by a page that offers `show`.
std::string asked_by(std::string_view name, std::string_view arguments, std::string outcome) {
  const auto codec = make();
  Recorder said(Recorder::Ids::left_out);
  Outgoing outgoing = lamps();
  outgoing.tools = &page_offer;
  codec->say(outgoing, said);
  codec->head(200, {}, said);
  std::string events = std::string(started) + R"(
{"type":"TOOL_CALL_START","toolCallId":"c","parentMessageId":"p","toolCallName":")" +
                       std::string(name) + R"("}
{"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":")" +
                       std::string(arguments) + R"("}
{"type":"TOOL_CALL_END","toolCallId":"c"}
{"type":"RUN_FINISHED","threadId":"thread-1","runId":"m1")";
  if (!outcome.empty()) events += ",\"outcome\":" + outcome;
  codec->received(stream(events + "}"), said);
  codec->ended(said);
  const std::string all = said.said();
  return all.substr(all.rfind('\n') + 1);
}

TEST(AgUiAsks, WhatTheLibrarySends) {
  const auto last = [](const char* name) {
    const std::string said = answer(recorded(name));
    return said.substr(said.rfind('\n') + 1);
  };
  EXPECT_EQ(last("client"), R"(asks tool call-page1-1 show_product {"sku": "LAMP-1"})");
  EXPECT_EQ(last("client_two"), R"(asks tool call-page1-1 show_product {"sku": "LAMP-1"}; )"
                                R"(tool call-page2-1 show_product {"sku": "LAMP-2"})");
  EXPECT_EQ(last("approve"),
            R"(asks approval int-call-cancel1-1 of call-cancel1-1 cancel_order {"order": 1042} )"
            R"("Approve cancel_order({"order":1042})?")");
}

TEST(AgUiAsks, TheMessageAndTheWordsBefore) {
  const auto codec = make();
  Recorder said;
  codec->say(lamps(), said);
  codec->head(200, {}, said);
  codec->received(recorded("approve_two"), said);
  ASSERT_EQ(said.asked.size(), 2u);
  EXPECT_EQ(said.asked[0].said.reveal(), "I can cancel it.");
  EXPECT_EQ(said.asked[0].message.size(), 36u) << "as the agent named it";
  EXPECT_TRUE(said.asked[1].said.empty());
}

// An agent that does not name what waits for the page.
TEST(AgUiAsks, CallsOfThePagesToolsWaitForIt) {
  EXPECT_EQ(asked_by("show", "{}", ""), "asks tool c show {}");
  EXPECT_EQ(asked_by("show", "{}", R"({"type":"success"})"), "asks tool c show {}");
  EXPECT_EQ(asked_by("stock_of", "{}", ""), "failed answer_empty taken") << "the agent's own";
  EXPECT_EQ(asked_by("show", "{}", R"({"type":"success","pendingToolCallIds":[]})"),
            "failed answer_empty taken");
  EXPECT_EQ(asked_by("none", "{}", R"({"type":"success","pendingToolCallIds":["c"]})"),
            "asks tool c none {}");
}

TEST(AgUiAsks, RunFinishedInterruptOutcomeAccepted) {
  EXPECT_EQ(asked_by("pay", "{}",
                     R"({"type":"interrupt","interrupts":[{"id":"i","reason":"tool_call","toolCallId":"c",)"
                     R"("message":"Pay?","expiresAt":"2026-11-24T15:00:00Z"}]})"),
            R"(asks approval i of c pay {} "Pay?" until 1795532400000)");
  EXPECT_EQ(asked_by("pay", "{}", R"({"type":"interrupt","interrupts":[{"id":"i","reason":"input"}]})"),
            "asks approval i of   ")
      << "about no call";
  // A call of the page beside a question about another.
  EXPECT_EQ(asked_by("show", "{}", R"({"type":"interrupt","interrupts":[{"id":"i","reason":"x"}]})"),
            "asks approval i of   ; tool c show {}");
}

TEST(AgUiAsks, InterruptsThatCannotBeRead) {
  for (const char* interrupts : {"", ",\"interrupts\":[]", ",\"interrupts\":{}",
                                 R"(,"interrupts":[{"reason":"x"}])", R"(,"interrupts":[{"id":""}])",
                                 R"(,"interrupts":[{"id":5}])", R"(,"interrupts":[{"id":"i","message":5}])",
                                 R"(,"interrupts":[{"id":"i"},{"id":"i"}])", R"(,"interrupts":["i"])"})
    EXPECT_EQ(asked_by("pay", "{}", R"({"type":"interrupt")" + std::string(interrupts) + "}").find(fatal), 0u)
        << interrupts;
}

TEST(AgUiAsks, ArgumentsBeyondTheBoundAreNotKept) {
  const auto codec = make();
  Recorder said;
  Outgoing outgoing = lamps();
  outgoing.tools = &page_offer;
  codec->say(outgoing, said);
  codec->head(200, {}, said);
  codec->received(stream(std::string(started) + "\n" +
                         R"({"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"show"})"),
                  said);
  for (int i = 0; i < 100; ++i)
    codec->received(
        stream(R"({"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":")" + std::string(1'000, 'x') + "\"}"),
        said);
  codec->received(
      stream(std::string(R"({"type":"TOOL_CALL_END","toolCallId":"c"})") + "\n" + std::string(finished)),
      said);
  ASSERT_EQ(said.asked.size(), 1u);
  EXPECT_LE(said.asked[0].arguments.reveal().size(), limits::arguments_bytes_max + 1'000);
}

TEST(AgUiAsks, ACallThatBeginsTwiceHasNoArguments) {
  const auto codec = make();
  Recorder said;
  Outgoing outgoing = lamps();
  outgoing.tools = &page_offer;
  codec->say(outgoing, said);
  codec->head(200, {}, said);
  std::string events = std::string(started) + "\n";
  for (const char* delta : {"{", "}"})
    events += R"({"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"show"}
{"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":")" +
              std::string(delta) + R"("}
{"type":"TOOL_CALL_END","toolCallId":"c"}
)";
  codec->received(stream(events + std::string(finished)), said);
  ASSERT_EQ(said.asked.size(), 1u);
  EXPECT_FALSE(wire::parse(said.asked[0].arguments.reveal()).ok());
}

// ---- what is told

Ask told(std::string id, AskKind kind, AskState state, std::string answer, std::uint32_t round = 1) {
  Ask ask;
  ask.id = std::move(id);
  ask.kind = kind;
  ask.call = kind == AskKind::tool ? ask.id : "c-" + ask.id;
  ask.name = "show";
  ask.arguments.set(R"({"n":1})");
  ask.state = state;
  ask.answer.set(answer);
  ask.round = round;
  return ask;
}

std::string posted(const std::vector<Ask>& asks, std::string_view member) {
  const auto codec = make();
  Recorder said;
  Outgoing outgoing = lamps();
  outgoing.asks = &asks;
  codec->say(outgoing, said);
  const std::string& body = said.requests.at(0).body;
  const auto at = body.find("\"" + std::string(member) + "\":");
  return at == std::string::npos ? "" : body.substr(at + member.size() + 3);
}

TEST(AgUiAsks, AnswersFollowTheirCalls) {
  std::vector<Ask> asks = {told("a", AskKind::tool, AskState::done, "shown"),
                           told("b", AskKind::tool, AskState::refused, "no"),
                           told("c", AskKind::tool, AskState::failed, "sold out", 2)};
  asks[0].message = "theirs";
  asks[0].said.set("Look:");
  const std::string call = R"("type":"function","function":{"name":"show","arguments":"{\"n\":1}"}})";
  EXPECT_EQ(
      posted(asks, "messages"),
      R"([{"id":"m1","role":"user","content":"lamps?"},)"
      R"({"id":"theirs","role":"assistant","content":"Look:","toolCalls":[{"id":"a",)" +
          call + R"(,{"id":"b",)" + call +
          R"(]},)"
          R"({"id":"m1.ask.1","role":"tool","toolCallId":"a","content":"shown"},)"
          R"({"id":"m1.ask.2","role":"tool","toolCallId":"b","content":"no"},)"
          R"({"id":"m1.reply.2","role":"assistant","toolCalls":[{"id":"c",)" +
          call +
          R"(]},)"
          R"({"id":"m1.ask.3","role":"tool","toolCallId":"c","content":"sold out","error":"sold out"}],)"
          R"("tools":[],"context":[],"forwardedProps":{},"resume":[]})");
}

TEST(AgUiAsks, EveryQuestionOfTheLastRoundIsAnswered) {
  const std::vector<Ask> asks = {told("old", AskKind::approval, AskState::done, "cancelled"),
                                 told("yes", AskKind::approval, AskState::done, "", 2),
                                 told("no", AskKind::approval, AskState::refused, "", 2),
                                 told("late", AskKind::approval, AskState::expired, "", 2),
                                 told("t", AskKind::tool, AskState::done, "", 2)};
  EXPECT_EQ(posted(asks, "resume"),
            R"([{"interruptId":"yes","status":"resolved","payload":{"approved":true}},)"
            R"({"interruptId":"no","status":"resolved","payload":{"approved":false}},)"
            R"({"interruptId":"late","status":"cancelled"}]})");
  // What came of a call that was allowed before is known; what is being answered has no result yet.
  const std::string messages = posted(asks, "messages");
  EXPECT_NE(messages.find(R"({"id":"m1.ask.1","role":"tool","toolCallId":"c-old","content":"cancelled"})"),
            std::string::npos);
  EXPECT_EQ(messages.find(R"("toolCallId":"c-yes")"), std::string::npos);
}

TEST(AgUiAsks, TheToolsOfThePage) {
  const auto codec = make();
  Recorder said;
  Outgoing outgoing = lamps();
  outgoing.tools = &page_offer;
  codec->say(outgoing, said);
  EXPECT_NE(said.requests.at(0).body.find("\"tools\":" + page_offer + ","), std::string::npos);
}

// ---- the answer goes on

std::string goes_on(std::string_view events) {
  std::vector<Ask> asks = {told("i", AskKind::approval, AskState::done, "")};
  asks[0].said.set("I can cancel it.");
  const auto codec = make();
  Recorder said(Recorder::Ids::left_out);
  Outgoing outgoing = lamps();
  outgoing.asks = &asks;
  codec->say(outgoing, said);
  EXPECT_EQ(wire::parse(said.requests.at(0).body)["runId"].text(), "m1.2");
  said.said();
  codec->head(200, {}, said);
  std::string all = std::string(started) + "\n" + std::string(events) + "\n" + std::string(finished);
  for (std::size_t at; (at = all.find("\"runId\":\"m1\"")) != std::string::npos;)
    all.replace(at, 12, "\"runId\":\"m1.2\"");
  codec->received(stream(all), said);
  codec->ended(said);
  const std::string said_all = said.said();
  return said_all.substr(std::min(said_all.size(), std::string("taken\nprogress\n").size()));
}

TEST(AgUiAsks, ItGoesOnAsAParagraphOfTheSameAnswer) {
  EXPECT_EQ(goes_on(R"({"type":"TOOL_CALL_RESULT","toolCallId":"c-i","messageId":"r","content":"1042"}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"b","delta":"Do"}
{"type":"TEXT_MESSAGE_CHUNK","delta":"ne."})"),
            "result c-i 1042\nprogress\ndelta \n\nDo\ndelta ne.\ndone I can cancel it.\n\nDone.");
}

TEST(AgUiAsks, WhoHasDoneSomethingNeedNotSpeakOfIt) { EXPECT_EQ(goes_on(""), "done I can cancel it."); }

TEST(AgUiAsks, TimesOfThisCentury) {
  EXPECT_EQ(time_ms("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(time_ms("2024-02-29T23:59:59Z"), 1709251199000);
  EXPECT_EQ(time_ms("2026-11-24T15:00:00.123456Z"), 1795532400000);
  EXPECT_EQ(time_ms("2026-11-24T15:00:00.5+00:00"), 1795532400000);
  EXPECT_EQ(time_ms("2100-03-01T00:00:00Z") - time_ms("2100-02-28T00:00:00Z"), 24 * 3'600'000);
  for (const char* none : {"", "tomorrow", "2026-11-24", "2026-11-24T15:00", "2026-11-24T15:00:00+01:30",
                           "2026-11-24T15:00:00", "Z", "99999999999999999999Z"})
    EXPECT_EQ(time_ms(none), 0) << none;
}

}  // namespace
}  // namespace shopbell::ag_ui
