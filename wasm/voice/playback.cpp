#include "voice/playback.h"

#include <algorithm>

namespace shopbell::voice {
namespace {

constexpr Ms nearly_dry = 15_ms;
constexpr std::uint32_t made_up_run_max = 3;

}  // namespace

bool Playback::start(int rate_hz) {
  return decoder_.start(static_cast<int>(clock_hz)) && queue_.start(static_cast<int>(clock_hz), rate_hz);
}

void Playback::put(const Frame& audio, Mono now) {
  jitter_.put(audio, now);
  feed(now);
}

void Playback::end(std::uint8_t stream, std::uint32_t timestamp_48k, Mono now) {
  jitter_.end(stream, timestamp_48k);
  feed(now);
}

void Playback::reported(std::uint32_t queued_samples, double played_samples, Mono now) {
  queue_.reported(queued_samples, played_samples, now);
  feed(now);
}

void Playback::feed(Mono now) {
  queue_.fed(now);
  while (queue_.wants(now) && play_one(now)) {
  }
}

// False: nothing to play now.
bool Playback::play_one(Mono now) {
  if (!queue_.has_room()) return false;
  // The end of a stream is told when it was heard; what follows it waits until then if there is already one
  // to tell.
  if (finishing_) return false;
  const bool urgent = queued(now) <= nearly_dry;
  const Pulled pulled = jitter_.pull(urgent, now);
  const std::span<float> frame = frame_;
  std::size_t samples = 0;
  switch (pulled.kind) {
    case Pulled::nothing:
      return false;
    case Pulled::over:
      finishing_ = true;
      finishing_at_ = {pulled.stream, pulled.timestamp_48k};
      finishing_position_ = queue_.end();
      return true;
    case Pulled::packet:
      samples = decoder_.decode(pulled.payload, frame);
      if (samples == 0) counters_.add(Counter::forged);
      break;
    case Pulled::lost:
      if (!pulled.payload.empty() && (samples = decoder_.decode_fec(pulled.payload, frame)) > 0)
        counters_.add(Counter::recovered);
      break;
    case Pulled::silence:
      samples = decoder_.conceal(frame);
      break;
    case Pulled::starved:
      if (!urgent) return false;
      if (made_up_run_ == 0) counters_.add(Counter::underruns);
      if (made_up_run_ == made_up_run_max) {
        made_up_run_ = 0;
        jitter_.rest();
        return false;
      }
      ++made_up_run_;
      break;
  }
  if (pulled.kind != Pulled::starved) made_up_run_ = 0;
  if (samples == 0) {
    counters_.add(Counter::concealed);
    samples = decoder_.conceal(frame);
  }
  const auto heard = frame.first(samples);
  level_.feed(heard);
  return play(heard, pulled, pulled.kind == Pulled::starved ? 0 : frame_samples_48k, now);
}

bool Playback::play(std::span<const float> samples, const Pulled& pulled, std::uint32_t duration_48k,
                    Mono now) {
  const std::size_t made = queue_.play(samples, now);
  if (made == 0) return false;
  segment_[segments_++ % segment_.size()] = {queue_.end(), static_cast<double>(made), pulled.timestamp_48k,
                                             duration_48k, pulled.stream};
  return true;
}

bool Playback::heard(Mono now, Heard& out) const {
  if (segments_ == 0) {
    out = flushed_at_;
    return flushed_;
  }
  const double at = queue_.position(now);
  const std::size_t known = std::min(segments_, segment_.size());
  // The oldest one that is not fully heard, or else the newest.
  for (std::size_t i = segments_ - known; i < segments_; ++i) {
    const auto& segment = segment_[i % segment_.size()];
    if (segment.end <= at && i + 1 < segments_) continue;
    const double share = segment.samples > 0 ? 1 - std::max(0.0, segment.end - at) / segment.samples : 1.0;
    out.stream = segment.stream;
    out.timestamp_48k =
        segment.timestamp_48k + static_cast<std::uint32_t>(std::max(0.0, share) * segment.duration_48k);
    break;
  }
  return true;
}

bool Playback::take_finished(Mono now, Heard& out) {
  if (!finishing_ || queue_.position(now) < finishing_position_) return false;
  finishing_ = false;
  out = finishing_at_;
  return true;
}

// What is in the worklet's queue is gone, and its samples count as taken.
void Playback::forget_queue(Mono now) {
  flushed_ = heard(now, flushed_at_);
  queue_.flush();
  segments_ = 0;
  finishing_ = false;
  made_up_run_ = 0;
}

void Playback::flush(Mono now) {
  jitter_.drop_all();
  forget_queue(now);
}

void Playback::drop(std::uint8_t stream, Mono now) {
  Heard at;
  const bool is_heard = audible(now) && heard(now, at) && at.stream == stream;
  jitter_.drop(stream);
  if (is_heard) forget_queue(now);
}

Mono Playback::deadline() const {
  const Mono next = queue_.deadline(finishing_ || jitter_.state() == JitterState::playing);
  return next == never ? jitter_.deadline() : next;
}

}  // namespace shopbell::voice
