// The voice socket: tickets, audio both ways, broken frames, parking, resuming and the ways a call ends.
#include "registry_rig.h"

namespace shopbell::registry {
namespace {

using voice::FrameKind;

TEST(RegistryCall, BeginsWithATicketAndTellsTheNext) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  const auto welcome = rig.heard_last(socket, FrameKind::welcome);
  ASSERT_EQ(welcome.kind, FrameKind::welcome);
  EXPECT_EQ(welcome.version, 1);
  EXPECT_FALSE(welcome.on) << "not resumed";
  EXPECT_EQ(welcome.heartbeat_ms, 15'000);
  EXPECT_EQ(welcome.sequence, 0u);
  EXPECT_EQ(rig.next_ticket(socket).size(), 32u);
  EXPECT_EQ(rig.commands<command::CallOpen>().size(), 1u);
  EXPECT_EQ(rig.commands<command::CallOpen>()[0].client, "test");
  const auto again = rig.call(page.ticket);
  EXPECT_EQ(rig.closed[again], 4401u) << "a ticket is used once";
}

TEST(RegistryCall, NobodyGetsInWithoutATicket) {
  RegistryRig rig;
  EXPECT_EQ(rig.closed[rig.call(std::string(32, 'a'))], 4401u);
  const auto audio_first = rig.open_voice();
  rig.voice(audio_first, rig.audio(1));
  EXPECT_EQ(rig.closed[audio_first], 4401u);
  const auto garbage = rig.open_voice();
  rig.bytes(garbage, "\x01");
  EXPECT_EQ(rig.closed[garbage], 4401u);
  const auto text = rig.open_voice();
  rig.tell(event::Frame{text, false}, "hello");
  EXPECT_EQ(rig.closed[text], 4400u);
  const auto late = rig.open_voice();
  rig.pass(limits::hello_within);
  EXPECT_EQ(rig.closed[late], 4408u);
  const auto page = rig.join();
  rig.pass(limits::ticket_life);
  EXPECT_EQ(rig.closed[rig.call(page.ticket)], 4401u) << "60 s";
  rig.tell(event::VoiceOpened{++rig.last_socket, false, false});
  EXPECT_EQ(rig.closed[rig.last_socket], 4403u);
}

TEST(RegistryCall, AFreshTicketIsThereForTheAsking) {
  RegistryRig rig;
  const auto page = rig.join();
  for (int i = 0; i < static_cast<int>(limits::tickets_burst); ++i) rig.text(page.socket, R"({"t":"call"})");
  EXPECT_EQ(rig.of(page.socket, "ticket").size(), 6u);
  rig.text(page.socket, R"({"t":"call"})");
  EXPECT_NE(rig.last(page.socket, "error").find("too_fast"), std::string::npos);
  EXPECT_EQ(rig.closed[rig.call(page.ticket)], 4401u) << "the older one ended with the newer";
  const auto frame = wire::parse(rig.last(page.socket, "ticket"));
  EXPECT_FALSE(rig.closed.contains(rig.call(*frame["ticket"].text())));

  RegistryRig mute;
  const auto socket = mute.open_text("");
  mute.text(socket, mute.hello());
  mute.text(socket, R"({"t":"call"})");
  EXPECT_NE(mute.last(socket, "error").find("no_voice"), std::string::npos);
}

TEST(RegistryCall, VersionsAreNegotiatedOneBack) {
  RegistryOptions options;
  options.version_newest = 3;
  options.version_oldest = 2;
  RegistryRig rig(options);
  const auto with = [&](std::uint8_t v, std::uint8_t oldest) {
    const auto socket = rig.open_text();
    rig.text(socket, R"({"t":"hello","v":3,"oldest":2,"client":"c","key":"demo"})");
    const auto ticket = rig.joined(socket).ticket;
    auto hello = rig.voice_hello(ticket);
    hello.version = v;
    hello.oldest = oldest;
    const auto voice = rig.open_voice();
    rig.voice(voice, hello);
    return voice;
  };
  EXPECT_EQ(rig.heard_last(with(4, 3), FrameKind::welcome).version, 3);
  EXPECT_EQ(rig.heard_last(with(2, 2), FrameKind::welcome).version, 2);
  EXPECT_EQ(rig.closed[with(1, 1)], 4426u);
  EXPECT_EQ(rig.closed[with(9, 4)], 4426u);
}

TEST(RegistryAudio, GoesBothWaysInOrder) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  rig.voice(socket, rig.audio(1));
  rig.voice(socket, rig.audio(2));
  const auto heard = rig.commands<command::CallHeard>();
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[1].sequence, 2u);
  EXPECT_EQ(heard[1].timestamp_48k, 1920u);
  EXPECT_EQ(rig.packets[1], "\xf8\x01\x02");

