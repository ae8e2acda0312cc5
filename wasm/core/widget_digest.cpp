// What of the widget decides (base/digest.h). The driver and the calls are fed by whoever knows of which kind they
// are (tests/simulation/small); how often a line may be printed decides nothing.
#include <cmath>

#include "core/base/digest.h"
#include "core/widget.h"

namespace shopbell {

void Widget::digest(Digest& into) const {
  const auto& [parts, state, deadline, chat, driver, voice, box, tabs, place, restarted, elsewhere,
               draft_save_at, storage_trouble, stray_log, told] = *this;
  // A clock that was set since the last event looks like sleep to the next one.
  const Ms slept = (into.now().wall - chat.now.wall) - (into.now().mono - chat.now.mono);
  into.is(state, restarted, elsewhere, storage_trouble, box.draft(), std::round(slept.value));
  into.moment(deadline);
  into.moment(draft_save_at.value_or(never));
  chat.digest(into);
  tabs.digest(into);
  told.digest(into);
  if (voice) place.digest(into);
}

void Told::digest(Digest& into) const {
  const auto& [composer, typing, banner, unread] = *this;
  into.is(composer.has_value(), typing, banner, unread);
  if (composer) into.is(composer->busy, composer->can_stop, composer->counting, composer->units_left);
}

}  // namespace shopbell
