#include "voice/sound/frame_packer.h"

#include <algorithm>

#include "voice/sound/codec.h"

namespace shopbell::voice {

bool FramePacker::start(int rate_hz, int out_hz) {
  filled_ = 0;
  timestamp_48k_ = 0;
  rate_hz_ = rate_hz;
  frame_samples_ = frame_samples(out_hz);
  return resampler_.start(rate_hz, out_hz);
}

std::span<const float> FramePacker::resample(std::span<const float> pcm, std::size_t channels,
                                             std::size_t samples, std::size_t from) {
  const std::size_t count = std::min(slice_samples, samples - from);
  std::copy_n(&pcm[from], count, mono_.begin());
  for (std::size_t channel = 1; channel < channels; ++channel)
    for (std::size_t i = 0; i < count; ++i) mono_[i] += pcm[channel * samples + from + i];
  for (float& sample : std::span(mono_).first(count)) {
    const float mean = sample / static_cast<float>(channels);
    // A driver's NaN would stay in every filter behind this one.
    sample = mean == mean ? std::min(std::max(mean, -1.0f), 1.0f) : 0.0f;
  }
  const std::size_t made = resampler_.process(std::span(mono_).first(count), resampled_);
  return std::span(resampled_).first(made);
}

std::size_t FramePacker::fill(std::span<const float> samples) {
  const std::size_t count = std::min(samples.size(), frame_samples_ - filled_);
  std::copy_n(samples.begin(), count, frame_.begin() + static_cast<std::ptrdiff_t>(filled_));
  filled_ += count;
  return count;
}

double FramePacker::clock_ms(std::size_t from, std::size_t at) const {
  const double input_samples = static_cast<double>(from) - static_cast<double>(resampler_.delay_samples());
  return input_samples * 1000 / rate_hz_ +
         static_cast<double>(at) * frame_ms / static_cast<double>(frame_samples_);
}

}  // namespace shopbell::voice
