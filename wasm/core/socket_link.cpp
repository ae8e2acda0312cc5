#include "core/socket_link.h"

#include <algorithm>

#include "core/invariant.h"
#include "core/seeded_bug.h"

namespace shopbell {

bool SocketLink::move(SocketMove move) { return follow(socket_table, state_, move); }

std::uint32_t SocketLink::dial(Mono now) {
  const bool fits = move(SocketMove::dial);
  SHOPBELL_INVARIANT(fits);
  dialled_at_ = now;
  if (lost_at_ == never) lost_at_ = now;
  return ++attempt_;
}

bool SocketLink::opened(std::uint32_t attempt) {
  return (attempt == attempt_ || has(SeededBug::any_opening_counts)) && move(SocketMove::open);
}

bool SocketLink::heard(std::uint32_t attempt, Mono now) {
  if (attempt != attempt_ || (state_ != SocketState::welcoming && !live())) return false;
  heard_at_ = now;
  probed_at_ = never;
  return true;
}

bool SocketLink::welcome(Ms heartbeat, Mono now) {
  if (!move(SocketMove::welcome)) return false;
  heartbeat_ = std::max(heartbeat, limits::heartbeat_min);
  live_at_ = now;
  lost_at_ = never;
  return true;
}

void SocketLink::lose(Blame blame, Ms at_least, Mono now, Random& random) {
  const bool was_good = live() && now >= live_at_ + limits::proves_good_after;
  const bool was_live = live();
  if (!move(SocketMove::lose)) return;
  if (was_good) tries_ = 0;
  // The server lets us in, and the way to it breaks again and again: that is no reason to wait for ever
  // longer.
  if (was_live && blame == Blame::nobody) tries_ = std::min(tries_, 1U);
  if (lost_at_ == never) lost_at_ = now;
  if (blame == Blame::nobody && was_live && tries_ == 0) {
    due_ = now + limits::redial_at_once * random.unit();
  } else {
    Ms wait = limits::redial_base;
    for (std::uint32_t i = limits::redial_base_tries; i <= tries_ && wait < limits::backoff_max; ++i)
      wait = wait * 2;
    due_ = now + at_least + std::min(wait, limits::backoff_max) * random.unit();
  }
  ++tries_;
}

bool SocketLink::insist() {
  if (!move(SocketMove::insist)) return false;
  tries_ = 0;
  lost_at_ = never;
  return true;
}

void SocketLink::hurry(Mono now, Random& random) {
  if (state_ == SocketState::waiting) due_ = std::min(due_, now + limits::redial_at_once * random.unit());
}

bool SocketLink::doubt(Mono now) {
  if (!live() || probed_at_ != never) return false;
  probed_at_ = now;
  return true;
}

Ms SocketLink::grace() const { return std::min(heartbeat_, limits::probe_grace); }
Mono SocketLink::probe_due() const {
  const Ms silence = heartbeat_ * 2.5;
  if (has(SeededBug::silence_unheard)) return heard_at_ + silence * 100;
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

}  // namespace shopbell
