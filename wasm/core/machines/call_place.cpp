#include "core/machines/call_place.h"

#include <algorithm>
#include <utility>

#include "core/machines/voice.h"
#include "core/vocabulary/limits.h"

namespace shopbell {

void CallPlace::heard(const CallRecord& record, const std::string& tab, Now now, Random& random) {
  if (record.tab == tab) return;
  if (!record.tab.empty()) {
    move(PlaceMove::hear_of_other);
    record_ = record;
    due_ = never;
  } else if (here()) {
    due_ = now.mono;                                   // it is not so
    begun_ms_ = std::max(begun_ms_, record.begun_ms);  // and the page before this one has begun it
  } else if (record.at_ms == 0) {
    move(PlaceMove::hear_of_end);
    due_ = never;
  } else {
    const bool was_there =
        state_ == PlaceState::elsewhere || now.wall - Wall{record.at_ms} < now.mono - Mono{};
    if (!was_there || !move(PlaceMove::hear_of_leaving)) return;
    record_ = record;
    due_ = now.mono + limits::call_moves_after + limits::call_moves_apart * random.unit();
  }
}

bool CallPlace::gone(const std::string& tab, CallRecord& record) const {
  if (state_ != PlaceState::elsewhere || record_.tab != tab) return false;
  record = record_;
  record.tab.clear();
  return true;
}

bool CallPlace::may_take(Now now, bool visible) {
  if (state_ != PlaceState::left || now.mono < due_) return false;
  const Ms age = now.wall - Wall{record_.at_ms};
  if (age >= 0_ms && age < limits::call_left_max) return visible;
  move(PlaceMove::hear_of_end);
  due_ = never;
  return false;
}

void CallPlace::take() {
  if (state_ == PlaceState::left) begun_ms_ = record_.begun_ms;
  move(PlaceMove::have);
  due_ = Mono{0};
}

std::optional<CallRecord> CallPlace::keep(const Voice& voice, const std::string& tab, Now now) {
  const bool lasted = std::exchange(lasted_, voice.lasts());
  const bool begins = voice.lasts() && !lasted;
  if (state_ == PlaceState::left && voice.active()) {  // the shopper was quicker
    move(PlaceMove::hear_of_end);
    due_ = never;
  }
  // A call of ours that another tab has taken over may not know it yet: it does not take that back by itself.
  if (voice.lasts() && (begins || state_ != PlaceState::elsewhere) && !here()) take();
  if (!here()) return std::nullopt;
  if (!voice.active()) {
    move(PlaceMove::end);
    due_ = never;
    return CallRecord{};
  }
  if (now.mono < due_ && record_.muted == voice.muted()) return std::nullopt;
  record_ = {tab, voice.muted(), now.wall.ms, begun_ms_};
  due_ = now.mono + limits::call_told_every;
  return record_;
}

Mono CallPlace::deadline(bool visible) const {
  return here() || (state_ == PlaceState::left && visible) ? due_ : never;
}

// A call that is here is told of, one that is left is taken up or forgotten: both at a time.
bool CallPlace::consistent() const {
  switch (state_) {
    case PlaceState::nowhere:
    case PlaceState::elsewhere:
      return due_ == never;
    case PlaceState::here:
    case PlaceState::left:
      return due_ != never;
  }
  return false;
}

}  // namespace shopbell
