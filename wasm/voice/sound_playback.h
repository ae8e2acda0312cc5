// SoundPlayback: sounds of the agent that come as WAV files, each whole, to the playback worklet's queue.
//
// Theory of operation. A reply can be minutes long, so the thread's JavaScript holds it, and gives one piece
// after another when it is asked (`more`). Of that a piece is here, and of the sound 20 ms. Sounds are heard in
// the order in which they came, and one that can't be read is passed over. A flush drops what is in the queue,
// what is here and what is held outside, which is why both sides take the same record for it.
//
//   `waits`  one more is held outside -> `more` -> `piece` -> ... until the last piece -> the next one
//
// The agent speaks from the first sample until the queue is dry and nothing waits.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/base/time.h"
#include "voice/command_list.h"
#include "voice/limits.h"
#include "voice/sound/level_meter.h"
#include "voice/sound/playout_queue.h"
#include "voice/sound/wav_reader.h"
#include "voice/wire/counters.h"

namespace shopbell::voice {

class SoundPlayback {
 public:
  SoundPlayback(CommandList& out, Counters& counters) : out_(out), counters_(counters), queue_(out) {}
  bool start(int rate_hz) { return queue_.start_any(WavReader::rate_hz_max, rate_hz); }

  void waits(Mono now);
  // The next bytes of the sound that comes first; `last`: they are its last.
  void piece(std::span<const std::uint8_t> bytes, bool last, Mono now);
  void reported(std::uint32_t queued_samples, double played_samples, Mono now);
  void feed(Mono now);
  // True where there was something to drop.
  bool flush(Mono now);

  bool audible(Mono now) const { return queue_.audible(now); }
  LevelMeter& level() { return level_; }
  Mono deadline() const { return queue_.deadline(speaks_ || waiting_ > 0); }

 private:
  bool play_one(Mono now);
  bool fill();
  bool take_frame();
  void sound_over();
  void tell(Mono now);

  CommandList& out_;
  Counters& counters_;
  PlayoutQueue queue_;
  LevelMeter level_;
  WavReader reader_;
  std::uint32_t waiting_ = 0;  // sounds, with the one that is being read
  bool asked_ = false;         // for a piece
  bool last_ = false;          // what is here is the sound's last
  bool begun_ = false;         // something of this sound was
  bool speaks_ = false;        // as it was told
  std::size_t from_ = 0;       // of the piece: what was read
  std::size_t to_ = 0;
  std::size_t filled_ = 0;  // of the frame
  std::array<std::uint8_t, limits::in_bytes_max> piece_{};
  std::array<float, WavReader::rate_hz_max / 50> frame_{};
};

}  // namespace shopbell::voice
