// Told: what the view was last told of the whole, so that it is told again only what has changed.
#pragma once

#include <optional>
#include <utility>

#include "core/vocabulary/commands.h"

namespace shopbell {

class Digest;

class Told {
 public:
  void typing(Typing typing, Commands& out) {
    if (std::exchange(typing_, typing) != typing) out.put(command::ShowTyping{typing});
  }
  void composer(const command::Composer& composer, Commands& out) {
    if (composer_ == composer) return;
    out.put(composer);
    composer_ = composer;
  }
  // True: it is another than before.
  bool banner(ErrorCode code, Commands& out) {
    if (std::exchange(banner_, code) == code) return false;
    out.put(command::Banner{code});
    return true;
  }
  void unread(std::uint32_t count, Commands& out) {
    if (std::exchange(unread_, count) != count) out.put(command::Unread{count});
  }
  void digest(Digest& into) const;

 private:
  std::optional<command::Composer> composer_;
  Typing typing_ = Typing::none;
  ErrorCode banner_ = ErrorCode::none;
  std::uint32_t unread_ = 0;
};

}  // namespace shopbell
