// Playback: packets of the agent to samples in the playback worklet's queue, and what of them was heard.
//
// Theory of operation. The worklet's queue holds 45..65 ms: enough that a late timer is not heard, little
// enough that an interruption is quick. It is topped up 20 ms at a time, after each of the worklet's reports
// and every 10 ms. Between reports the queue is reckoned with by the clock. When the jitter buffer has
// nothing and the queue is nearly dry, up to three frames are made up (Opus fades them); then there is
// silence until enough has come, and speech goes on where it was.
//
// Positions count samples at the playback rate since the start: what was ever queued, and what was taken of
// it. Each queued frame is remembered with its stream and timestamp, so that a position can be told as a
// timestamp of the agent's speech. Whether the worklet counts flushed samples as played differs between
// players, so the difference is found again whenever the queue is known to be dry.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/time.h"
#include "voice/command_list.h"
#include "voice/limits.h"
#include "voice/sound/codec.h"
#include "voice/sound/level_meter.h"
#include "voice/sound/resampler.h"
#include "voice/wire/counters.h"
#include "voice/wire/jitter_buffer.h"

namespace shopbell::voice {

struct Heard {
  std::uint8_t stream = 0;
  std::uint32_t timestamp_48k = 0;
};

class Playback {
 public:
  Playback(CommandList& out, Counters& counters) : out_(out), counters_(counters), jitter_(counters) {}
  bool start(int rate_hz);

  void put(const Frame& audio, Mono now);
  void end(std::uint8_t stream, std::uint32_t timestamp_48k, Mono now);
  void reported(std::uint32_t queued_samples, double played_samples, Mono now);
  // Tops the queue up.
  void feed(Mono now);

  // The agent falls silent at once: all of it, or one stream.
  void flush(Mono now);
  void drop(std::uint8_t stream, Mono now);
  void reconnected(bool resumed) { jitter_.reconnected(resumed); }

  // Sound is in the queue or on its way there.
  bool audible(Mono now) const { return position(now) < queued_total_; }
  // How much of the agent has been heard; false when nothing has yet.
  bool heard(Mono now, Heard& out) const;
  // A stream was played to its end since this was last asked.
  bool take_finished(Mono now, Heard& out);

  std::uint32_t expected() const { return jitter_.expected(); }
  float take_level() { return level_.take(); }
  Mono deadline() const;
  Ms queued(Mono now) const { return Ms{(queued_total_ - position(now)) * 1000 / rate_hz_}; }
  const JitterBuffer& jitter() const { return jitter_; }

 private:
  struct Segment {
    double end;  // position one past its last sample
    double samples;
    std::uint32_t timestamp_48k;  // of its first sample
    std::uint32_t duration_48k;   // 0: made up, time of the speech stands still
    std::uint8_t stream;
  };

  double position(Mono now) const;
  bool play_one(Mono now);
  bool play(std::span<const float> samples, const Pulled& pulled, std::uint32_t duration_48k);
  void forget_queue(Mono now);

  CommandList& out_;
  Counters& counters_;
  JitterBuffer jitter_;
  Decoder decoder_;
  Resampler resampler_;
  LevelMeter level_;
  double rate_hz_ = clock_hz;

  double queued_total_ = 0;
  double taken_ = 0;          // at the last report
  double taken_offset_ = 0;   // from the worklet's count to ours
  Mono reported_at_ = never;  // never: no report yet
  Mono queued_at_{0};
  Mono fed_at_{0};
  std::uint32_t made_up_run_ = 0;

  std::size_t segments_ = 0;  // written since the last flush
  std::array<Segment, limits::queued_frames_max> segment_{};

  bool flushed_ = false;
  Heard flushed_at_{};  // where the speech was cut

  bool finishing_ = false;
  Heard finishing_at_{};
  double finishing_position_ = 0;

  std::array<float, frame_samples_48k> frame_{};
  std::array<float, frame_samples_48k*(limits::rate_hz_max / clock_hz) + 2> resampled_{};
};

}  // namespace shopbell::voice
