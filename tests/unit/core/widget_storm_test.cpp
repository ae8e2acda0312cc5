// A storm of events in every order: the widget's invariants hold (a broken one traps), one request is open at
// a time, a message is in storage before it is on the wire, and nothing is sent twice where a repeat could
// double it.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "backends/registry.h"
#include "core/widget.h"
#include "core/wire/reader.h"

namespace shopbell {
namespace {

class Storm {
 public:
  Storm(std::uint64_t seed, bool by_key) : random_("storm" + std::to_string(seed)), by_key_(by_key) {}

  void run(int events) {
    start();
    for (int i = 0; i < events; ++i) one();
  }

  int sends() const { return sends_; }

 private:
  void start() {
    event::Start start;
    start.settings = {{"api-url", "https://api.example", "string"},
                      {"idempotency", by_key_ ? "on" : "off", "string"}};
    start.seed.data = random_.base36(32);
    start.locks = random_.unit() < 0.7;
    handle(start);
  }

  void one() {
    now_.mono.ms += random_.unit() < 0.1 ? random_.unit() * 40000 : random_.unit() * 300;
    now_.wall.ms += (random_.unit() - 0.3) * 1000;
    const auto attempt = random_.unit() < 0.9 ? attempt_ : attempt_ + (random_.unit() < 0.5 ? 1 : 0) - 1;
    switch (static_cast<int>(random_.unit() * 16)) {
      case 0:
        return handle(event::KeyPressed{"Enter", random_.unit() < 0.6 ? text() : "", true, false, false});
      case 1:
        return handle(event::SendPressed{random_.unit() < 0.5 ? text() : ""});
      case 2:
        return handle(event::StopPressed{});
      case 3:
        return handle(event::HttpHead{
            attempt,
            statuses[static_cast<std::size_t>(random_.unit() * std::size(statuses))],
            {{"content-type", random_.unit() < 0.5 ? "text/event-stream" : "application/json"}}});
      case 4:
      case 5:
        return handle(event::HttpBody{
            attempt, Bytes{bodies[static_cast<std::size_t>(random_.unit() * std::size(bodies))]}});
      case 6:
        return handle(event::HttpEnd{attempt});
      case 7:
        return handle(event::HttpFailed{attempt, "TypeError"});
      case 8:
        return handle(event::OnlineChanged{random_.unit() < 0.7});
      case 9:
        return handle(event::RowActionPressed{any_row(), static_cast<RowAction>(random_.unit() * 3)});
      case 10:
        return handle(event::PageHidden{});
      case 11:
        return random_.unit() < 0.2 ? handle(event::PageShown{}) : handle(event::Tick{});
      case 12:
        return handle(event::LauncherPressed{});
      case 13:
        return handle(event::StorageRefused{"key", random_.unit() < 0.5});
      case 14:
        return handle(event::DraftChanged{text()});
      default:
        return handle(event::Tick{});
    }
  }

  void handle(const Event& event) {
    const std::uint32_t before = attempt_;
    std::vector<Event> answers;
    for (const Command& command : widget_.handle(event, now_).list()) {
      if (const auto* set = std::get_if<command::StorageSet>(&command)) storage_[set->key] = set->value;
      if (const auto* gone = std::get_if<command::StorageRemove>(&command)) storage_.erase(gone->key);
      if (const auto* load = std::get_if<command::StorageLoad>(&command)) {
        event::StorageLoaded answer{load->area, load->prefix, {}, {}};
        for (const auto& [key, value] : storage_)
          if (key.starts_with(load->prefix)) answer.entries.push_back({key, value});
        answers.push_back(answer);
      }
      if (const auto* take = std::get_if<command::LockTake>(&command))
        answers.push_back(event::LockTaken{take->lock});
      if (const auto* put = std::get_if<command::RowPut>(&command)) rows_.push_back(put->row.id);
      if (const auto* abort = std::get_if<command::HttpAbort>(&command)) {
        EXPECT_EQ(abort->attempt, attempt_);
        open_ = false;
      }
      if (const auto* send = std::get_if<command::HttpSend>(&command)) sent(*send);
      if (const auto* console = std::get_if<command::Console>(&command)) {
        EXPECT_EQ(console->text.find("marked"), std::string::npos) << console->text;
      }
    }
    // The exchange that the event ended, unless the same batch has already begun the next one.
    const auto* end = std::get_if<event::HttpEnd>(&event);
    const auto* failed = std::get_if<event::HttpFailed>(&event);
    const bool over = (end && end->attempt == before) || (failed && failed->attempt == before);
    if (over && attempt_ == before) open_ = false;
    if (open_) {
      EXPECT_LT(widget_.deadline(), never) << "an open exchange has a clock";
    }
    for (const auto& answer : answers) handle(answer);
  }

  void sent(const command::HttpSend& send) {
    ++sends_;
    // `open_` may be stale within the batch that ends one exchange and starts the next: attempts must still
    // be new.
    EXPECT_GT(send.attempt, attempt_);
    attempt_ = send.attempt;
    open_ = true;
    const auto body = wire::parse(send.body.data);
    ASSERT_TRUE(body.ok());
    const std::string text(body["message"].text().value_or(""));
    bool stored = false;
    for (const auto& [key, value] : storage_)
      stored = stored || (key.find(".out.") != std::string::npos && value.find(text) != std::string::npos);
    EXPECT_TRUE(stored) << "a message must be in storage before it is on the wire";
  }

  std::string text() { return "marked " + std::to_string(++texts_) + "."; }
  std::string any_row() {
    return rows_.empty()
               ? ""
               : rows_[static_cast<std::size_t>(random_.unit() * static_cast<double>(rows_.size()))];
  }

  static constexpr std::uint32_t statuses[] = {200, 200, 200, 200, 400, 401, 403, 404,
                                               429, 500, 502, 503, 302, 100, 999};
  static constexpr const char* bodies[] = {
      "{\"response\":\"hi\"}",
      "{\"resp",
      "onse\":\"hi\"}",
      "id: 1\nevent: delta\ndata: {\"text\":\"a\"}\n\n",
      "id: 2\nevent: delta\ndata: {\"text\":\"b\"}\n",
      "\n",
      "id: 3\nevent: done\ndata: {\"response\":\"ab\"}\n\n",
      "event: error\ndata: {\"error\":\"no\"}\n\n",
      "event: products\ndata: {\"products\":[{\"productId\":1,\"name\":\"x\"}]}\n\n",
      ": ping\n\n",
      "\xff\xfe\x00",
      "<html>"};

  Widget widget_{parts_of_this_build()};
  Random random_;
  bool by_key_;
  Now now_{Mono{1000}, Wall{1.7e12}};
  std::map<std::string, std::string> storage_;
  std::vector<std::string> rows_;
  std::uint32_t attempt_ = 0;
  bool open_ = false;
  int sends_ = 0, texts_ = 0;
};

TEST(WidgetStorm, InvariantsHoldInEveryWeather) {
  int sends = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Storm storm(seed, seed % 2 == 0);
    storm.run(300);
    sends += storm.sends();
  }
  EXPECT_GT(sends, 3000) << "a storm that sends nothing tests nothing";
}

}  // namespace
}  // namespace shopbell
