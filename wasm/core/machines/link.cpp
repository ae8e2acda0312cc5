#include "core/machines/link.h"

#include <algorithm>

#include "core/base/invariant.h"

namespace shopbell {

bool Link::move(LinkMove move) { return follow(link_table, state_, move); }

void Link::start(std::uint32_t attempt, Mono now) {
  const bool was_idle = move(LinkMove::open);
  SHOPBELL_INVARIANT(was_idle);
  opened_at_ = byte_at_ = progress_at_ = now;
  attempt_ = attempt;
}

bool Link::head(std::uint32_t attempt, Mono now) {
  if (attempt != attempt_ || !move(LinkMove::head)) return false;
  byte_at_ = now;
  return true;
}

bool Link::bytes(std::uint32_t attempt, Mono now) {
  if (attempt != attempt_ || state_ != LinkState::receiving) return false;
  byte_at_ = now;
  return true;
}

bool Link::over(std::uint32_t attempt) {
  if (attempt == attempt_) leftover_until_ = never;
  return attempt == attempt_ && move(LinkMove::close);
}

void Link::finish(Mono now) {
  if (move(LinkMove::close)) leftover_until_ = now + limits::leftover_max;
}

std::uint32_t Link::take_leftover(Mono now, bool make_way) {
  if (leftover_until_ == never || (!make_way && now < leftover_until_)) return 0;
  leftover_until_ = never;
  return attempt_;
}

ErrorCode Link::expired(Mono now) const {
  if (!open()) return ErrorCode::none;
  if (now >= byte_at_ + limits::silence_max) return ErrorCode::no_answer;
  if (now >= opened_at_ + limits::exchange_max) return ErrorCode::answer_too_long;
  return ErrorCode::none;
}

Mono Link::deadline(Mono now) const {
  if (!open()) return leftover_until_;
  Mono next = std::min(byte_at_ + limits::silence_max, opened_at_ + limits::exchange_max);
  const Mono working = progress_at_ + limits::still_working_after;
  if (working > now) next = std::min(next, working);
  return next;
}

// What is left over of an exchange has made way for the next.
bool Link::consistent() const {
  switch (state_) {
    case LinkState::idle:
      return true;
    case LinkState::asking:
    case LinkState::receiving:
      return attempt_ > 0 && opened_at_ <= byte_at_ && leftover_until_ == never;
  }
  return false;
}

}  // namespace shopbell
