// More of the reader rules of AG-UI 1.0, by the names of its conformance corpus (ag_ui_test.cpp has the others).
// State, activity, reasoning and metadata are the agent's own affair here: that they are read without a fault is
// the rule, whatever they hold.
#include <cctype>

#include "ag_ui_rig.h"

namespace shopbell::ag_ui {
namespace {

struct CorpusCase {
  const char* name;
  const char* events;  // before the answer, inside a run
  bool fatal = false;
};

class AgUiCorpus : public testing::TestWithParam<CorpusCase> {};

constexpr std::string_view one_letter = R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"answer","delta":"x"})";

TEST_P(AgUiCorpus, IsKept) {
  const std::string said = in_a_run(std::string(GetParam().events) + "\n" + std::string(one_letter));
  const std::string last = said.substr(said.rfind('\n') + 1);
  if (GetParam().fatal) {
    EXPECT_EQ(last.find(fatal), 0u) << said;
  } else {
    EXPECT_EQ(last, "done x") << said;
    EXPECT_EQ(said.find("trouble"), std::string::npos) << said;
  }
}

const CorpusCase corpus[] = {
    {"activity_delta_missing_target_tolerated",
     R"({"type":"ACTIVITY_DELTA","messageId":"none","activityType":"plan","patch":[{"op":"add","path":"/x","value":1}]})"},
    {"activity_replace_false_preserves",
     R"({"type":"ACTIVITY_SNAPSHOT","messageId":"p","activityType":"plan","content":{"a":1}}
{"type":"ACTIVITY_SNAPSHOT","messageId":"p","activityType":"plan","content":{"a":2},"replace":false})"},
    {"activity_snapshot_then_delta",
     R"({"type":"ACTIVITY_SNAPSHOT","messageId":"p","activityType":"plan","content":{"a":1}}
{"type":"ACTIVITY_DELTA","messageId":"p","activityType":"plan","patch":[{"op":"replace","path":"/a","value":2}]})"},
    {"chunk_conflicting_role_fatal",
     R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"a","role":"assistant","delta":"y"}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","role":"user","delta":"z"})",
     true},
    {"a_chunk_without_a_role_is_the_assistants",
     R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"answer","delta":""}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"answer","role":"assistant","delta":""})"},
    {"a_chunk_of_the_shopper_is_no_answer",
     R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"u","role":"user","delta":"lamps?"})"},
    {"conformant_run_is_quiet",
     R"({"type":"STEP_STARTED","stepName":"s"}
{"type":"STEP_FINISHED","stepName":"s"})"},
    {"messages_snapshot_reconciles_by_id",
     R"({"type":"MESSAGES_SNAPSHOT","messages":[{"id":"answer","role":"assistant","content":"old"}]})"},
    {"unknown_part_in_message_list",
     R"({"type":"MESSAGES_SNAPSHOT","messages":[{"id":"u","role":"user","content":[{"type":"hologram","x":1}]}]})"},
    {"metadata_merges_last_write_wins",
     R"({"type":"TEXT_MESSAGE_START","messageId":"m","role":"assistant","metadata":{"a":1}}
{"type":"TEXT_MESSAGE_END","messageId":"m","metadata":{"a":2}})"},
    {"open_metadata_preserved", R"({"type":"CUSTOM","name":"n","value":1,"metadata":{"any":{"thing":[]}}})"},
    {"tool_call_metadata_lands_on_the_call",
     R"({"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"n","metadata":{"a":1}}
{"type":"TOOL_CALL_END","toolCallId":"c"}
{"type":"TOOL_CALL_RESULT","toolCallId":"c","messageId":"r","content":"1"})"},
    {"tool_result_file_source_passes_through",
     R"({"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"n"}
{"type":"TOOL_CALL_END","toolCallId":"c"}
{"type":"TOOL_CALL_RESULT","toolCallId":"c","messageId":"r","content":[{"type":"document","source":{"type":"file","value":"f"}}]})"},
    {"open_object_patch_op_extras",
     R"({"type":"STATE_DELTA","delta":[{"op":"add","path":"/x","value":1,"comment":"why"}]})"},
    {"state_snapshot_replaces", R"({"type":"STATE_SNAPSHOT","snapshot":{"a":1}}
{"type":"STATE_SNAPSHOT","snapshot":{"b":2}})"},
    {"state_falsy_snapshot_applies", R"({"type":"STATE_SNAPSHOT","snapshot":0})"},
    {"state_null_snapshot_applies", R"({"type":"STATE_SNAPSHOT","snapshot":null})"},
    {"state_delta_applies", R"({"type":"STATE_DELTA","delta":[{"op":"add","path":"/cart/-","value":"A"}]})"},
    {"state_delta_unappliable_warns_and_keeps",
     R"({"type":"STATE_DELTA","delta":[{"op":"remove","path":"/none"}]})"},
    {"state_delta_unknown_op_dropped", R"({"type":"STATE_DELTA","delta":[{"op":"later","path":"/x"}]})"},
    {"subagent_attribution_mismatch_fatal",
     R"({"type":"SUBAGENT_STARTED","subagentRunId":"s","name":"n"}
{"type":"SUBAGENT_STARTED","subagentRunId":"t","name":"n"}
{"type":"TEXT_MESSAGE_START","messageId":"a","subagentRunId":"s"}
{"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":"y","subagentRunId":"t"})",
     true},
    {"subagent_attribution_that_is_left_out",
     R"({"type":"SUBAGENT_STARTED","subagentRunId":"s","name":"n"}
{"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"n","subagentRunId":"s"}
{"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":"{}"}
{"type":"TOOL_CALL_END","toolCallId":"c"}
{"type":"SUBAGENT_FINISHED","subagentRunId":"s"})"},
    {"subagent_terminal_closes_open_chunk_stream",
     R"({"type":"SUBAGENT_STARTED","subagentRunId":"s","name":"n"}
{"type":"TEXT_MESSAGE_CHUNK","messageId":"a","role":"user","delta":"y","subagentRunId":"s"}
{"type":"SUBAGENT_FINISHED","subagentRunId":"s"}
{"type":"TEXT_MESSAGE_CHUNK","delta":"y"})",
     true},
};
INSTANTIATE_TEST_SUITE_P(Corpus, AgUiCorpus, testing::ValuesIn(corpus),
                         [](const auto& info) { return std::string(info.param.name); });