  const std::uint32_t call = heard[0].call;
  rig.tell(event::CallAudio{call, 3, 1, 0}, "packet-one");
  rig.tell(event::CallAudio{call, 4, 0, 960}, "packet-two");
  const auto sent = rig.heard_last(socket, FrameKind::agent_audio);
  EXPECT_EQ(sent.sequence, 2u) << "goes on over all streams";
  EXPECT_EQ(sent.stream, 4);
  EXPECT_EQ(sent.timestamp_48k, 960u);
  rig.tell(event::CallEnd{call, 4, 1920});
  EXPECT_EQ(rig.heard_last(socket, FrameKind::end).timestamp_48k, 1920u);
  rig.tell(event::CallFlush{call, 4});
  EXPECT_EQ(rig.heard_last(socket, FrameKind::flush).stream, 4);
  rig.tell(event::CallAgent{call, AgentMood::thinking});
  EXPECT_EQ(rig.heard_last(socket, FrameKind::agent).agent, voice::AgentState::thinking);
  EXPECT_EQ(rig.last(page.socket, "agent"), R"({"t":"agent","state":"thinking"})");
  rig.tell(event::CallAudio{call, 4, 0, 1920}, std::string(1276, 'x'));
  EXPECT_EQ(rig.heard_last(socket, FrameKind::agent_audio).sequence, 2u) << "no page would take it";
}

TEST(RegistryAudio, BrokenFramesAreCountedAndTheCallGoesOn) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  rig.voice(socket, rig.audio(1));
  rig.voice(socket, rig.audio(4));
  EXPECT_EQ(rig.counted[Counted::frames_missing], 2u);
  rig.voice(socket, rig.audio(4));
  EXPECT_EQ(rig.counted[Counted::frames_replayed], 1u);
  rig.voice(socket, rig.audio(2));
  EXPECT_EQ(rig.counted[Counted::frames_reordered], 1u);
  rig.voice(socket, rig.audio(400'000));
  EXPECT_EQ(rig.counted[Counted::frames_forged], 1u);
  rig.bytes(socket, std::string("\x02\x00\x00\x00\x05", 5));
  rig.bytes(socket, "");
  EXPECT_EQ(rig.counted[Counted::frames_truncated], 2u);
  rig.bytes(socket, std::string("\x02\0\0\0\x05\0\0\0\0\0\0\0", 12) + std::string(4096, 'x'));
  EXPECT_EQ(rig.counted[Counted::frames_oversized], 1u);
  rig.bytes(socket, std::string("\x7f\x01", 2));
  rig.bytes(socket, std::string("\x82\0\0\0\x05\0\0\0\0\0\0\0x", 13));
  EXPECT_EQ(rig.counted[Counted::frames_unknown], 2u) << "an echo of our own kinds among them";
  rig.voice(socket, rig.audio(5));
  EXPECT_EQ(rig.commands<command::CallHeard>().size(), 3u);
  EXPECT_TRUE(rig.closed.empty());
}

TEST(RegistryAudio, AFloodEndsItsSocketAndParksTheCall) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  for (int i = 1; i < static_cast<int>(limits::voice_frames_burst); ++i) rig.bytes(socket, "\x7f");
  EXPECT_TRUE(rig.closed.empty()) << "at the limit, the hello included";
  rig.bytes(socket, "\x7f");
  EXPECT_EQ(rig.closed[socket], 4429u);
  EXPECT_EQ(rig.registry.calls(), 1u);
}

