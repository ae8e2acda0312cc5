// A call with the engine that it has in a page: the real VoiceSession, over a network that fails, with a
// thread that dies and a page that is frozen. Whatever happens, somebody has a deadline.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "core/machines/call.h"
#include "voice_rig.h"

namespace shopbell {
namespace {

class CallWithItsEngine : public testing::Test {
 protected:
  Call call;
  std::unique_ptr<voice::Rig> engine;
  Mono now{1000};
  Commands out;
  bool network = true;
  std::uint32_t network_code = 1006;  // what every opening ends with while there is none
  bool tickets = true;
  bool loads = true;
  int opened = 0;
  int closed = 0;
  int connected = 0;

  void SetUp() override {
    call.configure(false, "p.");
    press(event::MicPressed{});
    ASSERT_EQ(call.phase(), CallPhase::live);
  }

  template <class E>
  void press(const E& event) {
    call.handle(event, now, out);
    settle();
  }

  // Until nobody has anything left to say.
  void settle() {
    for (bool more = true; more;) {
      more = hear_engine();
      call.refresh(now, out);
      if (call.needs_offer() && tickets) {
        call.take({"wss://v", Private<std::string>("t")}, now, out);
        more = true;
      }
      const std::vector<Command> wishes = std::exchange(out, {}).list();
      for (const Command& one : wishes) carry_out(one);
      more = more || !wishes.empty();
    }
  }

  // As long as somebody has a deadline; each must have one, but for the engine of a call that is live.
  void pass(Ms span) {
    for (const Mono until = now + span; now < until;) {
      const Mono engines = engine ? engine->session->deadline() : never;
      EXPECT_TRUE(call.phase() != CallPhase::reconnecting || call.deadline() < never);
      now = std::min({until, std::max(std::min(call.deadline(), engines), now + 1_ms)});
      wake();
    }
  }
  void wake() {
    if (engine) {
      engine->now = now;
      if (now >= engine->session->deadline()) engine->session->tick(now);
      engine->settle();
    }
    settle();
  }

  void lose(std::uint32_t code = 1006) {
    ASSERT_TRUE(engine) << "the call has ended";
    engine->now = now;
    engine->lose(code);
    settle();
  }
  void set_network(bool on, std::uint32_t code = 1006) {
    network = on;
    network_code = code;
    reach();
  }
  void die() {
    engine.reset();
    press(event::CallEngine{attempt_, EngineNews::gone, CallReason::not_loaded});
  }

 private:
  bool hear_engine() {
    if (!engine) return false;
    const auto said = std::exchange(engine->states, {});
    for (const auto& [state, reason] : said)
      call.handle(
          event::CallEngine{attempt_, static_cast<EngineNews>(state), static_cast<CallReason>(reason)}, now,
          out);
    return !said.empty();
  }

  void reach() {
    if (!engine) return;
    engine->reachable = network;
    engine->unreachable_code = network_code;
    engine->welcomes = true;
  }

  void carry_out(const Command& one) {
    if (const auto* open = std::get_if<command::CallOpen>(&one)) {
      ++opened;
      attempt_ = open->attempt;
      if (!loads) return;
      engine = std::make_unique<voice::Rig>(voice::SessionSettings{.muted = open->muted});
      engine->now = now;
      reach();
      call.handle(event::CallMic{attempt_, MicOutcome::granted, {}}, now, out);
      call.handle(event::CallEngine{attempt_, EngineNews::ready, CallReason::none}, now, out);
    } else if (const auto* connect = std::get_if<command::CallConnect>(&one)) {
      ++connected;
      if (!engine) return;
      engine->session->connect(connect->url, connect->ticket, now);
      engine->settle();
    } else if (std::holds_alternative<command::CallClose>(one)) {
      ++closed;
      engine.reset();
    } else if (const auto* shown = std::get_if<command::ShowCall>(&one)) {
      shown_ = *shown;
    }
  }

  std::uint32_t attempt_ = 0;

