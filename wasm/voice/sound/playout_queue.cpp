#include "voice/sound/playout_queue.h"

#include <algorithm>

namespace shopbell::voice {
namespace {

// A queue that reports itself empty so long after the last sound was given to it has none on the way either.
constexpr Ms surely_arrived = 100_ms;

}  // namespace

bool PlayoutQueue::start(int from_hz, int rate_hz) {
  rate_hz_ = rate_hz;
  return resampler_.start(from_hz, rate_hz);
}

bool PlayoutQueue::start_any(int from_hz_max, int rate_hz) {
  rate_hz_ = rate_hz;
  return resampler_.start_any(from_hz_max, rate_hz);
}

std::size_t PlayoutQueue::play(std::span<const float> samples, Mono now) {
  queued_at_ = now;
  const std::size_t made = resampler_.process(samples, resampled_);
  if (!out_.play(std::span(resampled_).first(made))) return 0;
  queued_total_ += static_cast<double>(made);
  return made;
}

void PlayoutQueue::flush() {
  out_.flush();
  taken_offset_ += queued_total_ - taken_;
  taken_ = queued_total_;
}

double PlayoutQueue::position(Mono now) const {
  // Before the first report nobody plays; when reports stay away, it is not known for long what is played.
  const double since_ms = reported_at_ == never
                              ? 0
                              : std::clamp((now - reported_at_).value, 0.0, limits::report_silence_max.value);
  return std::min(queued_total_, taken_ + since_ms * rate_hz_ / 1000);
}

void PlayoutQueue::reported(std::uint32_t queued_samples, double played_samples, Mono now) {
  if (!(played_samples >= 0)) return;
  reported_at_ = now;
  const bool dry = queued_samples == 0 && now >= queued_at_ + surely_arrived;
  if (dry || played_samples + taken_offset_ > queued_total_) taken_offset_ = queued_total_ - played_samples;
  taken_ = played_samples + taken_offset_;
}

Mono PlayoutQueue::deadline(bool more) const {
  // A player that has not reported for so long is suspended.
  const bool suspended = reported_at_ == never || fed_at_ > reported_at_ + limits::report_silence_max;
  return !suspended && (more || audible(fed_at_)) ? fed_at_ + limits::play_every : never;
}

}  // namespace shopbell::voice
