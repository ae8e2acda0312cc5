// The box: what the shopper is typing, and the guard that makes one wish one message.
//
// One wish is one composition. The first Enter (or click) takes the box's text and empties it; each further
// one finds an empty box. While a message is on its way that is not silence but a line in the console, at
// most one a second, so that an owner who sees a shopper press five times can see that the widget heard it
// (the busy guard stands before the empty check).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/base/text.h"
#include "core/base/time.h"
#include "core/vocabulary/limits.h"
#include "core/vocabulary/throttle.h"

namespace shopbell {

enum class Wish : std::uint8_t { nothing, blocked, too_long, message };

class Box {
 public:
  const std::string& draft() const { return draft_; }
  bool blank() const { return trimmed(draft_).empty(); }
  void set(std::string text) {
    text.resize(whole_characters(text, limits::draft_bytes_max));
    draft_ = std::move(text);
  }
  std::string take() {
    const std::string text(trimmed(draft_));
    draft_.clear();
    return text;
  }

  // What an Enter or a click means now.
  Wish wish(bool busy, std::size_t units_max) const {
    if (blank()) return busy ? Wish::blocked : Wish::nothing;
    return utf16_units(trimmed(draft_)) > units_max ? Wish::too_long : Wish::message;
  }

  // Whether the "blocked" line may be printed again.
  bool may_log(Mono now) { return log_.may(now); }

 private:
  std::string draft_;
  Throttle log_;
};

}  // namespace shopbell
