#include "voice/sound_playback.h"

#include <algorithm>

namespace shopbell::voice {

void SoundPlayback::waits(Mono now) {
  ++waiting_;
  feed(now);
}

void SoundPlayback::piece(std::span<const std::uint8_t> bytes, bool last, Mono now) {
  // What was asked for before a flush is of a sound that is dropped.
  if (!asked_) return;
  asked_ = false;
  from_ = 0;
  to_ = std::min(bytes.size(), piece_.size());
  std::copy_n(bytes.begin(), to_, piece_.begin());
  last_ = last;
  feed(now);
}

void SoundPlayback::reported(std::uint32_t queued_samples, double played_samples, Mono now) {
  queue_.reported(queued_samples, played_samples, now);
  feed(now);
}

void SoundPlayback::feed(Mono now) {
  queue_.fed(now);
  while (queue_.wants(now) && play_one(now)) {
  }
  tell(now);
}

// False: nothing can be played now.
bool SoundPlayback::play_one(Mono now) {
  if (!queue_.has_room() || !fill()) return false;
  const auto heard = std::span(frame_).first(filled_);
  filled_ = 0;
  level_.feed(heard);
  return queue_.play(heard, now) > 0;
}

// 20 ms, or a sound's rest. False: its next bytes are not here.
bool SoundPlayback::fill() {
  for (;;) {
    while (from_ < to_) {
      const auto frame = std::span(frame_).first(static_cast<std::size_t>(reader_.rate_hz()) / 50);
      const auto read = reader_.read(std::span(piece_).first(to_).subspan(from_), frame.subspan(filled_));
      from_ += read.bytes;
      filled_ += read.samples;
      if (!begun_ && reader_.rate_hz() > 0) begun_ = queue_.retune(reader_.rate_hz());
      if (filled_ > 0 && filled_ == frame.size()) return true;
    }
    if (last_) {
      sound_over();
      if (filled_ > 0) return true;
    } else {
      if (waiting_ > 0 && !asked_) out_.more();
      asked_ = waiting_ > 0;
      return false;
    }
  }
}

void SoundPlayback::sound_over() {
  if (!begun_) counters_.add(Counter::unreadable);
  --waiting_;
  begun_ = last_ = false;
  reader_ = {};
}

bool SoundPlayback::flush(Mono now) {
  if (waiting_ == 0 && !speaks_) return false;
  queue_.flush();
  reader_ = {};
  waiting_ = 0;
  asked_ = begun_ = last_ = false;
  from_ = to_ = filled_ = 0;
  tell(now);
  return true;
}

void SoundPlayback::tell(Mono now) {
  const bool speaks = audible(now) || (speaks_ && waiting_ > 0);
  if (speaks != speaks_) out_.agent(speaks ? AgentState::speaking : AgentState::listening);
  speaks_ = speaks;
}

}  // namespace shopbell::voice
