// The codec of `hal`: every frame of both gateways, whose turn an answer is, and what is none.
#include "backends/hal/hal.h"

#include <gtest/gtest.h>

#include "backends/hal/base64.h"
#include "recorder.h"

namespace shopbell {
namespace {

constexpr std::string_view web =
    R"({"type":"connected","session_id":"s","message":"Connected to HAL web voice gateway"})";
constexpr std::string_view web2 =
    R"({"type":"connected","session_id":"s","state":"passive_listening","wake_word_detection":true})";

struct HalTest : testing::Test {
  hal::Hal codec{BackendOptions{"https://hal.example", {}, false, {}}};
  Recorder out;

  std::string hear(std::string_view frame) {
    codec.received(frame, out);
    return out.said();
  }
  void connect(std::string_view greeting = web) {
    codec.opened({}, out);
    hear(greeting);
  }
  void type(std::string id, std::string text = "hello") {
    Outgoing outgoing;
    outgoing.id = std::move(id);
    outgoing.text = Private(std::move(text));
    codec.say(outgoing, out);
  }
  // `samples` of the shopper's speech, in frames of 80 ms.
  void speak(std::size_t samples) {
    for (; samples > 0; samples -= std::min<std::size_t>(samples, 1'280))
      codec.speech(std::string(2 * std::min<std::size_t>(samples, 1'280), '\1'), out);
  }
};

TEST_F(HalTest, Connects) {
  EXPECT_EQ(codec.url(), "wss://hal.example");
  codec.opened({}, out);
  EXPECT_TRUE(out.frames.empty()) << "the server speaks first";
  EXPECT_EQ(hear(web), "note [OK] Connected to HAL\nwelcome");
  EXPECT_EQ(out.welcomed.session, "s");
  EXPECT_TRUE(out.welcomed.secret.empty());
  EXPECT_EQ(out.welcomed.heartbeat_ms, 0);
  EXPECT_FALSE(out.welcomed.history);
  EXPECT_EQ(codec.closed(1006, "").closing, Closing::broke);
  EXPECT_EQ(codec.closed(1011, "keepalive ping timeout").closing, Closing::again);
}

TEST_F(HalTest, ATypedTurn) {
  connect();
  type("m1", "what \"time\" is it");
  EXPECT_EQ(out.frames, std::vector<std::string>{
                            R"({"type":"text_input","text":"what \"time\" is it","session_id":"s"})"});
  EXPECT_EQ(hear(R"({"type":"processing"})"), "taken m1");
  EXPECT_EQ(
      hear(R"({"type":"response","text":"12:00 PM","intent":"builtin","confidence":0.95,"audio":"AAAA"})"),
      "taken m1\ndone m1.reply 12:00 PM");
}

TEST_F(HalTest, AGatewayThatSaysNothingInBetween) {
  connect();
  type("m1");
  EXPECT_EQ(hear(R"({"type":"response","text":"hi","audio":null})"), "taken m1\ndone m1.reply hi");
}

TEST_F(HalTest, NobodysAnswerIsNotShown) {
  connect();
  EXPECT_EQ(hear(R"({"type":"response","text":"hi"})"), "");
  type("m1");
  hear(R"({"type":"processing"})");
  hear(R"({"type":"response","text":"hi"})");
  // Sent twice, and the next one is said meanwhile.
  type("m2");
  EXPECT_EQ(hear(R"({"type":"response","text":"hi"})"), "");
  EXPECT_EQ(hear(R"({"type":"processing"})"), "taken m2");
  EXPECT_EQ(hear(R"({"type":"response","text":"two"})"), "taken m2\ndone m2.reply two");
}

TEST_F(HalTest, WhatWasStoppedIsDropped) {
  connect();
  type("m1");
  hear(R"({"type":"processing"})");
  codec.stop("m1", out);
  type("m2");
  EXPECT_EQ(hear(R"({"type":"response","text":"one"})"), "");
  EXPECT_EQ(hear(R"({"type":"processing"})"), "taken m2");
  EXPECT_EQ(hear(R"({"type":"response","text":"two"})"), "taken m2\ndone m2.reply two");
}

TEST_F(HalTest, ASpokenTurn) {
  connect();
  codec.call(true, out);
  EXPECT_EQ(out.said(), "agent listening");
  codec.speech(std::string("\x01\x00\xff\xff\x00\x80", 6), out);
  EXPECT_EQ(out.frames,
            std::vector<std::string>{R"({"type":"audio_stream","audio":[1,-1,-32768],"session_id":"s"})"});
  EXPECT_EQ(hear(R"({"type":"wake_word_detected","message":"Listening..."})"), "agent listening");
  speak(8'000);
  for (const std::string& frame : out.frames) EXPECT_LT(frame.size(), 10'000u);
  out.frames.clear();
  codec.speech({}, out);
  EXPECT_TRUE(out.frames.empty()) << "the end of the frames is the end of the speech";
  EXPECT_EQ(out.said(), "agent thinking");
  EXPECT_EQ(hear(R"({"type":"transcription","text":"what time is it"})"), "row s.1\nagent thinking");
  EXPECT_EQ(out.rows.at(0).text, "what time is it");
  EXPECT_EQ(out.rows.at(0).author.kind, AuthorKind::self);
  EXPECT_EQ(out.rows.at(0).state, RowState::sent);
  EXPECT_EQ(hear(R"({"type":"response","text":"12:00 PM","audio":"UklG\nRg==","audio_format":"wav"})"),
            "agent listening\ndone s.1.reply 12:00 PM\nsound RIFF");
  codec.call(false, out);
  EXPECT_EQ(out.said(), "agent idle");
}

TEST_F(HalTest, TypedAndSpokenTurnsAreAnsweredInTheirOrder) {
  connect();
  type("m1");
  hear(R"({"type":"processing"})");
  hear(R"({"type":"transcription","text":"spoken"})");
  EXPECT_EQ(hear(R"({"type":"response","text":"one"})"), "taken m1\ndone m1.reply one");
  EXPECT_EQ(hear(R"({"type":"response","text":"two"})"), "done s.1.reply two");
}

TEST_F(HalTest, TheOneThatWaitsForItsWord) {
  connect(web2);
  codec.call(true, out);
  EXPECT_EQ(out.said(), "agent waiting");
  speak(16'000);
  codec.speech({}, out);
  EXPECT_EQ(out.said(), "") << "asleep: there is no turn";
  EXPECT_EQ(hear(R"({"type":"wake_word_detected","timestamp":"2026-06-01T12:00:00Z"})"), "agent listening");
  out.frames.clear();
  codec.speech({}, out);
  EXPECT_TRUE(out.frames.empty()) << "the end of the word itself";
  speak(8'000);
  out.frames.clear();
  codec.speech({}, out);
  EXPECT_EQ(out.frames, std::vector<std::string>{R"({"type":"stop_listening"})"});
  EXPECT_EQ(out.said(), "agent thinking");
  EXPECT_EQ(hear(R"({"type":"processing","message":"Transcribing..."})"), "agent thinking");
  hear(R"({"type":"transcription","text":"lights on"})");
  EXPECT_EQ(hear(R"({"type":"processing","message":"Processing..."})"), "agent thinking");
  EXPECT_EQ(hear(R"({"type":"response","text":"done","audio":null})"), "agent waiting\ndone s.1.reply done");
}

TEST_F(HalTest, WhatWasNotUnderstoodIsNoAnswer) {
  connect();
  type("m1", "a secret");
  hear(R"({"type":"processing"})");
  EXPECT_EQ(hear(R"({"type":"error","message":"Transcription failed"})"), "trouble Transcription failed");
  EXPECT_EQ(hear(R"({"type":"error","message":"Processing error: no a secret here"})"),
            "failed m1 answer_failed taken (•••)");
  EXPECT_EQ(hear(R"({"type":"error","message":"Unknown type: x"})"), "trouble Unknown type: x");
}

TEST_F(HalTest, AnswersThatCantBeRead) {
  for (const std::string& frame :
       {std::string("{\"type\":\"respo"), std::string(R"({"type":"response","text":7})"),
        std::string(R"({"type":"response"})"), std::string(10'000'001, 'x')}) {
    connect();
    type("m1");
    hear(R"({"type":"processing"})");
    const std::string said = hear(frame);
    EXPECT_TRUE(said.starts_with("failed m1 answer_") && said.find(" taken") != said.npos) << said;
  }
  connect();
  type("m1");
  EXPECT_EQ(hear("not json"), "failed m1 answer_unreadable unknown (a frame is not JSON)");
  EXPECT_EQ(hear("not json"), "trouble a frame is not JSON");
  hear(R"({"type":"transcription","text":"spoken"})");
  EXPECT_EQ(hear("not json"), "done s.1.reply broken ");
}

TEST_F(HalTest, OtherFramesArePassedOver) {
  connect();
  for (const std::string_view frame : {R"({"type":"mood","value":"calm"})", "[]", "7", R"({"type":7})", "{}",
                                       R"({"type":"transcription","text":"  "})"})
    EXPECT_EQ(hear(frame), "") << frame;
}

TEST_F(HalTest, ANewConnectionKnowsNothingOfTheOneBefore) {
  connect();
  type("m1");
  hear(R"({"type":"processing"})");
  connect();
  EXPECT_EQ(hear(R"({"type":"response","text":"late"})"), "");
}

TEST(Base64, IsRead) {
  EXPECT_EQ(hal::from_base64(""), "");
  EXPECT_EQ(hal::from_base64("Zg=="), "f");
  EXPECT_EQ(hal::from_base64("Zm8="), "fo");
  EXPECT_EQ(hal::from_base64("Zm9v\r\nYmFy"), "foobar");
  EXPECT_EQ(hal::from_base64("+/+/"), "\xfb\xff\xbf");
  EXPECT_EQ(hal::from_base64("Zm9v!mFy"), "");
}

}  // namespace
}  // namespace shopbell
