// A storm over shopbell.v1: a server that stores, acknowledges, answers, forgets, goes away and comes back as
// it likes, and a page that is hidden, offline, stopped and in a call. Invariants hold in between (a broken
// one traps); when the weather clears, every message is stored once and shown as sent, and the page shows
// what the server has.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "backends/registry.h"
#include "core/base/random.h"
#include "core/wire/reader.h"
#include "core/wire/writer.h"

namespace shopbell {
namespace {

// What of the protocol a message's life needs. Everything it says goes through `log`, so that it can be said
// again.
class Server {
 public:
  explicit Server(Random& random) : random_(random) {}

  std::vector<std::string> queue;  // to the page
  std::map<std::string, std::string> stored;
  std::vector<std::string> replies;  // row ids that are over
  int answers = 0;

  void forget() { log_.clear(), first_ = seq_ + 1, ++epoch_; }  // restarted: another life

  void say(const wire::Reader& frame) {
    const std::string id(frame["id"].text().value_or(""));
    const std::string text(frame["text"].text().value_or(""));
    const auto [place, fresh] = stored.emplace(id, text);
    ASSERT_EQ(place->second, text) << "one id, two texts";
    if (!fresh) return queue.push_back("{\"t\":\"ack\",\"id\":\"" + id + "\",\"at_ms\":1}");
    rows_.push_back({id, "self", text});
    number("\"t\":\"ack\",\"id\":\"" + id + "\",\"at_ms\":1");
    if (random_.unit() < 0.2) return;  // answered later
    answer(id);
  }
  void answer(const std::string& id) {
    ++answers;
    const std::string row = id + ".reply";
    for (const auto& reply : replies)
      if (reply == row) return;
    replies.push_back(row);
    const std::string whole = "Reply " + std::to_string(answers);
    for (std::size_t at = 0; at < whole.size(); at += 3)
      if (random_.unit() < 0.9)  // some deltas are lost inside the server
        number("\"t\":\"delta\",\"id\":\"" + row + "\",\"at\":" + std::to_string(at) + ",\"text\":\"" +
               whole.substr(at, 3) + "\"");
    if (random_.unit() < 0.5)
      number("\"t\":\"checkpoint\",\"id\":\"" + row + "\",\"text\":\"" + whole + "\"");
    number("\"t\":\"done\",\"id\":\"" + row + "\",\"text\":\"" + whole + "\",\"state\":\"done\"");
    rows_.push_back({row, "agent", whole});
  }
  void answer_all() {
    for (const auto& [id, text] : stored) answer(id);
  }
  void hello(const wire::Reader& frame) {
    queue.clear();
    const double seq = frame["seq"].number().value_or(0);
    const bool known = frame["secret"].text().value_or("") == "secret";
    const bool resumes =
        known && frame["epoch"].number().value_or(0) == epoch_ && seq >= first_ - 1 && seq <= seq_;
    std::string welcome = "{\"t\":\"welcome\",\"v\":1,\"session\":\"s\",\"heartbeat_ms\":15000,\"epoch\":" +
                          std::to_string(epoch_) +
                          ",\"voice\":{\"url\":\"wss://v\",\"ticket\":\"t\"},\"seq\":";
    if (resumes) {
      queue.push_back(welcome + std::to_string(static_cast<int>(seq)) + ",\"resumed\":true}");
      for (const auto& [number, text] : log_)
        if (number > seq) queue.push_back(text);
      return;
    }
    wire::Writer history;
    history.array_begin();
    for (std::size_t i = rows_.size() > 50 ? rows_.size() - 50 : 0; i < rows_.size(); ++i)
      history.object_begin()
          .key("id")
          .text(rows_[i].id)
          .key("who")
          .text(rows_[i].who)
          .key("text")
          .text(rows_[i].text)
          .key("at_ms")
          .number(static_cast<double>(i + 1))
          .key("state")
          .text("done")
          .object_end();
    history.array_end();
    queue.push_back(welcome + std::to_string(seq_) +
                    ",\"secret\":\"secret\",\"resumed\":false,\"history\":" + history.take() + "}");
  }

  struct Row {
    std::string id, who, text;
  };
  const std::vector<Row>& rows() const { return rows_; }

 private:
  void number(const std::string& members) {
    ++seq_;
    const std::string text = "{\"seq\":" + std::to_string(seq_) + "," + members + "}";
    log_[seq_] = text;
    queue.push_back(text);
  }
  Random& random_;
  int epoch_ = 1;
  int seq_ = 0;
  int first_ = 1;
  std::map<int, std::string> log_;
  std::vector<Row> rows_;
};

class SocketStorm {
 public:
  explicit SocketStorm(int seed) : random_("socket storm " + std::to_string(seed)) {
    event::Start start;
    start.settings = {{"backend", "shopbell", "string"}, {"voice", "shopbell", "string"}};
    start.script_origin = "https://shop.example";
    start.seed.data = random_.base36(32);
    handle(start);
    handle(event::PageOpen{});
  }

