// The frames of the voice socket of shopbell.v1: one codec for both ends, linked into voice.wasm and into the
// gateway's registry.
//
// Every WebSocket message is one frame: a kind byte and fixed fields, little endian. The layout of each kind
// stands once, in frames.cpp, and is what both `read_frame` and `write_frame` follow. Reading is strict: a
// frame that is too short, too long, of an unknown kind or with a field out of its range is a `FrameFault`,
// never a guess; nothing is copied or allocated. Frames of the page have kinds below 0x80 and those of the
// server above, so that an echo is an unknown kind.
//
//   page -> server
//     0x01 hello      u8 version, u8 oldest, u8 ticket_bytes, ticket, u32 next_sequence,
//                     u8 flags (hello_muted)
//     0x02 audio      u8 stream, u8 flags (audio_*), u8 0, u32 sequence, u32 timestamp_48k, Opus packet
//     0x03 speech     u8 on, u32 timestamp_48k
//     0x04 interrupt  u8 stream, u32 timestamp_48k (heard up to here)
//     0x05 playout    u8 stream, u32 timestamp_48k (heard up to here)
//     0x06 mute       u8 on
//     0x07 pong       u32 n
//     0x08 bye
//     0x09 ping       u32 n
//   server -> page
//     0x81 welcome    u8 version, u8 resumed, u16 heartbeat_ms, u32 next_sequence,
//                     u8 ticket_bytes, next ticket (may be empty)
//     0x82 audio      as 0x02
//     0x83 agent      u8 state
//     0x84 flush      u8 stream
//     0x85 end        u8 stream, u32 timestamp_48k (one past the last sample)
//     0x87 ping       u32 n
//     0x88 ended      u8 reason
//     0x89 pong       u32 n
//
// A hello or welcome of a newer version may be longer than ours: what follows the fields that are known here
// is left alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shopbell::voice {

inline constexpr std::uint8_t protocol_version = 1;
inline constexpr std::uint8_t protocol_oldest = 1;
inline constexpr std::size_t frame_bytes_max = 4'096;
inline constexpr std::size_t payload_bytes_max = 1'275;  // RFC 6716, section 3.4: one Opus frame
inline constexpr std::size_t audio_header_bytes = 12;
inline constexpr std::size_t ticket_bytes_max = 64;
inline constexpr std::uint16_t heartbeat_ms_min = 100;

// Opus counts in samples at 48 kHz whatever the devices run at; a frame is 20 ms.
inline constexpr std::uint32_t clock_hz = 48'000;
inline constexpr std::uint32_t frame_samples_48k = 960;

enum class FrameKind : std::uint8_t {
  hello = 0x01,
  audio = 0x02,
  speech = 0x03,
  interrupt = 0x04,
  playout = 0x05,
  mute = 0x06,
  pong = 0x07,
  bye = 0x08,
  ping = 0x09,
  welcome = 0x81,
  agent_audio = 0x82,
  agent = 0x83,
  flush = 0x84,
  end = 0x85,
  server_ping = 0x87,
  ended = 0x88,
  server_pong = 0x89,
};

enum class Sender : std::uint8_t { page, server };

enum class AgentState : std::uint8_t { listening, thinking, speaking };
enum class EndReason : std::uint8_t { by_shop = 1, replaced, too_long, going_away };

inline constexpr std::uint8_t hello_muted = 1;
inline constexpr std::uint8_t audio_first_of_spurt = 1;
inline constexpr std::uint8_t audio_comfort = 2;

// Which members a kind has is its line in the table above; the others have these values after reading.
struct Frame {
  FrameKind kind = FrameKind::bye;
  std::uint8_t version = protocol_version;
  std::uint8_t oldest = protocol_oldest;
  std::uint8_t stream = 0;
  std::uint8_t flags = 0;  // of hello and audio
  bool on = false;         // speech, mute; welcome: resumed
  AgentState agent = AgentState::listening;
  EndReason reason = EndReason::by_shop;
  std::uint16_t heartbeat_ms = 0;
  std::uint32_t sequence = 0;  // audio; hello and welcome: the next one expected, 0: none
  std::uint32_t timestamp_48k = 0;
  std::uint32_t n = 0;                      // ping, pong
  std::span<const std::uint8_t> ticket{};   // hello, welcome: points into what was read
  std::span<const std::uint8_t> payload{};  // audio: the Opus packet, likewise
};

enum class FrameFault : std::uint8_t {
  none,
  unknown,    // no kind of this sender: to be ignored
  truncated,  // ends before its fields do
  oversized,  // over the frame's or the packet's limit, or longer than its fields
  forged,     // a field out of its range
};

// `bytes` as a frame of `sender`. With a fault, `out` is as it was.
FrameFault read_frame(Sender sender, std::span<const std::uint8_t> bytes, Frame& out);

// The frame's size in bytes, or 0 when it does not fit into `out` or would not be read back.
std::size_t write_frame(const Frame& frame, std::span<std::uint8_t> out);

// Sequences and timestamps wrap: how far `later` is ahead of `earlier`, negative when it is behind.
constexpr std::int32_t ahead(std::uint32_t later, std::uint32_t earlier) {
  return static_cast<std::int32_t>(later - earlier);
}

}  // namespace shopbell::voice
