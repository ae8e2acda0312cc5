// What a call makes of each word of an engine, whichever it is. With the engine there is:
// call_engine_test.cpp.
#include "core/machines/call.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "core/base/random.h"

namespace shopbell {
namespace {

class Script {
 public:
  Call call;
  Mono now{1000};
  Commands out;

  Script() { call.configure(false, "p."); }

  template <class E>
  void play(const E& event) {
    call.handle(Event(event), now, out);
    settle();
  }
  void settle() { call.refresh(now, out); }
  void wait(Ms span) {
    now = now + span;
    settle();
  }
  void engine(EngineNews news, CallReason reason = CallReason::none) {
    play(event::CallEngine{attempt(), news, reason});
  }
  void mic(MicOutcome outcome) { play(event::CallMic{attempt(), outcome, {}}); }
  void offer() {
    call.take({"wss://v", Private<std::string>("t")}, now, out);
    settle();
  }
  void go_live() {
    play(event::MicPressed{});
    mic(MicOutcome::granted);
    engine(EngineNews::ready);
    offer();
    engine(EngineNews::live);
    ASSERT_EQ(call.phase(), CallPhase::live);
  }

  template <class C>
  int count() const {
    const std::vector<Command> said = out.list();
    return static_cast<int>(std::count_if(said.begin(), said.end(),
                                          [](const Command& c) { return std::holds_alternative<C>(c); }));
  }
  template <class C>
  C last() const {
    C found;
    for (const Command& c : out.list())
      if (const auto* one = std::get_if<C>(&c)) found = *one;
    return found;
  }
  std::uint32_t attempt() const { return last<command::CallOpen>().attempt; }
};

TEST(Call, FivePressesAreOneCall) {
  Script s;
  for (int i = 0; i < 5; ++i) s.play(event::MicPressed{});
  EXPECT_EQ(s.count<command::CallOpen>(), 1);
  s.mic(MicOutcome::granted);
  s.engine(EngineNews::ready);
  s.play(event::MicPressed{});
  s.offer();
  s.engine(EngineNews::live);
  s.play(event::MicPressed{});
  s.engine(EngineNews::reconnecting);
  s.play(event::MicPressed{});
  EXPECT_EQ(s.count<command::CallOpen>(), 1);
  EXPECT_EQ(s.count<command::CallClose>(), 0);
}

TEST(Call, TheQuestionForTheMicrophoneMayTakeItsTime) {
  Script s;
  s.play(event::MicPressed{});
  EXPECT_EQ(s.call.deadline(), never);
  s.wait(3600_s);
  EXPECT_EQ(s.call.phase(), CallPhase::asking);
  s.mic(MicOutcome::granted);
  EXPECT_EQ(s.call.deadline(), s.now + 20_s);
}

TEST(Call, EachRefusalOfTheMicrophoneIsTold) {
  for (const auto& [outcome, code] : {std::pair{MicOutcome::denied, ErrorCode::mic_denied},
                                      {MicOutcome::dismissed, ErrorCode::mic_dismissed},
                                      {MicOutcome::missing, ErrorCode::mic_missing},
                                      {MicOutcome::busy, ErrorCode::mic_busy},
                                      {MicOutcome::insecure, ErrorCode::mic_insecure},
                                      {MicOutcome::failed, ErrorCode::mic_failed}}) {
    Script s;
    s.play(event::MicPressed{});
    s.mic(outcome);
    EXPECT_EQ(s.last<command::ShowCall>().state, CallPhase::failed);
    EXPECT_EQ(s.last<command::ShowCall>().code, code);
    EXPECT_EQ(s.count<command::CallClose>(), 1);
    s.play(event::MicPressed{});
    EXPECT_EQ(s.count<command::CallOpen>(), 2) << "it can be tried again";
    EXPECT_EQ(s.last<command::ShowCall>().code, ErrorCode::none);
  }
}

TEST(Call, LoadingAndConnectingHaveTheirTime) {
  Script s;
  s.play(event::MicPressed{});
  s.mic(MicOutcome::granted);
  s.wait(19999_ms);
  EXPECT_EQ(s.call.phase(), CallPhase::asking);
  s.wait(1_ms);
  EXPECT_EQ(s.last<command::ShowCall>().code, ErrorCode::call_not_loaded);

  s.play(event::MicPressed{});
  s.mic(MicOutcome::granted);
  s.engine(EngineNews::ready);
  EXPECT_TRUE(s.call.needs_offer());
  s.offer();
  EXPECT_FALSE(s.call.needs_offer());
  s.wait(14999_ms);
  EXPECT_EQ(s.call.phase(), CallPhase::connecting);
  s.wait(1_ms);
  EXPECT_EQ(s.last<command::ShowCall>().code, ErrorCode::call_lost);
  EXPECT_EQ(s.count<command::CallClose>(), 2);
}

TEST(Call, AShopThatGivesNoTicketNowMayGiveOneLater) {
  Script s;
  s.go_live();
  s.engine(EngineNews::needs_ticket);
  EXPECT_TRUE(s.call.needs_offer()) << "the first is asked for at once";
  for (const double pause : {1000, 2000, 4000, 8000, 16000, 30000, 30000}) {
    s.call.refused(s.now, s.out);
    EXPECT_EQ(s.call.phase(), CallPhase::reconnecting);
    EXPECT_FALSE(s.call.needs_offer());
    EXPECT_EQ(s.call.deadline(), s.now + Ms{pause});
    s.engine(EngineNews::needs_ticket);
    EXPECT_EQ(s.call.deadline(), s.now + Ms{pause}) << "the engine asks again: that is known";
    s.wait(Ms{pause});
    EXPECT_TRUE(s.call.needs_offer());
  }
  EXPECT_EQ(s.count<command::CallClose>(), 0);
}

TEST(Call, ATicketThatIsRefusedTwiceBeforeTheFirstWordIsTheShopsAnswer) {
  Script s;
  s.play(event::MicPressed{});
  s.mic(MicOutcome::granted);
  s.engine(EngineNews::ready);
  const Mono due = s.call.deadline();
  s.offer();
  s.engine(EngineNews::needs_ticket, CallReason::refused);
  EXPECT_TRUE(s.call.needs_offer()) << "it may have been too old";
  EXPECT_EQ(s.call.deadline(), due);
  s.offer();
  s.engine(EngineNews::needs_ticket, CallReason::refused);
  EXPECT_EQ(s.last<command::ShowCall>().code, ErrorCode::call_refused);
}

TEST(Call, OnlyFourThingsEndALiveCall) {
  for (const auto& [reason, code] : {std::pair{CallReason::by_shop, ErrorCode::call_ended_by_shop},
                                     {CallReason::replaced, ErrorCode::call_replaced},
                                     {CallReason::too_long, ErrorCode::call_too_long}}) {
    Script s;
    s.go_live();
    s.engine(EngineNews::gone, reason);
    EXPECT_EQ(s.last<command::ShowCall>().state, CallPhase::ended);
    EXPECT_EQ(s.last<command::ShowCall>().code, code);
    EXPECT_EQ(s.count<command::CallClose>(), 1);
  }
  Script s;
  s.go_live();
  s.play(event::HangupPressed{});
  EXPECT_EQ(s.last<command::ShowCall>().state, CallPhase::ended);
  EXPECT_EQ(s.count<command::CallClose>(), 1);
  s.play(event::HangupPressed{});
  EXPECT_EQ(s.count<command::CallClose>(), 1);
}

TEST(Call, WhatAnOlderCallSaysIsDropped) {
  Script s;
  s.go_live();
  const auto old = s.attempt();
  s.play(event::HangupPressed{});
  s.play(event::MicPressed{});
  s.play(event::CallMic{old, MicOutcome::denied, {}});
  s.play(event::CallEngine{old, EngineNews::gone, CallReason::by_shop});
  s.play(event::CallEngine{old, EngineNews::ready, CallReason::none});
  EXPECT_EQ(s.call.phase(), CallPhase::asking);
  EXPECT_EQ(s.count<command::CallClose>(), 1);
}

TEST(Call, PushToTalkIsHandedOnOnlyWhereItIsOn) {
  Script s;
  s.go_live();
  s.play(event::Talk{true});
  EXPECT_EQ(s.count<command::CallTalk>(), 0);
  Script p;
  p.call.configure(true, "p.");
  p.play(event::Talk{true});
  EXPECT_EQ(p.count<command::CallTalk>(), 0) << "not without a call";
  p.go_live();
  p.play(event::Talk{true});
  p.play(event::Talk{false});
  EXPECT_EQ(p.count<command::CallTalk>(), 2);
  EXPECT_TRUE(p.last<command::CallOpen>().push_to_talk);
}

TEST(Call, DevicesAreKept) {
  Script s;
  s.call.restore(Device::microphone, "desk");
  s.play(event::DevicePicked{Device::speaker, "headset"});
  EXPECT_EQ(s.last<command::StorageSet>().key, "p.speaker");
  EXPECT_EQ(s.count<command::CallDevice>(), 0);
  s.go_live();
  EXPECT_EQ(s.last<command::CallOpen>().microphone, "desk");
  EXPECT_EQ(s.last<command::CallOpen>().speaker, "headset");
  s.play(event::DevicePicked{Device::microphone, "usb"});
  EXPECT_EQ(s.last<command::CallDevice>().id, "usb");
}

// Whatever the engine says and whenever: no second microphone, none left open, no live call that ends by
// itself.
TEST(Call, EveryWeather) {
  for (int seed = 0; seed < 400; ++seed) {
    Script s;
    Random random("call " + std::to_string(seed));
    bool open = false;
    std::deque<Mono> reopened;
    std::uint32_t attempt = 0;
    for (int step = 0; step < 200; ++step) {
      s.out.clear();
      const CallPhase before = s.call.phase();
      const auto pick = [&](int n) { return static_cast<int>(random.unit() * n); };
      CallReason reason = static_cast<CallReason>(pick(12));
      bool may_end = false;
      switch (pick(9)) {
        case 0:
          s.play(event::MicPressed{});
          break;
        case 1:
          if (pick(4) == 0) may_end = true, s.play(event::HangupPressed{});
          break;
        case 2:
          s.play(event::MutePressed{});
          break;
        case 3:
          s.play(event::CallMic{attempt, static_cast<MicOutcome>(pick(3) ? 0 : pick(7)), {}});
          break;
        case 4:
        case 5:
          s.play(event::CallEngine{attempt - (pick(10) == 0), static_cast<EngineNews>(pick(5)), {}});
          break;
        case 6:
          may_end = reason == CallReason::by_shop || reason == CallReason::replaced ||
                    reason == CallReason::too_long || reason == CallReason::unsupported ||
                    reason == CallReason::refused_by_policy || reason == CallReason::version;
          s.play(event::CallEngine{attempt, EngineNews::gone, reason});
          break;
        case 7:
          if (s.call.needs_offer()) s.offer();
          break;
        default:
          s.wait(Ms{random.unit() * 40000});
      }
      const bool was_on = before == CallPhase::live || before == CallPhase::reconnecting;
      while (!reopened.empty() && reopened.front() + limits::call_reopened_within <= s.now)
        reopened.pop_front();
      // What died twice within a minute may be given up.
      may_end = may_end || reopened.size() == 2;
      for (const Command& c : s.out.list()) {
        if (const auto* call_open = std::get_if<command::CallOpen>(&c)) {
          EXPECT_FALSE(open) << "a second microphone";
          EXPECT_EQ(call_open->attempt, attempt + 1);
          attempt = call_open->attempt;
          open = true;
          if (was_on)
            reopened.push_back(s.now);
          else
            reopened.clear();
        }
        if (const auto* close = std::get_if<command::CallClose>(&c)) {
          EXPECT_TRUE(open);
          EXPECT_EQ(close->attempt, attempt);
          open = false;
        }
      }
      EXPECT_EQ(open, s.call.active());
      EXPECT_LE(reopened.size(), 2u);
      EXPECT_TRUE(!was_on || s.call.active() || may_end) << "a call ended by itself";
      const CallPhase phase = s.call.phase();
      const bool waits = phase == CallPhase::connecting || phase == CallPhase::reconnecting;
      EXPECT_TRUE(!waits || s.call.deadline() < never);
    }
  }
}

}  // namespace
}  // namespace shopbell
