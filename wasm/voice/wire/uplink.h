// Uplink: the microphone's last 2 s as packets, sent and unsent. What was said while the connection was away,
// or was on the wire when it broke, is sent when it is back.
//
// Theory of operation. Packets get their sequence here, so sequences have no gaps unless something grew too
// old. `next` is the first unsent one. After a reconnect the server names the sequence that it expects:
// everything from there that is still here is unsent again. Full, the oldest makes way: late words are worse
// than a gap.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "voice/limits.h"
#include "voice/wire/counters.h"

namespace shopbell::voice {

struct UplinkPacket {
  std::uint32_t sequence;
  std::uint32_t timestamp_48k;
  double captured_ms;
  std::uint8_t flags;
  std::uint16_t size;
  std::array<std::uint8_t, limits::uplink_packet_bytes_max> bytes;

  std::span<const std::uint8_t> payload() const { return std::span(bytes).first(size); }
};

class Uplink {
 public:
  explicit Uplink(Counters& counters) : counters_(counters) {}

  void push(std::uint32_t timestamp_48k, double captured_ms, std::uint8_t flags,
            std::span<const std::uint8_t> payload);

  // The first unsent packet, or null.
  const UplinkPacket* next() const;
  void sent() { ++cursor_; }

  // The server goes on with this sequence; 0: it does not know where this page's numbers stood, so they go on
  // with what was not sent yet.
  // False when it asks for what was never sent.
  bool resume(std::uint32_t expected);

  std::uint32_t unsent() const { return end_ - cursor_; }

 private:
  Counters& counters_;
  // Sequences: the oldest that is here, the first unsent, and the one after the newest.
  std::uint32_t begin_ = 1;
  std::uint32_t cursor_ = 1;
  std::uint32_t end_ = 1;
  std::array<UplinkPacket, limits::uplink_packets_max> packets_;
};

}  // namespace shopbell::voice
