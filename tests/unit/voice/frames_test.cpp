// The voice socket's frames: bytes as the protocol page has them, and what a hostile peer may send instead.
#include "voice/wire/frames.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <vector>

namespace shopbell::voice {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::span<const std::uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Bytes written(const Frame& frame) {
  std::array<std::uint8_t, frame_bytes_max> room;
  const auto size = write_frame(frame, room);
  return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

FrameFault fault_of(Sender sender, const Bytes& bytes) {
  Frame frame;
  return read_frame(sender, bytes, frame);
}

Frame frame_of(FrameKind kind) {
  Frame frame;
  frame.kind = kind;
  frame.stream = 7;
  frame.sequence = 0x01020304;
  frame.timestamp_48k = 0xfffffff0;
  frame.n = 0xdeadbeef;
  frame.on = true;
  frame.agent = AgentState::speaking;
  frame.reason = EndReason::too_long;
  frame.heartbeat_ms = 15'000;
  frame.ticket = octets("0123456789abcdef0123456789abcdef");
  frame.payload = octets("opus");
  frame.flags = 1;
  return frame;
}

constexpr FrameKind kinds[] = {FrameKind::hello,     FrameKind::audio,       FrameKind::speech,
                               FrameKind::interrupt, FrameKind::playout,     FrameKind::mute,
                               FrameKind::pong,      FrameKind::bye,         FrameKind::ping,
                               FrameKind::welcome,   FrameKind::agent_audio, FrameKind::agent,
                               FrameKind::flush,     FrameKind::end,         FrameKind::server_ping,
                               FrameKind::ended,     FrameKind::server_pong};

Sender sender_of(FrameKind kind) {
  return static_cast<std::uint8_t>(kind) < 0x80 ? Sender::page : Sender::server;
}

TEST(VoiceFrames, BytesAreThoseOfTheProtocolPage) {
  Frame frame = frame_of(FrameKind::audio);
  EXPECT_EQ(written(frame), (Bytes{0x02, 7, 1, 0, 4, 3, 2, 1, 0xf0, 0xff, 0xff, 0xff, 'o', 'p', 'u', 's'}));
  frame = frame_of(FrameKind::hello);
  frame.ticket = octets("ab");
  EXPECT_EQ(written(frame), (Bytes{0x01, 1, 1, 2, 'a', 'b', 4, 3, 2, 1, 1}));
  frame.kind = FrameKind::welcome;
  EXPECT_EQ(written(frame), (Bytes{0x81, 1, 1, 0x98, 0x3a, 4, 3, 2, 1, 2, 'a', 'b'}));
  EXPECT_EQ(written(frame_of(FrameKind::speech)), (Bytes{0x03, 1, 0xf0, 0xff, 0xff, 0xff}));
  EXPECT_EQ(written(frame_of(FrameKind::end)), (Bytes{0x85, 7, 0xf0, 0xff, 0xff, 0xff}));
  EXPECT_EQ(written(frame_of(FrameKind::ended)), (Bytes{0x88, 3}));
  EXPECT_EQ(written(frame_of(FrameKind::bye)), (Bytes{0x08}));
}

TEST(VoiceFrames, WhatIsWrittenIsReadBack) {
  for (const auto kind : kinds) {
    const auto bytes = written(frame_of(kind));
    ASSERT_FALSE(bytes.empty()) << int(kind);
    Frame frame;
    ASSERT_EQ(read_frame(sender_of(kind), bytes, frame), FrameFault::none) << int(kind);
    EXPECT_EQ(frame.kind, kind);
    EXPECT_EQ(written(frame), bytes);
  }
}

TEST(VoiceFrames, EveryTruncationAndEveryExtraByteIsSeen) {
  for (const auto kind : kinds) {
    const bool has_packet = kind == FrameKind::audio || kind == FrameKind::agent_audio;
    auto bytes = written(frame_of(kind));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto fault =
          fault_of(sender_of(kind), {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)});
      if (has_packet && size > audio_header_bytes)
        EXPECT_EQ(fault, FrameFault::none);  // a shorter packet is still a packet
      else
        EXPECT_EQ(fault, FrameFault::truncated) << int(kind) << " cut at " << size;
    }
    bytes.push_back(0);
    EXPECT_EQ(fault_of(sender_of(kind), bytes), has_packet ? FrameFault::none : FrameFault::oversized);
  }
}

TEST(VoiceFrames, AFrameOfTheOtherSideIsUnknown) {
  for (const auto kind : kinds)
    EXPECT_EQ(
        fault_of(sender_of(kind) == Sender::page ? Sender::server : Sender::page, written(frame_of(kind))),
        FrameFault::unknown);
  EXPECT_EQ(fault_of(Sender::page, {0x00}), FrameFault::unknown);
  EXPECT_EQ(fault_of(Sender::page, {0x7f, 1, 2, 3}), FrameFault::unknown);
  EXPECT_EQ(fault_of(Sender::server, {0x86, 1, 2, 3}), FrameFault::unknown);
  EXPECT_EQ(fault_of(Sender::server, {}), FrameFault::truncated);
}

