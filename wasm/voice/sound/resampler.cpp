#include "voice/sound/resampler.h"

#include <speex_resampler.h>

#include <algorithm>

namespace shopbell::voice {

namespace {

constexpr int rate_hz_min = 4'000;
constexpr int rate_hz_max = 192'000;

// SpeexDSP's scale ends at 10. At 3 the filter is 48 taps long (1 ms at 48 kHz) and its pass band ends at 88
// % of the lower Nyquist frequency: more than enough for speech, which is coded lossily afterwards.
constexpr int quality = SPEEX_RESAMPLER_QUALITY_VOIP;

}  // namespace

Resampler::~Resampler() { stop(); }

void Resampler::stop() {
  if (state_ != nullptr) speex_resampler_destroy(state_);
  state_ = nullptr;
  from_hz_ = from_hz_max_ = 0;
}

bool Resampler::start(int from_hz, int to_hz) {
  stop();
  if (std::min(from_hz, to_hz) < rate_hz_min || std::max(from_hz, to_hz) > rate_hz_max) return false;
  if (from_hz != to_hz) {
    int error = RESAMPLER_ERR_SUCCESS;
    state_ = speex_resampler_init(1, static_cast<spx_uint32_t>(from_hz), static_cast<spx_uint32_t>(to_hz),
                                  quality, &error);
    if (state_ == nullptr) return false;
  }
  from_hz_ = static_cast<std::size_t>(from_hz);
  to_hz_ = static_cast<std::size_t>(to_hz);
  return true;
}

// SpeexDSP's tables grow to what the rates need that it has met, and never shrink. They are largest just below
// each doubling of the output's rate, where it changes its way, and at rates without a common divisor.
bool Resampler::start_any(int from_hz_max, int to_hz) {
  if (!start(std::min(from_hz_max, to_hz) - 1, to_hz)) return false;
  from_hz_max_ = static_cast<std::size_t>(from_hz_max);
  for (int from_hz = 2 * to_hz; from_hz < 2 * from_hz_max; from_hz *= 2)
    if (!retune(std::min(from_hz, from_hz_max) - 1)) return false;
  return retune(from_hz_max);
}

bool Resampler::retune(int from_hz) {
  const auto rate_hz = static_cast<std::size_t>(from_hz);
  if (from_hz < rate_hz_min || rate_hz > from_hz_max_) return false;
  // Before, or a fraction of a sample that is left may not fit the new rate; and after it, where the filter's
  // length has moved what it held.
  speex_resampler_reset_mem(state_);
  const auto error =
      speex_resampler_set_rate(state_, static_cast<spx_uint32_t>(from_hz), static_cast<spx_uint32_t>(to_hz_));
  if (error != RESAMPLER_ERR_SUCCESS) return false;
  from_hz_ = rate_hz;
  speex_resampler_reset_mem(state_);
  return true;
}

std::size_t Resampler::process(std::span<const float> in, std::span<float> out) {
  if (from_hz_ == 0) return 0;
  if (passes()) {
    const std::size_t samples = std::min(in.size(), out.size());
    std::copy_n(in.begin(), samples, out.begin());
    return samples;
  }
  auto taken = static_cast<spx_uint32_t>(in.size());
  auto made = static_cast<spx_uint32_t>(out.size());
  speex_resampler_process_float(state_, 0, in.data(), &taken, out.data(), &made);
  return made;
}

std::size_t Resampler::out_samples_max(std::size_t in_samples) const {
  return from_hz_ == 0 ? 0 : in_samples * to_hz_ / from_hz_ + 1;
}

std::size_t Resampler::delay_samples() const {
  return passes() ? 0 : static_cast<std::size_t>(speex_resampler_get_input_latency(state_));
}

}  // namespace shopbell::voice
