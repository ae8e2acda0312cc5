// The text socket: hello, sessions, acks, replies, resume, limits and every close code.
#include "core/base/text.h"

#include "registry_rig.h"

namespace shopbell::registry {
namespace {

TEST(RegistryHello, ANewPageGetsASessionWithItsSecretOnceAndATicket) {
  RegistryRig rig;
  const auto page = rig.join();
  EXPECT_EQ(page.session.size(), 32u);
  EXPECT_EQ(page.secret.size(), 32u);
  EXPECT_EQ(page.ticket.size(), 32u);
  EXPECT_NE(page.session, page.secret);
  const auto again = rig.open_text();
  rig.text(again, rig.back(page, 0));
  EXPECT_EQ(rig.joined(again).session, page.session);
  EXPECT_EQ(rig.joined(again).secret, "") << "only of a new session";
}

TEST(RegistryHello, NothingIsStoredBeforeSomethingIsSaid) {
  RegistryRig rig;
  const auto page = rig.join();
  EXPECT_TRUE(rig.commands<command::CreateSession>().empty());
  rig.text(page.socket, R"({"t":"say","id":"message-1","text":"hi"})");
  const auto created = rig.commands<command::CreateSession>();
  ASSERT_EQ(created.size(), 1u);
  EXPECT_EQ(created[0].secret_hash, sha256_hex(page.secret)) << "the store holds a hash only";
  rig.text(page.socket, R"({"t":"say","id":"message-2","text":"hi"})");
  EXPECT_EQ(rig.commands<command::CreateSession>().size(), 1u);
}

TEST(RegistryHello, TheWrongSecretOrKeyOrScopeGetsNothingOfTheSession) {
  RegistryOptions options;
  RegistryRig rig(options);
  const auto page = rig.join();
  auto thief = page;
  thief.secret = std::string(32, '0');
  const auto socket = rig.open_text();
  rig.text(socket, rig.back(thief, 0));
  EXPECT_NE(rig.joined(socket).session, page.session);
  EXPECT_NE(rig.joined(socket).secret, "");
  EXPECT_FALSE(rig.closed.contains(page.socket)) << "and replaces nobody";

  const auto keyless = rig.open_text();
  rig.text(keyless, R"({"t":"hello","v":1,"oldest":1,"client":"test"})");
  EXPECT_EQ(rig.closed[keyless], 4401u);
  const auto wrong = rig.open_text();
  rig.text(wrong, R"({"t":"hello","v":1,"oldest":1,"client":"test","key":"other"})");
  EXPECT_EQ(rig.closed[wrong], 4401u);
}

TEST(RegistryHello, AVersionIsAPlainWord) {
  const std::string longest(64, 'x');
  const struct {
    std::string widget;
    std::string client;
  } cases[] = {{"1.2.0-rc.1", "widget/1.2.0-rc.1"},
               {longest, "widget/" + longest},
               {longest + "x", "test"},
               {"", "test"},
               {"a b", "test"},
               {"../x", "test"},
               {"\\u0007", "test"}};
  for (const auto& c : cases) {
    RegistryRig rig;
    const auto page = rig.join(R"(,"widget":")" + c.widget + "\"");
    rig.said(page, "message-1");
    EXPECT_EQ(rig.commands<command::StoreMessage>().at(0).client, c.client) << c.widget;
  }
}

TEST(RegistryHello, WhatIsRefusedIsCountedForItsVersion) {
  RegistryRig rig;
  const auto page = rig.join(R"(,"widget":"1.2.0")");
  rig.said(page, "message-1");
  rig.text(page.socket, R"({"t":"say","id":"message-1","text":"another"})");
  rig.stored(page, "message-1", Stored::conflict);
  const auto counts = rig.commands<command::Count>();
  ASSERT_EQ(counts.back().what, Counted::refused);
  EXPECT_EQ(counts.back().client, "widget/1.2.0");
}

TEST(RegistryHello, APageThatNeedsNoKeyHasAScopeOfItsOwn) {
  RegistryRig rig;
  rig.tell(event::TextOpened{++rig.last_socket, true, false, false, ""});
  rig.text(rig.last_socket, R"({"t":"hello","v":1,"oldest":1,"client":"test"})");
  const auto page = rig.joined(rig.last_socket);
  EXPECT_NE(page.session, "");
  EXPECT_EQ(page.ticket, "") << "no voice here";
  const auto socket = rig.open_text();
  rig.text(socket, rig.back(page, 0));
  EXPECT_NE(rig.joined(socket).session, page.session) << "the same secret with another key";
}

TEST(RegistryHello, ANewerJoinReplacesTheOlder) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto socket = rig.open_text();
  rig.text(socket, rig.back(page, 0));
  EXPECT_EQ(rig.closed[page.socket], 4409u);
  bool noticed = false;
  for (const auto& log : rig.commands<command::Log>())
    noticed = noticed || (log.notice == Notice::session_replaced && log.reason == "new_join_request" &&
                          log.user == short_hash(page.session));
  EXPECT_TRUE(noticed);
  EXPECT_TRUE(rig.text(page.socket, R"({"t":"ping","n":1})").empty())
      << "the older one is not heard any more";
}

