// SpurtUplink: what the shopper says, as bare samples (16 bit, mono, 16 kHz), for a back end that takes them.
//
// Theory of operation. The last 640 ms lie in a ring. A talk spurt begins before its onset, because whoever
// hears it is late and the first consonant is soft; it never goes back to what was sent or what was shut out.
// It goes up in records of 80 ms. When nothing more is said the rest follows, and half a second later an empty
// record that says so, unless there was more: who is answered by that must not be cut off in his thought. Time is
// counted in samples, as they are captured. After 30 s it has ended, whatever goes on: a noise that passes for speech would be streamed for ever.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "voice/command_list.h"
#include "voice/limits.h"
#include "voice/wire/counters.h"

namespace shopbell::voice {

class SpurtUplink {
 public:
  SpurtUplink(CommandList& out, Counters& counters) : out_(out), counters_(counters) {}

  // What was captured, -1..1; a block at most.
  void push(std::span<const float> samples);

  // A spurt whose onset was so long ago. Nothing, while there is one.
  void begin(std::uint32_t onset_ago_ms);
  // Nothing is said for now.
  void pause();
  void end();
  bool open() const { return open_; }

  // What was captured up to here stays here.
  void shut_out() { unsent_ = 0; }

 private:
  void send_blocks();
  void send(std::size_t samples);
  void send_rest();

  CommandList& out_;
  Counters& counters_;
  bool open_ = false;
  bool begun_ = false;      // something of this spurt is up, and its end not told
  std::size_t at_ = 0;      // where the next sample is written
  std::size_t unsent_ = 0;  // samples before it that may still be sent
  std::size_t left_ = 0;    // samples until the spurt has been too long
  std::size_t pause_ = 0;   // samples until it has ended; 0: there is no pause
  std::array<std::int16_t, limits::spurt_kept_samples> ring_{};
};

}  // namespace shopbell::voice
