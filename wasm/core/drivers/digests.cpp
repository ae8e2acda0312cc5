// What of the drivers decides (base/digest.h). A ping's number tells nobody anything.
#include "core/base/digest.h"
#include "core/drivers/socket_driver.h"

namespace shopbell {

void Replies::digest(Digest& into) const {
  const auto& [chat, awaited, interim, progress_at] = *this;
  into.names(awaited);
  into.is(interim);
  if (!awaited.empty() || chat.outbox.in_flight()) into.moment(progress_at, limits::exchange_max);
}

void Tickets::digest(Digest& into) const {
  const auto& [offer, taken_at, asked, refused] = *this;
  into.is(offer.has_value(), asked, refused);
  if (!offer) return;
  into.secret(offer->ticket.reveal());
  into.moment(taken_at, limits::ticket_age_max);
}

// Of a welcome what it brings is asked for in the same event.
void SocketDriver::digest(Digest& into) const {
  const auto& [codec, has, chat, link, agent, replies, tickets, wanted, away, refused, welcome, said_at,
               pings] = *this;
  link.digest(into);
  replies.digest(into);
  tickets.digest(into);
  into.is(wanted, away, refused, agent);
  if (chat.outbox.in_flight()) into.moment(said_at, word_max());
}

}  // namespace shopbell