TEST(VoiceFrames, PacketsAtTheLimitAndOnePastIt) {
  Bytes packet(payload_bytes_max + 1, 0x55);
  Frame frame = frame_of(FrameKind::audio);
  frame.payload = std::span(packet).first(payload_bytes_max);
  auto bytes = written(frame);
  EXPECT_EQ(bytes.size(), audio_header_bytes + payload_bytes_max);
  EXPECT_EQ(fault_of(Sender::page, bytes), FrameFault::none);
  bytes.push_back(0);
  EXPECT_EQ(fault_of(Sender::page, bytes), FrameFault::oversized);
  frame.payload = packet;
  EXPECT_TRUE(written(frame).empty()) << "what would not be read back is not written";
  frame.payload = {};
  EXPECT_TRUE(written(frame).empty());

  Bytes whole(frame_bytes_max, 0);
  whole[0] = 0x7f;
  EXPECT_EQ(fault_of(Sender::page, whole), FrameFault::unknown);
  whole.push_back(0);
  EXPECT_EQ(fault_of(Sender::page, whole), FrameFault::oversized);
}

TEST(VoiceFrames, FieldsOutOfRangeAreForged) {
  const struct {
    Sender sender;
    Bytes bytes;
  } cases[] = {
      {Sender::page, {0x01, 0, 1, 1, 'a', 0, 0, 0, 0, 0}},         // version 0
      {Sender::page, {0x01, 1, 0, 1, 'a', 0, 0, 0, 0, 0}},         // oldest 0
      {Sender::page, {0x01, 1, 2, 1, 'a', 0, 0, 0, 0, 0}},         // oldest past newest
      {Sender::page, {0x01, 1, 1, 0, 0, 0, 0, 0, 0}},              // no ticket
      {Sender::page, {0x01, 1, 1, 1, '"', 0, 0, 0, 0, 0}},         // no ticket's character
      {Sender::page, {0x01, 1, 1, 1, 'a', 0, 0, 0, 0, 2}},         // unknown flag
      {Sender::page, {0x02, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},  // unknown flag
      {Sender::page, {0x02, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1}},  // reserved byte
      {Sender::page, {0x03, 2, 0, 0, 0, 0}},                       // speech neither on nor off
      {Sender::page, {0x06, 2}},                                   // mute likewise
      {Sender::server, {0x81, 1, 2, 0x98, 0x3a, 0, 0, 0, 0, 0}},   // resumed neither
      {Sender::server, {0x81, 1, 1, heartbeat_ms_min - 1, 0, 0, 0, 0, 0, 0}},
      {Sender::server, {0x83, 3}},
      {Sender::server, {0x88, 0}},
      {Sender::server, {0x88, 5}},
  };
  for (const auto& one : cases)
    EXPECT_EQ(fault_of(one.sender, one.bytes), FrameFault::forged) << ::testing::PrintToString(one.bytes);
  EXPECT_EQ(fault_of(Sender::server, {0x81, 1, 1, heartbeat_ms_min, 0, 0, 0, 0, 0, 0}), FrameFault::none)
      << "a welcome may bring no ticket";
}

TEST(VoiceFrames, TicketsAtTheLimitAndOnePastIt) {
  Bytes ticket(ticket_bytes_max + 1, 'a');
  Frame frame = frame_of(FrameKind::hello);
  frame.ticket = std::span(ticket).first(ticket_bytes_max);
  auto bytes = written(frame);
  EXPECT_EQ(fault_of(Sender::page, bytes), FrameFault::none);
  ++bytes[3];
  bytes.insert(bytes.begin() + 4, 'a');
  EXPECT_EQ(fault_of(Sender::page, bytes), FrameFault::forged);
}

TEST(VoiceFrames, ANewerVersionMaySayMore) {
  auto hello = written(frame_of(FrameKind::hello));
  hello[1] = 2;
  hello.back() = 0x41;
  hello.push_back(9);
  Frame frame;
  ASSERT_EQ(read_frame(Sender::page, hello, frame), FrameFault::none);
  EXPECT_EQ(frame.version, 2);
  EXPECT_EQ(frame.oldest, 1);
}

TEST(VoiceFrames, AFaultLeavesTheFrameAsItWas) {
  Frame frame = frame_of(FrameKind::end);
  EXPECT_EQ(read_frame(Sender::server, Bytes{0x82, 1, 1, 0, 1}, frame), FrameFault::truncated);
  EXPECT_EQ(frame.kind, FrameKind::end);
  EXPECT_EQ(frame.stream, 7);
}

TEST(VoiceFrames, NoRoomNoFrame) {
  for (const auto kind : kinds) {
    const auto size = written(frame_of(kind)).size();
    Bytes room(size - 1);
    EXPECT_EQ(write_frame(frame_of(kind), room), 0u) << int(kind);
  }
}

TEST(VoiceFrames, SequencesWrap) {
  EXPECT_EQ(ahead(2, 0xfffffffe), 4);
  EXPECT_EQ(ahead(0xfffffffe, 2), -4);
}

}  // namespace
}  // namespace shopbell::voice
