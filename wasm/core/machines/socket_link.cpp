#include "core/machines/socket_link.h"

#include <algorithm>

#include "core/base/backoff.h"
#include "core/base/invariant.h"

namespace shopbell {

bool SocketLink::move(SocketMove move) { return follow(socket_table, state_, move); }

std::uint32_t SocketLink::dial(Mono now) {
  const bool fits = move(SocketMove::dial);
  SHOPBELL_INVARIANT(fits);
  // Nobody tried for long, as the page slept or was hidden: what was known of the server is old.
  if (away_since_ != never && now > due_ + limits::backoff_max) away_since_ = now;
  dialled_at_ = now;
  if (lost_at_ == never) lost_at_ = now;
  return ++attempt_;
}

bool SocketLink::opened(std::uint32_t attempt) { return attempt == attempt_ && move(SocketMove::open); }

bool SocketLink::heard(std::uint32_t attempt, Mono now) {
  if (attempt != attempt_ || (state_ != SocketState::welcoming && !live())) return false;
  heard_at_ = now;
  probed_at_ = never;
  return true;
}

bool SocketLink::welcome(Ms heartbeat, Mono now) {
  if (!move(SocketMove::welcome)) return false;
  heartbeat_ = heartbeat == 0_ms ? heartbeat : std::max(heartbeat, limits::heartbeat_min);
  stalls_after_ = limits::dial_stalls_after;
  live_at_ = now;
  lost_at_ = never;
  return true;
}

void SocketLink::lose(Blame blame, Ms at_least, Mono now, Random& random) {
  const bool was_live = live();
  const bool was_good = good(now);
  if (!move(SocketMove::lose)) return;
  const bool first = was_good || away_since_ == never;
  // The server lets us in, and the way to it breaks again and again: that is no reason to wait for ever
  // longer.
  const bool broke = was_live && blame == Blame::nobody;
  if (first || broke) away_since_ = now;
  if (lost_at_ == never) lost_at_ = now;
  const Ms wait = first && broke ? limits::redial_at_once
                                 : std::clamp((now - away_since_) * limits::redial_part, limits::redial_base,
                                              limits::backoff_max);
  due_ = now + at_least + drawn(wait, 0, random);
}

void SocketLink::close(Mono now) {
  if (good(now)) away_since_ = never;
  move(SocketMove::close);
}

bool SocketLink::insist() {
  if (!move(SocketMove::insist)) return false;
  lost_at_ = away_since_ = never;
  return true;
}

void SocketLink::hurry(Mono now, Random& random) {
  if (away_since_ != never) away_since_ = now;
  if (state_ == SocketState::waiting) due_ = std::min(due_, now + drawn(limits::redial_at_once, 0, random));
}

bool SocketLink::stalls(Mono now) {
  if (!open() || live() || now < dialled_at_ + stalls_after_) return false;
  stalls_after_ = stalls_after_ * 2;
  return true;
}

bool SocketLink::doubt(Mono now) {
  if (!live() || probed_at_ != never || heartbeat_ == 0_ms) return false;
  probed_at_ = now;
  return true;
}

Ms SocketLink::grace() const { return std::min(heartbeat_, limits::probe_grace); }
Mono SocketLink::probe_due() const {
  if (heartbeat_ == 0_ms) return never;
  const Ms silence = heartbeat_ * 2.5;
  return heard_at_ + ((seen_ ? std::min(silence, limits::silence_seen_max)
                             : std::max(silence, limits::silence_hidden_min)) -
                      grace());
}

bool SocketLink::wants_probe(Mono now) {
  if (!live() || probed_at_ != never || now < probe_due()) return false;
  probed_at_ = now;
  return true;
}

bool SocketLink::dead(Mono now) const {
  if (live()) return probed_at_ != never && now >= probed_at_ + grace();
  return open() && now >= dialled_at_ + limits::dial_max;
}

Mono SocketLink::deadline(bool dialling) const {
  if (live()) return probed_at_ == never ? probe_due() : probed_at_ + grace();
  if (open()) return dialled_at_ + limits::dial_max;
  return state_ == SocketState::waiting && dialling ? due_ : never;
}

// Whoever waits for a connection has a time for the next try.
bool SocketLink::consistent() const {
  switch (state_) {
    case SocketState::idle:
      return true;
    case SocketState::connecting:
    case SocketState::welcoming:
      return attempt_ > 0 && lost_at_ != never;
    case SocketState::live:
      return lost_at_ == never && (heartbeat_ == 0_ms || heartbeat_ >= limits::heartbeat_min);
    case SocketState::waiting:
      return lost_at_ != never && due_ != never;
    case SocketState::replaced:
    case SocketState::refused:
      return attempt_ > 0;
  }
  return false;
}

}  // namespace shopbell
