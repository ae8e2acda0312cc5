// Voice: what the widget knows of calls. A core without voice links nothing behind it.
#pragma once

#include <string>

#include "core/base/time.h"
#include "core/vocabulary/commands.h"
#include "core/vocabulary/events.h"
#include "core/vocabulary/voice_offer.h"

namespace shopbell {

class Voice {
 public:
  virtual ~Voice() = default;
  // `storage_prefix`: under which keys picked devices are kept, by the names of `Device`.
  virtual void configure(bool push_to_talk, const std::string& storage_prefix) = 0;
  // A device that was picked in an earlier life of this browser.
  virtual void restore(Device kind, const std::string& id) = 0;
  // Of the wire: whether it is this call's, which has then heard it.
  virtual bool hears(const Event& event) = 0;
  // In its room.
  virtual void happened(std::string_view json) = 0;
  // A press, or the engine's word.
  virtual void handle(const Event& event, Mono now, Commands& out) = 0;
  // Clocks, and the state for the view.
  virtual void refresh(Mono now, Commands& out) = 0;
  virtual Mono deadline() const = 0;

  // What carries it.
  virtual Engine engine() const = 0;
  virtual bool needs_offer() const = 0;
  virtual void take(const VoiceOffer& offer, Mono now, Commands& out) = 0;
  // The server would not give one.
  virtual void refused(Mono now, Commands& out) = 0;
  // Of `frames`: whether the connection is there that its sound goes over, and what the agent is at, who does not speak.
  virtual void carried(bool up, AgentActivity agent, Mono now, Commands& out) = 0;
  // Of the engine of this call, which runs.
  virtual bool is_of_call(std::uint32_t attempt) const = 0;
  // To be heard; empty: silence.
  virtual void play(std::string sound, Commands& out) = 0;
  // There is a call that the next page of this tab could go on with.
  virtual bool lasts() const = 0;
  virtual bool muted() const = 0;
  // Begins a call, or goes on with what an earlier page has left.
  virtual void begin(bool muted, Commands& out) = 0;
  // It was begun, and nothing of it is on its way to the server.
  virtual bool starting() const = 0;
  // It is looking for its way back.
  virtual bool lost() const = 0;
  virtual void hang_up(Commands& out) = 0;
  // Another tab has taken the call over, and the engine did not hear of it.
  virtual void replaced(Commands& out) = 0;
  // From the first press until it has ended.
  virtual bool active() const = 0;
  virtual bool consistent() const = 0;
};

}  // namespace shopbell
