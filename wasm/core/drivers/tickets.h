// Tickets: what lets a call in, once. A welcome may bring one; when that is too old, or used, the server is
// asked for another.
#pragma once

#include <optional>

#include "core/drivers/driver.h"

namespace shopbell {

class Digest;

class Tickets {
 public:
  void take(VoiceOffer&& offer, Mono now) {
    offer_ = std::move(offer);
    taken_at_ = now;
  }
  // An answer to nobody's question is not heard.
  void refused() { refused_ = asked_; }
  // Whoever was asked has gone.
  void connection_lost() { asked_ = false; }

  // `wanted` stays true until one is given or refused. `ask`: the server is to be asked now.
  Offer offer(bool wanted, bool connected, Mono now, VoiceOffer& given, bool& ask);
  void digest(Digest& into) const;

 private:
  std::optional<VoiceOffer> offer_;
  Mono taken_at_;
  bool asked_ = false;
  bool refused_ = false;
};

}  // namespace shopbell
