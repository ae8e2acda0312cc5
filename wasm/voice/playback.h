// Playback: packets of the agent to samples in the playback worklet's queue, and what of them was heard.
//
// Theory of operation. The queue is topped up from the jitter buffer (playout_queue.h). When that has nothing
// and the queue is nearly dry, up to three frames are made up (Opus fades them); then there is silence until
// enough has come, and speech goes on where it was. Each queued frame is remembered with its stream and
// timestamp, so that a position in the queue can be told as a timestamp of the agent's speech.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/time.h"
#include "voice/command_list.h"
#include "voice/limits.h"
#include "voice/sound/codec.h"
#include "voice/sound/level_meter.h"
#include "voice/sound/playout_queue.h"
#include "voice/wire/counters.h"
#include "voice/wire/jitter_buffer.h"

namespace shopbell::voice {

struct Heard {
  std::uint8_t stream = 0;
  std::uint32_t timestamp_48k = 0;
};

class Playback {
 public:
  Playback(CommandList& out, Counters& counters) : counters_(counters), jitter_(counters), queue_(out) {}
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

  bool audible(Mono now) const { return queue_.audible(now); }
  // How much of the agent has been heard; false when nothing has yet.
  bool heard(Mono now, Heard& out) const;
  // A stream was played to its end since this was last asked.
  bool take_finished(Mono now, Heard& out);

  std::uint32_t expected() const { return jitter_.expected(); }
  LevelMeter& level() { return level_; }
  Mono deadline() const;
  Ms queued(Mono now) const { return queue_.queued(now); }
  const JitterBuffer& jitter() const { return jitter_; }

 private:
  struct Segment {
    double end;  // position one past its last sample
    double samples;
    std::uint32_t timestamp_48k;  // of its first sample
    std::uint32_t duration_48k;   // 0: made up, time of the speech stands still
    std::uint8_t stream;
  };

  bool play_one(Mono now);
  bool play(std::span<const float> samples, const Pulled& pulled, std::uint32_t duration_48k, Mono now);
  void forget_queue(Mono now);

  Counters& counters_;
  JitterBuffer jitter_;
  Decoder decoder_;
  PlayoutQueue queue_;
  LevelMeter level_;
  std::uint32_t made_up_run_ = 0;

  std::size_t segments_ = 0;  // written since the last flush
  std::array<Segment, limits::queued_frames_max> segment_{};

  bool flushed_ = false;
  Heard flushed_at_{};  // where the speech was cut

  bool finishing_ = false;
  Heard finishing_at_{};
  double finishing_position_ = 0;

  std::array<float, frame_samples_48k> frame_{};
};

}  // namespace shopbell::voice
