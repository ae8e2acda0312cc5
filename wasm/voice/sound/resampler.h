// Any device rate to any other, mono, as a stream: a band-limited polyphase filter (SpeexDSP). Equal rates
// pass through without delay. Memory is taken in start().
#pragma once

#include <cstddef>
#include <span>

struct SpeexResamplerState_;

namespace shopbell::voice {

class Resampler {
 public:
  Resampler() = default;
  ~Resampler();
  Resampler(const Resampler&) = delete;
  Resampler& operator=(const Resampler&) = delete;

  /// Rates of 4 to 192 kHz. False, and unusable, outside of them or when memory is short.
  bool start(int from_hz, int to_hz);

  /// The samples written. All of `in` is taken when `out` has room for out_samples_max(in.size()); what does
  /// not fit is dropped.
  std::size_t process(std::span<const float> in, std::span<float> out);

  std::size_t out_samples_max(std::size_t in_samples) const;

  /// How far the output lags behind the input, in samples of the input's rate.
  std::size_t delay_samples() const;

 private:
  void stop();

  SpeexResamplerState_* state_ = nullptr;
  std::size_t from_hz_ = 0;  // 0: not started
  std::size_t to_hz_ = 0;
};

}  // namespace shopbell::voice
