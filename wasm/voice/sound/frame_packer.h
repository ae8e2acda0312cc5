// FramePacker: blocks as a device gives them (any size, rate and number of channels) to mono frames of 20 ms,
// at 48 kHz or a lower rate.
//
// The timestamp counts captured samples at 48 kHz from 0 and never stops: silence, mute and DTX only leave
// packets out.
// A frame carries the capture clock of its first sample: the clock of the block that held it, plus its place
// in the block, less the resampler's delay.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "voice/limits.h"
#include "voice/sound/resampler.h"
#include "voice/wire/frames.h"

namespace shopbell::voice {

struct CapturedFrame {
  std::span<const float> samples;
  std::uint32_t timestamp_48k;
  double captured_ms;
};

class FramePacker {
 public:
  bool start(int rate_hz, int out_hz = static_cast<int>(clock_hz));

  // Planar samples: all of channel 0, then all of channel 1. Calls on_frame(CapturedFrame) for each frame
  // that became full.
  template <class OnFrame>
  void push(std::span<const float> pcm, std::size_t channels, double captured_ms, OnFrame on_frame) {
    const std::size_t samples = channels == 0 ? 0 : pcm.size() / channels;
    for (std::size_t from = 0; from < samples; from += slice_samples) {
      auto made = resample(pcm, channels, samples, from);
      for (std::size_t at = 0; at < made.size();) {
        if (filled_ == 0) first_ms_ = captured_ms + clock_ms(from, at);
        at += fill(made.subspan(at));
        if (filled_ < frame_samples_) break;
        on_frame(CapturedFrame{std::span(frame_).first(frame_samples_), timestamp_48k_, first_ms_});
        filled_ = 0;
        timestamp_48k_ += frame_samples_48k;
      }
    }
  }

  // Of the sample that comes next.
  std::uint32_t timestamp_48k() const {
    return timestamp_48k_ + static_cast<std::uint32_t>(filled_ * frame_samples_48k / frame_samples_);
  }

 private:
  static constexpr std::size_t slice_samples = 256;

  std::span<const float> resample(std::span<const float> pcm, std::size_t channels, std::size_t samples,
                                  std::size_t from);
  std::size_t fill(std::span<const float> samples);
  // From the block's first sample to output sample `at` of the slice that begins at `from`.
  double clock_ms(std::size_t from, std::size_t at) const;

  Resampler resampler_;
  int rate_hz_ = 0;
  std::size_t frame_samples_ = frame_samples_48k;
  double first_ms_ = 0;
  std::uint32_t timestamp_48k_ = 0;
  std::size_t filled_ = 0;
  std::array<float, frame_samples_48k> frame_{};
  std::array<float, slice_samples> mono_{};
  std::array<float, slice_samples*(clock_hz / limits::rate_hz_min) + 2> resampled_{};
};

}  // namespace shopbell::voice