  void run(int events) {
    for (int i = 0; i < events && !testing::Test::HasFatalFailure(); ++i) one();
  }

  void calm() {
    handle(event::OnlineChanged{true});
    handle(event::VisibleChanged{true});
    handle(event::RowActionPressed{"link", RowAction::take_over});
    bool asked = false;
    for (int i = 0; i < 600; ++i) {
      const double due = widget_.deadline().ms;
      const double step = due == never.ms ? 500 : std::max(1.0, std::min(500.0, due - now_.mono.ms));
      now_.mono.ms += step;
      handle(event::Tick{});
      if (open_ && !up_) open_socket();
      while (up_ && !server_.queue.empty()) deliver();
      if (outgoing() == 0 && !std::exchange(asked, true)) server_.answer_all();
    }
    EXPECT_EQ(outgoing(), 0u) << "a message did not arrive";
    for (const auto& [id, text] : said_) EXPECT_EQ(server_.stored[id], text);
    EXPECT_EQ(server_.stored.size(), said_.size()) << "said once, stored once";
    std::size_t shown = 0;
    for (const auto& row : server_.rows()) {
      const auto found = rows_.find(row.id);
      if (found == rows_.end()) continue;  // beyond what a page keeps, or a history
      ++shown;
      EXPECT_EQ(found->second.text, row.text) << row.id;
      EXPECT_TRUE(found->second.state == RowState::sent || found->second.state == RowState::done) << row.id;
    }
    EXPECT_GE(shown, std::min<std::size_t>(50, server_.rows().size()));
    EXPECT_EQ(typing_, Typing::none);
  }

  int said() const { return static_cast<int>(said_.size()); }
  int connections() const { return static_cast<int>(attempt_); }

 private:
  void one() {
    now_.mono.ms += random_.unit() < 0.1 ? random_.unit() * 40000 : random_.unit() * 300;
    now_.wall.ms += random_.unit() * 300;
    switch (pick(20)) {
      case 0:
      case 1:
        return handle(event::PageSend{"marked " + std::to_string(++texts_)});
      case 2:
        return handle(event::KeyPressed{"Enter", "", pick(2) == 0, false, false});
      case 3:
      case 4:
      case 5:
        if (open_ && !up_) open_socket();
        return;
      case 6:
      case 7:
      case 8:
      case 9:
        for (std::size_t i = pick(8); i > 0 && up_ && !server_.queue.empty(); --i) deliver();
        return;
      case 10:
        if (open_ && pick(3) == 0) close_socket(codes[pick(std::size(codes))]);
        return;
      case 11:
        if (pick(6) == 0) server_.forget();
        return;
      case 12:
        return handle(event::OnlineChanged{pick(4) > 0});
      case 13:
        return handle(event::VisibleChanged{pick(3) > 0});
      case 14:
        return handle(event::StopPressed{});
      case 15:
        return handle(event::SocketFrame{attempt_ - 1, Bytes{"{\"t\":\"ping\",\"n\":1}"}});
      case 16:
        if (!up_) return;
        return handle(event::SocketFrame{attempt_, Bytes{junk[pick(std::size(junk))]}});
      case 17:
        return handle(event::MicPressed{});
      case 18:
        return handle(
            event::CallEngine{call_, static_cast<EngineNews>(pick(6)), static_cast<CallReason>(pick(12))});
      default:
        return handle(event::Tick{});
    }
  }

  std::size_t pick(std::size_t n) {
    return static_cast<std::size_t>(random_.unit() * static_cast<double>(n));
  }

  void open_socket() {
    up_ = true;
    handle(event::SocketOpened{attempt_});
  }
  void deliver() {
    const std::string frame = server_.queue.front();
    server_.queue.erase(server_.queue.begin());
    handle(event::SocketFrame{attempt_, Bytes{frame}});
  }
  void close_socket(std::uint32_t code) {
    up_ = open_ = false;
    server_.queue.clear();
    handle(event::SocketClosed{attempt_, code, "marked reason"});
  }

