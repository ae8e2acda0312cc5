// The `ag-ui` codec: what is posted, the reader rules of AG-UI 1.0 by the names of its conformance corpus, and
// answers as a real library sent them (tests/rig/agui/recordings/*.sse), whole, split and cut anywhere.
#include <gtest/gtest.h>

#include "ag_ui_rig.h"
#include "core/vocabulary/limits.h"
#include "core/wire/reader.h"

namespace shopbell::ag_ui {
namespace {

// ---- what is posted

TEST(AgUi, PostsARunAgentInput) {
  const auto codec = make("key-7f3a");
  Outgoing outgoing = lamps();
  outgoing.history = {{"m0", false, Private<std::string>("hi")},
                      {"m0.reply", true, Private<std::string>("Hello.")}};
  Recorder said;
  codec->say(outgoing, said);
  const HttpRequest& request = said.requests.at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://shop.example/agent");
  ASSERT_EQ(request.headers.size(), 3u);
  EXPECT_EQ(request.headers[1].value, "text/event-stream");
  EXPECT_EQ(request.headers[2].value, "key-7f3a");
  EXPECT_EQ(
      request.body,
      R"({"threadId":"thread-1","runId":"m1","protocolVersion":"1.0","state":{},"messages":[)"
      R"({"id":"m0","role":"user","content":"hi"},{"id":"m0.reply","role":"assistant","content":"Hello."},)"
      R"({"id":"m1","role":"user","content":"lamps?"}],"tools":[],"context":[],"forwardedProps":{}})");
  EXPECT_EQ(make()->capabilities().resend_by_key, false);
}

TEST(AgUi, EachRunHasANameOfItsOwn) {
  const auto codec = make();
  Recorder said;
  for (const char* id : {"m1", "m1", "m2"}) codec->say(lamps(id), said);
  const auto run = [&](std::size_t i) {
    const auto body = wire::parse(said.requests.at(i).body);
    return std::string(body["runId"].text().value_or(std::string_view()));
  };
  EXPECT_EQ(run(0), "m1");
  EXPECT_EQ(run(1), "m1.2");
  EXPECT_EQ(run(2), "m2");
}

TEST(AgUi, ARefusalIsNoStream) {
  const auto codec = make();
  Recorder said(Recorder::Ids::left_out);
  codec->say(lamps(), said);
  said.said();
  codec->head(401, {}, said);
  codec->received(R"({"error":"no lamps? here"})", said);
  codec->ended(said);
  EXPECT_EQ(said.said(), "failed unauthorized refused (status 401; •••)");
}

// ---- as a real library sends it

TEST(AgUi, TheSameWhereverItIsSplit) {
  for (const char* name :
       {"text", "letters", "tool", "client", "approve", "reason", "state", "custom", "fail"}) {
    const std::string whole = answer(recorded(name));
    for (const std::size_t part : {1u, 2u, 7u, 100u})
      EXPECT_EQ(answer(recorded(name), false, part), whole) << name;
  }
}

TEST(AgUi, WhatTheLibrarySays) {
  const auto last = [](const std::string& name) {
    const std::string said = answer(recorded(name));
    const auto end = said.rfind("\ndone ");
    return end == std::string::npos ? said.substr(said.rfind('\n') + 1) : said.substr(end + 1);
  };
  EXPECT_EQ(last("text"), "done Our desk lamp costs **$39.50** and is in stock.");
  EXPECT_EQ(last("letters"), "done Grüße: 你好 👩‍👩‍👧 e\u0301 \"\\\u2028</script>");
  EXPECT_EQ(last("tool").substr(0, 26), "done I look.\n\nThere are 7 ");
  EXPECT_EQ(last("fail"), "failed answer_failed taken");
  EXPECT_EQ(last("fail_first"), "failed answer_failed taken");
}

// A price that is cut inside its number is a wrong price.
TEST(AgUi, ACutAnswerIsNeverComplete) {
  for (const char* name : {"text", "tool", "letters"}) {
    const std::string body = recorded(name);
    const std::size_t last = body.rfind("data: ");
    for (std::size_t at = 0; at <= body.size(); at += 1 + body.size() / 400) {
      for (const bool cut : {false, true}) {
        const std::string said = answer(body.substr(0, at), cut);
        const bool whole = at == body.size();
        EXPECT_EQ(said.find("done") != std::string::npos, whole && at > last) << name << " at " << at;
        EXPECT_EQ(said.find("failed ") != std::string::npos, !whole) << name << " at " << at;
      }
    }
  }
}

TEST(AgUi, NothingIsSaidAgainThatMayHaveArrived) {
  EXPECT_EQ(answer(""), "failed answer_broken unknown");
  EXPECT_EQ(answer("", true), "failed connection_lost unknown");
  EXPECT_EQ(answer(stream(started), true), "taken\nprogress\nfailed connection_lost taken");
}

// ---- the rules, by the corpus's names

struct Case {
  const char* name;
  const char* events;  // inside a run
  const char* said;
};

class AgUiRules : public testing::TestWithParam<Case> {};

TEST_P(AgUiRules, AreKept) {
  const std::string said = in_a_run(GetParam().events);
  if (std::string_view(GetParam().said) == "fatal") {
    EXPECT_NE(said.find(fatal), std::string::npos) << said;
    EXPECT_EQ(said.find("done"), std::string::npos) << said;
  } else {
    EXPECT_EQ(said, GetParam().said);
  }
}

constexpr const char* lamp =
    R"({"type":"TEXT_MESSAGE_START","messageId":"a","role":"assistant"}
{"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":"Lamp"}
{"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":"s."}
{"type":"TEXT_MESSAGE_END","messageId":"a"})";

const Case rules[] = {
    {"triad_assembles_message", lamp, "delta Lamp\ndelta s.\ndone Lamps."},
    {"reopen_closed_message_appends",
     R"({"type":"TEXT_MESSAGE_START","messageId":"a"}
{"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":"x"}
{"type":"TEXT_MESSAGE_END","messageId":"a"}
{"type":"TEXT_MESSAGE_START","messageId":"a"}
{"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":"y"}
{"type":"TEXT_MESSAGE_END","messageId":"a"})",
     "delta x\ndelta y\ndone xy"},
    {"chunk_expansion_assembles",
     R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"a","role":"assistant","delta":"x"}
{"type":"TEXT_MESSAGE_CHUNK","delta":"y"}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"b","delta":"z"})",
     "delta x\ndelta y\ndelta \n\nz\ndone xy\n\nz"},
    {"chunk_repeat_identical_accepted",
     R"({"type":"TOOL_CALL_CHUNK","toolCallId":"c","toolCallName":"n","delta":"{"}
{"type":"TOOL_CALL_CHUNK","toolCallId":"c","toolCallName":"n","delta":"}"}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"})",
     "progress\nprogress\ndelta x\ndone x"},
    {"chunk_conflicting_tool_name_fatal",
     R"({"type":"TOOL_CALL_CHUNK","toolCallId":"c","toolCallName":"n"}
{"type":"TOOL_CALL_CHUNK","toolCallId":"c","toolCallName":"other"})",
     "fatal"},
    {"first_chunk_missing_id_fatal", R"({"type":"TEXT_MESSAGE_CHUNK","delta":"x"})", "fatal"},
    {"first_tool_chunk_missing_name_fatal", R"({"type":"TOOL_CALL_CHUNK","toolCallId":"c"})", "fatal"},
    {"custom_closes_chunk_stream_fatal",
     R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"}
{"type":"CUSTOM","name":"n","value":1}
{"type":"TEXT_MESSAGE_CHUNK","delta":"y"})",
     "fatal"},
    {"raw_does_not_close_chunk_stream",
     R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"}
{"type":"RAW","event":{}}
{"type":"TEXT_MESSAGE_CHUNK","delta":"y"})",
     "delta x\ndelta y\ndone xy"},
    {"raw_and_custom_pass_through",
     R"({"type":"RAW","event":{"a":[1]}}
{"type":"CUSTOM","name":"n","value":null}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"})",
     "delta x\ndone x"},
    {"content_without_start_fatal", R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":"x"})",
     "fatal"},
    {"open_message_at_run_finished_fatal", R"({"type":"TEXT_MESSAGE_START","messageId":"a"})", "fatal"},
    {"malformed_known_field_fatal",
     R"({"type":"TEXT_MESSAGE_START","messageId":"a"}
{"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":5})",
     "fatal"},
    {"nested_run_started_fatal", R"({"type":"RUN_STARTED","threadId":"t","runId":"r2"})", "fatal"},
    {"tool_call_triad_assembles",
     R"({"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"n"}
{"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":"{}"}
{"type":"TOOL_CALL_END","toolCallId":"c"}
{"type":"TOOL_CALL_RESULT","toolCallId":"c","messageId":"t","content":"7"}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"})",
     "progress\nprogress\nprogress\ndelta x\ndone x"},
    {"tool_result_parts_mint_tool_message",
     R"({"type":"TOOL_CALL_RESULT","toolCallId":"c","messageId":"t","content":[{"type":"text","text":"7"}]}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"})",
     "result c 7\nprogress\ndelta x\ndone x"},
    {"reasoning_span_and_message",
     R"({"type":"REASONING_START","messageId":"r"}
{"type":"REASONING_MESSAGE_START","messageId":"r","role":"reasoning"}
{"type":"REASONING_MESSAGE_CONTENT","messageId":"r","delta":"secret"}
{"type":"REASONING_MESSAGE_END","messageId":"r"}
{"type":"REASONING_END","messageId":"r"}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"})",
     "progress\nprogress\nprogress\nprogress\ndelta x\ndone x"},
    {"reasoning_discipline_verified", R"({"type":"REASONING_MESSAGE_CONTENT","messageId":"r","delta":"x"})",
     "fatal"},
    {"reasoning_message_wrong_role_fatal",
     R"({"type":"REASONING_MESSAGE_START","messageId":"r","role":"assistant"})", "fatal"},
    {"encrypted_value_unknown_entity_tolerated",
     R"({"type":"REASONING_ENCRYPTED_VALUE","subtype":"message","entityId":"none","encryptedValue":"x"}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"})",
     "progress\ndelta x\ndone x"},
    {"step_finished_without_start_fatal", R"({"type":"STEP_FINISHED","stepName":"s"})", "fatal"},
    {"subagent_finished_unstarted_fatal", R"({"type":"SUBAGENT_FINISHED","subagentRunId":"s"})", "fatal"},
    {"subagent_started_missing_name_fatal", R"({"type":"SUBAGENT_STARTED","subagentRunId":"s"})", "fatal"},
    {"run_finished_with_active_subagent_fatal",
     R"({"type":"SUBAGENT_STARTED","subagentRunId":"s","name":"n"})", "fatal"},
    {"subagent_unannounced_attribution_accepted",
     R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x","subagentRunId":"never"})",
     "delta x\ndone x"},
    {"unknown_event_dropped",
     R"({"type":"OF_TOMORROW","x":1}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"})",
     "delta x\ndone x"},
    {"unknown_property_stripped",
     R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x","tomorrow":{}})", "delta x\ndone x"},
    // The first-party clients end here; the rule is that the value is passed over.
    {"unknown_enum_value_role",
     R"({"type":"TEXT_MESSAGE_START","messageId":"a","role":"oracle"}
{"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":"x"}
{"type":"TEXT_MESSAGE_END","messageId":"a"})",
     "delta x\ndone x"},
    {"state_is_the_agents_own",
     R"({"type":"STATE_SNAPSHOT","snapshot":null}
{"type":"STATE_DELTA","delta":[{"op":"later","path":"/x"}]}
{"type":"MESSAGES_SNAPSHOT","messages":[{"id":"q","role":"oracle","content":[{"type":"x"}]}]}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"})",
     "delta x\ndone x"},
    {"activity_is_work",
     R"({"type":"ACTIVITY_DELTA","messageId":"never","activityType":"x","patch":[]}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"})",
     "progress\ndelta x\ndone x"},
    {"words_of_the_shopper_are_no_answer",
     R"({"type":"TEXT_MESSAGE_START","messageId":"u","role":"user"}
{"type":"TEXT_MESSAGE_CONTENT","messageId":"u","delta":"lamps?"}
{"type":"TEXT_MESSAGE_END","messageId":"u"}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":"x"})",
     "delta x\ndone x"},
    {"empty_deltas_are_legal", R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":""})",
     "failed answer_empty taken"},
};
INSTANTIATE_TEST_SUITE_P(Corpus, AgUiRules, testing::ValuesIn(rules),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(AgUi, FirstEventNotRunStartedFatal) {
  EXPECT_EQ(answer(stream(lamp)).find("failed answer_unreadable unknown"), 0u);
}

TEST(AgUi, Outcomes) {
  const auto ends = [](std::string_view outcome) {
    const std::string last =
        R"({"type":"RUN_FINISHED","threadId":"t","runId":"m1","outcome":)" + std::string(outcome) + "}";
    const std::string said = answer(stream(std::string(started) + "\n" + std::string(lamp) + "\n" + last));
    return said.substr(said.rfind('\n') + 1);
  };
  EXPECT_EQ(ends("null"), "done Lamps.");
  EXPECT_EQ(ends(R"({"type":"success"})"), "done Lamps.");
  EXPECT_EQ(ends(R"({"type":"cancelled"})"), "done stopped Lamps.");
  EXPECT_EQ(ends(R"({"type":"of_tomorrow"})"), "done Lamps.");
  EXPECT_EQ(ends("[]").find(fatal), 0u);
}

TEST(AgUi, RunErrorAfterTextIsNoAnswer) {
  const std::string error = R"({"type":"RUN_ERROR","message":"Traceback: secret"})";
  const std::string said = answer(stream(std::string(started) + "\n" + std::string(lamp) + "\n" + error));
  EXPECT_EQ(said.substr(said.rfind('\n') + 1), "failed answer_failed taken");
}

// History that is told again comes before the run that answers.
TEST(AgUi, TwoSequentialRuns) {
  const std::string earlier = R"({"type":"RUN_STARTED","threadId":"t","runId":"m0"}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"old","delta":"old"}
{"type":"RUN_FINISHED","threadId":"t","runId":"m0"})";
  const std::string run = std::string(started) + "\n" + std::string(lamp) + "\n" + std::string(finished);
  EXPECT_EQ(answer(stream(earlier + "\n" + run)),
            "taken\nprogress\ndelta old\nrestarted\ndelta Lamp\ndelta s.\ndone Lamps.");
  // An agent that names its runs itself: the last one before the end.
  EXPECT_EQ(answer(stream(earlier)), "taken\nprogress\ndelta old\ndone old");
  EXPECT_EQ(answer(stream(earlier), true), "taken\nprogress\ndelta old\ndone old");
  // run-error-first-run-continues, event-after-run-finished-fatal, late-run-error-after-finished-run
  EXPECT_NE(answer(stream(earlier + "\n" + std::string(lamp))).find(fatal), std::string::npos);
  EXPECT_NE(answer(stream(earlier + "\n"
                                    R"({"type":"RUN_ERROR","message":"x"})"))
                .find("failed answer_failed"),
            std::string::npos);
}

TEST(AgUi, NoMoreIsReadThanTheBound) {
  std::string body = stream(std::string(started));
  const std::string text =
      R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":")" + std::string(200'000, 'x') + "\"}";
  while (body.size() <= limits::answer_bytes_max) body += stream(text);
  const std::string said = answer(body);
  EXPECT_EQ(said.substr(said.rfind('\n') + 1), "failed answer_too_long taken");
}

}  // namespace
}  // namespace shopbell::ag_ui