TEST(RegistryHello, VersionsAreNegotiatedOneBack) {
  RegistryOptions options;
  options.version_newest = 3;
  options.version_oldest = 2;
  RegistryRig rig(options);
  const auto with = [&](int v, int oldest) {
    const auto socket = rig.open_text();
    rig.text(socket, R"({"t":"hello","client":"c","key":"demo","v":)" + std::to_string(v) + R"(,"oldest":)" +
                         std::to_string(oldest) + "}");
    return socket;
  };
  EXPECT_NE(rig.last(with(3, 2), "welcome").find(R"("v":3)"), std::string::npos);
  EXPECT_NE(rig.last(with(2, 1), "welcome").find(R"("v":2)"), std::string::npos);
  EXPECT_NE(rig.last(with(4, 3), "welcome").find(R"("v":3)"), std::string::npos);
  EXPECT_EQ(rig.closed[with(1, 1)], 4426u);
  EXPECT_EQ(rig.closed[with(5, 4)], 4426u);
}

TEST(RegistrySession, IsLoadedFromTheStoreWithANewEpochAndItsHistory) {
  RegistryRig rig;
  const std::string session(32, 'a');
  const std::string secret(32, 'b');
  const RegistryRig::Joined known{0, session, secret, "", 4};
  const auto socket = rig.open_text();
  rig.text(socket, rig.back(known, 9));
  ASSERT_EQ(rig.commands<command::LoadSession>().size(), 1u);
  EXPECT_EQ(rig.commands<command::LoadSession>()[0].session, session);
  EXPECT_TRUE(rig.of(socket, "welcome").empty()) << "not before the store has answered";
  // A page need not wait for its welcome.
  rig.text(socket, R"({"t":"say","id":"message-9","text":"early"})");

  event::SessionLoaded loaded{socket, true, sha256_hex(secret), 4, rig.wall_ms - 1000, {}};
  loaded.rows = {{.id = "message-1", .who = Who::self, .text = "hi"},
                 {.id = "message-1.reply", .who = Who::agent, .text = "so f", .state = RowState::streaming}};
  rig.tell(loaded);
  const auto welcome = rig.last(socket, "welcome");
  EXPECT_NE(welcome.find(R"("epoch":5)"), std::string::npos);
  EXPECT_NE(welcome.find(R"("resumed":false)"), std::string::npos);
  EXPECT_NE(welcome.find(R"("text":"so f","at_ms":0,"state":"streaming")"), std::string::npos);
  EXPECT_EQ(rig.commands<command::SaveEpoch>()[0].epoch, 5u);
  EXPECT_EQ(rig.commands<command::StoreMessage>().size(), 1u) << "what came early was held";

  // The reply that was running goes on where the history ends.
  rig.tell(event::ReplyDelta{session, "message-1", "ar"});
  EXPECT_EQ(rig.last(socket, "delta"), R"({"t":"delta","seq":1,"id":"message-1.reply","at":4,"text":"ar"})");
}

TEST(RegistrySession, FromTheStoreNeedsItsSecretAndItsAge) {
  RegistryRig rig;
  const std::string secret(32, 'b');
  const auto came_back = [&](bool found, const std::string& hash, double created_ms) {
    const RegistryRig::Joined known{0, std::string(32, 'a'), secret, "", 4};
    const auto socket = rig.open_text();
    rig.text(socket, rig.back(known, 0));
    rig.tell(event::SessionLoaded{socket, found, hash, 4, created_ms, {}});
    const bool same = rig.joined(socket).session == known.session;
    rig.tell(event::Closed{socket});
    return same;
  };
  EXPECT_FALSE(came_back(false, "", 0));
  EXPECT_FALSE(came_back(true, sha256_hex("another"), rig.wall_ms));
  EXPECT_FALSE(came_back(true, sha256_hex(secret), rig.wall_ms - limits::session_age_max.value)) << "24 h";
  EXPECT_TRUE(came_back(true, sha256_hex(secret), rig.wall_ms - limits::session_age_max.value + 1));
}

