#include "registry/parts/audio_gate.h"

#include "registry/limits.h"

namespace shopbell::registry {

AudioVerdict AudioGate::check(const voice::Frame& frame, std::uint32_t& lost) {
  lost = 0;
  // The page has one stream, its microphone.
  if (frame.stream != 0) return AudioVerdict::forged;
  if (any_begins_) {
    any_begins_ = false;
    expected_ = frame.sequence;
    seen_ = 0;
  }
  const std::int32_t jump = voice::ahead(frame.sequence, expected_);
  if (jump < 0) {
    const std::uint32_t back = static_cast<std::uint32_t>(-(jump + 1));
    if (jump < -static_cast<std::int32_t>(limits::sequence_jump_max)) return AudioVerdict::forged;
    if (back >= 64) return AudioVerdict::replayed;
    return (seen_ >> back & 1) != 0 ? AudioVerdict::replayed : AudioVerdict::reordered;
  }
  if (jump > static_cast<std::int32_t>(limits::sequence_jump_max)) return AudioVerdict::forged;
  if (timed_ && voice::ahead(frame.timestamp_48k, last_timestamp_48k_) <= 0) return AudioVerdict::forged;
  lost = static_cast<std::uint32_t>(jump);
  seen_ = lost >= 63 ? 0 : seen_ << (lost + 1);
  seen_ |= 1;
  expected_ = frame.sequence + 1;
  timed_ = true;
  last_timestamp_48k_ = frame.timestamp_48k;
  return AudioVerdict::good;
}

}  // namespace shopbell::registry
