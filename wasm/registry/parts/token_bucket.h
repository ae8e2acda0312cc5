// A rate limit: `burst` at once, then `per_s`. A clock that stands still gives nothing back.
#pragma once

#include <algorithm>

#include "core/base/time.h"

namespace shopbell {
class Digest;
}

namespace shopbell::registry {

class TokenBucket {
 public:
  TokenBucket(double per_s, double burst) : per_s_(per_s), burst_(burst), tokens_(burst) {}

  bool take(Mono now) {
    refill(now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

  // How long until `take` says yes again.
  double wait_s(Mono now) {
    refill(now);
    return tokens_ >= 1 ? 0 : (1 - tokens_) / per_s_;
  }

  void digest(shopbell::Digest& into) const;

 private:
  void refill(Mono now) {
    if (filled_)
      tokens_ = std::min(burst_, tokens_ + std::max(0.0, (now - filled_at_).value) / 1000 * per_s_);
    filled_at_ = now;
    filled_ = true;
  }

  double per_s_;
  double burst_;
  double tokens_;
  bool filled_ = false;
  Mono filled_at_;
};

}  // namespace shopbell::registry
