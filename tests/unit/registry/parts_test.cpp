// The registry's small parts: hashes and secrets, rates, versions, timers, tickets, the resume log, the audio
// gate.
#include <gtest/gtest.h>

#include <set>

#include "registry/frames/server_frames.h"
#include "registry/parts/audio_gate.h"
#include "registry/parts/resume_log.h"
#include "registry/parts/tickets.h"
#include "registry/parts/timers.h"
#include "registry/parts/token_bucket.h"
#include "registry/parts/versions.h"

namespace shopbell::registry {
namespace {

constexpr Mono t0{5000};

// FIPS 180-4's examples, and the lengths around a block where padding takes one block or two.
TEST(RegistrySha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(sha256_hex(std::string(55, 'a')),
            "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  EXPECT_EQ(sha256_hex(std::string(56, 'a')),
            "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  EXPECT_EQ(sha256_hex(std::string(64, 'a')),
            "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

TEST(RegistrySecrets, AreOf128BitsAndNeverTheSame) {
  Secrets secrets("seed");
  std::set<std::string> drawn;
  for (int i = 0; i < 1000; ++i) drawn.insert(secrets.draw());
  EXPECT_EQ(drawn.size(), 1000u);
  for (const auto& one : drawn) EXPECT_EQ(one.size(), 32u);
  Secrets same("seed");
  Secrets other("seed2");
  EXPECT_TRUE(drawn.contains(same.draw()));
  EXPECT_FALSE(drawn.contains(other.draw()));
}

TEST(RegistryTokenBucket, GivesABurstThenARate) {
  TokenBucket bucket(2, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(t0));
  EXPECT_FALSE(bucket.take(t0)) << "one past the burst";
  EXPECT_DOUBLE_EQ(bucket.wait_s(t0), 0.5);
  EXPECT_FALSE(bucket.take(t0 + 499_ms));
  EXPECT_TRUE(bucket.take(t0 + 500_ms));
  EXPECT_TRUE(bucket.take(t0 + 100_s));
  EXPECT_TRUE(bucket.take(t0 + 100_s));
  EXPECT_TRUE(bucket.take(t0 + 100_s));
  EXPECT_FALSE(bucket.take(t0 + 100_s)) << "what was not used is not saved beyond the burst";
}

TEST(RegistryVersions, OneVersionBackBothWays) {
  constexpr Versions gateway{3, 2};
  EXPECT_EQ(agreed_version(gateway, {3, 2}), 3u);
  EXPECT_EQ(agreed_version(gateway, {2, 1}), 2u) << "a widget of one version back";
  EXPECT_EQ(agreed_version(gateway, {4, 3}), 3u) << "a widget of one version ahead";
  EXPECT_EQ(agreed_version(gateway, {1, 1}), 0u) << "two versions back";
  EXPECT_EQ(agreed_version(gateway, {5, 4}), 0u) << "two versions ahead";
  EXPECT_EQ(agreed_version(gateway, {0, 0}), 0u);
  EXPECT_EQ(agreed_version({1, 1}, {1, 0}), 1u);
  EXPECT_EQ(agreed_version({1, 0}, {0, 0}), 0u) << "there is no version 0";
}

TEST(RegistryTimers, NameTheEarliestOfEachOwnersLast) {
  Timers timers;
  EXPECT_EQ(timers.next(), never);
  timers.set({Timed::socket, 1}, t0 + 5_s);
  timers.set({Timed::socket, 2}, t0 + 3_s);
  timers.set({Timed::call, 1}, t0 + 4_s);
  EXPECT_EQ(timers.next(), t0 + 3_s);
  timers.set({Timed::socket, 2}, t0 + 9_s);
  EXPECT_EQ(timers.next(), t0 + 4_s);
  EXPECT_FALSE(timers.take(t0 + 3_s));
  EXPECT_EQ(timers.take(t0 + 4_s)->first, Timed::call);
  timers.clear({Timed::socket, 1});
  EXPECT_EQ(timers.next(), t0 + 9_s);
  timers.set({Timed::socket, 2}, never);
  EXPECT_EQ(timers.next(), never);
}

TEST(RegistryTickets, LetInOnceAndRunOut) {
  Secrets secrets("seed");
  Tickets tickets;
  const auto first = tickets.issue(7, Purpose::join, t0 + limits::ticket_life, secrets);
  EXPECT_EQ(first.size(), 32u);
  EXPECT_FALSE(tickets.use("0" + first.substr(1) + "x", t0));
  EXPECT_EQ(tickets.use(first, t0 + (limits::ticket_life - 1_ms))->session, 7u);
  EXPECT_FALSE(tickets.use(first, t0)) << "one use";

  const auto late = tickets.issue(7, Purpose::join, t0 + limits::ticket_life, secrets);
  EXPECT_FALSE(tickets.use(late, t0 + limits::ticket_life)) << "60 s";
  EXPECT_EQ(tickets.size(), 0u) << "what has run out is gone too";

  const auto older = tickets.issue(7, Purpose::join, never, secrets);
  const auto reconnect = tickets.issue(7, Purpose::reconnect, never, secrets);
  const auto newer = tickets.issue(7, Purpose::join, never, secrets);
  EXPECT_FALSE(tickets.use(older, t0)) << "a newer one of the same purpose ends the older";
  EXPECT_EQ(tickets.use(newer, t0)->session, 7u);
  tickets.expire_at(7, Purpose::reconnect, t0 + 1_s);
  EXPECT_FALSE(tickets.use(reconnect, t0 + 1_s));
}

std::string delta(std::uint32_t seq, std::string text) {
  return frame_text(frame::Delta{seq, "m.reply", 0, std::move(text)});
}

TEST(RegistryResumeLog, ReplaysWhatIsMissingWithoutAHole) {
  ResumeLog log;
  EXPECT_TRUE(log.covers(0));
  EXPECT_FALSE(log.covers(1)) << "a place that never was";
  for (std::uint32_t i = 1; i <= 5; ++i) log.add(delta(i, "x"), "m.reply");
  EXPECT_EQ(log.after(3).size(), 2u);
  EXPECT_EQ(log.after(3)[0], delta(4, "x"));
  EXPECT_TRUE(log.after(5).empty());
  EXPECT_FALSE(log.covers(6));

  log.add("other", "n.reply");
  log.supersede("m.reply");
  log.add("checkpoint", "m.reply");
  const auto frames = log.after(0);
  ASSERT_EQ(frames.size(), 7u) << "superseded frames keep their numbers";
  EXPECT_EQ(frames[1], delta(2, ""));
  EXPECT_EQ(frames[5], "other");
  EXPECT_EQ(frames[6], "checkpoint");
}

TEST(RegistryResumeLog, IsBoundedInEntriesAndBytes) {
  ResumeLog few({.entries_max = 3, .bytes_max = 1'000'000});
  for (int i = 0; i < 3; ++i) few.add("frame");
  EXPECT_TRUE(few.covers(0)) << "at the limit";
  few.add("frame");
  EXPECT_FALSE(few.covers(0)) << "one past it the oldest has gone";
  EXPECT_TRUE(few.covers(1));
  EXPECT_EQ(few.last(), 4u);

  ResumeLog small({.entries_max = 1000, .bytes_max = 1000});
  small.add(std::string(400, 'x'), "m");
  small.add(std::string(400, 'x'), "m");
  EXPECT_EQ(small.size(), 2u);
  small.supersede("m");
  EXPECT_LT(small.bytes(), 300u) << "a superseded frame weighs nothing any more";
  small.add(std::string(400, 'x'), "m");
  EXPECT_TRUE(small.covers(0));
  small.add(std::string(990, 'x'), "m");
  EXPECT_EQ(small.size(), 0u) << "a frame that does not fit at all is history";
  EXPECT_TRUE(small.covers(4));
  EXPECT_FALSE(small.covers(3));
}

voice::Frame audio(std::uint32_t sequence, std::uint32_t timestamp_48k) {
  voice::Frame frame{.kind = voice::FrameKind::audio};
  frame.sequence = sequence;
  frame.timestamp_48k = timestamp_48k;
  return frame;
}

class RegistryAudioGate : public testing::Test {
 protected:
  AudioVerdict at(std::uint32_t sequence, std::uint32_t timestamp_48k) {
    return gate.check(audio(sequence, timestamp_48k), lost);
  }
  AudioVerdict at(std::uint32_t sequence) { return at(sequence, sequence * 960); }
  AudioGate gate;
  std::uint32_t lost = 0;
};

TEST_F(RegistryAudioGate, LetsThroughWhatIsInOrder) {
  EXPECT_EQ(gate.expected(), 0u) << "none yet";
  EXPECT_EQ(at(17), AudioVerdict::good) << "the first frame says where the numbers begin";
  EXPECT_EQ(at(18), AudioVerdict::good);
  EXPECT_EQ(gate.expected(), 19u);
}

TEST_F(RegistryAudioGate, TellsReplayedFromReordered) {
  at(1);
  EXPECT_EQ(at(5), AudioVerdict::good);
  EXPECT_EQ(lost, 3u);
  EXPECT_EQ(at(3), AudioVerdict::reordered) << "overtaken: too late for a recogniser";
  EXPECT_EQ(at(1), AudioVerdict::replayed);
  EXPECT_EQ(at(5), AudioVerdict::replayed);
  EXPECT_EQ(at(6), AudioVerdict::good);
  EXPECT_EQ(lost, 0u);
}

TEST_F(RegistryAudioGate, TakesAJumpUpToItsLimit) {
  at(1);
  EXPECT_EQ(at(2 + limits::sequence_jump_max + 1), AudioVerdict::forged) << "one past the limit";
  EXPECT_EQ(at(2 + limits::sequence_jump_max), AudioVerdict::good) << "at the limit";
  EXPECT_EQ(at(100), AudioVerdict::replayed) << "out of the window: cannot be told any more";
  EXPECT_EQ(at(2), AudioVerdict::forged) << "too far behind to be of this page";
}

TEST_F(RegistryAudioGate, AStreamOfTheAgentOrATimeThatStandsStillIsForged) {
  at(1);
  auto other = audio(2, 1920);
  other.stream = 1;
  EXPECT_EQ(gate.check(other, lost), AudioVerdict::forged);
  EXPECT_EQ(at(2, 960), AudioVerdict::forged);
  EXPECT_EQ(at(2, 1920), AudioVerdict::good);
}

TEST_F(RegistryAudioGate, SequencesAndTimestampsWrap) {
  EXPECT_EQ(at(0xffffffff, 0xffffff00), AudioVerdict::good);
  EXPECT_EQ(at(0, 700), AudioVerdict::good);
  EXPECT_EQ(at(0xffffffff, 1700), AudioVerdict::replayed);
}

TEST_F(RegistryAudioGate, APageThatComesBackGoesOnAndANewOneBeginsAnew) {
  at(1);
  at(2);
  gate.rejoined(false);
  EXPECT_EQ(at(2, 10), AudioVerdict::replayed);
  EXPECT_EQ(at(3, 10), AudioVerdict::good) << "with a clock of its own";
  gate.rejoined(true);
  EXPECT_EQ(gate.expected(), 0u) << "whose numbers are not known goes on with its own";
  EXPECT_EQ(at(1, 5), AudioVerdict::good);
  EXPECT_EQ(at(2, 965), AudioVerdict::good);
}

TEST(RegistryFrames, LeaveOutWhatIsAbsent) {
  EXPECT_EQ(frame_text(frame::Ack{{}, "m", 5}), R"({"t":"ack","id":"m","at_ms":5})");
  EXPECT_EQ(frame_text(frame::Ack{7, "m", 5}), R"({"t":"ack","seq":7,"id":"m","at_ms":5})");
  EXPECT_EQ(frame_text(frame::Refused{"m", Refusal::too_fast, 3}),
            R"({"t":"refused","id":"m","code":"too_fast","retry_after_s":3})");
  ProductCard card;
  card.name = "Lamp";
  EXPECT_EQ(
      frame_text(frame::Products{1, "m.reply", {card}}),
      R"({"t":"products","seq":1,"id":"m.reply","products":[{"productId":"","name":"Lamp","permalink":"",)"
      R"("stock_status":"","image":""}]})");
}

}  // namespace
}  // namespace shopbell::registry
