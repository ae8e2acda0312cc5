// Which tab has the call: what is told, who believes it, and who may take the call up.
#include "core/machines/call_place.h"

#include <gtest/gtest.h>

#include "core/machines/voice.h"
#include "core/vocabulary/limits.h"

namespace shopbell {
namespace {

class PlayedVoice final : public Voice {
 public:
  bool on = false;
  bool live = false;
  bool silent = false;

  void configure(bool, const std::string&) override {}
  void restore(Device, const std::string&) override {}
  bool hears(const Event&) override { return false; }
  void happened(std::string_view) override {}
  void handle(const Event&, Mono, Commands&) override {}
  void refresh(Mono, Commands&) override {}
  Mono deadline() const override { return never; }
  Engine engine() const override { return Engine::socket; }
  bool needs_offer() const override { return false; }
  void take(const VoiceOffer&, Mono, Commands&) override {}
  void refused(Mono, Commands&) override {}
  void carried(bool, AgentActivity, Mono, Commands&) override {}
  bool is_of_call(std::uint32_t) const override { return on || live; }
  void play(std::string, Commands&) override {}
  bool lasts() const override { return live; }
  bool muted() const override { return silent; }
  void begin(bool, Commands&) override {}
  bool starting() const override { return on && !live; }
  bool lost() const override { return false; }
  void hang_up(Commands&) override {}
  void replaced(Commands&) override {}
  bool active() const override { return on || live; }
  bool consistent() const override { return true; }
};

struct CallPlaceTest : testing::Test {
  CallPlace place;
  PlayedVoice voice;
  Random random{"seed"};
  Now now{Mono{0}, Wall{1.7e12}};

