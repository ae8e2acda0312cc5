#include "voice/sound/speech_detector.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "voice/sound/level_meter.h"

namespace shopbell::voice {
namespace {

constexpr std::uint32_t step_ms = 10;
constexpr std::uint32_t window_steps = 25;
constexpr std::uint32_t attack_steps = 6;
constexpr std::uint32_t attack_voiced_steps = 4;
constexpr std::uint32_t unvoiced_steps = 30;
constexpr std::uint32_t hangover_steps = 40;
constexpr std::uint32_t learning_steps = 100;

constexpr float voiced_correlation = 0.55f;
// The least energy of a noise lies below its mean.
constexpr float floor_bias = 1.6f;

// Powers: 10 ^ (dB / 10) of full scale.
constexpr float quietest = 3.2e-6f;            // -55 dB: below it nothing is speech
constexpr float quietest_agent_heard = 5e-5f;  // -43 dB
constexpr float floor_least = 3.2e-8f;         // -75 dB
constexpr float floor_learning =
    3.2e-5f;                     // -45 dB: the highest floor while there may have been nothing but speech yet
constexpr float over_floor = 8;  // 9 dB
constexpr float over_floor_goes_on = 4;  // 6 dB: speech that has begun may fade
constexpr float over_floor_strong = 32;  // 15 dB
constexpr float agent_heard_factor = 4;  // 6 dB

}  // namespace

bool SpeechDetector::start(int rate) {
  if (rate != 8'000 && rate != 16'000 && rate != 24'000 && rate != 48'000) return false;
  *this = {};
  factor_ = static_cast<std::size_t>(rate / rate_hz);
  window_min_.fill(std::numeric_limits<float>::max());
  return true;
}

void SpeechDetector::reset() {
  speaking_ = false;
  loud_steps_ = strong_steps_ = voiced_steps_ = quiet_steps_ = 0;
}

SpeechChange SpeechDetector::process(std::span<const float> samples, bool agent_heard) {
  SpeechChange last = SpeechChange::none;
  const std::size_t in_step = step_samples * factor_;
  if (in_step == 0) return last;
  for (; samples.size() >= in_step; samples = samples.subspan(in_step)) {
    take_step(samples.first(in_step));
    edge_ago_ms_ += step_ms;
    if (const auto change = step(agent_heard); change != SpeechChange::none) last = change;
  }
  return last;
}

// 10 ms to 8 kHz, by means of `factor_` samples, and without what lies below a voice (DC, rumble: a pole at
// 80 Hz).
void SpeechDetector::take_step(std::span<const float> samples) {
  std::copy(history_.begin() + step_samples, history_.end(), history_.begin());
  float* to = &history_[history_samples - step_samples];
  for (std::size_t i = 0; i < step_samples; ++i) {
    float sum = 0;
    for (std::size_t j = 0; j < factor_; ++j) sum += samples[i * factor_ + j];
    const float in = sum / static_cast<float>(factor_);
    last_out_ = in - last_in_ + 0.94f * last_out_;
    last_in_ = in;
    to[i] = last_out_;
  }
}

SpeechChange SpeechDetector::step(bool agent_heard) {
  const float energy = mean_square(std::span(history_).last(step_samples));
  float floor = follow_floor(energy);
  float least = quietest;
  if (agent_heard && !speaking_) {
    floor *= agent_heard_factor;
    least = quietest_agent_heard;
  }
  const bool loud = energy > floor * (speaking_ ? over_floor_goes_on : over_floor) && energy > least;

  if (!loud) {
    loud_steps_ = strong_steps_ = voiced_steps_ = 0;
    if (!speaking_ || ++quiet_steps_ < hangover_steps) return SpeechChange::none;
    speaking_ = false;
    edge_ago_ms_ = quiet_steps_ * step_ms;
    return SpeechChange::off;
  }
  quiet_steps_ = 0;
  ++loud_steps_;
  if (speaking_) return SpeechChange::none;
  voiced_steps_ += voiced();
  strong_steps_ += energy > floor * over_floor_strong;
  const bool sure = (loud_steps_ >= attack_steps && voiced_steps_ >= attack_voiced_steps) ||
                    strong_steps_ >= unvoiced_steps;
  if (!sure) return SpeechChange::none;
  speaking_ = true;
  edge_ago_ms_ = loud_steps_ * step_ms;
  return SpeechChange::on;
}

// The energy of the noise: the least of the last windows, a little above it.
float SpeechDetector::follow_floor(float energy) {
  smooth_ = steps_ == 0 ? energy : 0.7f * smooth_ + 0.3f * energy;
  ++steps_;
  window_min_[window_] = std::min(window_min_[window_], smooth_);
  const float least = *std::ranges::min_element(window_min_) * floor_bias;
  if (++window_steps_ == window_steps) {
    window_steps_ = 0;
    window_ = (window_ + 1) % floor_windows;
    window_min_[window_] = std::numeric_limits<float>::max();
  }
  return std::clamp(least, floor_least, steps_ <= learning_steps ? floor_learning : 1.0f);
}

bool SpeechDetector::voiced() const {
  const float* now = &history_[history_samples - window_samples];
  const float energy = mean_square({now, window_samples}) * window_samples;
  for (std::size_t lag = lag_min; lag <= lag_max; ++lag) {
    const float* then = now - lag;
    float product = 0;
    float energy_then = 0;
    for (std::size_t i = 0; i < window_samples; ++i) {
      product += now[i] * then[i];
      energy_then += then[i] * then[i];
    }
    if (product > 0 && product * product > voiced_correlation * voiced_correlation * energy * energy_then)
      return true;
  }
  return false;
}

}  // namespace shopbell::voice
