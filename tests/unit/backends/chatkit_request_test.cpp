// What the chatkit back end sends: headers, body, history and image rules, and what a resend of the same
// message adds.
#include <gtest/gtest.h>

#include "backends/chatkit/image.h"
#include "backends/chatkit/request.h"
#include "chatkit_rig.h"
#include "core/vocabulary/limits.h"
#include "core/wire/reader.h"

namespace shopbell::chatkit {
namespace {

using namespace chatkit_rig;

std::string header(const HttpRequest& request, std::string_view name) {
  for (const Header& one : request.headers) {
    if (one.name == name) return one.value;
  }
  return "(none)";
}

Turn turn(bool agent, std::string text) { return {{}, agent, Private<std::string>(std::move(text))}; }

TEST(ChatkitRequest, SendsThePlainFormWithoutIdempotency) {
  const auto backend = make();
  EXPECT_FALSE(backend->capabilities().resend_by_key);
  EXPECT_EQ(backend->capabilities().text_utf16_max, 1000u);
  const auto sent = request(*backend, message());
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.url, "https://api.example/api/chatkit/agent");
  EXPECT_EQ(sent.headers.size(), 3u);
  EXPECT_EQ(header(sent, "Content-Type"), "application/json");
  EXPECT_EQ(header(sent, "X-API-Key"), "key-7f3a");
  EXPECT_EQ(header(sent, "Accept"), "text/event-stream, application/json");
  EXPECT_EQ(
      sent.body,
      R"({"sessionId":"s1","message":"Do you have lamps?","history":[{"role":"user","content":"Do you have lamps?"}]})");
}

TEST(ChatkitRequest, SendsTheKeyWithIdempotency) {
  const auto backend = make(true);
  EXPECT_TRUE(backend->capabilities().resend_by_key);
  const auto sent = request(*backend, message());
  EXPECT_EQ(header(sent, "Idempotency-Key"), "m1");
  EXPECT_EQ(header(sent, "X-Client-Source"), "widget");
  EXPECT_EQ(header(sent, "Last-Event-ID"), "(none)");
}

TEST(ChatkitRequest, SaysWhichVersionThePageRuns) {
  BackendOptions options;
  options.version = "1.2.0";
  EXPECT_EQ(header(request(*make_codec("chatkit", options), message()), "X-Client-Source"), "(none)");
  options.idempotency = true;
  EXPECT_EQ(header(request(*make_codec("chatkit", options), message()), "X-Client-Source"), "widget/1.2.0");
}

TEST(ChatkitRequest, ResumesAfterTheLastEventOfTheSameMessage) {
  const auto backend = make(true);
  request(*backend, message());
  exchange(*backend, {200, {}, {}, ErrorCode::connection_lost},
           {"id: 4\nevent: delta\ndata: {\"text\":\"a\"}\n\nid: 5\n"});
  const auto again = request(*backend, message());
  EXPECT_EQ(header(again, "Last-Event-ID"), "4");
  // Still the same place when the second try brings nothing.
  exchange(*backend, {503, {}, {}, ErrorCode::none}, {});
  EXPECT_TRUE(resumes(*backend, message()));
  // Another message starts at its own beginning.
  EXPECT_FALSE(resumes(*backend, message("Thanks", "m2")));
  EXPECT_EQ(header(request(*backend, message()), "Last-Event-ID"), "(none)");
}

TEST(ChatkitRequest, ToldWhenAResumedReplyIsMadeAgain) {
  const auto delta = [](const char* id) {
    return "id: " + std::string(id) + "\nevent: delta\ndata: {\"text\":\"x\"}\n\n";
  };
  const struct {
    const char* before;
    const char* after;
    const char* answers;
  } cases[] = {
      {"a1-4", "a1-5", "delta x"},
      {"a1-4", "b2-1", "restarted\ndelta x"},
      {"4", "5", "delta x"},
      {"4", "", "delta x"},
  };
  for (const auto& c : cases) {
    const auto backend = make(true);
    const Reply cut = {200, {}, {}, ErrorCode::connection_lost};
    request(*backend, message());
    EXPECT_EQ(exchange(*backend, cut, {delta(c.before)}), "taken\ndelta x\nfailed connection_lost taken");
    request(*backend, message());
    EXPECT_EQ(exchange(*backend, cut, {delta(c.after)}),
              "taken\n" + std::string(c.answers) + "\nfailed connection_lost taken");
  }
}

TEST(ChatkitRequest, SendsNoEventIdThatFitsNoHeader) {
  const auto backend = make(true);
  for (const char* id : {"a b", "\xc3\xa9", "\x01"}) {
    request(*backend, message("x", id));
    exchange(*backend, {200, {}, {}, ErrorCode::connection_lost},
             {std::string("id: ") + id + "\nevent: delta\ndata: {\"text\":\"a\"}\n\n"});
    EXPECT_FALSE(resumes(*backend, message("x", id))) << id;
  }
}

TEST(ChatkitRequest, NeverResumesWithoutIdempotency) {
  const auto backend = make();
  request(*backend, message());
  exchange(*backend, {200, {}, {}, ErrorCode::connection_lost},
           {"id: 4\nevent: delta\ndata: {\"text\":\"a\"}\n\n"});
  const auto again = request(*backend, message());
  EXPECT_EQ(again.headers.size(), 3u);
}

TEST(ChatkitRequest, KeepsTwentyMessagesOfHistory) {
  auto outgoing = message("new");
  for (int i = 0; i < 30; ++i) outgoing.history.push_back(turn(i % 2 == 1, "t" + std::to_string(i)));
  const auto body = wire::parse(request_body(outgoing));
  const auto history = body["history"];
  ASSERT_EQ(history.size(), limits::history_turns_max);
  EXPECT_EQ(history.at(0)["content"].text(), "t11");
  EXPECT_EQ(history.at(0)["role"].text(), "assistant");
  EXPECT_EQ(history.at(18)["content"].text(), "t29");
  EXPECT_EQ(history.at(19)["content"].text(), "new");
  EXPECT_EQ(history.at(19)["role"].text(), "user");
}

TEST(ChatkitRequest, FitsHistoryInTheTokenBudget) {
  auto outgoing = message(std::string(1000, 'm'));
  outgoing.history = {turn(false, "oldest"), turn(true, std::string(budget_utf16_max - 2000, 'h'))};
  auto body = wire::parse(request_body(outgoing));
  EXPECT_EQ(body["history"].size(), 2u);  // exactly full: "oldest" has no room
  outgoing.history[1] = turn(true, std::string(budget_utf16_max - 2000 + 1, 'h'));
  body = wire::parse(request_body(outgoing));
  EXPECT_EQ(body["history"].size(),
            1u);  // history ends at the first turn that does not fit, so that it has no holes
  outgoing.history[1] = turn(true, std::string(budget_utf16_max - 2006, 'h'));
  body = wire::parse(request_body(outgoing));
  EXPECT_EQ(body["history"].size(), 3u);
}

TEST(ChatkitRequest, CountsUtf16Units) {
  auto outgoing = message("m");
  std::string smiles;
  for (std::size_t i = 0; i < (budget_utf16_max - 2) / 2; ++i) smiles += "\U0001f600";
  outgoing.history = {turn(true, smiles)};
  EXPECT_EQ(wire::parse(request_body(outgoing))["history"].size(), 2u);
  outgoing.history = {turn(true, smiles + "x")};
  EXPECT_EQ(wire::parse(request_body(outgoing))["history"].size(), 1u);
}

TEST(ChatkitRequest, SendsAnImageAndItsQuestion) {
  auto outgoing = message("");
  outgoing.image = Private<std::string>(" https://shop.example/a.png ");
  auto body = wire::parse(request_body(outgoing));
  EXPECT_EQ(body["image"].text(), "https://shop.example/a.png");
  EXPECT_EQ(body["message"].text(), "What is in this image?");
  EXPECT_EQ(body["history"].at(0)["content"].text(), "What is in this image?");
  outgoing.text = Private<std::string>("Is it this one?");
  EXPECT_EQ(wire::parse(request_body(outgoing))["message"].text(), "Is it this one?");
  outgoing.image = Private<std::string>("javascript:alert(1)");
  EXPECT_FALSE(wire::parse(request_body(outgoing))["image"].present());
}

TEST(ChatkitImage, KeepsToTheServersRules) {
  const std::string data = "data:image/png;base64,";
  EXPECT_EQ(usable_image("https://a/b.png"), "https://a/b.png");
  EXPECT_EQ(usable_image("\n HTTP://a/b.png\t"), "HTTP://a/b.png");
  EXPECT_EQ(usable_image(data), data);
  for (const auto* bad : {"", " ", "http:/a", "ftp://a/b", "data:text/html,x", "/b.png", "https://a/b c",
                          "javascript:1", "blob:https://a"}) {
    EXPECT_EQ(usable_image(bad), "") << bad;
  }
  const std::string most = data + std::string(image_utf16_max - data.size(), 'A');
  EXPECT_EQ(usable_image(most), most);
  EXPECT_EQ(usable_image("  " + most + "  "), most);
  EXPECT_EQ(usable_image(most + "A"), "");
  std::string wide = "http://a/";
  while (wide.size() < 9 + 2 * (image_utf16_max - 9)) wide += "é";
  EXPECT_EQ(usable_image(wide), wide);
  EXPECT_EQ(usable_image(wide + "é"), "");
}

}  // namespace
}  // namespace shopbell::chatkit