  void pass(Ms span) { now = {now.mono + span, now.wall + span}; }
  void hear(const std::string& tab) { place.heard({tab, false, now.wall.ms}, "me", now, random); }
  void hear_live(const std::string& tab, Wall begun) {
    place.heard({tab, false, now.wall.ms, begun.ms}, "me", now, random);
  }
  void hear_none() { place.heard({}, "me", now, random); }
  std::optional<CallRecord> keep() { return place.keep(voice, "me", now); }
  void leave() {
    hear("other");
    hear("");
    pass(limits::call_moves_after + limits::call_moves_apart);
  }
};

TEST_F(CallPlaceTest, TellsOfItsCallWhenItIsLiveAndThenEveryTenSeconds) {
  voice.on = true;
  EXPECT_FALSE(keep()) << "there is nothing yet that another tab could go on with";
  voice.live = true;
  const auto told = keep();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->tab, "me");
  EXPECT_EQ(told->at_ms, now.wall.ms);
  EXPECT_FALSE(keep());
  EXPECT_EQ(place.deadline(true), now.mono + limits::call_told_every);
  pass(limits::call_told_every);
  EXPECT_TRUE(keep());
  voice.silent = true;
  EXPECT_TRUE(keep()->muted);
  voice.on = voice.live = false;
  EXPECT_EQ(keep()->at_ms, 0) << "it has ended";
  EXPECT_FALSE(keep());
  EXPECT_EQ(place.deadline(true), never);
}

TEST_F(CallPlaceTest, TakesUpWhatATabThatItKnewOfHasLeft) {
  hear("other");
  EXPECT_EQ(place.other(), "other");
  EXPECT_EQ(place.deadline(true), never);
  hear("");
  EXPECT_FALSE(place.may_take(now, true)) << "the next page of that tab comes first";
  pass(limits::call_moves_after + limits::call_moves_apart);
  EXPECT_FALSE(place.may_take(now, false)) << "nobody looks";
  EXPECT_TRUE(place.may_take(now, true));
  place.take();
  voice.on = true;
  EXPECT_EQ(keep()->tab, "me") << "said before it is live, so that no third tab comes too";
}

TEST_F(CallPlaceTest, APageThatComesAfterTheCallWasLeftDoesNotTakeIt) {
  const CallRecord left{"", false, now.wall.ms};
  pass(1_s);
  now.mono = Mono{900};
  place.heard(left, "me", now, random);
  pass(5_s);
  EXPECT_FALSE(place.may_take(now, true));
}

TEST_F(CallPlaceTest, APageThatWasThereButNotLoadedYetTakesIt) {
  const CallRecord left{"", false, now.wall.ms};
  pass(1_s);
  now.mono = Mono{60'000};
  place.heard(left, "me", now, random);
  pass(limits::call_moves_after + limits::call_moves_apart);
  EXPECT_TRUE(place.may_take(now, true));
}

TEST_F(CallPlaceTest, DoesNotTakeWhatIsOver) {
  leave();
  pass(limits::call_left_max);
  EXPECT_FALSE(place.may_take(now, true));
  EXPECT_EQ(place.deadline(true), never);
  leave();
  now.wall = now.wall - 60_s;
  EXPECT_FALSE(place.may_take(now, true)) << "a clock that was set back proves nothing";
  leave();
  hear_none();
  EXPECT_FALSE(place.may_take(now, true)) << "hung up";
}

TEST_F(CallPlaceTest, LeavesItToTheTabThatWasQuicker) {
  leave();
  hear("third");
  EXPECT_FALSE(place.may_take(now, true));
  EXPECT_EQ(place.other(), "third");
}

TEST_F(CallPlaceTest, TheCallThatWasBegunLaterIsTheOneThatIsWanted) {
  place.begun(now.wall);
  hear_live("other", now.wall - 1_s);
  EXPECT_FALSE(place.outdone()) << "the press here is the newer wish";
  hear_live("other", now.wall + 1_s);
  EXPECT_TRUE(place.outdone());
  pass(2_s);
  place.begun(now.wall);
  EXPECT_FALSE(place.outdone()) << "pressed again";
}

TEST_F(CallPlaceTest, ACallKeepsTheTimeOfItsPressOverTabsAndPages) {
  const Wall begun = now.wall;
  hear_live("other", begun);
  pass(3_s);
  place.heard({"", false, now.wall.ms, begun.ms}, "me", now, random);
  pass(limits::call_moves_after + limits::call_moves_apart);
  ASSERT_TRUE(place.may_take(now, true));
  place.take();
  voice.on = true;
  EXPECT_EQ(keep()->begun_ms, begun.ms) << "from a tab that has gone";
  CallPlace next_page;
  next_page.take();
  next_page.heard(place.leave(false, now), "me", now, random);
  EXPECT_EQ(next_page.keep(voice, "me", now)->begun_ms, begun.ms) << "from the page before";
}

TEST_F(CallPlaceTest, SaysInItsPlaceThatATabHasGone) {
  hear("other");
  CallRecord left;
  EXPECT_FALSE(place.gone("third", left));
  ASSERT_TRUE(place.gone("other", left));
  EXPECT_EQ(left.tab, "");
  EXPECT_EQ(left.at_ms, now.wall.ms) << "when it was last heard of";
}

TEST_F(CallPlaceTest, DoesNotTakeBackByItselfWhatAnotherTabHas) {
  voice.live = true;
  keep();
  hear("other");
  EXPECT_FALSE(place.here());
  EXPECT_FALSE(keep()) << "the server has not told the engine yet";
  voice.live = false;
  EXPECT_FALSE(keep()) << "the other's record stays";
  voice.live = true;
  EXPECT_TRUE(keep()) << "the shopper has called again";
}

TEST_F(CallPlaceTest, PutsRightWhatIsNotSo) {
  voice.live = true;
  keep();
  hear_none();
  EXPECT_EQ(keep()->tab, "me");
}

TEST_F(CallPlaceTest, AShopperWhoCallsMeanwhileIsQuicker) {
  leave();
  voice.on = true;
  keep();
  EXPECT_FALSE(place.may_take(now, true));
  EXPECT_EQ(place.deadline(true), never);
}

}  // namespace
}  // namespace shopbell
