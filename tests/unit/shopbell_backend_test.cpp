// The codec of shopbell.v1's text socket, the page's side: every frame of protocol.md, and what is none.
#include <gtest/gtest.h>

#include "backends/shopbell/shopbell.h"
#include "core/base/random.h"
#include "core/vocabulary/limits.h"
#include "core/wire/reader.h"

namespace shopbell {
std::unique_ptr<SocketBackend> make_shopbell_backend(const BackendOptions& options);
namespace {

using What = Signal::What;

std::unique_ptr<SocketBackend> make(std::string url = "https://shop.example", std::string key = "key-7f3a") {
  BackendOptions options;
  options.api_url = std::move(url);
  options.api_key = Private(std::move(key));
  return make_shopbell_backend(options);
}

TEST(ShopbellBackend, NothingPrivateIsInTheAddress) {
  EXPECT_EQ(make()->url(), "wss://shop.example/shopbell/v1/text");
  EXPECT_EQ(make("http://localhost:8080/base")->url(), "ws://localhost:8080/base/shopbell/v1/text");
}

TEST(ShopbellBackend, Hello) {
  Joining joining;
  joining.client = "c1";
  EXPECT_EQ(make("https://x", "")->hello(joining), R"({"t":"hello","v":1,"oldest":1,"client":"c1"})");
  joining.session = "s1";
  joining.secret = Private<std::string>("0bad");
  joining.epoch = 3;
  joining.seq = 4294967295;
  EXPECT_EQ(make()->hello(joining),
            R"({"t":"hello","v":1,"oldest":1,"client":"c1","key":"key-7f3a","session":"s1",)"
            R"("secret":"0bad","epoch":3,"seq":4294967295})");
}

TEST(ShopbellBackend, WhatThePageSays) {
  const auto backend = make();
  EXPECT_EQ(backend->say("m1", Private<std::string>("a \"b\"\n")),
            R"({"t":"say","id":"m1","text":"a \"b\"\n"})");
  EXPECT_EQ(backend->stop("m1"), R"({"t":"stop","id":"m1"})");
  EXPECT_EQ(backend->ask_for_ticket(), R"({"t":"call"})");
  EXPECT_EQ(backend->ping(3), R"({"t":"ping","n":3})");
  EXPECT_EQ(backend->pong(1e9), R"({"t":"pong","n":1000000000})");
}

TEST(ShopbellBackend, Welcome) {
  const Signal w = make()->read(
      R"({"t":"welcome","v":1,"session":"s1","secret":"0bad","epoch":2,"seq":7,"resumed":false,)"
      R"("heartbeat_ms":15000,"expires_ms":1,"voice":{"url":"wss://v","ticket":"t"},"history":[)"
      R"({"id":"a","who":"self","text":"hi","at_ms":5,"state":"done","voice":false},)"
      R"({"who":"agent","text":"no id"},)"
      R"({"id":"a.reply","who":"agent","text":"**hello**","at_ms":6,"state":"streaming","voice":true,)"
      R"("products":[{"productId":1,"name":"Lamp","permalink":"javascript:x"}]}]})");
  ASSERT_EQ(w.what, What::welcome);
  EXPECT_EQ(w.session, "s1");
  EXPECT_EQ(w.secret.reveal(), "0bad");
  EXPECT_EQ(w.epoch, 2u);
  EXPECT_EQ(w.seq, 7u);
  EXPECT_FALSE(w.resumed);
  EXPECT_EQ(w.heartbeat_ms, 15000);
  EXPECT_EQ(w.voice.ticket.reveal(), "t");
  EXPECT_TRUE(w.has_rows);
  ASSERT_EQ(w.rows.size(), 2u);
  EXPECT_EQ(w.rows[0].state, RowState::sent);
  EXPECT_FALSE(w.rows[0].markdown);
  EXPECT_EQ(w.rows[1].state, RowState::streaming);
  EXPECT_EQ(w.rows[1].author.kind, AuthorKind::agent);
  EXPECT_TRUE(w.rows[1].markdown);
  ASSERT_EQ(w.rows[1].products.size(), 1u);
  EXPECT_EQ(w.rows[1].products[0].link, "");
}

TEST(ShopbellBackend, AHistoryKeepsItsNewestRows) {
  std::string rows;
  for (int i = 0; i < 60; ++i) rows += (i ? ",{\"id\":\"" : "{\"id\":\"") + std::to_string(i) + "\"}";
  const Signal w = make()->read("{\"t\":\"welcome\",\"session\":\"s\",\"history\":[" + rows + "]}");
  ASSERT_EQ(w.rows.size(), limits::rows_stored_max);
  EXPECT_EQ(w.rows.front().id, "10");
  EXPECT_EQ(w.rows.back().id, "59");
}

TEST(ShopbellBackend, NumberedFrames) {
  const auto backend = make();
  const Signal delta = backend->read(R"({"t":"delta","seq":3,"id":"m.reply","at":12,"text":"ab"})");
  EXPECT_EQ(delta.what, What::delta);
  EXPECT_EQ(delta.seq, 3u);
  EXPECT_EQ(delta.at, 12u);
  EXPECT_EQ(delta.text, "ab");
  EXPECT_EQ(backend->read(R"({"t":"ack","seq":3,"id":"m","at_ms":1})").what, What::ack);
  EXPECT_EQ(backend->read(R"({"t":"ack","id":"m","at_ms":1})").seq, 0u);
  EXPECT_EQ(backend->read(R"({"t":"checkpoint","seq":1,"id":"m","text":"x"})").what, What::checkpoint);
  EXPECT_EQ(backend->read(R"({"t":"tool","seq":1,"id":"m","name":"x","state":"running"})").what,
            What::progress);
  EXPECT_EQ(backend->read(R"({"t":"done","seq":1,"id":"m","text":"x","state":"broken"})").state,
            RowState::broken);
  EXPECT_EQ(backend->read(R"({"t":"done","seq":1,"id":"m","text":"x","state":"later word"})").state,
            RowState::done);
  EXPECT_EQ(backend->read(R"({"t":"products","seq":1,"id":"m","products":[{"name":"L"}]})").products.size(),
            1u);
  const Signal row = backend->read(R"({"t":"row","seq":9,"row":{"id":"r","who":"person","text":"x"}})");
  EXPECT_EQ(row.what, What::row);
  EXPECT_EQ(row.rows[0].author.kind, AuthorKind::person);
  // One that can't be read keeps its number, so that it leaves no gap.
  const Signal broken = backend->read(R"({"t":"delta","seq":4,"text":"no id"})");
  EXPECT_EQ(broken.what, What::nothing);
  EXPECT_EQ(broken.seq, 4u);
  EXPECT_EQ(backend->read(R"({"t":"row","seq":5,"row":{}})").seq, 5u);
  EXPECT_EQ(backend->read(R"({"t":"of_tomorrow","seq":6})").seq, 6u);
}

TEST(ShopbellBackend, OtherFrames) {
  const auto backend = make();
  const Signal caption = backend->read(R"({"t":"caption","id":"u","who":"agent","text":"do"})");
  EXPECT_EQ(caption.what, What::caption);
  EXPECT_EQ(caption.rows[0].state, RowState::streaming);
  EXPECT_EQ(backend->read(R"({"t":"agent","state":"speaking"})").agent, AgentState::speaking);
  EXPECT_EQ(backend->read(R"({"t":"agent","state":"dancing"})").agent, AgentState::idle);
  EXPECT_EQ(backend->read(R"({"t":"ticket","url":"u","ticket":"t"})").voice.url, "u");
  EXPECT_EQ(backend->read(R"({"t":"ping","n":5})").number, 5);
  const Signal refused = backend->read(R"({"t":"refused","id":"m","code":"too_fast","retry_after_s":3})");
  EXPECT_EQ(refused.why.fate, answer::Fate::not_taken);
  EXPECT_EQ(refused.why.retry_after_s, 3);
  EXPECT_EQ(backend->read(R"({"t":"refused","id":"m","code":"unheard"})").why.fate, answer::Fate::refused);
  const Signal no_voice = backend->read(R"({"t":"error","code":"no_voice","text":"There are no calls."})");
  EXPECT_EQ(no_voice.what, What::refused);
  EXPECT_EQ(no_voice.id, "");
  EXPECT_EQ(backend->read(R"({"t":"error","code":"x","text":"y"})").what, What::trouble);
}

TEST(ShopbellBackend, WhatIsNoFrameIsNothing) {
  const auto backend = make();
  const std::string big = "{\"t\":\"ping\",\"x\":\"" + std::string(limits::frame_bytes_max, 'x') + "\"}";
  for (const std::string& bytes :
       {std::string(), std::string("x"), std::string("[]"), std::string("{}"), std::string("{\"t\":1}"),
        std::string("{\"t\":\"welcome\"}"), std::string("\xff\x00", 2), big})
    EXPECT_EQ(backend->read(bytes).what, What::nothing) << bytes.substr(0, 40);
  EXPECT_EQ(backend->read(big.substr(0, 20) + "\"}").what, What::ping);
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