TEST(RegistryCall, WhatThePageTellsReachesTheAgent) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  rig.voice(socket, {.kind = FrameKind::speech, .on = true, .timestamp_48k = 480});
  EXPECT_EQ(rig.commands<command::CallSpeech>()[0].timestamp_48k, 480u);
  rig.voice(socket, {.kind = FrameKind::interrupt, .stream = 2, .timestamp_48k = 960});
  EXPECT_EQ(rig.commands<command::CallInterrupted>()[0].heard_timestamp_48k, 960u);
  rig.voice(socket, {.kind = FrameKind::playout, .stream = 2, .timestamp_48k = 961});
  EXPECT_EQ(rig.commands<command::CallPlayout>()[0].stream, 2u);
  rig.voice(socket, {.kind = FrameKind::mute, .on = true});
  rig.voice(socket, {.kind = FrameKind::mute, .on = true});
  EXPECT_EQ(rig.commands<command::CallMuted>().size(), 1u);
  rig.voice(socket, {.kind = FrameKind::ping, .n = 77});
  EXPECT_EQ(rig.heard_last(socket, FrameKind::server_pong).n, 77u);
}

TEST(RegistryParking, AnotherSocketWithTheNextTicketGoesOn) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  rig.voice(socket, rig.audio(1));
  rig.tell(event::CallAudio{1, 1, 0, 0}, "x");
  const auto ticket = rig.next_ticket(socket);
  rig.tell(event::Closed{socket});
  EXPECT_EQ(rig.commands<command::CallPark>().size(), 1u);
  rig.tell(event::CallAudio{1, 1, 0, 960}, "nobody hears this");

  rig.pass(limits::park_max - 1_ms);
  const auto back = rig.call(ticket, 2);
  const auto welcome = rig.heard_last(back, FrameKind::welcome);
  EXPECT_TRUE(welcome.on);
  EXPECT_EQ(welcome.sequence, 2u);
  EXPECT_EQ(rig.commands<command::CallResume>().size(), 1u);
  EXPECT_EQ(rig.commands<command::CallOpen>().size(), 1u);
  EXPECT_NE(rig.next_ticket(back), ticket);
  rig.tell(event::CallAudio{1, 1, 0, 960}, "y");
  EXPECT_EQ(rig.heard_last(back, FrameKind::agent_audio).sequence, 2u) << "no hole in what the page counts";
  rig.pass(10_s);
  EXPECT_EQ(rig.registry.calls(), 1u) << "no longer parked";
}

TEST(RegistryParking, WhatTheLostConnectionSwallowedComesUnderTheNumbersThatThePageWaitsFor) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  const auto ticket = rig.next_ticket(socket);
  for (std::uint32_t i = 0; i < 5; ++i) rig.tell(event::CallAudio{1, 1, 0, i * 960}, "x");
  rig.tell(event::Closed{socket});
  const auto back = rig.call(ticket, 3);
  rig.tell(event::CallAudio{1, 1, 0, 1920}, "x");
  EXPECT_EQ(rig.heard_last(back, FrameKind::agent_audio).sequence, 3u);
}

TEST(RegistryParking, EndsAfterThirtySecondsAndTheTicketStillOpensANewCall) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  const auto ticket = rig.next_ticket(socket);
  rig.tell(event::Closed{socket});
  rig.pass(limits::park_max);
  EXPECT_EQ(rig.commands<command::CallClose>()[0].reason, LeaveReason::not_back);
  EXPECT_EQ(rig.registry.calls(), 0u);
  const auto back = rig.call(ticket);
  EXPECT_FALSE(rig.heard_last(back, FrameKind::welcome).on);
  EXPECT_EQ(rig.commands<command::CallOpen>().size(), 2u);
}

TEST(RegistryParking, TheNextTicketRunsOutSixtySecondsAfterItsSocket) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  const auto ticket = rig.next_ticket(socket);
  for (int i = 0; i < 8; ++i) {
    rig.pass(15_s);
    rig.voice(socket, {.kind = FrameKind::pong});
    rig.text(page.socket, R"({"t":"pong","n":1})");
  }
  rig.tell(event::Closed{socket});
  rig.pass(limits::ticket_life);
  EXPECT_EQ(rig.closed[rig.call(ticket)], 4401u);
}

TEST(RegistryParking, MutedStaysMutedOverIt) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.open_voice();
  auto hello = rig.voice_hello(page.ticket);
  hello.flags = voice::hello_muted;
  rig.voice(socket, hello);
  EXPECT_TRUE(rig.commands<command::CallOpen>()[0].muted);
  const auto ticket = rig.next_ticket(socket);
  rig.tell(event::Closed{socket});
  hello.ticket = {reinterpret_cast<const std::uint8_t*>(ticket.data()), ticket.size()};
  rig.voice(rig.open_voice(), hello);
  EXPECT_TRUE(rig.commands<command::CallMuted>().empty());
}

