#include "voice/wire/link_rate.h"

#include <algorithm>

namespace shopbell::voice {
namespace {

constexpr Ms fall_every = 500_ms;
constexpr Ms rise_every = 1_s;
constexpr int rise_bps = 1'000;

constexpr std::size_t bytes_of(Ms sound, int bitrate_bps) {
  return static_cast<std::size_t>(sound.value * bitrate_bps / 8'000);
}

}  // namespace

bool LinkRate::observe(std::size_t waiting_bytes, Mono now) {
  int next = bitrate_bps_;
  if (waiting_bytes > bytes_of(300_ms, bitrate_bps_)) {
    if (now < changed_at_ + fall_every) return false;
    next = next * 7 / 10;
  } else if (waiting_bytes < bytes_of(60_ms, bitrate_bps_)) {
    if (now < changed_at_ + rise_every) return false;
    next += rise_bps;
  }
  next = std::clamp(next, limits::bitrate_bps_min, limits::bitrate_bps_max);
  if (next == bitrate_bps_) return false;
  changed_at_ = now;
  bitrate_bps_ = next;
  return true;
}

}  // namespace shopbell::voice