 protected:
  command::ShowCall shown_;
};

TEST_F(CallWithItsEngine, ANetworkThatIsGoneForHoursIsWaitedFor) {
  press(event::MutePressed{});
  set_network(false);
  lose();
  pass(5_h);
  EXPECT_EQ(call.phase(), CallPhase::reconnecting);
  set_network(true);
  pass(31_s);
  EXPECT_EQ(call.phase(), CallPhase::live);
  EXPECT_TRUE(shown_.muted) << "mute survives";
  EXPECT_EQ(opened, 1);
}

TEST_F(CallWithItsEngine, NoTicketForHoursIsWaitedForToo) {
  tickets = false;
  set_network(false);
  lose();
  pass(2_h);
  EXPECT_EQ(call.phase(), CallPhase::reconnecting);
  set_network(true);
  tickets = true;
  pass(31_s);
  EXPECT_EQ(call.phase(), CallPhase::live);
  EXPECT_EQ(opened, 1);
}

TEST_F(CallWithItsEngine, WhoeverIsNotLetInComesBackWhenTheShopHasMendedIt) {
  for (const std::uint32_t code : {4401, 4403}) {
    set_network(false, code);
    lose();
    connected = 0;
    pass(600_s);
    EXPECT_EQ(call.phase(), CallPhase::reconnecting) << code;
    EXPECT_LE(connected, 26) << "with pauses that grow to 30 s";
    EXPECT_GE(connected, 20);
    set_network(true);
    pass(31_s);
    EXPECT_EQ(call.phase(), CallPhase::live) << code;
  }
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(closed, 0);
}

TEST_F(CallWithItsEngine, OneThatDiesIsReplacedTwiceInAMinute) {
  press(event::MutePressed{});
  for (int round = 0; round < 5; ++round) {
    for (int death = 1; death <= 2; ++death) {
      die();
      EXPECT_EQ(opened, 1 + 2 * round + death);
      EXPECT_EQ(closed, opened - 1) << "one microphone at a time";
      EXPECT_EQ(call.phase(), CallPhase::live);
      EXPECT_TRUE(shown_.muted);
      pass(1_s);
    }
    pass(limits::call_reopened_within);
  }
  die();
  set_network(false);
  lose();
  die();
  EXPECT_EQ(call.phase(), CallPhase::reconnecting);
  pass(50_s);
  die();
  EXPECT_EQ(shown_.state, CallPhase::failed) << "the third in a minute";
  EXPECT_EQ(shown_.code, ErrorCode::call_lost);
  EXPECT_EQ(closed, opened);
  set_network(true);
  press(event::MicPressed{});
  EXPECT_EQ(call.phase(), CallPhase::live) << "the button begins a new call";
  die();
  EXPECT_EQ(call.phase(), CallPhase::live) << "with deaths of its own";
}

TEST_F(CallWithItsEngine, AReplacementThatDoesNotLoadIsTriedOnceMore) {
  loads = false;
  die();
  EXPECT_EQ(call.phase(), CallPhase::reconnecting);
  pass(limits::call_load_max);
  EXPECT_EQ(opened, 3);
  EXPECT_EQ(call.phase(), CallPhase::reconnecting);
  pass(limits::call_load_max);
  EXPECT_EQ(shown_.state, CallPhase::failed);
  EXPECT_EQ(closed, 3);
}

TEST_F(CallWithItsEngine, OneThatIsSilentWhileItReconnectsIsReplaced) {
  set_network(false);
  lose();
  // Its thread hangs: a mock, since the real one does not.
  const auto deaf = std::move(engine);
  pass(limits::call_word_max + limits::call_last_word_max - 1_ms);
  EXPECT_EQ(opened, 1);
  set_network(true);
  pass(1_ms);
  EXPECT_EQ(opened, 2);
  EXPECT_EQ(call.phase(), CallPhase::live);
}

TEST_F(CallWithItsEngine, APageThatWasFrozenDoesNotTakeItForDead) {
  set_network(false);
  lose();
  now = now + 1_h;
  call.refresh(now, out);
  wake();
  pass(10_s);
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(call.phase(), CallPhase::reconnecting);
  set_network(true);
  pass(31_s);
  EXPECT_EQ(call.phase(), CallPhase::live);
}

}  // namespace
}  // namespace shopbell
