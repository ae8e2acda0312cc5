// Session: a call's sound, as the thread drives it that it runs in. Which one a call has follows from its
// engine: VoiceSession (a voice socket) or StreamSession (the back end's own connection).
//
// Sans-IO: samples and times come in by calls, what is to be done goes out as records (command_list.h), and
// `deadline()` says when `tick` is wanted. All times are of one monotonic clock; `captured_ms` is another clock
// that is only carried along. Nothing allocates after the constructor.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/time.h"
#include "voice/command_list.h"
#include "voice/wire/counters.h"

namespace shopbell::voice {

struct SessionSettings {
  int capture_rate_hz = 48'000;
  int playback_rate_hz = 48'000;
  bool push_to_talk = false;
  bool muted = false;
  std::string_view seed{};  // 32 random bytes: jitter of reconnects only, no secret
};

class Session {
 public:
  virtual ~Session() = default;

  // False: a rate is out of range, or memory was short.
  virtual bool usable() const = 0;

  // Planar: all of channel 0, then all of channel 1. `captured_ms` is the clock of the first sample.
  virtual void captured(std::span<const float> pcm, std::size_t channels, double captured_ms, Mono now) = 0;
  // The playback worklet's report: samples waiting in it, and samples taken from its queue since the start.
  virtual void played(std::uint32_t queued_samples, double played_samples, Mono now) = 0;

  virtual void mute(bool on, Mono now) = 0;
  virtual void talk(bool down, Mono now) = 0;
  virtual void tick(Mono now) = 0;
  virtual Mono deadline() const = 0;

  // A Counter's total, or a number of the session's own.
  virtual std::uint32_t stat(std::uint32_t which) const {
    return which < static_cast<std::uint32_t>(Counter::count_) ? counters_.total(static_cast<Counter>(which))
                                                               : 0;
  }

  CommandList& out() { return out_; }

 protected:
  CommandList out_;
  Counters counters_;
};

}  // namespace shopbell::voice