TEST(RegistryParking, ANewerJoinTakesTheCallFromTheOlder) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  rig.text(page.socket, R"({"t":"call"})");
  const auto frame = wire::parse(rig.last(page.socket, "ticket"));
  const auto newer = rig.call(*frame["ticket"].text());
  EXPECT_EQ(rig.heard_last(socket, FrameKind::ended).reason, voice::EndReason::replaced);
  EXPECT_EQ(rig.closed[socket], 4409u);
  EXPECT_TRUE(rig.heard_last(newer, FrameKind::welcome).on);
  EXPECT_EQ(rig.commands<command::CallPark>().size(), 1u);
  EXPECT_EQ(rig.commands<command::CallResume>().size(), 1u);
  EXPECT_EQ(rig.registry.calls(), 1u);
}

TEST(RegistryParking, APageThatHadTheCallBeforeGoesOnWithNumbersOfItsOwn) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto with_another_ticket = [&](std::uint32_t next) {
    rig.text(page.socket, R"({"t":"call"})");
    return rig.call(*wire::parse(rig.last(page.socket, "ticket"))["ticket"].text(), next);
  };
  const auto socket = rig.call(page.ticket);
  for (std::uint32_t i = 1; i <= 5; ++i) rig.voice(socket, rig.audio(i));
  const auto newer = with_another_ticket(0);
  rig.voice(newer, rig.audio(1));
  rig.voice(newer, rig.audio(2));
  const auto back = with_another_ticket(4);
  EXPECT_EQ(rig.heard_last(back, FrameKind::welcome).sequence, 0u) << "3 is not what it has to say again";
  rig.voice(back, rig.audio(6));
  rig.voice(back, rig.audio(7));
  EXPECT_EQ(rig.commands<command::CallHeard>().size(), 9u);
  EXPECT_EQ(rig.counted[Counted::frames_missing], 0u);
}

TEST(RegistryCallEnd, ByThePageTheShopOrItsLength) {
  RegistryRig rig;
  const auto page = rig.join();
  auto socket = rig.call(page.ticket);
  const auto ticket = rig.next_ticket(socket);
  rig.voice(socket, {.kind = FrameKind::bye});
  EXPECT_EQ(rig.closed[socket], 1000u);
  EXPECT_EQ(rig.commands<command::CallClose>()[0].reason, LeaveReason::bye);
  EXPECT_EQ(rig.last(page.socket, "agent"), R"({"t":"agent","state":"idle"})");
  EXPECT_EQ(rig.closed[rig.call(ticket)], 4401u) << "who hung up does not come back by itself";

  const auto fresh = [&] {
    rig.text(page.socket, R"({"t":"call"})");
    return rig.call(*wire::parse(rig.last(page.socket, "ticket"))["ticket"].text());
  };
  socket = fresh();
  rig.tell(event::CallHangUp{2});
  EXPECT_EQ(rig.heard_last(socket, FrameKind::ended).reason, voice::EndReason::by_shop);
  EXPECT_EQ(rig.closed[socket], 1000u);

  socket = fresh();
  for (int i = 0; i < 240 && !rig.closed.contains(socket); ++i) {
    rig.pass(15_s);
    rig.voice(socket, {.kind = FrameKind::pong});
    rig.text(page.socket, R"({"t":"pong","n":1})");
  }
  EXPECT_EQ(rig.heard_last(socket, FrameKind::ended).reason, voice::EndReason::too_long);
  EXPECT_EQ(rig.registry.calls(), 0u);
}

TEST(RegistryCallEnd, AGatewayThatGoesAwayEndsTheSocketNotThePagesCall) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  rig.tell(event::Closing{true});
  EXPECT_EQ(rig.closed[socket], 1012u);
  EXPECT_NE(rig.heard_last(socket, FrameKind::ended).kind, FrameKind::ended);
  EXPECT_EQ(rig.commands<command::CallClose>()[0].reason, LeaveReason::going_away);
}

