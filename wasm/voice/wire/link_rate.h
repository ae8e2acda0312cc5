// LinkRate: the bitrate that the link carries, from what piles up in the socket (additive increase,
// multiplicative decrease).
//
// When more waits in the socket than 300 ms of sound, the rate falls to 70 %, at most twice a second; while
// next to nothing waits it rises by 1 kbit/s each second. 12 kbit/s is still good speech with Opus, and above
// 32 nobody hears a difference.
#pragma once

#include <cstddef>

#include "core/base/time.h"
#include "voice/limits.h"

namespace shopbell::voice {

class LinkRate {
 public:
  int bitrate_bps() const { return bitrate_bps_; }

  // True when the rate has changed.
  bool observe(std::size_t waiting_bytes, Mono now);

 private:
  int bitrate_bps_ = limits::bitrate_bps_start;
  Mono changed_at_{0};
};

}  // namespace shopbell::voice
