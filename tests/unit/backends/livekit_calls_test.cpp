// The codec of calls in LiveKit's rooms: every form of a token and of what is told of a room, and what is none.
#include "backends/livekit_calls/livekit_calls.h"

#include <gtest/gtest.h>

#include "recorder.h"

namespace shopbell {
namespace {

struct LivekitCallsTest : testing::Test {
  livekit::Calls codec{BackendOptions{"https://shop.example", {}, false, {}}};
  Recorder out;

  std::string told(std::string_view json) {
    codec.happened(json, out);
    return out.said();
  }
  void ask(std::string session = "s1", std::string secret = {}) {
    Joining joining;
    joining.client = "client_1";
    joining.session = std::move(session);
    joining.secret = Private(std::move(secret));
    codec.opened(joining, out);
    codec.ask_for_ticket(out);
  }
  std::string answered(std::uint32_t status, std::string_view body, std::vector<Header> headers = {}) {
    codec.head(status, headers, out);
    codec.received(body, out);
    codec.ended(out);
    return out.said();
  }
  void join() {
    told(R"({"is":"joined","identity":"me"})");
    told(R"({"is":"somebody","identity":"agent-7","kind":4,"attributes":{}})");
  }
  // A text stream of a transcription as far as it has come.
  std::string words(std::string from, std::string segment, std::string text, bool final) {
    return told(R"({"is":"stream","topic":"lk.transcription","from":")" + from +
                R"(","id":"st","attributes":{"lk.segment_id":")" + segment +
                R"(","lk.transcription_final":")" + (final ? "true" : "false") + R"("},"text":")" + text +
                R"(","over":)" + (final ? "true}" : "false}"));
  }
};

TEST_F(LivekitCallsTest, AsksForItsRoomUnderAllNames) {
  ask("s1", "s3cret");
  ASSERT_EQ(out.requests.size(), 1u);
  const HttpRequest& request = out.requests[0];
  EXPECT_EQ(request.method + " " + request.url, "POST https://shop.example/api/livekit/token");
  const wire::Document body = wire::parse(request.body);
  for (const char* name : {"roomName", "room_name"}) EXPECT_EQ(body[name].text(), "chat-s1") << name;
  for (const char* name : {"participantName", "participant_name", "participant_identity"})
    EXPECT_EQ(body[name].text(), "client_1") << name;
  ASSERT_EQ(request.headers.size(), 2u);
  EXPECT_EQ(request.headers[1].name + ": " + request.headers[1].value, "X-Session-Secret: s3cret");
}

TEST_F(LivekitCallsTest, NamesARoomOnce) {
  ask("chat-1");
  EXPECT_EQ(wire::parse(out.requests[0].body)["roomName"].text(), "chat-1");
  EXPECT_EQ(out.requests[0].headers.size(), 1u) << "without a secret no header";
}

TEST_F(LivekitCallsTest, ReadsEveryFormOfAToken) {
  for (const char* body : {
           R"({"token":"t","url":"wss://rooms.example"})",
           R"({"serverUrl":"wss://rooms.example","participantToken":"t","roomName":"r"})",
           R"({"server_url":"wss://rooms.example","participant_token":"t"})",
           R"({"success":true,"data":{"url":"wss://rooms.example","token":"t","room":"r","identity":"i"}})",
       }) {
    ask();
    EXPECT_EQ(answered(201, body), "ticket") << body;
    EXPECT_EQ(out.offered.url, "wss://rooms.example");
    EXPECT_EQ(out.offered.ticket.reveal(), "t");
  }
}

TEST_F(LivekitCallsTest, AnAnswerWithoutATokenIsARefusal) {
  for (const char* body :
       {"", "<html>", "{}", "[]", R"({"token":"t"})", R"({"url":"wss://rooms.example"})",
        R"({"token":"","url":"wss://rooms.example"})", R"({"token":"t","url":"javascript:void 0"})",
        R"({"token":1,"url":2})", R"({"data":[],"token":null,"url":null})"}) {
    ask();
    EXPECT_TRUE(answered(200, body).ends_with("ticket_refused")) << body;
  }
}

TEST_F(LivekitCallsTest, WhoIsBusyIsAskedAgainAndWhoSaysNoIsNot) {
  for (const std::uint32_t status : {408u, 429u, 500u, 502u, 503u, 504u}) {
    ask();
    EXPECT_TRUE(answered(status, "<html>bad gateway</html>").ends_with("failed  unavailable not_taken"))
        << status << ": " << out.said();
  }
  for (const std::uint32_t status : {400u, 401u, 403u, 404u, 301u}) {
    ask();
    EXPECT_TRUE(answered(status, R"({"error":"no"})").ends_with("ticket_refused")) << status;
  }
  ask();
  EXPECT_TRUE(answered(429, "", {{"retry-after", "7"}}).ends_with("after 7000 ms"));
  ask();
  EXPECT_FALSE(answered(429, "", {{"retry-after", "Wed, 25 Nov 2026 10:00:00 GMT"}}).ends_with(" ms"));
}

TEST_F(LivekitCallsTest, ASecretIsNotInTheConsole) {
  ask("s1", "s3cret");
  EXPECT_EQ(answered(403, R"({"error":"secret s3cret is wrong"})").find("s3cret"), std::string::npos);
}