TEST(RegistryHeartbeat, OfTheVoiceSocketParksWhatIsDead) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.call(page.ticket);
  rig.pass(15_s);
  EXPECT_EQ(rig.heard_last(socket, FrameKind::server_ping).n, 1u);
  rig.pass(22500_ms);
  EXPECT_EQ(rig.closed[socket], 4408u);
  EXPECT_EQ(rig.commands<command::CallPark>().size(), 1u);
}

TEST(RegistrySpokenTurns, AreStoredAnsweredAndShownLikeTypedOnes) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.call(page.ticket);
  rig.tell(event::CallCaption{1, "spoken-01", Who::self, "do you"});
  EXPECT_NE(rig.last(page.socket, "caption").find("do you"), std::string::npos);
  rig.tell(event::CallSaid{1, "spoken-01", "do you have lamps"});
  ASSERT_EQ(rig.commands<command::StoreMessage>().size(), 1u);
  EXPECT_TRUE(rig.commands<command::StoreMessage>()[0].voice);
  EXPECT_TRUE(rig.of(page.socket, "row").empty()) << "not before it is stored";
  rig.stored(page, "spoken-01");
  EXPECT_NE(rig.last(page.socket, "row").find(R"("id":"spoken-01","who":"self")"), std::string::npos);
  EXPECT_TRUE(rig.of(page.socket, "ack").empty()) << "nobody typed it";
  EXPECT_TRUE(rig.commands<command::Answer>()[0].voice);
  rig.tell(event::ReplyDelta{page.session, "spoken-01", "Yes"});
  EXPECT_NE(rig.last(page.socket, "delta").find("spoken-01.reply"), std::string::npos);

  rig.tell(event::CallRow{1, "greeting-1", Who::agent, "Hello!"});
  ASSERT_EQ(rig.commands<command::StoreRow>().size(), 1u);
  rig.tell(event::RowStored{page.session, rig.commands<command::StoreRow>()[0].row});
  EXPECT_NE(rig.last(page.socket, "row").find("Hello!"), std::string::npos);

  EXPECT_FALSE(rig.commands<command::StoreRow>()[0].told);

  rig.tell(event::CallSaid{1, "spoken-02", std::string(1001, 'x')});
  rig.tell(event::CallSaid{99, "spoken-03", "hello"});
  EXPECT_EQ(rig.commands<command::CallRefused>().size(), 2u);
}

TEST(RegistrySpokenTurns, AGreetingThatNobodyAnswersIsShownAndNotStored) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.call(page.ticket);
  rig.tell(event::CallRow{1, "greeting-1", Who::agent, "Hello!"});
  rig.tell(event::CallRow{1, "hint-0001", Who::agent, "I am listening."});
  rig.tell(event::CallRow{1, "greeting-1", Who::agent, "Hel…", RowState::stopped});
  EXPECT_EQ(rig.of(page.socket, "row").size(), 3u);
  EXPECT_TRUE(rig.commands<command::CreateSession>().empty());
  EXPECT_TRUE(rig.commands<command::StoreRow>().empty());

  // A page that comes back without its place reads it, although the store has nothing.
  const auto again = rig.open_text();
  rig.text(again, rig.back(page, 0, 77));
  event::SessionLoaded nothing;
  nothing.socket = again;
  rig.tell(nothing);
  const auto welcome = rig.last(again, "welcome");
  EXPECT_LT(welcome.find("Hel…"), welcome.find("I am listening."));

  rig.text(again, R"({"t":"say","id":"message-1","text":"hello"})");
  EXPECT_EQ(rig.commands<command::CreateSession>().size(), 1u);
  const auto rows = rig.commands<command::StoreRow>();
  ASSERT_EQ(rows.size(), 2u) << "before the message, in their order";
  EXPECT_EQ(rows[0].row.text, "Hel…");
  EXPECT_TRUE(rows[0].told && rows[1].told) << "the page is not told twice";
  rig.tell(event::CallRow{1, "greeting-2", Who::agent, "Still there?"});
  EXPECT_EQ(rig.commands<command::StoreRow>().size(), 3u) << "from now on as they come";
}

