// Engine: a call's engine as shim/voice makes it, without sound: the real VoiceSession, its socket, its clock.
// Nobody speaks in a small world; whether a call lasts does not hang on that.
//
// The microphone is granted and the worker loaded when the page hears so (page.h). What the session says the
// page hears at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/vocabulary/commands.h"
#include "core/vocabulary/events.h"
#include "judge/ledger.h"
#include "judge/witness.h"
#include "small/wires.h"
#include "voice/voice_session.h"
#include "world/voice_commands.h"

namespace shopbell::simulation::small {

class Engine final : public EngineSeen {
 public:
  struct Around {
    Wires& wires;
    Ledger& ledger;
    std::uint8_t tab;
    std::uint32_t page;
    const double& now_ms;
    std::function<void(Event)> tell;  // the page, which hears it when this has returned
  };
  Engine(Around around, const command::CallOpen& open);

  void connect(const command::CallConnect& connect);
  void mute(bool on);
  void hears(std::uint32_t wire, const WireItem& item);
  void tick();
  // Goodbye, and its end.
  void leave();
  // The page is gone, and it with that.
  void die();

  std::uint32_t attempt() const { return attempt_; }
  double deadline_ms() const { return session_->deadline().ms; }
  bool over() const override { return over_; }
  bool wakes() const override { return session_->deadline() != never; }
  void digest(Digest& into) const;

 private:
  voice::VoiceSession& changing();
  void carry_out();
  void one(const VoiceCommand& command);
  Mono now() const { return Mono{around_.now_ms}; }

  const Around around_;
  const std::uint32_t attempt_;
  std::unique_ptr<voice::VoiceSession> session_;
  std::uint32_t wire_ = 0;
  std::uint32_t socket_ = 0;  // the session's number for it
  bool leaving_ = false;
  bool over_ = false;
};

}  // namespace shopbell::simulation::small
