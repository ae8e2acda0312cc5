// The codec of shopbell.v1's text socket, the page's side: every frame of protocol.md, and what is none.
#include <gtest/gtest.h>

#include "backends/registry.h"
#include "backends/shopbell/shopbell.h"
#include "core/base/random.h"
#include "core/vocabulary/limits.h"
#include "core/wire/reader.h"
#include "recorder.h"

namespace shopbell {
std::unique_ptr<Codec> make_shopbell_codec(const BackendOptions& options);
namespace {

std::unique_ptr<Codec> make(std::string url = "https://shop.example", std::string key = "key-7f3a") {
  BackendOptions options;
  options.api_url = std::move(url);
  options.api_key = Private(std::move(key));
  return make_shopbell_codec(options);
}

// What is heard of a frame.
Recorder heard(std::string_view frame) {
  Recorder out;
  make()->received(frame, out);
  return out;
}
std::string said(std::string_view frame) { return heard(frame).said(); }

TEST(ShopbellBackend, NothingPrivateIsInTheAddress) {
  EXPECT_EQ(make()->url(), "wss://shop.example/shopbell/v1/text");
  EXPECT_EQ(make("http://localhost:8080/base")->url(), "ws://localhost:8080/base/shopbell/v1/text");
}

TEST(ShopbellBackend, Hello) {
  const auto frame = [](std::string key, const Joining& joining) {
    Recorder out;
    make("https://x", std::move(key))->opened(joining, out);
    return out.frames.at(0);
  };
  Joining joining;
  joining.client = "c1";
  EXPECT_EQ(frame("", joining), R"({"t":"hello","v":1,"oldest":1,"client":"c1"})");
  joining.session = "s1";
  joining.secret = Private<std::string>("0bad");
  joining.epoch = 3;
  joining.seq = 4294967295;
  EXPECT_EQ(frame("key-7f3a", joining),
            R"({"t":"hello","v":1,"oldest":1,"client":"c1","key":"key-7f3a","session":"s1",)"
            R"("secret":"0bad","epoch":3,"seq":4294967295})");
}

TEST(ShopbellBackend, HelloSaysWhichVersionThePageRuns) {
  BackendOptions options;
  options.api_url = "https://x";
  options.version = "1.2.0";
  Joining joining;
  joining.client = "c1";
  Recorder out;
  make_codec("shopbell", options)->opened(joining, out);
  EXPECT_EQ(out.frames.at(0), R"({"t":"hello","v":1,"oldest":1,"client":"c1","widget":"1.2.0"})");
}

TEST(ShopbellBackend, WhatThePageSays) {
  const auto codec = make();
  Recorder out;
  Outgoing outgoing;
  outgoing.id = "m1";
  outgoing.text = Private<std::string>("a \"b\"\n");
  codec->say(outgoing, out);
  codec->stop("m1", out);
  codec->ask_for_ticket(out);
  codec->ping(3, out);
  codec->received(R"({"t":"ping","n":1000000000})", out);
  EXPECT_EQ(out.frames, (std::vector<std::string>{
                            R"({"t":"say","id":"m1","text":"a \"b\"\n"})",
                            R"({"t":"stop","id":"m1"})",
                            R"({"t":"call"})",
                            R"({"t":"ping","n":3})",
                            R"({"t":"pong","n":1000000000})",
                        }));
  EXPECT_EQ(out.said(), "");
}

TEST(ShopbellBackend, Welcome) {
  const Recorder out =
      heard(R"({"t":"welcome","v":1,"session":"s1","secret":"0bad","epoch":2,"seq":7,"resumed":false,)"
            R"("heartbeat_ms":15000,"expires_ms":1,"voice":{"url":"wss://v","ticket":"t"},"history":[)"
            R"({"id":"a","who":"self","text":"hi","at_ms":5,"state":"done","voice":false},)"
            R"({"who":"agent","text":"no id"},)"
            R"({"id":"a.reply","who":"agent","text":"**hello**","at_ms":6,"state":"streaming","voice":true,)"
            R"("products":[{"productId":1,"name":"Lamp","permalink":"javascript:x"}]}]})");
  const Welcome& w = out.welcomed;
  EXPECT_EQ(w.session, "s1");
  EXPECT_EQ(w.secret.reveal(), "0bad");
  EXPECT_EQ(w.epoch, 2u);
  EXPECT_EQ(w.seq, 7u);
  EXPECT_FALSE(w.resumed);
  EXPECT_EQ(w.heartbeat_ms, 15000);
  EXPECT_EQ(w.voice.ticket.reveal(), "t");
  ASSERT_TRUE(w.history);
  const std::vector<Row>& rows = *w.history;
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].state, RowState::sent);
  EXPECT_FALSE(rows[0].markdown);
  EXPECT_EQ(rows[1].state, RowState::streaming);
  EXPECT_EQ(rows[1].author.kind, AuthorKind::agent);
  EXPECT_TRUE(rows[1].markdown);
  ASSERT_EQ(rows[1].products.size(), 1u);
  EXPECT_EQ(rows[1].products[0].link, "");
  EXPECT_FALSE(heard(R"({"t":"welcome","session":"s1"})").welcomed.history);
}

TEST(ShopbellBackend, AHistoryKeepsItsNewestRows) {
  std::string rows;
  for (int i = 0; i < 60; ++i) rows += (i ? ",{\"id\":\"" : "{\"id\":\"") + std::to_string(i) + "\"}";
  const Recorder out = heard("{\"t\":\"welcome\",\"session\":\"s\",\"history\":[" + rows + "]}");
  ASSERT_EQ(out.welcomed.history->size(), limits::rows_stored_max);
  EXPECT_EQ(out.welcomed.history->front().id, "10");
  EXPECT_EQ(out.welcomed.history->back().id, "59");
}