TEST(RegistryMessages, AnAckFollowsTheInsertAndNothingElse) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.text(page.socket, R"({"t":"say","id":"message-1","text":"hi"})");
  EXPECT_TRUE(rig.of(page.socket, "ack").empty());
  EXPECT_TRUE(rig.commands<command::Answer>().empty());
  rig.stored(page, "message-1");
  EXPECT_EQ(rig.of(page.socket, "ack").size(), 1u);
  EXPECT_NE(rig.last(page.socket, "ack").find(R"("seq":1,"id":"message-1")"), std::string::npos);
  EXPECT_EQ(rig.commands<command::Answer>().size(), 1u);
}

TEST(RegistryMessages, OneIdIsAnsweredOnce) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto say = [&](const char* words) {
    rig.text(page.socket, R"({"t":"say","id":"message-1","text":")" + std::string(words) + R"("})");
  };
  say("hi");
  say("hi");
  EXPECT_EQ(rig.commands<command::StoreMessage>().size(), 1u) << "its ack is on the way";
  say("other");
  EXPECT_NE(rig.last(page.socket, "refused").find("conflict"), std::string::npos);
  rig.stored(page, "message-1");

  say("hi");
  rig.stored(page, "message-1", Stored::repeated);
  EXPECT_EQ(rig.commands<command::Answer>().size(), 1u);
  EXPECT_EQ(rig.of(page.socket, "ack").size(), 2u);
  EXPECT_EQ(rig.last(page.socket, "ack").find("seq"), std::string::npos) << "the copy is not sequenced";
  say("hi");
  rig.stored(page, "message-1", Stored::answer_again);
  EXPECT_EQ(rig.commands<command::Answer>().size(), 2u) << "an answer that failed is made again";
  say("other");
  rig.stored(page, "message-1", Stored::conflict);
  EXPECT_EQ(rig.of(page.socket, "refused").size(), 2u);
}

TEST(RegistryMessages, AreRefusedPastTheirLimits) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto code = [&](const std::string& id, const std::string& words) {
    rig.text(page.socket, R"({"t":"say","id":")" + id + R"(","text":")" + words + R"("})");
    const auto refused = rig.last(page.socket, "refused");
    return refused.find(id) == std::string::npos ? "taken" : refused.substr(refused.find("code"));
  };
  EXPECT_EQ(code("message-a", std::string(1000, 'x')), "taken") << "at the limit";
  EXPECT_EQ(code("message-b", std::string(1001, 'x')), R"(code":"too_long"})");
  std::string pairs;
  for (int i = 0; i < 500; ++i) pairs += "😀";
  EXPECT_EQ(code("message-c", pairs), "taken") << "500 pairs are 1000 units";
  EXPECT_EQ(code("message-d", pairs + "x"), R"(code":"too_long"})");
  EXPECT_EQ(code("message-e", " \\n "), R"(code":"bad"})");
  for (std::size_t i = 2; i < limits::unanswered_max; ++i)
    EXPECT_EQ(code("message-f" + std::to_string(i), "x"), "taken");
  EXPECT_EQ(code("message-g", "x"), R"(code":"busy","retry_after_s":2})");
}

TEST(RegistryMessages, TooManyAMinuteAreRefusedWithTheWait) {
  RegistryRig rig;
  const auto page = rig.join();
  for (int i = 0; i < static_cast<int>(limits::says_burst); ++i) {
    const auto id = "message-" + std::to_string(i);
    rig.said(page, id);
    rig.tell(event::ReplyDone{page.session, id, "yes", RowState::done});
  }
  EXPECT_TRUE(rig.of(page.socket, "refused").empty());
  rig.text(page.socket, R"({"t":"say","id":"message-x","text":"hi"})");
  EXPECT_NE(rig.last(page.socket, "refused").find(R"("too_fast","retry_after_s":3)"), std::string::npos);
  rig.pass(3_s);
  rig.text(page.socket, R"({"t":"say","id":"message-x","text":"hi"})");
  EXPECT_EQ(rig.of(page.socket, "refused").size(), 1u);
}

