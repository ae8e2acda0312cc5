// PlayoutQueue: sound to the playback worklet, and how much of it still waits there.
//
// Theory of operation. The worklet's queue is kept at 45..65 ms: enough that a late timer is not heard, little
// enough that an interruption is quick. Its owner tops it up 20 ms at a time, after each of the worklet's
// reports and every 10 ms. Between reports the queue is reckoned with by the clock.
//
// Positions count samples at the playback rate since the start: what was ever queued, and what was taken of
// it. Whether the worklet counts flushed samples as played differs between players, so the difference is found
// again whenever the queue is known to be dry.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/base/time.h"
#include "voice/command_list.h"
#include "voice/limits.h"
#include "voice/sound/resampler.h"

namespace shopbell::voice {

class PlayoutQueue {
 public:
  explicit PlayoutQueue(CommandList& out) : out_(out) {}

  // False: a rate is out of range, or memory is short.
  bool start(int from_hz, int rate_hz);
  // For sounds of several rates: none is above `from_hz_max`, and each begins with `retune`.
  bool start_any(int from_hz_max, int rate_hz);
  bool retune(int from_hz) { return resampler_.retune(from_hz); }

  // At most 20 ms. The samples that they are at the playback rate; 0: there is no room for them now.
  std::size_t play(std::span<const float> samples, Mono now);
  // All of it is gone, and its samples count as taken.
  void flush();
  // The worklet's report: samples that wait in it, and samples taken from its queue since the start.
  void reported(std::uint32_t queued_samples, double played_samples, Mono now);

  bool has_room() const { return out_.has_room(sizeof resampled_); }
  double end() const { return queued_total_; }
  double position(Mono now) const;
  Ms queued(Mono now) const { return Ms{(queued_total_ - position(now)) * 1000 / rate_hz_}; }
  // Sound is in the queue or on its way there.
  bool audible(Mono now) const { return position(now) < queued_total_; }

  // To be topped up. `fed` says that this was tried.
  bool wants(Mono now) const { return queued(now) < limits::queue_target; }
  void fed(Mono now) { fed_at_ = now; }
  // When to try again; `more`: there is to come more than what is in it. Never: the next report says when.
  Mono deadline(bool more) const;

 private:
  CommandList& out_;
  Resampler resampler_;
  double rate_hz_ = limits::rate_hz_min;

  double queued_total_ = 0;
  double taken_ = 0;          // at the last report
  double taken_offset_ = 0;   // from the worklet's count to ours
  Mono reported_at_ = never;  // never: no report yet
  Mono queued_at_{0};
  Mono fed_at_{0};

  std::array<float, limits::rate_hz_max / 50 + 2> resampled_{};
};

}  // namespace shopbell::voice