  void handle(const Event& event) {
    std::vector<Event> answers;
    for (const Command& command : widget_.handle(event, now_).list()) {
      if (const auto* load = std::get_if<command::StorageLoad>(&command)) {
        event::StorageLoaded answer{load->area, load->prefix, {}, {}};
        for (const auto& [key, value] : storage_)
          if (key.starts_with(load->prefix)) answer.entries.push_back({key, value});
        answers.push_back(answer);
      }
      if (const auto* set = std::get_if<command::StorageSet>(&command)) storage_[set->key] = set->value;
      if (const auto* gone = std::get_if<command::StorageRemove>(&command)) storage_.erase(gone->key);
      if (const auto* take = std::get_if<command::LockTake>(&command))
        answers.push_back(event::LockTaken{take->lock});
      if (const auto* put = std::get_if<command::RowPut>(&command)) rows_[put->row.id] = put->row;
      if (const auto* more = std::get_if<command::RowAppend>(&command)) rows_[more->row].text += more->text;
      if (const auto* gone = std::get_if<command::RowRemove>(&command)) rows_.erase(gone->row);
      if (const auto* show = std::get_if<command::ShowTyping>(&command)) typing_ = show->typing;
      if (const auto* call = std::get_if<command::CallOpen>(&command)) call_ = call->attempt;
      if (const auto* told = std::get_if<command::Emit>(&command))
        if (told->event == PageEvent::message) said_[told->id] = told->text;
      if (const auto* line = std::get_if<command::Console>(&command)) {
        EXPECT_EQ(line->text.find("secret"), std::string::npos) << line->text;
        EXPECT_EQ(line->text.find("marked 1"), std::string::npos) << line->text;
      }
      if (const auto* open = std::get_if<command::SocketOpen>(&command)) {
        EXPECT_FALSE(open_) << "two connections";
        EXPECT_EQ(open->attempt, attempt_ + 1);
        attempt_ = open->attempt;
        open_ = true;
        up_ = false;
      }
      if (const auto* close = std::get_if<command::SocketClose>(&command)) {
        EXPECT_TRUE(open_ && close->attempt == attempt_) << "on event " << event.index();
        open_ = up_ = false;
      }
      if (const auto* send = std::get_if<command::SocketSend>(&command)) sent(*send);
    }
    for (const auto& answer : answers) handle(answer);
  }

  void sent(const command::SocketSend& send) {
    ASSERT_TRUE(up_ && send.attempt == attempt_) << "sent into no connection";
    const auto frame = wire::parse(send.bytes.data);
    const auto type = frame["t"].text().value_or("");
    if (type == "hello") server_.hello(frame.root());
    if (type == "say") {
      const std::string id(frame["id"].text().value_or(""));
      bool stored = false;
      for (const auto& [key, value] : storage_) stored = stored || key.ends_with(".out." + id);
      EXPECT_TRUE(stored) << "a message must be in storage before it is on the wire";
      server_.say(frame.root());
    }
  }

  std::size_t outgoing() const {
    std::size_t count = 0;
    for (const auto& [key, value] : storage_) count += key.find(".out.") != std::string::npos;
    return count;
  }

  static constexpr std::uint32_t codes[] = {1006, 1006, 1006, 1001, 1012, 1013, 4400, 4408, 4409, 4429};
  static constexpr const char* junk[] = {
      "{\"t\":\"welcome\"}",
      "nonsense",
      "{\"t\":\"ack\",\"id\":\"unheard\"}",
      "{\"t\":\"agent\",\"state\":\"thinking\"}",
      "{\"t\":\"agent\",\"state\":\"idle\"}",
      "{\"t\":\"caption\",\"id\":\"c\",\"who\":\"self\",\"text\":\"I would\"}",
      "{\"t\":\"refused\",\"id\":\"unheard\",\"code\":\"bad\"}",
      "{\"t\":\"delta\",\"seq\":900000,\"id\":\"x\",\"at\":0,\"text\":\"gap\"}"};

  Widget widget_{parts_of_this_build()};
  Random random_;
  Server server_{random_};
  Now now_{Mono{1000}, Wall{1.7e12}};
  std::map<std::string, std::string> storage_;
  std::map<std::string, std::string> said_;
  std::map<std::string, Row> rows_;
  std::uint32_t attempt_ = 0, call_ = 0;
  bool open_ = false, up_ = false;
  Typing typing_ = Typing::none;
  int texts_ = 0;
};

TEST(SocketStorm, WhatIsSaidOnceArrivesOnce) {
  int said = 0, connections = 0;
  for (int seed = 0; seed < 200 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SocketStorm storm(seed);
    storm.run(300);
    storm.calm();
    said += storm.said();
    connections += storm.connections();
  }
  EXPECT_GT(said, 1000) << "a storm that says nothing tests nothing";
  EXPECT_GT(connections, 1000);
}

}  // namespace
}  // namespace shopbell