TEST(RegistrySockets, ControlFramesCountAsFramesAndAreNoHeartbeat) {
  RegistryRig rig;
  const auto page = rig.join();
  // The hello was the first of them.
  for (int i = 1; i < static_cast<int>(limits::text_frames_burst); ++i) rig.tell(event::Control{page.socket});
  EXPECT_FALSE(rig.closed.contains(page.socket));
  rig.tell(event::Control{page.socket});
  EXPECT_EQ(rig.closed[page.socket], close_code::too_fast);
  rig.tell(event::Control{page.socket});

  const auto silent = rig.join();
  for (int i = 0; i < 40; ++i) {
    rig.pass(1_s);
    rig.tell(event::Control{silent.socket});
  }
  EXPECT_EQ(rig.closed[silent.socket], close_code::timeout);
}

TEST(RegistryReplies, DeltasCarryTheirPlaceAndCheckpointsHeal) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.said(page, "message-1");
  for (int i = 0; i < 20; ++i) rig.tell(event::ReplyDelta{page.session, "message-1", "né "});
  const auto deltas = rig.of(page.socket, "delta");
  ASSERT_EQ(deltas.size(), 20u);
  EXPECT_NE(deltas[2].find(R"("at":8)"), std::string::npos) << "bytes of UTF-8";
  ASSERT_EQ(rig.of(page.socket, "checkpoint").size(), 1u);
  EXPECT_NE(rig.last(page.socket, "checkpoint").find(R"("seq":22)"), std::string::npos);
  rig.tell(event::ReplyTool{page.session, "message-1", "search", ToolState::running});
  rig.tell(event::ReplyDone{page.session, "message-1", "whole", RowState::stopped});
  EXPECT_EQ(rig.last(page.socket, "done"),
            R"({"t":"done","seq":24,"id":"message-1.reply","text":"whole","state":"stopped"})");
  rig.tell(event::ReplyDelta{page.session, "message-1", "late"});
  EXPECT_EQ(rig.of(page.socket, "delta").size(), 20u) << "a reply ends once";
}

TEST(RegistryReplies, CheckpointsOfALongAnswerStayLinear) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.said(page, "message-1");
  for (int i = 0; i < 2000; ++i) rig.tell(event::ReplyDelta{page.session, "message-1", "ten bytes "});
  std::size_t bytes = 0;
  for (const auto& frame : rig.of(page.socket, "checkpoint")) bytes += frame.size();
  EXPECT_LT(bytes, 6u * 20'000u);
}

TEST(RegistryReplies, AreStoppedByTheirMessage) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.said(page, "message-1");
  rig.text(page.socket, R"({"t":"stop","id":"message-2"})");
  EXPECT_TRUE(rig.commands<command::StopAnswer>().empty());
  rig.text(page.socket, R"({"t":"stop","id":"message-1"})");
  EXPECT_EQ(rig.commands<command::StopAnswer>().size(), 1u);

  rig.text(page.socket, R"({"t":"say","id":"message-3","text":"hi"})");
  rig.text(page.socket, R"({"t":"stop","id":"message-3"})");
  EXPECT_EQ(rig.commands<command::StopAnswer>().size(), 1u) << "nothing to stop yet";
  rig.stored(page, "message-3");
  EXPECT_EQ(rig.commands<command::StopAnswer>().size(), 2u) << "as soon as it is being answered";
}

TEST(RegistryReplies, OneThatIsMadeAgainTakesThePlaceOfWhatFailed) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.said(page, "message-1");
  rig.tell(event::ReplyDelta{page.session, "message-1", "half an ans"});
  rig.tell(event::ReplyDone{page.session, "message-1", "half an ans", RowState::broken});
  rig.text(page.socket, R"({"t":"say","id":"message-1","text":"hello"})");
  rig.stored(page, "message-1", Stored::answer_again);
  EXPECT_EQ(rig.last(page.socket, "checkpoint"),
            R"({"t":"checkpoint","seq":4,"id":"message-1.reply","text":""})");
  rig.tell(event::ReplyDelta{page.session, "message-1", "a whole one"});
  EXPECT_NE(rig.last(page.socket, "delta").find(R"("seq":5,"id":"message-1.reply","at":0)"),
            std::string::npos);
}