TEST(RegistrySpokenTurns, WhatTheAgentSaysToNobodyIsBounded) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.call(page.ticket);
  for (std::size_t n = 0; n < 100; ++n)
    rig.tell(event::CallRow{1, "row-" + std::to_string(1000 + n), Who::agent, "Hello?"});
  rig.said(page, "message-1");
  const auto rows = rig.commands<command::StoreRow>();
  ASSERT_EQ(rows.size(), limits::unasked_rows_max);
  EXPECT_EQ(rows.back().row.id, "row-1099");
}

TEST(RegistryCallers, AnAddressHasSoManyCallsAndTheShopSoMany) {
  RegistryOptions options;
  options.calls_max = 3;
  options.calls_an_address_max = 2;
  RegistryRig rig(options);
  const auto begin = [&](const std::string& address) {
    const auto page = rig.join();
    const auto socket = rig.open_voice(address);
    rig.voice(socket, RegistryRig::voice_hello(page.ticket));
    return std::pair{page, socket};
  };
  const auto [page, first] = begin("a");
  begin("a");
  EXPECT_EQ(rig.closed[begin("a").second], 4401u) << "the third of one address";
  EXPECT_FALSE(rig.closed.contains(begin("b").second)) << "another address";
  const auto [late, refused] = begin("c");
  EXPECT_EQ(rig.closed[refused], 4401u) << "the fourth in all";
  rig.text(late.socket, R"({"t":"call"})");
  EXPECT_NE(rig.last(late.socket, "error").find("too_fast"), std::string::npos) << "and is told so";

  // Who has a call keeps it, by another address and over a lost socket too.
  rig.tell(event::Closed{first});
  const auto again = rig.open_voice("b");
  rig.voice(again, RegistryRig::voice_hello(rig.next_ticket(first), 1));
  EXPECT_FALSE(rig.closed.contains(again));
  rig.voice(again, {.kind = FrameKind::bye});
  EXPECT_FALSE(rig.closed.contains(begin("a").second)) << "a place is free again";
}

TEST(RegistryCallers, AnAddressBeginsSoManyCallsAnHour) {
  RegistryOptions options;
  options.calls_an_hour_max = 2;
  RegistryRig rig(options);
  const auto begin_and_end = [&](const std::string& address) {
    const auto page = rig.join();
    const auto socket = rig.open_voice(address);
    rig.voice(socket, RegistryRig::voice_hello(page.ticket));
    if (rig.closed.contains(socket)) return false;
    rig.voice(socket, {.kind = FrameKind::bye});
    return true;
  };
  EXPECT_TRUE(begin_and_end("a"));
  rig.pass(1800_s);
  EXPECT_TRUE(begin_and_end("a"));
  EXPECT_FALSE(begin_and_end("a"));
  EXPECT_TRUE(begin_and_end("b"));
  rig.pass(1799_s);
  EXPECT_FALSE(begin_and_end("a"));
  rig.pass(1_s);
  EXPECT_TRUE(begin_and_end("a")) << "an hour after the first";
  EXPECT_FALSE(begin_and_end("a")) << "and half an hour after the second";
}

TEST(RegistryCallers, AddressesThatAreGoneAreForgotten) {
  Callers callers({.begun_an_hour = 5});
  for (int n = 0; n < 100'000; ++n) {
    const std::string address = std::to_string(n);
    callers.begun(address, Mono{n * 100.0});
    callers.ended(address);
  }
  EXPECT_EQ(callers.calls(), 0u);
  EXPECT_LT(callers.addresses(), 80'000u)
      << "36,000 of the last hour, and as many again until the next sweep";
}

TEST(RegistrySpokenTurns, WhoBeganTheCallPaysForWhatIsSaidInIt) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.open_voice("a");
  rig.voice(socket, RegistryRig::voice_hello(page.ticket));
  EXPECT_EQ(rig.commands<command::CallOpen>()[0].address, "a");
  rig.tell(event::CallSaid{1, "spoken-01", "do you have lamps"});
  EXPECT_EQ(rig.commands<command::StoreMessage>()[0].address, "a");
}

TEST(RegistrySpokenTurns, ATypedMessageNamesTheCall) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.call(page.ticket);
  rig.said(page, "message-1");
  EXPECT_EQ(rig.commands<command::Answer>()[0].call, 1u);
  EXPECT_FALSE(rig.commands<command::Answer>()[0].voice);
}

}  // namespace
}  // namespace shopbell::registry
