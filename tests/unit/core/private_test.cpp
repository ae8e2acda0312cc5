// Private data: marked texts are planted wherever the shopper, the owner or the server can put them, and
// found in no console line and no URL, whatever goes wrong.
#include <gtest/gtest.h>

#include "backends/registry.h"
#include "core/widget.h"

namespace shopbell {
namespace {

constexpr std::string_view key_mark = "MARKED-api-key-7f3a";
constexpr std::string_view text_mark = "MARKED-text-91bc";
constexpr std::string_view mail_mark = "marked.person@shop.example";

class PrivateTest : public testing::TestWithParam<std::uint32_t> {
 protected:
  void handle(const Event& event) {
    now_.mono.ms += 1500;
    std::vector<Event> answers;
    for (const auto& command : widget_.handle(event, now_).list()) {
      if (const auto* line = std::get_if<command::Console>(&command)) expect_clean(line->text);
      if (const auto* send = std::get_if<command::HttpSend>(&command)) {
        expect_clean(send->url);
        attempt_ = send->attempt;
        saw_text_ = saw_text_ || send->body.data.find(text_mark) != std::string::npos;
      }
      if (const auto* load = std::get_if<command::StorageLoad>(&command)) {
        answers.push_back(event::StorageLoaded{load->area, load->prefix, {}, {}});
      }
    }
    for (const auto& answer : answers) handle(answer);
  }

  static void expect_clean(const std::string& text) {
    for (const auto mark : {key_mark, text_mark, mail_mark})
      EXPECT_EQ(text.find(mark), std::string::npos) << text;
  }

  Widget widget_{parts_of_this_build()};
  Now now_{Mono{0}, Wall{1.7e12}};
  std::uint32_t attempt_ = 0;
  bool saw_text_ = false;
};

TEST_P(PrivateTest, IsInNoLogLineAndNoUrl) {
  const std::string both = std::string(text_mark) + " " + std::string(mail_mark);
  event::Start start;
  start.settings = {{"api-url", "https://api.example", "string"},
                    {"api-key", std::string(key_mark), "string"},
                    {"api-key", std::string(key_mark), "object"},
                    {"greeting", both, "number"}};
  handle(start);
  handle(event::DraftChanged{both});
  handle(event::KeyPressed{"Enter", both, true, false, false});
  handle(event::HttpHead{attempt_, GetParam(), {{"content-type", "application/json"}}});
  handle(event::HttpBody{
      attempt_, Bytes{"{\"error\":\"" + both + "\",\"message\":\"" + both + " " + std::string(key_mark) +
                      "\",\"details\":[{\"field\":\"message\",\"message\":\"bad: " + both +
                      "\",\"value\":\"" + both + "\"}]}"}});
  handle(event::HttpEnd{attempt_});
  handle(event::KeyPressed{"Enter", both, true, false, false});
  handle(event::HttpFailed{attempt_, "TypeError"});
  handle(event::PageSend{both});
  handle(event::PageHidden{});
  EXPECT_TRUE(saw_text_) << "the mark must have been on its way for this test to mean anything";
}

INSTANTIATE_TEST_SUITE_P(EveryStatus, PrivateTest,
                         testing::Values(200u, 400u, 401u, 403u, 404u, 413u, 422u, 429u, 500u, 503u));

}  // namespace
}  // namespace shopbell
