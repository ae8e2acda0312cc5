// What was said while the connection was away is sent when it is back; what is too old is not.
#include "voice/wire/uplink.h"

#include <gtest/gtest.h>

namespace shopbell::voice {
namespace {

struct VoiceUplink : ::testing::Test {
  void push(std::size_t count) {
    const std::uint8_t packet[] = {1, 2, 3};
    for (std::size_t i = 0; i < count; ++i) uplink.push(static_cast<std::uint32_t>(i) * 960, 0, 0, packet);
  }
  std::vector<std::uint32_t> drain() {
    std::vector<std::uint32_t> sequences;
    for (const UplinkPacket* packet; (packet = uplink.next()); uplink.sent())
      sequences.push_back(packet->sequence);
    return sequences;
  }
  Counters counters;
  Uplink uplink{counters};
};

TEST_F(VoiceUplink, SequencesBeginAtOneAndHaveNoGaps) {
  push(3);
  EXPECT_EQ(drain(), (std::vector<std::uint32_t>{1, 2, 3}));
  push(2);
  EXPECT_EQ(drain(), (std::vector<std::uint32_t>{4, 5}));
  EXPECT_EQ(uplink.next(), nullptr);
}

TEST_F(VoiceUplink, KeepsTheLastTwoSecondsUnsent) {
  push(limits::uplink_packets_max);
  EXPECT_EQ(counters.total(Counter::unsent), 0u);
  push(1);
  EXPECT_EQ(counters.total(Counter::unsent), 1u);
  const auto sequences = drain();
  EXPECT_EQ(sequences.size(), limits::uplink_packets_max);
  EXPECT_EQ(sequences.front(), 2u);
}

TEST_F(VoiceUplink, SentPacketsMakeWayUncounted) {
  push(limits::uplink_packets_max);
  drain();
  push(50);
  EXPECT_EQ(counters.total(Counter::unsent), 0u);
  EXPECT_EQ(uplink.unsent(), 50u);
}

TEST_F(VoiceUplink, GoesOnWhereTheServerIs) {
  push(10);
  drain();
  EXPECT_TRUE(uplink.resume(8));
  EXPECT_EQ(drain(), (std::vector<std::uint32_t>{8, 9, 10}));
  EXPECT_EQ(counters.total(Counter::resent), 3u);
  EXPECT_TRUE(uplink.resume(11));
  EXPECT_TRUE(drain().empty());
}

TEST_F(VoiceUplink, WhatIsGoneIsNotSentAgain) {
  push(limits::uplink_packets_max + 20);
  drain();
  EXPECT_TRUE(uplink.resume(5));
  EXPECT_EQ(drain().front(), 21u);
}

TEST_F(VoiceUplink, ANewServerGetsWhatWasNotSent) {
  push(5);
  drain();
  push(2);
  EXPECT_TRUE(uplink.resume(0));
  EXPECT_EQ(drain(), (std::vector<std::uint32_t>{6, 7}));
}

TEST_F(VoiceUplink, NobodyCanAskForWhatWasNeverSent) {
  push(5);
  drain();
  push(1);
  EXPECT_FALSE(uplink.resume(7));
  EXPECT_EQ(drain(), (std::vector<std::uint32_t>{6}));
}

TEST_F(VoiceUplink, PacketsAtTheLimitAndOnePastIt) {
  const std::vector<std::uint8_t> packet(limits::uplink_packet_bytes_max + 1);
  uplink.push(0, 0, 0, std::span(packet).first(limits::uplink_packet_bytes_max));
  EXPECT_EQ(uplink.unsent(), 1u);
  uplink.push(0, 0, 0, packet);
  EXPECT_EQ(uplink.unsent(), 1u);
}

}  // namespace
}  // namespace shopbell::voice
