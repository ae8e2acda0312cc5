// For console lines that a shopper or a peer could repeat at will: at most one a second.
#pragma once

#include "core/base/time.h"
#include "core/vocabulary/limits.h"

namespace shopbell {

class Throttle {
 public:
  bool may(Mono now) {
    if (now < next_at_) return false;
    next_at_ = now + limits::blocked_log_every;
    return true;
  }

 private:
  Mono next_at_{0};
};

}  // namespace shopbell
