// The jitter buffer by itself: order, lateness, gaps, ends, and numbers that wrap or lie.
#include "voice/wire/jitter_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace shopbell::voice {
namespace {

struct VoiceJitterBuffer : ::testing::Test {
  void put(std::uint32_t sequence, std::uint32_t timestamp_48k, std::uint8_t stream = 1) {
    packet[0] = static_cast<std::uint8_t>(sequence);
    Frame frame;
    frame.kind = FrameKind::agent_audio;
    frame.stream = stream;
    frame.sequence = sequence;
    frame.timestamp_48k = timestamp_48k;
    frame.payload = packet;
    buffer->put(frame, now);
  }
  // In order, with the timestamps that belong to them.
  void put_run(std::uint32_t from, std::uint32_t count, std::uint8_t stream = 1) {
    for (std::uint32_t i = 0; i < count; ++i) put(from + i, (from + i) * 960, stream);
  }
  std::vector<Pulled::Kind> pull_all(bool urgent = true) {
    std::vector<Pulled::Kind> kinds;
    for (int i = 0; i < 2'000; ++i) {
      const auto pulled = buffer->pull(urgent, now);
      kinds.push_back(pulled.kind);
      if (pulled.kind == Pulled::packet) sequences.push_back(pulled.payload[0]);
      if (pulled.kind == Pulled::nothing || pulled.kind == Pulled::starved) break;
    }
    return kinds;
  }
  std::size_t count(Pulled::Kind kind, const std::vector<Pulled::Kind>& kinds) const {
    return static_cast<std::size_t>(std::count(kinds.begin(), kinds.end(), kind));
  }