TEST_F(LivekitCallsTest, NoAgentUntilOneIsThere) {
  EXPECT_EQ(told(R"({"is":"joined","identity":"me"})"), "agent idle");
  EXPECT_EQ(told(R"({"is":"somebody","identity":"somebody","kind":0,"attributes":{}})"), "");
  EXPECT_EQ(
      told(R"({"is":"somebody","identity":"face","kind":4,"attributes":{"lk.publish_on_behalf":"agent-7"}})"),
      "")
      << "an avatar speaks for another";
  EXPECT_EQ(
      told(
          R"({"is":"somebody","identity":"agent-7","kind":4,"attributes":{"lk.agent.state":"initializing"}})"),
      "agent listening");
  EXPECT_EQ(
      told(R"({"is":"somebody","identity":"agent-7","kind":4,"attributes":{"lk.agent.state":"thinking"}})"),
      "agent thinking");
  EXPECT_EQ(
      told(R"({"is":"somebody","identity":"agent-8","kind":4,"attributes":{"lk.agent.state":"speaking"}})"),
      "")
      << "the first one of them";
  EXPECT_EQ(told(R"({"is":"left","identity":"agent-8"})"), "");
  EXPECT_EQ(told(R"({"is":"left","identity":"agent-7"})"), "agent idle");
}

TEST_F(LivekitCallsTest, OneRowForEachSegmentHoweverOftenItIsTold) {
  join();
  EXPECT_EQ(words("agent-7", "SG_1", "Hi, ", false), "caption lk.SG_1");
  EXPECT_EQ(words("agent-7", "SG_1", "Hi, ", false), "");
  EXPECT_EQ(words("agent-7", "SG_1", "Hi", false), "") << "what he has said does not become less";
  EXPECT_EQ(
      told(
          R"({"is":"segments","from":"agent-7","segments":[{"id":"SG_1","text":"Hi, Amara","final":false}]})"),
      "caption lk.SG_1");
  EXPECT_EQ(words("agent-7", "SG_1", "Hi, Amara here.", true), "row lk.SG_1");
  EXPECT_EQ(out.rows.back().state, RowState::done);
  EXPECT_EQ(
      told(
          R"({"is":"segments","from":"agent-7","segments":[{"id":"SG_1","text":"Hi, Amara here.","final":true}]})"),
      "");
  EXPECT_EQ(words("agent-7", "SG_1", "Hi, Amara here. More", false), "");
}

TEST_F(LivekitCallsTest, AGuessAtTheShopperMayBecomeShorter) {
  join();
  EXPECT_EQ(words("me", "SG_2", "do you have a lamb", false), "caption lk.SG_2");
  EXPECT_EQ(words("me", "SG_2", "do you have", false), "caption lk.SG_2");
  EXPECT_EQ(words("me", "SG_2", "Lamps?", true), "row lk.SG_2");
  EXPECT_EQ(out.rows.back().author.kind, AuthorKind::self);
  EXPECT_EQ(out.rows.back().text, "Lamps?");
}

TEST_F(LivekitCallsTest, ProductsAreCardsEachTime) {
  join();
  const char* packet =
      R"({"is":"packet","topic":"tool-results","from":"agent-7","text":"{\"type\":\"product_results\",\"products\":[{\"productId\":7,\"name\":\"Lamp\"}]}"})";
  EXPECT_EQ(told(packet), "products lk.results.1 Lamp");
  EXPECT_EQ(told(packet), "products lk.results.2 Lamp");
}

TEST_F(LivekitCallsTest, WhatIsNoneOfThisIsPassedOver) {
  join();
  for (
      const char* json : {
          "",
          "null",
          "[]",
          R"({"is":"news"})",
          R"({"is":"stream","topic":"lk.chat","from":"agent-7","id":"x","attributes":{},"text":"x","over":true})",
          R"({"is":"stream","topic":"lk.transcription","from":"agent-7","attributes":{},"text":"no name","over":true})",
          R"({"is":"stream","topic":"lk.transcription","from":"agent-7","id":"x","attributes":{},"text":"  ","over":true})",
          R"({"is":"segments","from":"agent-7","segments":{}})",
          R"({"is":"segments","from":"agent-7","segments":[1,null,{"id":7}]})",
          R"({"is":"packet","topic":"tool-results","text":"not JSON"})",
          R"({"is":"packet","topic":"tool-results","text":"{\"type\":\"other\"}"})",
          R"({"is":"packet","topic":"elsewhere","text":"{}"})",
      })
    EXPECT_EQ(told(json), "") << json;
  EXPECT_EQ(words("agent-7", std::string(10'000, 'x'), "Hi", false), "") << "a name without end";
}

TEST_F(LivekitCallsTest, ManySegmentsAreNotKeptForEver) {
  join();
  for (int i = 0; i < 1'000; ++i) words("agent-7", "SG_" + std::to_string(i), "Hi", true);
  EXPECT_EQ(words("agent-7", "SG_999", "Hi", true), "");
  EXPECT_EQ(words("agent-7", "SG_1000", "Hi", true), "row lk.SG_1000");
}

}  // namespace
}  // namespace shopbell
