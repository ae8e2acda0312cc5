// A storm about a call in a room: words of the engine, of the token server and of the room in every order, beside the
// chat's own exchanges. Invariants hold (a broken one traps), a token is fetched by one exchange at a time and only where
// one is of use, no deadline lies in the past, and once it was live a call ends for nobody but those who may end it.
#include <gtest/gtest.h>

#include "backends/registry.h"
#include "core/widget.h"

namespace shopbell {
namespace {

class RoomStorm {
 public:
  RoomStorm(std::uint64_t seed, const char* backend) : random_("rooms" + std::to_string(seed)) {
    event::Start start;
    start.settings = {{"voice", "livekit", "string"},
                      {"api-url", "https://api.example", "string"},
                      {"backend", backend, "string"}};
    start.seed.data = random_.base36(32);
    handle(start);
  }

  void run(int events) {
    for (int i = 0; i < events; ++i) one();
  }

  int tokens = 0, lives = 0, other_ways = 0;

 private:
  bool luck(double share) { return random_.unit() < share; }

  void one() {
    // As the page's timer does.
    if (luck(0.3) && widget_.deadline() != never) {
      now_.mono.ms = std::max(now_.mono.ms, widget_.deadline().ms);
      return handle(event::Tick{});
    }
    now_.mono.ms += luck(0.1) ? random_.unit() * 30'000 : random_.unit() * 300;
    const std::uint32_t call = call_ - (luck(0.1) ? 1 : 0);
    switch (static_cast<int>(random_.unit() * 15)) {
      case 0:
        return handle(event::MicPressed{});
      case 1:
        may_end_ = luck(0.05);
        return may_end_ ? handle(event::HangupPressed{}) : handle(event::MutePressed{});
      case 2:
        return handle(event::CallMic{call, MicOutcome::granted, {}});
      case 3:
      case 4:
        return handle(event::CallEngine{call, EngineNews::ready, CallReason::none});
      case 5:
        return handle(event::CallEngine{call, EngineNews::live, CallReason::none});
      case 6:
        return handle(event::CallEngine{call, luck(0.7) ? EngineNews::reconnecting : EngineNews::needs_ticket,
                                        luck(0.5) ? CallReason::network : CallReason::refused});
      case 7:
      case 8:
        return token();
      case 9:
      case 10:
        return handle(event::CallData{
            call, Bytes{room_words[static_cast<std::size_t>(random_.unit() * std::size(room_words))]}});
      case 11:
        return handle(event::SendPressed{luck(0.5) ? "hello" : ""});
      case 12:
        if (luck(0.2)) return handle(event::SocketClosed{socket_, 1006, {}});
        return handle(event::SocketFrame{socket_, Bytes{luck(0.8) ? ticket : no_ticket}});
      case 13:
        return handle(event::CallEngine{call, EngineNews::gone,
                                        luck(0.5) ? CallReason::network : CallReason::not_loaded});
      default:
        return handle(event::HttpFailed{chat_, "TypeError"});
    }
  }

