#include "voice/wire/spurt_uplink.h"

#include <algorithm>
#include <cmath>

namespace shopbell::voice {
namespace {

constexpr std::size_t samples_in(Ms time) {
  return static_cast<std::size_t>(time.value * limits::spurt_rate_hz / 1000);
}

}  // namespace

void SpurtUplink::push(std::span<const float> samples) {
  for (const float sample : samples) {
    ring_[at_] = static_cast<std::int16_t>(std::lrint(std::clamp(sample, -1.0f, 1.0f) * 32'767));
    at_ = (at_ + 1) % ring_.size();
  }
  unsent_ = std::min(unsent_ + samples.size(), ring_.size());
  if (pause_ > 0) {
    pause_ -= std::min(pause_, samples.size());
    if (pause_ == 0) end();
  }
  if (!open_) return;
  send_blocks();
  left_ -= std::min(left_, samples.size());
  if (left_ > 0) return;
  counters_.add(Counter::overlong);
  end();
}

void SpurtUplink::begin(std::uint32_t onset_ago_ms) {
  if (open_) return;
  open_ = true;
  pause_ = 0;
  unsent_ = std::min(unsent_, samples_in(limits::spurt_lead + Ms{static_cast<double>(onset_ago_ms)}));
  left_ = samples_in(limits::spurt_max);
  send_blocks();
}

void SpurtUplink::pause() {
  if (!open_) return;
  send_rest();
  open_ = false;
  pause_ = samples_in(limits::spurt_pause);
}

void SpurtUplink::end() {
  if (open_) send_rest();
  if (begun_) out_.data({}, {});
  open_ = begun_ = false;
  pause_ = 0;
}

void SpurtUplink::send_rest() {
  send_blocks();
  if (unsent_ > 0) send(unsent_);
}

void SpurtUplink::send_blocks() {
  while (unsent_ >= limits::spurt_block_samples) send(limits::spurt_block_samples);
}

void SpurtUplink::send(std::size_t samples) {
  const std::size_t from = (at_ + ring_.size() - unsent_) % ring_.size();
  const std::size_t first = std::min(samples, ring_.size() - from);
  out_.data(std::span(ring_).subspan(from, first), std::span(ring_).first(samples - first));
  unsent_ -= samples;
  begun_ = true;
}

}  // namespace shopbell::voice