TEST(RegistryResume, GivesExactlyWhatWasMissed) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.said(page, "message-1");
  rig.tell(event::ReplyDelta{page.session, "message-1", "a"});
  rig.tell(event::Closed{page.socket});
  rig.tell(event::ReplyDelta{page.session, "message-1", "b"});
  rig.tell(event::ReplyDone{page.session, "message-1", "ab", RowState::done});

  const auto socket = rig.open_text();
  rig.text(socket, rig.back(page, 2));
  EXPECT_NE(rig.last(socket, "welcome").find(R"("seq":2,"resumed":true)"), std::string::npos);
  EXPECT_EQ(rig.last(socket, "welcome").find("history"), std::string::npos);
  EXPECT_EQ(rig.frames[socket].size(), 3u);
  EXPECT_EQ(rig.frames[socket][1], R"({"t":"delta","seq":3,"id":"message-1.reply","at":0,"text":""})")
      << "the end says it again";
  EXPECT_NE(rig.frames[socket][2].find(R"("done","seq":4)"), std::string::npos);
}

TEST(RegistryResume, APageThatDidNotSayAMessageGetsItsRow) {
  RegistryRig rig;
  const auto first = rig.join();
  const auto second = rig.open_text();
  rig.text(first.socket, R"({"t":"say","id":"message-1","text":"from the first tab"})");
  rig.text(second, rig.back(first, 0));
  rig.stored(first, "message-1");
  const std::string row =
      R"({"t":"row","seq":1,"row":{"id":"message-1","who":"self","text":"from the first tab")";
  EXPECT_TRUE(rig.last(second, "row").starts_with(row)) << "it took over before the message was stored";
  EXPECT_TRUE(rig.of(second, "ack").empty());

  const auto third = rig.open_text();
  rig.text(third, rig.back(first, 0));
  EXPECT_TRUE(rig.last(third, "row").starts_with(row));
}

TEST(RegistryResume, APlaceThatIsNotInTheLogGetsTheHistory) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.said(page, "message-1");
  rig.tell(event::Closed{page.socket});
  const auto came_back = [&](std::uint32_t seq, std::uint32_t epoch) {
    const auto socket = rig.open_text();
    rig.text(socket, rig.back(page, seq, epoch));
    const auto asked = rig.commands<command::LoadSession>().size();
    rig.tell(event::SessionLoaded{socket, true, sha256_hex(page.secret), 1, rig.wall_ms, {}});
    rig.tell(event::Closed{socket});
    EXPECT_NE(rig.last(socket, "welcome").find(R"("epoch":1,"seq":1,"resumed":false)"), std::string::npos);
    return asked;
  };
  EXPECT_EQ(came_back(7, 1), 1u) << "from a place that never was";
  EXPECT_EQ(came_back(0, 3), 2u) << "of another epoch";
}

TEST(RegistryResume, WhatCameIntoTheLogWhileTheHistoryWasReadFollowsIt) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.said(page, "message-1");
  rig.tell(event::Closed{page.socket});
  const auto socket = rig.open_text();
  rig.text(socket, rig.back(page, 9));
  rig.tell(event::ReplyDelta{page.session, "message-1", "meanwhile"});
  rig.tell(event::SessionLoaded{socket, true, sha256_hex(page.secret), 1, rig.wall_ms, {}});
  EXPECT_NE(rig.last(socket, "welcome").find(R"("seq":1)"), std::string::npos);
  EXPECT_NE(rig.last(socket, "delta").find(R"("seq":2)"), std::string::npos);
}

