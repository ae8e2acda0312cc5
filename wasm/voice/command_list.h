// What the session wants done, as records for the shim: {u32 kind, u32 payload bytes, payload, padding to 4},
// little endian.
//
//   1 open    {u32 attempt, url}
//   2 send    {u32 attempt, u32 0, f64 captured_ms (NaN: no audio), frame}
//   3 close   {u32 attempt, u32 code}
//   4 play    {f32 samples, mono, at the playback rate}
//   5 flush   {}
//   6 state   {u32 EngineState, u32 EngineReason}
//   7 agent   {u32 AgentState}
//   8 level   {f32 microphone, f32 agent}  0..1
//   9 data    {s16 samples of the shopper's speech, mono, 16 kHz}  none: it has ended
//  10 more    {}  the next piece of the sounds that are held outside
//
// The room is fixed. Sound may fill it up to a rest that is kept for what must not be lost; a record without
// room is dropped.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "voice/limits.h"
#include "voice/wire/frames.h"

namespace shopbell::voice {

enum class EngineState : std::uint32_t { live = 1, reconnecting, back, needs_ticket, gone };
enum class EngineReason : std::uint32_t {
  none,
  by_shop,
  replaced,
  too_long,
  going_away,
  refused,
  version,
  network,
  protocol
};

enum class CommandKind : std::uint32_t {
  open = 1,
  send,
  close,
  play,
  flush,
  state,
  agent,
  level,
  data,
  more
};

class CommandList {
 public:
  void open(std::uint32_t attempt, std::span<const std::uint8_t> url);
  bool send(std::uint32_t attempt, std::span<const std::uint8_t> frame, double captured_ms);
  void close(std::uint32_t attempt, std::uint32_t code);
  bool play(std::span<const float> samples);
  void flush();
  void state(EngineState state, EngineReason reason);
  void agent(AgentState state);
  void level(float microphone, float agent);
  bool data(std::span<const std::int16_t> first, std::span<const std::int16_t> second);
  void more();

  // Whether a record of sound with this payload would find room.
  bool has_room(std::size_t payload_bytes) const;

  std::span<const std::uint8_t> bytes() const { return std::span(bytes_).first(size_); }
  void taken() { size_ = 0; }

 private:
  struct Part {
    const void* bytes;
    std::size_t size;
  };
  void add(CommandKind kind, Part first = {}, Part second = {});
  void add_numbers(CommandKind kind, std::uint32_t first, std::uint32_t second);

  std::size_t size_ = 0;
  alignas(8) std::array<std::uint8_t, limits::out_bytes_max> bytes_;
};

}  // namespace shopbell::voice
