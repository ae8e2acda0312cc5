// What of the conversation decides (base/digest.h). Named and not fed: what a machine of its own draws from
// (`random`), what is over with the event (`now`, `out`), the page's options, and how often a line was printed.
#include "core/base/digest.h"
#include "core/conversation/conversation.h"
#include "core/conversation/tabs.h"

namespace shopbell {

void Conversation::digest(Digest& into) const {
  const auto& [clocks, commands, settings, drawn, session_now, join_now, outbox_now, transcript_now,
               store_now, is_online, is_visible, is_open, is_due, in_call_now, unread_count, exchanges_so_far,
               stored_from, told_report, reports] = *this;
  session_now.digest(into);
  join_now.digest(into);
  outbox_now.digest(into);
  transcript_now.digest(into);
  store_now.digest(into);
  into.is(is_online, is_visible, is_open, is_due, in_call_now, unread_count);
  into.order(stored_from);
}

// What storage gave is read in the same event.
void Store::digest(Digest& into) const {
  const auto& [prefix, shop, tab, older, asked, refused, holes, lacks_session, doubted] = *this;
  into.is(asked, refused, holes, lacks_session);
  into.names(doubted);
}

void Tabs::digest(Digest& into) const {
  const auto& [chat, locks, name, adopting, watched, gone, others] = *this;
  into.is(locks);
  into.name(name);
  into.name(adopting);
  into.names(watched);
  into.names(gone);
  into.names(others);
}

}  // namespace shopbell