TEST(ShopbellBackend, FramesOfMessagesAndRows) {
  EXPECT_EQ(said(R"({"t":"ack","seq":3,"id":"m","at_ms":1})"), "taken m");
  EXPECT_EQ(said(R"({"t":"delta","seq":3,"id":"m.reply","at":12,"text":"ab"})"), "delta m.reply at 12 ab");
  EXPECT_EQ(said(R"({"t":"checkpoint","seq":1,"id":"m","text":"x"})"), "checkpoint m x");
  EXPECT_EQ(said(R"({"t":"tool","seq":1,"id":"m","name":"x","state":"running"})"), "progress m");
  EXPECT_EQ(said(R"({"t":"done","seq":1,"id":"m","text":"x","state":"broken"})"), "done m broken x");
  EXPECT_EQ(said(R"({"t":"done","seq":1,"id":"m","text":"x","state":"streaming"})"), "done m x");
  EXPECT_EQ(said(R"({"t":"done","seq":1,"id":"m","text":"x","state":"later word"})"), "done m x");
  EXPECT_EQ(said(R"({"t":"products","seq":1,"id":"m","products":[{"name":"L"}]})"), "products m L");
  const Recorder row = heard(R"({"t":"row","seq":9,"row":{"id":"r","who":"person","text":"x"}})");
  EXPECT_EQ(row.rows.at(0).author.kind, AuthorKind::person);
}

TEST(ShopbellBackend, NumberedFrames) {
  EXPECT_EQ(heard(R"({"t":"delta","seq":3,"id":"m.reply","at":12,"text":"ab"})").seq, 3u);
  EXPECT_EQ(heard(R"({"t":"ack","id":"m","at_ms":1})").seq, 0u);
  // One that can't be read keeps its number, so that it leaves no gap.
  for (const char* frame : {R"({"t":"delta","seq":4,"text":"no id"})", R"({"t":"row","seq":4,"row":{}})",
                            R"({"t":"of_tomorrow","seq":4})"}) {
    Recorder out = heard(frame);
    EXPECT_EQ(out.said(), "") << frame;
    EXPECT_EQ(out.seq, 4u) << frame;
  }
  // Of one that does not count nothing is said.
  Recorder out;
  out.counting = false;
  make()->received(R"({"t":"ack","seq":3,"id":"m"})", out);
  EXPECT_EQ(out.said(), "");
}

TEST(ShopbellBackend, OtherFrames) {
  const Recorder caption = heard(R"({"t":"caption","id":"u","who":"agent","text":"do"})");
  EXPECT_EQ(caption.rows.at(0).state, RowState::streaming);
  EXPECT_FALSE(caption.rows.at(0).markdown);
  EXPECT_EQ(said(R"({"t":"agent","state":"speaking"})"), "agent speaking");
  EXPECT_EQ(said(R"({"t":"agent","state":"dancing"})"), "agent idle");
  EXPECT_EQ(heard(R"({"t":"ticket","url":"u","ticket":"t"})").offered.url, "u");
  EXPECT_EQ(said(R"({"t":"refused","id":"m","code":"too_fast","retry_after_s":3})"),
            "failed m rate_limited not_taken after 3000 ms");
  EXPECT_EQ(said(R"({"t":"refused","id":"m","code":"unheard"})"), "failed m rejected refused");
  EXPECT_EQ(said(R"({"t":"refused","code":"too_fast"})"), "ticket_refused");
  EXPECT_EQ(said(R"({"t":"error","code":"no_voice","text":"There are no calls."})"), "ticket_refused");
  EXPECT_EQ(said(R"({"t":"error","code":"x","text":"y"})"), "trouble y");
}

TEST(ShopbellBackend, WhatIsNoFrameIsNothing) {
  const std::string big = "{\"t\":\"ping\",\"x\":\"" + std::string(limits::frame_bytes_max, 'x') + "\"}";
  for (const std::string& bytes :
       {std::string(), std::string("x"), std::string("[]"), std::string("{}"), std::string("{\"t\":1}"),
        std::string("{\"t\":\"welcome\"}"), std::string("\xff\x00", 2), big}) {
    Recorder out = heard(bytes);
    EXPECT_EQ(out.said(), "") << bytes.substr(0, 40);
    EXPECT_TRUE(out.frames.empty());
  }
  EXPECT_EQ(heard(big.substr(0, 20) + "\"}").frames.size(), 1u);
}

TEST(ShopbellBackend, CloseCodes) {
  const auto backend = make();
  const auto closing = [&](std::uint32_t code) { return backend->closed(code, {}).closing; };
  EXPECT_EQ(closing(1006), Closing::broke);
  for (const auto code : {1000u, 1001u, 1011u, 1012u, 4400u, 4408u, 4413u, 4999u})
    EXPECT_EQ(closing(code), Closing::again);
  for (const auto code : {1013u, 4429u}) EXPECT_EQ(closing(code), Closing::later);
  for (const auto code : {4401u, 4403u, 4426u}) EXPECT_EQ(closing(code), Closing::refused);
  EXPECT_EQ(closing(4409), Closing::replaced);
  EXPECT_EQ(backend->closed(4426, {}).code, ErrorCode::link_version);
}

TEST(ShopbellBackend, AServerMaySayWhenToComeBack) {
  const auto backend = make();
  EXPECT_EQ(backend->closed(1013, "7: too many people").retry_after_s, 7);
  EXPECT_EQ(backend->closed(1012, "20").retry_after_s, 20);
  EXPECT_EQ(backend->closed(1012, "the server restarts in 20").retry_after_s, 0);
  EXPECT_EQ(backend->closed(1013, "").retry_after_s, 0);
}

}  // namespace
}  // namespace shopbell