TEST(RegistryResume, TheHistoryFitsIntoAFrame) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.said(page, "message-1");
  const auto socket = rig.open_text();
  rig.text(socket, rig.back(page, 9));
  event::SessionLoaded loaded{socket, true, sha256_hex(page.secret), 1, rig.wall_ms, {}};
  for (int i = 0; i < 50; ++i)
    loaded.rows.push_back({.id = "row-" + std::to_string(i), .text = std::string(20'000, 'x')});
  rig.tell(loaded);
  const auto welcome = rig.last(socket, "welcome");
  EXPECT_LT(welcome.size(), limits::server_frame_bytes_max);
  EXPECT_NE(welcome.find("row-49"), std::string::npos) << "the newest are kept";
  EXPECT_EQ(welcome.find("row-0\""), std::string::npos);
}

// A frame that a page can't take would end its connection, and the next one, for ever.
TEST(RegistryResume, NoFrameIsLongerThanAPageTakes) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.said(page, "message-1");
  // Each byte takes six when it is escaped.
  const std::string endless(100'000, '\x01');
  for (int i = 0; i < 3; ++i) rig.tell(event::ReplyDelta{page.session, "message-1", endless});
  rig.tell(event::ReplyProducts{page.session, "message-1",
                                std::vector<ProductCard>(20, {.productId = "1", .name = endless})});
  rig.tell(event::ReplyDone{page.session, "message-1", endless, RowState::done});
  rig.tell(event::RowStored{page.session, {.id = "row-1", .who = Who::agent, .text = endless}});
  for (const char* type : {"delta", "products", "done", "row"}) {
    const auto frame = rig.last(page.socket, type);
    EXPECT_FALSE(frame.empty()) << type;
    EXPECT_LE(frame.size(), limits::server_frame_bytes_max) << type;
  }
  EXPECT_NE(rig.last(page.socket, "row").find(R"("seq":5)"), std::string::npos) << "no number is missing";
  const auto other = rig.open_text();
  rig.text(other, rig.back(page, 9));
  event::SessionLoaded loaded{other, true, sha256_hex(page.secret), 1, rig.wall_ms, {}};
  loaded.rows.push_back({.id = "row-1", .who = Who::agent, .text = endless});
  rig.tell(loaded);
  const auto welcome = rig.last(other, "welcome");
  EXPECT_LE(welcome.size(), limits::server_frame_bytes_max);
  EXPECT_NE(welcome.find("row-1"), std::string::npos) << "a long row is shortened, not left out";
}

TEST(RegistryHeartbeat, PingsAnswersAndEndsWhatIsDead) {
  RegistryRig rig;
  const auto page = rig.join();
  rig.text(page.socket, R"({"t":"ping","n":41})");
  EXPECT_EQ(rig.last(page.socket, "pong"), R"({"t":"pong","n":41})");
  rig.pass(14_s);
  EXPECT_TRUE(rig.of(page.socket, "ping").empty());
  rig.pass(1_s);
  EXPECT_EQ(rig.last(page.socket, "ping"), R"({"t":"ping","n":1})");
  rig.text(page.socket, R"({"t":"pong","n":1})");
  rig.pass(37_s);
  EXPECT_FALSE(rig.closed.contains(page.socket));
  rig.pass(1_s);
  EXPECT_EQ(rig.closed[page.socket], 4408u) << "2.5 heartbeats without a frame";
}

TEST(RegistryHeartbeat, AHelloHasFiveSeconds) {
  RegistryRig rig;
  const auto in_time = rig.open_text();
  const auto late = rig.open_text();
  rig.pass(4999_ms);
  rig.text(in_time, rig.hello());
  rig.pass(1_ms);
  EXPECT_FALSE(rig.closed.contains(in_time));
  EXPECT_EQ(rig.closed[late], 4408u);
}

TEST(RegistryCloseCodes, SayWhatWasWrong) {
  RegistryRig rig;
  const auto after_hello = [&](std::string_view frame) {
    const auto page = rig.join();
    rig.text(page.socket, frame);
    const auto code = rig.closed.contains(page.socket) ? rig.closed[page.socket] : 0;
    rig.tell(event::Closed{page.socket});
    return code;
  };
  EXPECT_EQ(after_hello("no json"), 4400u);
  EXPECT_EQ(after_hello("[]"), 4400u);
  EXPECT_EQ(after_hello(R"({"t":5})"), 4400u);
  EXPECT_EQ(after_hello("{\"t\":\"say\",\"id\":\"message-1\",\"text\":\"\xff\"}"), 4400u);
  EXPECT_EQ(after_hello(R"({"t":"say","id":"short","text":"x"})"), 4400u);
  EXPECT_EQ(after_hello(R"({"t":"say","id":"message-1","text":7})"), 4400u);
  EXPECT_EQ(after_hello(R"({"t":"say","id":")" + std::string(65, 'x') + R"(","text":"x"})"), 4400u);
  EXPECT_EQ(after_hello(R"({"t":"say","id":")" + std::string(64, 'x') + R"(","text":"x"})"), 0u);
  EXPECT_EQ(after_hello(R"({"t":"later","member":{"of":["a","newer","page"]}})"), 0u) << "unknown: ignored";
  EXPECT_EQ(after_hello(R"({"t":"bye"})"), 1000u);

  const std::string filler =
      R"({"t":"later","x":")" + std::string(limits::text_frame_bytes_max - 20, 'x') + R"("})";
  ASSERT_EQ(filler.size(), limits::text_frame_bytes_max);
  EXPECT_EQ(after_hello(filler), 0u) << "at the limit";
  EXPECT_EQ(after_hello(filler + " "), 4413u);

  const auto first = [&](std::string_view frame) {
    const auto socket = rig.open_text();
    rig.text(socket, frame);
    return rig.closed[socket];
  };
  EXPECT_EQ(first(R"({"t":"say","id":"message-1","text":"x"})"), 4401u);
  EXPECT_EQ(first(R"({"t":"hello","v":"1","oldest":1,"key":"demo"})"), 4400u);
  EXPECT_EQ(first("{}"), 4400u);

  rig.tell(event::TextOpened{++rig.last_socket, false, true, false, ""});
  EXPECT_EQ(rig.closed[rig.last_socket], 4403u);
  rig.tell(event::TextOpened{++rig.last_socket, true, true, true, ""});
  EXPECT_EQ(rig.closed[rig.last_socket], 4429u);
  const auto mixed = rig.open_text();
  rig.tell(event::Frame{mixed, true}, rig.hello());
  EXPECT_EQ(rig.closed[mixed], 4400u) << "a binary frame on the text socket";
  const auto slow = rig.join();
  rig.tell(event::Congested{slow.socket});
  EXPECT_EQ(rig.closed[slow.socket], 1013u);
}

TEST(RegistryCloseCodes, AFloodOfFramesEndsItsSocket) {
  RegistryRig rig;
  const auto page = rig.join();
  for (int i = 1; i < static_cast<int>(limits::text_frames_burst); ++i)
    rig.text(page.socket, R"({"t":"pong","n":1})");
  EXPECT_FALSE(rig.closed.contains(page.socket)) << "at the limit, the hello included";
  rig.text(page.socket, R"({"t":"pong","n":1})");
  EXPECT_EQ(rig.closed[page.socket], 4429u);
}

TEST(RegistryClosing, TakesNothingMoreThenClosesAll) {
  RegistryRig rig;
  const auto page = rig.join();
  const auto other = rig.join();
  rig.said(page, "message-1");
  rig.tell(event::Closing{false});
  const auto late = rig.open_text();
  EXPECT_EQ(rig.closed[late], 1012u);
  rig.text(other.socket, R"({"t":"say","id":"message-2","text":"x"})");
  EXPECT_EQ(rig.of(other.socket, "refused").size(), 0u) << "it waits for the next process";
  EXPECT_EQ(rig.closed[other.socket], 1012u);
  rig.tell(event::ReplyDelta{page.session, "message-1", "still answered"});
  EXPECT_EQ(rig.of(page.socket, "delta").size(), 1u);
  rig.tell(event::Closing{true});
  EXPECT_EQ(rig.closed[page.socket], 1012u);
  EXPECT_EQ(rig.registry.text_sockets(), 0u);
}

TEST(RegistryMemory, ForgetsWhatIsIdleAndLeavesItToTheStore) {
  RegistryRig rig;
  const auto silent = rig.join();
  const auto talked = rig.join();
  rig.said(talked, "message-1");
  rig.tell(event::ReplyDone{talked.session, "message-1", "yes", RowState::done});
  rig.tell(event::Closed{silent.socket});
  rig.tell(event::Closed{talked.socket});
  rig.pass(limits::ticket_life);
  EXPECT_EQ(rig.registry.sessions(), 1u) << "nothing was said in the other one";
  rig.pass(limits::forget_after);
  EXPECT_EQ(rig.registry.sessions(), 0u);
  EXPECT_EQ(rig.registry.deadline(), never);
}

TEST(RegistryTwice, TheSameEventsGiveTheSameCommands) {
  RegistryRig one;
  RegistryRig other;
  for (RegistryRig* rig : {&one, &other}) {
    const auto page = rig->join();
    rig->said(page, "message-1");
    rig->call(page.ticket);
    rig->pass(100_s);
  }
  EXPECT_EQ(one.frames, other.frames);
  EXPECT_EQ(one.closed, other.closed);
}

}  // namespace
}  // namespace shopbell::registry
