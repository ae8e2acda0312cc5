// The connection: tickets, reconnects, silence, and every way it may end.
#include "voice/wire/voice_link.h"

#include <gtest/gtest.h>

#include "voice_rig.h"

namespace shopbell::voice {
namespace {

using State = std::pair<EngineState, EngineReason>;
using States = std::vector<State>;

struct VoiceLinkTest : ::testing::Test {
  VoiceLinkState state() const {
    return static_cast<VoiceLinkState>(rig.session->stat(static_cast<std::uint32_t>(Gauge::state)));
  }
  Rig rig;
};

TEST_F(VoiceLinkTest, GreetsWithItsTicketAndIsLiveWhenWelcomed) {
  rig.connect();
  ASSERT_EQ(rig.received.size(), 1u);
  EXPECT_EQ(rig.received[0].frame.kind, FrameKind::hello);
  EXPECT_EQ(rig.received[0].ticket, "first-ticket");
  EXPECT_EQ(rig.received[0].frame.sequence, 0u);
  EXPECT_TRUE(rig.states.empty());
  rig.welcome();
  EXPECT_EQ(rig.states, (States{{EngineState::live, EngineReason::none}}));
}

TEST_F(VoiceLinkTest, ComesBackByItselfWithTheNextTicket) {
  rig.begin();
  rig.lose();
  EXPECT_EQ(rig.states.back(), State(EngineState::reconnecting, EngineReason::network));
  rig.idle(300);
  ASSERT_EQ(rig.received_of(FrameKind::hello).size(), 2u);
  EXPECT_EQ(rig.received_of(FrameKind::hello)[1].ticket, "next-ticket");
  rig.welcome(true);
  EXPECT_EQ(rig.states.back(), State(EngineState::back, EngineReason::none));
  EXPECT_EQ(rig.counted(Counter::reconnects), 1u);
}

TEST_F(VoiceLinkTest, TriesLessAndLessOftenWhileItsTicketIsGood) {
  rig.begin();
  rig.idle(5'000);
  rig.reachable = false;
  rig.lose();
  const auto opens = rig.opens;
  rig.idle(1'000);
  EXPECT_GE(rig.opens - opens, 2u);
  EXPECT_LE(rig.opens - opens, 4u);
  rig.idle(58'000);
  EXPECT_GE(rig.opens - opens, 15u);
  EXPECT_LE(rig.opens - opens, 35u);
  EXPECT_EQ(rig.states.back().first, EngineState::reconnecting) << "told once";
  EXPECT_EQ(rig.states.size(), 2u);
  rig.idle(2'000);
  EXPECT_EQ(rig.states.back(), State(EngineState::needs_ticket, EngineReason::network));
  const auto before = rig.opens;
  rig.idle(30'000);
  EXPECT_EQ(rig.opens, before) << "without a ticket there is nothing to try";

  rig.reachable = true;
  rig.connect();
  EXPECT_EQ(rig.received_of(FrameKind::hello).back().ticket, "first-ticket");
  rig.welcome();
  EXPECT_EQ(rig.states.back(), State(EngineState::back, EngineReason::none));
}

TEST_F(VoiceLinkTest, ATicketThatDoesNotComeIsAskedForAgain) {
  rig.begin();
  rig.lose(4401);
  const auto said = rig.states.size();
  rig.idle(61'000);
  EXPECT_EQ(rig.states.size(), said + 3);
  EXPECT_EQ(rig.states.back(), State(EngineState::needs_ticket, EngineReason::network));
  EXPECT_LT(rig.session->deadline(), never);
}

TEST_F(VoiceLinkTest, BackOffIsJittered) {
  const auto first_wait = [](std::string_view seed) {
    Rig rig({.seed = seed});
    rig.begin();
    rig.lose();
    return rig.session->deadline() - rig.now;
  };
  const auto one = first_wait("0123456789abcdef0123456789abcdef");
  const auto other = first_wait("fedcba9876543210fedcba9876543210");
  EXPECT_NE(one, other);
  for (const auto wait : {one, other}) {
    EXPECT_GE(wait, 125_ms);
    EXPECT_LE(wait, 250_ms);
  }
}

TEST_F(VoiceLinkTest, ARefusedTicketIsNotTriedAgain) {
  rig.begin();
  rig.lose();
  rig.idle(300);
  rig.lose(4401);
  EXPECT_EQ(rig.states.back(), State(EngineState::needs_ticket, EngineReason::refused));
  rig.idle(10'000);
  EXPECT_EQ(rig.received_of(FrameKind::hello).size(), 2u);
}

TEST_F(VoiceLinkTest, AWelcomeWithoutATicketMeansAskingForOne) {
  rig.connect();
  rig.welcome(false, 0, "");
  rig.lose();
  EXPECT_EQ(rig.states.back(), State(EngineState::needs_ticket, EngineReason::network));
}

TEST_F(VoiceLinkTest, CloseCodesAndWhatTheyMean) {
  const struct {
    std::uint32_t code;
    State state;
  } cases[] = {
      {1000, {EngineState::reconnecting, EngineReason::network}},
      {1001, {EngineState::reconnecting, EngineReason::going_away}},
      {1006, {EngineState::reconnecting, EngineReason::network}},
      {1012, {EngineState::reconnecting, EngineReason::going_away}},
      {1013, {EngineState::reconnecting, EngineReason::going_away}},
      {4400, {EngineState::reconnecting, EngineReason::protocol}},
      {4401, {EngineState::needs_ticket, EngineReason::refused}},
      {4403, {EngineState::needs_ticket, EngineReason::refused}},
      {4408, {EngineState::reconnecting, EngineReason::network}},
      {4409, {EngineState::gone, EngineReason::replaced}},
      {4413, {EngineState::reconnecting, EngineReason::protocol}},
      {4426, {EngineState::gone, EngineReason::version}},
      {4429, {EngineState::reconnecting, EngineReason::going_away}},
  };
  for (const auto& one : cases) {
    Rig fresh;
    fresh.begin();
    fresh.lose(one.code);
    EXPECT_EQ(fresh.states.back(), one.state) << one.code;
    const bool slow = one.code == 1013 || one.code == 4429;
    const Ms least = one.state.first != EngineState::reconnecting ? 0_ms : slow ? 2_s : 125_ms;
    EXPECT_GE(fresh.session->deadline() - fresh.now, least) << one.code;
    fresh.idle(5'000);
    EXPECT_EQ(fresh.opens, one.state.first == EngineState::reconnecting ? 2u : 1u) << one.code;
  }
}

TEST_F(VoiceLinkTest, TheServersEndIsTheEnd) {
  for (const auto reason : {EndReason::by_shop, EndReason::replaced, EndReason::too_long}) {
    Rig fresh;
    fresh.begin();
    Frame ended;
    ended.kind = FrameKind::ended;
    ended.reason = reason;
    fresh.tell(ended);
    EXPECT_EQ(fresh.states.back(), State(EngineState::gone, static_cast<EngineReason>(reason)));
    EXPECT_EQ(fresh.closes, (std::vector<std::uint32_t>{1000}));
    fresh.idle(5'000);
    EXPECT_EQ(fresh.opens, 1u);
  }
}

TEST_F(VoiceLinkTest, AServerThatGoesAwayIsNoEnd) {
  rig.begin();
  Frame ended;
  ended.kind = FrameKind::ended;
  ended.reason = EndReason::going_away;
  rig.tell(ended);
  EXPECT_EQ(rig.states.back(), State(EngineState::reconnecting, EngineReason::going_away));
  rig.idle(300);
  EXPECT_EQ(rig.opens, 2u);
}

TEST_F(VoiceLinkTest, ByeIsSaidAndNothingFollows) {
  rig.begin();
  rig.session->bye(rig.now);
  rig.settle();
  EXPECT_EQ(rig.received.back().frame.kind, FrameKind::bye);
  EXPECT_EQ(rig.closes, (std::vector<std::uint32_t>{1000}));
  EXPECT_EQ(rig.states.back(), State(EngineState::gone, EngineReason::none));
  rig.run(1'000, voice(48'000, 500));
  rig.idle(60'000);
  EXPECT_EQ(rig.received.back().frame.kind, FrameKind::bye);
  EXPECT_EQ(rig.opens, 1u);
}

TEST_F(VoiceLinkTest, ASilentServerIsAskedAndDeadWhenItDoesNotAnswer) {
  rig.begin();
  rig.idle(7'100);
  EXPECT_EQ(rig.received.back().frame.kind, FrameKind::ping);
  rig.idle(1'500);
  EXPECT_EQ(state(), VoiceLinkState::live);
  rig.idle(300);
  EXPECT_EQ(rig.states.back(), State(EngineState::reconnecting, EngineReason::network));
  EXPECT_EQ(rig.closes, (std::vector<std::uint32_t>{4408}));
}

TEST_F(VoiceLinkTest, AnyFrameIsALifeSignAndAPingIsAnsweredAtOnce) {
  rig.begin();
  for (std::uint32_t i = 0; i < 5; ++i) {
    rig.idle(6'000);
    Frame ping;
    ping.kind = FrameKind::server_ping;
    ping.n = 77 + i;
    rig.tell(ping);
    EXPECT_EQ(rig.received.back().frame.kind, FrameKind::pong);
    EXPECT_EQ(rig.received.back().frame.n, 77 + i);
  }
  EXPECT_EQ(state(), VoiceLinkState::live);
}

TEST_F(VoiceLinkTest, AServerThatNeverWelcomesIsLeft) {
  rig.connect();
  rig.idle(10'100);
  EXPECT_EQ(rig.states.back().first, EngineState::reconnecting);
  EXPECT_EQ(rig.closes.size(), 1u);
  rig.idle(400);
  EXPECT_EQ(rig.received_of(FrameKind::hello).back().ticket, "first-ticket")
      << "perhaps the hello never arrived";
}

TEST_F(VoiceLinkTest, BackOnlineMeansTryingNow) {
  rig.begin();
  rig.reachable = false;
  rig.lose();
  rig.idle(20'000);
  rig.reachable = true;
  rig.session->online(true, rig.now);
  rig.idle(20);
  EXPECT_EQ(rig.received_of(FrameKind::hello).size(), 2u);
}

TEST_F(VoiceLinkTest, ASocketOfTheOldNetworkIsProbed) {
  rig.begin();
  rig.session->online(true, rig.now);
  rig.settle();
  EXPECT_EQ(rig.received.back().frame.kind, FrameKind::ping);
  Frame pong;
  pong.kind = FrameKind::server_pong;
  rig.tell(pong);
  rig.idle(2'000);
  EXPECT_EQ(state(), VoiceLinkState::live);
  rig.session->online(true, rig.now);
  rig.idle(1'900);
  EXPECT_EQ(rig.states.back(), State(EngineState::reconnecting, EngineReason::network));
}

TEST_F(VoiceLinkTest, EventsOfOlderAttemptsAreDropped) {
  rig.begin();
  const auto old = rig.socket;
  rig.lose();
  rig.idle(300);
  rig.welcome(true);
  const auto stale = rig.counted(Counter::stale);
  rig.session->socket_closed(old, 4409, rig.now);
  rig.session->socket_opened(old, rig.now);
  rig.session->socket_frame(old, Bytes{0x88, 2}, rig.now);
  rig.settle();
  EXPECT_EQ(state(), VoiceLinkState::live);
  EXPECT_EQ(rig.counted(Counter::stale), stale + 3);
}

TEST_F(VoiceLinkTest, ASecondWelcomeAndAWelcomeOfAnotherVersion) {
  rig.begin();
  rig.welcome();
  EXPECT_EQ(rig.counted(Counter::forged), 1u);
  EXPECT_EQ(state(), VoiceLinkState::live);
  Rig fresh;
  fresh.connect();
  fresh.tell_bytes(Bytes{0x81, 2, 0, 0x98, 0x3a, 0, 0, 0, 0, 0});
  EXPECT_EQ(fresh.states, (States{{EngineState::gone, EngineReason::version}}));
}

TEST_F(VoiceLinkTest, NothingButAWelcomeCountsBeforeIt) {
  rig.connect();
  rig.tell(FrameKind::flush, 1);
  rig.tell(FrameKind::agent);
  EXPECT_EQ(rig.counted(Counter::forged), 2u);
  EXPECT_TRUE(rig.agents.empty());
}

TEST_F(VoiceLinkTest, TicketsAndUrlsAtTheLimitAndOnePastIt) {
  const std::string url(limits::url_bytes_max, 'u');
  const std::string ticket(ticket_bytes_max, 't');
  rig.session->connect(url + "u", ticket, rig.now);
  rig.session->connect(url, ticket + "t", rig.now);
  rig.session->connect("", ticket, rig.now);
  rig.session->connect(url, "", rig.now);
  rig.settle();
  EXPECT_EQ(rig.opens, 0u);
  rig.session->connect(url, ticket, rig.now);
  rig.settle();
  EXPECT_EQ(rig.opens, 1u);
}

}  // namespace
}  // namespace shopbell::voice
