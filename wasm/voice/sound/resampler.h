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

  /// For several rates, none above `from_hz_max`. `retune` goes over to one of them and begins anew, and takes
  /// no memory; it is false, and changes nothing, for another rate.
  bool start_any(int from_hz_max, int to_hz);
  bool retune(int from_hz);

  /// The samples written. All of `in` is taken when `out` has room for out_samples_max(in.size()); what does
  /// not fit is dropped.
  std::size_t process(std::span<const float> in, std::span<float> out);

  std::size_t out_samples_max(std::size_t in_samples) const;

  /// How far the output lags behind the input, in samples of the input's rate.
  std::size_t delay_samples() const;

 private:
  void stop();
  bool passes() const { return from_hz_ == to_hz_; }

  SpeexResamplerState_* state_ = nullptr;
  std::size_t from_hz_ = 0;      // 0: not started
  std::size_t from_hz_max_ = 0;  // 0: of one rate
  std::size_t to_hz_ = 0;
};

}  // namespace shopbell::voice
