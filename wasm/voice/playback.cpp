#include "voice/playback.h"

#include <algorithm>

namespace shopbell::voice {
namespace {

constexpr Ms nearly_dry = 15_ms;
constexpr std::uint32_t made_up_run_max = 3;
// A queue that reports itself empty so long after the last frame was given to it has none on the way either.
constexpr Ms surely_arrived = 100_ms;

}  // namespace

bool Playback::start(int rate_hz) {
  rate_hz_ = rate_hz;
  return decoder_.start(static_cast<int>(clock_hz)) && resampler_.start(static_cast<int>(clock_hz), rate_hz);
}

void Playback::put(const Frame& audio, Mono now) {
  jitter_.put(audio, now);
  feed(now);
}

void Playback::end(std::uint8_t stream, std::uint32_t timestamp_48k, Mono now) {
  jitter_.end(stream, timestamp_48k);
  feed(now);
}

double Playback::position(Mono now) const {
  // Before the first report nobody plays; when reports stay away, it is not known for long what is played.
  const double since_ms = reported_at_ == never
                              ? 0
                              : std::clamp((now - reported_at_).value, 0.0, limits::report_silence_max.value);
  return std::min(queued_total_, taken_ + since_ms * rate_hz_ / 1000);
}

void Playback::reported(std::uint32_t queued_samples, double played_samples, Mono now) {
  if (!(played_samples >= 0)) return;
  reported_at_ = now;
  const bool dry = queued_samples == 0 && now >= queued_at_ + surely_arrived;
  if (dry || played_samples + taken_offset_ > queued_total_) taken_offset_ = queued_total_ - played_samples;
  taken_ = played_samples + taken_offset_;
  feed(now);
}

void Playback::feed(Mono now) {
  fed_at_ = now;
  while (queued(now) < limits::queue_target && play_one(now)) {
  }
}

// False: nothing to play now.
bool Playback::play_one(Mono now) {
  if (!out_.has_room(sizeof resampled_)) return false;
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
      finishing_position_ = queued_total_;
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
  queued_at_ = now;
  return play(heard, pulled, pulled.kind == Pulled::starved ? 0 : frame_samples_48k);
}

bool Playback::play(std::span<const float> samples, const Pulled& pulled, std::uint32_t duration_48k) {
  const std::size_t made = resampler_.process(samples, resampled_);
  if (!out_.play(std::span(resampled_).first(made))) return false;
  queued_total_ += static_cast<double>(made);
  segment_[segments_++ % segment_.size()] = {queued_total_, static_cast<double>(made), pulled.timestamp_48k,
                                             duration_48k, pulled.stream};
  return true;
}

bool Playback::heard(Mono now, Heard& out) const {
  if (segments_ == 0) {
    out = flushed_at_;
    return flushed_;
  }
  const double at = position(now);
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
  if (!finishing_ || position(now) < finishing_position_) return false;
  finishing_ = false;
  out = finishing_at_;
  return true;
}

// What is in the worklet's queue is gone, and its samples count as taken.
void Playback::forget_queue(Mono now) {
  out_.flush();
  flushed_ = heard(now, flushed_at_);
  segments_ = 0;
  taken_offset_ += queued_total_ - taken_;
  taken_ = queued_total_;
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
  // A player that has not reported for so long is suspended: its next report says when to go on.
  const bool suspended = reported_at_ == never || fed_at_ > reported_at_ + limits::report_silence_max;
  if (!suspended &&
      (queued_total_ > position(fed_at_) || finishing_ || jitter_.state() == JitterState::playing))
    return fed_at_ + limits::play_every;
  return jitter_.deadline();
}

}  // namespace shopbell::voice