  std::uint8_t packet[3] = {};
  Mono now{10'000};
  Counters counters;
  std::unique_ptr<JitterBuffer> buffer = std::make_unique<JitterBuffer>(counters);
  std::vector<int> sequences;
};

TEST_F(VoiceJitterBuffer, BeginsWhenTheTargetIsHereOrItsTimeHasPassed) {
  EXPECT_EQ(buffer->deadline(), never);
  put(1, 960);
  EXPECT_EQ(buffer->state(), JitterState::filling);
  EXPECT_EQ(buffer->target(), 40_ms);
  EXPECT_EQ(buffer->pull(true, now).kind, Pulled::nothing);
  EXPECT_EQ(buffer->deadline(), now + 40_ms);
  now = now + 40_ms;
  EXPECT_EQ(buffer->pull(true, now).kind, Pulled::packet);
}

TEST_F(VoiceJitterBuffer, AnUtteranceShorterThanTheTargetIsNotWaitedFor) {
  put(1, 960);
  buffer->end(1, 1'920);
  EXPECT_EQ(pull_all(), (std::vector{Pulled::packet, Pulled::over, Pulled::nothing}));
}

TEST_F(VoiceJitterBuffer, PunctualPacketsLowerTheTargetAndLateOnesRaiseIt) {
  std::uint32_t sequence = 1;
  for (; sequence < 1'000; ++sequence, now = now + 20_ms) {
    put(sequence, sequence * 960);
    buffer->pull(true, now);
  }
  EXPECT_EQ(buffer->target(), 20_ms);
  for (; sequence < 2'000; ++sequence, now = now + 20_ms) {
    if (sequence % 10 != 0) continue;
    for (std::uint32_t i = 9; i < 10; --i) put(sequence - i, (sequence - i) * 960);
    for (int i = 0; i < 10; ++i) buffer->pull(true, now);
  }
  EXPECT_GE(buffer->target(), 160_ms);
  EXPECT_LE(buffer->target(), 220_ms);
}

TEST_F(VoiceJitterBuffer, StarvedGoesOnWhereItWas) {
  put_run(1, 3);
  EXPECT_EQ(pull_all(), (std::vector{Pulled::packet, Pulled::packet, Pulled::packet, Pulled::starved}));
  buffer->rest();
  EXPECT_EQ(buffer->state(), JitterState::empty);
  now = now + 300_ms;
  put_run(4, 2);
  EXPECT_EQ(pull_all(), (std::vector{Pulled::packet, Pulled::packet, Pulled::starved}));
  EXPECT_EQ(sequences, (std::vector<int>{1, 2, 3, 4, 5}));
  EXPECT_EQ(counters.total(Counter::missing), 0u);
}

TEST_F(VoiceJitterBuffer, AGapIsLostAndItsLastFrameIsInTheNextPacket) {
  put_run(1, 2);
  put_run(5, 3);
  EXPECT_EQ(buffer->pull(true, now).kind, Pulled::packet);
  EXPECT_EQ(buffer->pull(true, now).kind, Pulled::packet);
  const auto first = buffer->pull(true, now);
  EXPECT_EQ(first.kind, Pulled::lost);
  EXPECT_TRUE(first.payload.empty());
  EXPECT_EQ(first.timestamp_48k, 3u * 960);
  const auto second = buffer->pull(true, now);
  EXPECT_EQ(second.kind, Pulled::lost);
  ASSERT_FALSE(second.payload.empty());
  EXPECT_EQ(second.payload[0], 5);
  EXPECT_EQ(count(Pulled::packet, pull_all()), 3u);
  EXPECT_EQ(counters.total(Counter::missing), 2u);
}

TEST_F(VoiceJitterBuffer, ALongGapIsJumped) {
  put_run(1, 2);
  put_run(100, 3);
  const auto kinds = pull_all();
  EXPECT_EQ(count(Pulled::lost, kinds), 0u);
  EXPECT_EQ(count(Pulled::packet, kinds), 5u);
  EXPECT_EQ(counters.total(Counter::missing), 97u);
}

TEST_F(VoiceJitterBuffer, AnOvertakenPacketIsWaitedForWhileThereIsTime) {
  put_run(1, 2);
  pull_all();
  put(4, 4 * 960);
  EXPECT_EQ(buffer->pull(false, now).kind, Pulled::nothing);
  put(3, 3 * 960);
  pull_all(false);
  EXPECT_EQ(sequences, (std::vector<int>{1, 2, 3, 4}));
  EXPECT_EQ(counters.total(Counter::reordered), 1u);
}

TEST_F(VoiceJitterBuffer, ARepeatedOrPassedSequenceIsDropped) {
  put_run(1, 3);
  put(2, 1'920);
  pull_all();
  put(1, 960);
  EXPECT_EQ(counters.total(Counter::replayed), 2u);
  EXPECT_EQ(sequences, (std::vector<int>{1, 2, 3}));
}

TEST_F(VoiceJitterBuffer, DtxLeavesAPauseOfItsLength) {
  put(1, 0);
  put(2, 960);
  put(3, 960 * 12);
  const auto kinds = pull_all();
  EXPECT_EQ(count(Pulled::silence, kinds), 10u);
  EXPECT_EQ(count(Pulled::packet, kinds), 3u);
}

TEST_F(VoiceJitterBuffer, APauseOverOneSecondIsJumped) {
  put(1, 0);
  put(2, 960 + 48'000);
  put(3, 1'920 + 48'000 + 960 + 48'000);
  const auto kinds = pull_all();
  EXPECT_EQ(count(Pulled::silence, kinds), 50u) << "the first is exactly one second";
  EXPECT_EQ(count(Pulled::packet, kinds), 3u);
}

TEST_F(VoiceJitterBuffer, SequencesAndTimestampsWrap) {
  for (std::uint32_t i = 0; i < 20; ++i) put(0xfffffff6 + i, 0xffffe000 + i * 960);
  const auto kinds = pull_all();
  EXPECT_EQ(count(Pulled::packet, kinds), 20u);
  EXPECT_EQ(count(Pulled::silence, kinds), 0u);
}

TEST_F(VoiceJitterBuffer, OneSequenceFromNowhereIsForgedTwoAreANewBeginning) {
  put_run(1, 3);
  put(5'000, 4 * 960);
  EXPECT_EQ(counters.total(Counter::forged), 1u);
  put(4, 4 * 960);
  EXPECT_EQ(count(Pulled::packet, pull_all()), 4u);
  put(9'000, 5 * 960);
  put(9'001, 6 * 960);
  put(9'002, 7 * 960);
  EXPECT_EQ(counters.total(Counter::forged), 2u);
  EXPECT_EQ(buffer->expected(), 9'003u);
  now = now + 100_ms;
  EXPECT_EQ(count(Pulled::packet, pull_all()), 2u);
}

TEST_F(VoiceJitterBuffer, ATimestampFromNowhereIsForgedAndItsPlaceIsTaken) {
  put_run(1, 2);
  put(3, 0x40000000);
  put_run(4, 2);
  const auto kinds = pull_all();
  EXPECT_EQ(count(Pulled::packet, kinds), 4u);
  EXPECT_EQ(counters.total(Counter::forged), 1u);
  EXPECT_EQ(counters.total(Counter::missing), 0u);
}

TEST_F(VoiceJitterBuffer, WhatWasThereBeforeByItsTimestampIsDropped) {
  put_run(1, 5);
  for (std::uint32_t i = 6; i < 9; ++i) put(i, (i - 3) * 960);
  EXPECT_EQ(counters.total(Counter::replayed), 3u);
  put(9, 6 * 960);
  EXPECT_EQ(count(Pulled::packet, pull_all()), 6u);
  EXPECT_EQ(counters.total(Counter::missing), 0u);
}

TEST_F(VoiceJitterBuffer, ADroppedStreamStaysDroppedUntilAnotherBegins) {
  put_run(1, 5);
  buffer->pull(true, now);
  buffer->drop(1);
  EXPECT_EQ(buffer->state(), JitterState::empty);
  put_run(6, 3);
  EXPECT_EQ(pull_all(), (std::vector{Pulled::nothing}));
  EXPECT_EQ(buffer->expected(), 9u);
  put_run(9, 3, 2);
  EXPECT_EQ(count(Pulled::packet, pull_all()), 3u);
  EXPECT_EQ(buffer->stream(), 2);
  put_run(12, 3, 1);
  now = now + 100_ms;
  EXPECT_EQ(count(Pulled::packet, pull_all()), 3u) << "its number came again";
}

TEST_F(VoiceJitterBuffer, DroppingOneStreamLeavesTheOther) {
  put_run(1, 3, 1);
  put_run(4, 3, 2);
  buffer->drop(1);
  EXPECT_EQ(count(Pulled::packet, pull_all()), 3u);
  EXPECT_EQ(sequences, (std::vector<int>{4, 5, 6}));
}

TEST_F(VoiceJitterBuffer, EachStreamIsOverOnce) {
  put_run(1, 3, 1);
  buffer->end(1, 4 * 960);
  put_run(4, 3, 2);
  auto kinds = pull_all();
  now = now + 100_ms;
  for (const auto kind : pull_all()) kinds.push_back(kind);
  EXPECT_EQ(count(Pulled::over, kinds), 1u);
  EXPECT_EQ(count(Pulled::packet, kinds), 6u);
  buffer->end(2, 7 * 960);
  EXPECT_EQ(pull_all(), (std::vector{Pulled::over, Pulled::nothing}));
}

TEST_F(VoiceJitterBuffer, PacketsAtTheLimitAndOnePastIt) {
  put_run(1, limits::jitter_packets_max);
  EXPECT_EQ(counters.total(Counter::overflowed), 0u);
  put_run(limits::jitter_packets_max + 1, 10);
  EXPECT_EQ(counters.total(Counter::overflowed), 10u);
  EXPECT_EQ(count(Pulled::packet, pull_all()), limits::jitter_packets_max);
  put_run(limits::jitter_packets_max + 11, 3);
  now = now + 100_ms;
  EXPECT_EQ(count(Pulled::packet, pull_all()), 3u);
}

TEST_F(VoiceJitterBuffer, ANewServerBeginsItsSequencesAnew) {
  put_run(1, 3);
  pull_all();
  buffer->reconnected(false);
  EXPECT_EQ(buffer->expected(), 0u);
  put_run(1, 3, 2);
  now = now + 100_ms;
  EXPECT_EQ(count(Pulled::packet, pull_all()), 3u);
}

}  // namespace
}  // namespace shopbell::voice
