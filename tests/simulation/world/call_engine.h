// CallEngine: a call's engine as shim/voice makes it: the microphone's question, the worker with the real
// VoiceSession, its socket, its speaker. It goes on while the page's thread is blocked, and stands still with
// a page that is frozen.
//
//   begin: the browser asks for the microphone while the worker loads; both there: `ready`
//   connect … leave: the microphone is off at once, goodbye, the worker ends
//   die: the page is gone, and its worker with it: no goodbye
//   crash: the worker alone; the page hears of it at once, or finds that it does not answer
//
// Every 20 ms the microphone gives a frame and the speaker takes one. What the speaker is given names the
// agent's utterance and the 20 ms of it (packets.h): nothing may be heard twice, and nothing late.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "core/vocabulary/commands.h"
#include "core/vocabulary/events.h"
#include "judge/ledger.h"
#include "judge/witness.h"
#include "voice/voice_session.h"
#include "world/chance.h"
#include "world/clockwork.h"
#include "world/network.h"
#include "world/voice_commands.h"

namespace shopbell::simulation {

class CallEngine final : public PageEnd, public EngineSeen {
 public:
  struct Around {
    Clockwork& clock;
    Network& network;
    Ledger& ledger;
    Chance& chance;
    Line& line;
  };
  using Tell = std::function<void(Event)>;  // the page

  // `number`: of all engines.
  CallEngine(const Around& around, std::uint32_t page, std::uint32_t number, const command::CallOpen& open,
             Tell tell);

  void begin(bool online);
  void connect(const command::CallConnect& connect);
  void mute(bool on);
  void online(bool on);
  void leave();
  void die();
  // False: it is not there, or not loaded.
  bool crash();
  void freeze(bool frozen);
  // The shopper speaks for so long.
  void talk(double span_ms) { talks_until_ms_ = clock_.now_ms() + span_ms; }

  bool over() const override { return over_; }
  bool live() const;
  bool wakes() const override { return telling_ || (session_ && session_->deadline() != never); }
  std::uint32_t attempt() const { return attempt_; }

  void opened(std::uint32_t connection) override;
  void frame(std::uint32_t connection, const std::string& bytes) override;
  void closed(std::uint32_t connection, std::uint32_t code) override;

 private:
  // Runs in the worker: at once, or when it is not frozen any more.
  void run(std::function<void()> what);
  void quantum();
  void carry_out();
  void one(const VoiceCommand& command);
  void play(std::span<const float> samples);
  void wake_at_deadline();
  void say(EngineNews state, CallReason reason = CallReason::none);
  Mono now() const { return Mono{clock_.now_ms()}; }

  Clockwork& clock_;
  Network& network_;
  Ledger& ledger_;
  Chance& chance_;
  Line& line_;
  const std::uint32_t page_;
  const std::uint32_t attempt_;
  const std::uint32_t number_;
  const Tell tell_;
  bool muted_;

  std::unique_ptr<voice::VoiceSession> session_;
  bool granted_ = false;
  bool leaving_ = false;
  bool over_ = false;
  bool telling_ = false;  // that it has crashed
  bool frozen_ = false;
  std::deque<std::function<void()>> held_;  // while frozen
  double talks_until_ms_ = 0;
  double wake_ms_ = -1;

  std::uint32_t connection_ = 0;
  std::uint32_t socket_ = 0;  // the session's number for it

  double queued_samples_ = 0;
  double taken_samples_ = 0;
  std::uint32_t last_heard_ = 0;
};

}  // namespace shopbell::simulation