  void token() {
    if (token_ == 0) return handle(event::HttpEnd{chat_});
    const std::uint32_t status = luck(0.6) ? 200 : luck(0.7) ? 502 : 403;
    handle(event::HttpHead{token_, status, {{"x-session-secret", "s3cret"}}});
    if (luck(0.8)) handle(event::HttpBody{token_, Bytes{R"({"token":"t","url":"wss://rooms.example"})"}});
    if (token_ != 0)
      handle(luck(0.8) ? Event(event::HttpEnd{token_}) : Event(event::HttpFailed{token_, "x"}));
  }

  void handle(const Event& event) {
    const std::uint32_t fetched = token_;
    const auto* end = std::get_if<event::HttpEnd>(&event);
    const auto* failed = std::get_if<event::HttpFailed>(&event);
    if ((end && end->attempt == token_) || (failed && failed->attempt == token_)) token_ = 0;
    std::vector<Event> answers;
    for (const Command& command : widget_.handle(event, now_).list()) {
      if (const auto* load = std::get_if<command::StorageLoad>(&command))
        answers.push_back(event::StorageLoaded{load->area, load->prefix, {}, {}});
      if (const auto* open = std::get_if<command::CallOpen>(&command)) {
        call_ = open->attempt;
        other_ways += open->engine == Engine::socket;
      }
      if (const auto* open = std::get_if<command::SocketOpen>(&command)) {
        socket_ = open->attempt;
        answers.push_back(event::SocketOpened{socket_});
        answers.push_back(event::SocketFrame{socket_, Bytes{welcome}});
      }
      if (const auto* abort = std::get_if<command::HttpAbort>(&command))
        if (abort->attempt == token_) token_ = 0;
      if (const auto* send = std::get_if<command::HttpSend>(&command)) {
        if (!send->url.ends_with("/token")) {
          chat_ = send->attempt;
          continue;
        }
        EXPECT_EQ(token_, 0u) << "one at a time, after " << fetched;
        token_ = send->attempt;
        ++tokens;
        // However fast a room refuses, or a shopper presses.
        std::erase_if(asked_, [this](Mono at) { return at + 1_s < now_.mono; });
        asked_.push_back(now_.mono);
        EXPECT_LE(asked_.size(), 8u) << "tokens within a second";
      }
      if (const auto* show = std::get_if<command::ShowCall>(&command)) shown(*show);
    }
    may_end_ = false;
    for (const Event& answer : answers) handle(answer);
    // What is due now is done at the next turn of the page's loop, and is not due for ever.
    const bool is_turn = std::exchange(turns_, widget_.deadline() <= now_.mono ? turns_ + 1 : 0) > 0;
    ASSERT_LT(turns_, 5) << "the page would do nothing else";
    if (turns_ > 0 && !is_turn)
      while (turns_ > 0 && turns_ < 5) handle(event::Tick{});
  }

  void shown(const command::ShowCall& show) {
    const bool was_live =
        std::exchange(lasts_, show.state == CallPhase::live || show.state == CallPhase::reconnecting);
    if (show.state == CallPhase::live) ++lives;
    if (was_live && !lasts_) {
      // An engine that died three times in a minute is not opened again.
      EXPECT_TRUE(may_end_ || show.code == ErrorCode::call_lost)
          << to_name(show.state) << " " << to_name(show.code);
    }
    if (show.state == CallPhase::live) {
      EXPECT_NE(show.code, ErrorCode::call_interrupted);
    }
  }

  static constexpr const char* room_words[] = {
      R"({"is":"joined","identity":"me"})",
      R"({"is":"somebody","identity":"a","kind":4,"attributes":{"lk.agent.state":"speaking"}})",
      R"({"is":"left","identity":"a"})",
      R"({"is":"stream","topic":"lk.transcription","from":"a","id":"s","attributes":{"lk.segment_id":"1"},"text":"Hi","over":false})",
      R"({"is":"stream","topic":"lk.transcription","from":"me","id":"t","attributes":{"lk.segment_id":"2"},"text":"Lamps","over":false})",
      R"({"is":"segments","from":"a","segments":[{"id":"1","text":"Hi there","final":true}]})",
      "{"};

  static constexpr const char* welcome =
      R"({"t":"welcome","v":1,"session":"s1","secret":"ab","epoch":1,"seq":0,"resumed":false,"heartbeat_ms":15000,"expires_ms":9,"history":[]})";
  static constexpr const char* ticket = R"({"t":"ticket","url":"wss://api.example/voice","ticket":"t"})";
  static constexpr const char* no_ticket = R"({"t":"ticket"})";

  Widget widget_{parts_of_this_build()};
  Random random_;
  Now now_{Mono{1000}, Wall{1.7e12}};
  std::vector<Mono> asked_;
  std::uint32_t call_ = 0, chat_ = 0, token_ = 0, socket_ = 0;
  bool lasts_ = false, may_end_ = false;
  int turns_ = 0;
};

TEST(RoomStorm, ACallEndsOnlyWhenSomeoneEndsIt) {
  for (const char* backend : {"chatkit", "shopbell"}) {
    int tokens = 0, lives = 0, other_ways = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      RoomStorm storm(seed, backend);
      storm.run(300);
      tokens += storm.tokens;
      lives += storm.lives;
      other_ways += storm.other_ways;
    }
    EXPECT_GT(tokens, 1000) << backend;
    EXPECT_GT(lives, 300) << backend;
    EXPECT_EQ(other_ways > 100, backend == std::string_view("shopbell")) << other_ways;
  }
}

}  // namespace
}  // namespace shopbell
