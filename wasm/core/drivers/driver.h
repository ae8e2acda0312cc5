// Driver: how messages leave and answers come in; one for each transport (http_driver.h, socket_driver.h).
//
// A driver owns its back end's codec, to which it listens, and its connection; it works on the Conversation.
// The widget hands it the events of its wire and asks it, after every event, to put on the wire what may go.
#pragma once

#include "core/conversation/conversation.h"
#include "core/vocabulary/codec.h"
#include "core/vocabulary/voice_offer.h"

namespace shopbell {

enum class Offer : std::uint8_t { none, given, refused };

// Why a connection is wanted, or looked at, now.
enum class Why : std::uint8_t {
  shopper,  // he wants something: this page is the one that talks
  needed,   // a call that goes on here, or what another tab has left: it is taken back from another page
  network,  // it may be there again, or not any more: the page is visible or online
  woke,     // the machine has slept
  thawed,   // the page comes back from the back-forward cache: what was open is lost
};

class Driver : protected Listener {
 public:
  virtual ~Driver() = default;
  virtual Capabilities capabilities() const = 0;
  // Of the wire: http_* or socket_*.
  virtual void handle(const Event& event) = 0;
  // Clocks first, then whatever may go.
  virtual void pump() = 0;
  // What storage holds of the session: the driver has asked, or another tab has changed it.
  virtual void stored(const SessionRecord& session) = 0;
  // The stop button.
  virtual void stop() = 0;
  virtual void urge(Why why) = 0;
  // It goes on in another page, which took it: what waits is not this one's to send.
  virtual bool elsewhere() const { return false; }
  // The page goes away: what must survive is stored, and what can be opened again is closed.
  virtual void hide() {}

  // Of an agent that asks (agent_driver.h): the shopper's word on a question.
  virtual void pressed(const event::RowActionPressed& /*press*/) {}
  // What storage holds, where the driver has asked for it; and that it did not take this.
  virtual bool loaded(const event::StorageLoaded& /*answer*/) { return false; }
  virtual void not_stored(std::string_view /*key*/) {}

  // A reply is on its way, or awaited, that can be stopped.
  virtual bool can_stop() const = 0;
  virtual Typing typing() const = 0;
  virtual ErrorCode banner() const { return ErrorCode::none; }
  virtual Mono deadline() const = 0;
  virtual bool consistent() const = 0;

  // A call's way to its server. `wanted` stays true until one is given or refused.
  virtual Offer offer(bool /*wanted*/, VoiceOffer& /*given*/) { return Offer::none; }
  // Of calls whose sound goes over the driver's own connection: whether there is one, what the agent is at, what is to be heard,
  // and what the shopper says (Codec::speech).
  virtual bool carries_call() const { return false; }
  virtual AgentState agent_state() const { return AgentState::idle; }
  virtual std::vector<std::string> take_sounds() { return {}; }
  virtual void speech(std::string_view /*samples*/) {}
};

}  // namespace shopbell