// ---- what concerns more than one run, or none

const std::string before_ours = R"({"type":"RUN_STARTED","threadId":"t","runId":"m0"}
{"type":"RUN_ERROR","message":"x"})";
std::string our_run() {
  return std::string(started) + "\n" + std::string(one_letter) + "\n" + std::string(finished);
}
std::string last_line(const std::string& said) { return said.substr(said.rfind('\n') + 1); }

TEST(AgUiCorpusRuns, RunErrorThenNewRunContinues) {
  EXPECT_EQ(last_line(answer(stream(before_ours + "\n" + our_run()))), "done x");
}

TEST(AgUiCorpusRuns, RunErrorFirstRunContinues) {
  const std::string error = R"({"type":"RUN_ERROR","message":"x"})";
  EXPECT_EQ(last_line(answer(stream(error + "\n" + our_run()))), "done x");
  EXPECT_EQ(last_line(answer(stream(error))), "failed answer_failed taken");
  EXPECT_EQ(last_line(answer(stream(error), true)), "failed answer_failed taken");
}

// The answer was complete before it.
TEST(AgUiCorpusRuns, LateRunErrorAfterFinishedRunContinues) {
  EXPECT_EQ(last_line(answer(stream(our_run() + "\n" + R"({"type":"RUN_ERROR","message":"x"})"))), "done x");
}

TEST(AgUiCorpusRuns, TwoSequentialRunsAccumulate) {
  const std::string earlier = R"({"type":"RUN_STARTED","threadId":"t","runId":"m0"}
{"type":"RUN_FINISHED","threadId":"t","runId":"m0"})";
  EXPECT_EQ(last_line(answer(stream(earlier + "\n" + our_run()))), "done x");
}

TEST(AgUiCorpusRuns, ProducersOfAnyVersion) {
  for (const char* version : {R"("1.0")", R"("1.7")", R"("9")", R"("tomorrow")", R"("")", "null"}) {
    const std::string declared =
        std::string(started.substr(0, started.size() - 1)) + ",\"protocolVersion\":" + version + "}";
    EXPECT_EQ(
        last_line(answer(stream(declared + "\n" + std::string(one_letter) + "\n" + std::string(finished)))),
        "done x")
        << version;
  }
}

TEST(AgUiCorpusRuns, CurrentPeerDeclaresProtocolVersion) {
  const auto codec = make();
  Recorder said;
  codec->say(lamps(), said);
  EXPECT_EQ(wire::parse(said.requests.at(0).body)["protocolVersion"].text(), "1.0");
}

// multibyte-text-assembles, combining-mark-split-from-its-base, zwj-sequence-split-at-the-joiner
TEST(AgUiCorpusRuns, LettersAssemble) {
  for (const auto& [first, second] : {std::pair{"Gr\xc3\xbc\xc3\x9f", "e \xe4\xbd\xa0"},
                                      {"e", "\xcc\x81"},
                                      {"\xf0\x9f\x91\xa9\xe2\x80\x8d", "\xf0\x9f\x91\xa7"}}) {
    const auto chunk = [](std::string_view delta) {
      return R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"a","delta":")" + std::string(delta) + "\"}";
    };
    EXPECT_EQ(last_line(in_a_run(chunk(first) + "\n" + chunk(second))),
              "done " + std::string(first) + second);
  }
}

// The first-party clients call it complete; the rule is that nobody does.
TEST(AgUiCorpusRuns, ATruncatedRunIsNotReportedAsCompleted) {
  const std::string cut_off = stream(std::string(started) + "\n" + std::string(one_letter));
  EXPECT_EQ(last_line(answer(cut_off)), "failed answer_broken taken");
  EXPECT_EQ(last_line(answer(cut_off, true)), "failed connection_lost taken");
}

// run-finished-cancelled-outcome-accepted, unknown-outcome-stripped, unknown-outcome-array-fatal: AgUi.Outcomes;
// run-finished-interrupt-outcome-accepted: ag_ui_asks_test.cpp

}  // namespace
}  // namespace shopbell::ag_ui
