#include "voice/wire/uplink.h"

#include <algorithm>

#include "voice/wire/frames.h"

namespace shopbell::voice {

void Uplink::push(std::uint32_t timestamp_48k, double captured_ms, std::uint8_t flags,
                  std::span<const std::uint8_t> payload) {
  if (payload.size() > limits::uplink_packet_bytes_max) return;
  if (end_ - begin_ == packets_.size()) {
    if (cursor_ == begin_) {
      ++cursor_;
      counters_.add(Counter::unsent);
    }
    ++begin_;
  }
  auto& packet = packets_[end_ % packets_.size()];
  packet.sequence = end_++;
  packet.timestamp_48k = timestamp_48k;
  packet.captured_ms = captured_ms;
  packet.flags = flags;
  packet.size = static_cast<std::uint16_t>(payload.size());
  std::ranges::copy(payload, packet.bytes.begin());
}

const UplinkPacket* Uplink::next() const {
  return cursor_ == end_ ? nullptr : &packets_[cursor_ % packets_.size()];
}

bool Uplink::resume(std::uint32_t expected) {
  if (expected == 0) return true;
  if (ahead(expected, cursor_) > 0) return false;
  const std::uint32_t from = ahead(expected, begin_) > 0 ? expected : begin_;
  counters_.add(Counter::resent, cursor_ - from);
  cursor_ = from;
  return true;
}

}  // namespace shopbell::voice
