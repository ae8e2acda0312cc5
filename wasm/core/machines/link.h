// Link: the connection to the back end. For HTTP that is one exchange at a time and its clocks.
//
// Theory of operation. Every exchange has an attempt number; an event that carries another number belongs to
// an exchange that was ended, and is dropped here, whatever it says. Three clocks run beside an open
// exchange:
//
//   5 s without progress      the shopper is told that the shop is still working (a ping is no progress)
//   30 s without any byte     the exchange is ended
//   5 min in all              the exchange is ended, however chatty the server is
//
//   idle --open--> asking --head--> receiving --close--> idle        (close: end, failure, stop, a clock)
//
// An exchange whose answer is complete before its last byte (`finish`) is let run out for a moment instead of
// being cut, so that the connection can be used again; nothing that it still brings is looked at.
#pragma once

#include <cstdint>

#include "core/base/fields.h"
#include "core/base/table.h"
#include "core/base/time.h"
#include "core/vocabulary/errors.h"
#include "core/vocabulary/limits.h"

namespace shopbell {

enum class LinkState : std::uint8_t { idle, asking, receiving };
template <>
struct EnumNames<LinkState> {
  static constexpr std::string_view title = "LinkState";
  static constexpr std::string_view names[] = {"idle", "asking", "receiving"};
};
enum class LinkMove : std::uint8_t { open, head, close };
template <>
struct EnumNames<LinkMove> {
  static constexpr std::string_view title = "LinkMove";
  static constexpr std::string_view names[] = {"open", "head", "close"};
};

inline constexpr Transition<LinkState, LinkMove> link_table[] = {
    {LinkState::idle, LinkMove::open, LinkState::asking},
    {LinkState::asking, LinkMove::head, LinkState::receiving},
    {LinkState::asking, LinkMove::close, LinkState::idle},
    {LinkState::receiving, LinkMove::close, LinkState::idle},
};

class Link {
 public:
  LinkState state() const { return state_; }
  bool open() const { return state_ != LinkState::idle; }
  std::uint32_t attempt() const { return attempt_; }

  // Starts the exchange of that attempt number.
  void start(std::uint32_t attempt, Mono now);
  // True when the event belongs to the open exchange and fits its state; its clocks are set anew.
  bool head(std::uint32_t attempt, Mono now);
  bool bytes(std::uint32_t attempt, Mono now);
  bool over(std::uint32_t attempt);
  void progress(Mono now) { progress_at_ = now; }
  void close() { state_ = LinkState::idle; }
  // The answer is complete: the rest of the exchange may run out.
  void finish(Mono now);
  // The attempt whose rest has run for too long, or must make way now; 0: none. Asked once, it is forgotten.
  std::uint32_t take_leftover(Mono now, bool make_way);

  bool still_working(Mono now) const { return open() && now >= progress_at_ + limits::still_working_after; }
  // `none`, or why the exchange must be ended now.
  ErrorCode expired(Mono now) const;
  Mono deadline(Mono now) const;
  bool consistent() const;

 private:
  bool move(LinkMove move);

  LinkState state_ = LinkState::idle;
  std::uint32_t attempt_ = 0;
  Mono opened_at_;
  Mono byte_at_;
  Mono progress_at_;
  Mono leftover_until_ = never;  // `never`: nothing is left over of the last exchange
};

}  // namespace shopbell
