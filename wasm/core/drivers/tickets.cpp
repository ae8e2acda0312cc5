#include "core/drivers/tickets.h"

#include <utility>

namespace shopbell {

Offer Tickets::offer(bool wanted, bool connected, Mono now, VoiceOffer& given, bool& ask) {
  if (!wanted) {
    asked_ = refused_ = false;
    return Offer::none;
  }
  if (std::exchange(refused_, false)) {
    asked_ = false;
    return Offer::refused;
  }
  if (offer_ && now < taken_at_ + limits::ticket_age_max) {
    given = *std::exchange(offer_, std::nullopt);
    asked_ = false;
    return Offer::given;
  }
  if (connected) ask = !std::exchange(asked_, true);
  return Offer::none;
}

}  // namespace shopbell
