// Blocks of any size, rate and channel count become the same frames, with timestamps and the clock of their
// first sample.
#include "voice/sound/frame_packer.h"

#include <gtest/gtest.h>

#include <limits>

#include "voice_sound.h"

namespace shopbell::voice {
namespace {

struct Packed {
  Sound samples;
  std::uint32_t timestamp_48k;
  double captured_ms;
};

std::vector<Packed> packed(int rate_hz, const Sound& mono, std::size_t block, std::size_t channels = 1) {
  FramePacker packer;
  EXPECT_TRUE(packer.start(rate_hz));
  std::vector<Packed> out;
  for (std::size_t from = 0; from < mono.size(); from += block) {
    const std::size_t count = std::min(block, mono.size() - from);
    Sound planar;
    for (std::size_t channel = 0; channel < channels; ++channel)
      for (std::size_t i = 0; i < count; ++i)
        planar.push_back(channels == 1 ? mono[from + i] : mono[from + i] * (channel == 0 ? 1.5f : 0.5f));
    packer.push(planar, channels, 1000.0 + static_cast<double>(from) * 1000 / rate_hz,
                [&](const CapturedFrame& frame) {
                  out.push_back(
                      {{frame.samples.begin(), frame.samples.end()}, frame.timestamp_48k, frame.captured_ms});
                });
  }
  return out;
}

TEST(VoiceFramePacker, AnyBlockSizeGivesTheSameFrames) {
  const auto sound = voice(48'000, 500);
  const auto whole = packed(48'000, sound, 4'096);
  ASSERT_EQ(whole.size(), 25u);
  for (const std::size_t block : {1u, 7u, 128u, 441u, 960u, 961u, 2'048u}) {
    const auto frames = packed(48'000, sound, block);
    ASSERT_EQ(frames.size(), whole.size());
    for (std::size_t i = 0; i < frames.size(); ++i)
      EXPECT_EQ(frames[i].samples, whole[i].samples) << block << " " << i;
  }
}

TEST(VoiceFramePacker, EveryRateKeepsPitchLevelAndTime) {
  for (const int rate_hz : {8'000, 16'000, 22'050, 44'100, 48'000, 96'000, 192'000}) {
    const auto frames = packed(rate_hz, tone(rate_hz, 1'000, 440), 128);
    ASSERT_GE(frames.size(), 49u) << rate_hz;
    ASSERT_LE(frames.size(), 50u) << rate_hz;
    std::size_t crossings = 0;
    double power = 0;
    for (std::size_t i = 5; i < 45; ++i) {
      for (std::size_t j = 1; j < frame_samples_48k; ++j)
        crossings += (frames[i].samples[j - 1] < 0) != (frames[i].samples[j] < 0);
      for (const float sample : frames[i].samples) power += sample * sample;
    }
    EXPECT_NEAR(static_cast<double>(crossings), 2 * 440 * 0.8, 40) << rate_hz;
    EXPECT_NEAR(power / (40 * frame_samples_48k), 0.3 * 0.3 / 2, 0.002) << rate_hz;
  }
}

TEST(VoiceFramePacker, TimestampsStepAndTheClockIsThatOfTheFirstSample) {
  for (const int rate_hz : {16'000, 44'100, 48'000, 96'000}) {
    const auto frames = packed(rate_hz, tone(rate_hz, 1'000, 440), 128);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      EXPECT_EQ(frames[i].timestamp_48k, i * frame_samples_48k);
      // The filter's own delay is a few ms at the most.
      EXPECT_NEAR(frames[i].captured_ms, 1000.0 + static_cast<double>(i) * 20, 4) << rate_hz << " " << i;
      EXPECT_LE(frames[i].captured_ms, 1000.0 + static_cast<double>(i) * 20 + 0.2) << rate_hz << " " << i;
    }
  }
}

TEST(VoiceFramePacker, StereoIsMixedDown) {
  const auto sound = voice(48'000, 200);
  const auto mono = packed(48'000, sound, 128);
  const auto stereo = packed(48'000, sound, 128, 2);
  ASSERT_EQ(mono.size(), stereo.size());
  for (std::size_t i = 0; i < mono.size(); ++i)
    for (std::size_t j = 0; j < frame_samples_48k; ++j)
      EXPECT_NEAR(mono[i].samples[j], stereo[i].samples[j], 1e-6);
}

TEST(VoiceFramePacker, WhatIsNoSoundBecomesSound) {
  Sound odd(960, std::numeric_limits<float>::quiet_NaN());
  odd[1] = std::numeric_limits<float>::infinity();
  odd[2] = -7;
  const auto frames = packed(48'000, odd, 960);
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].samples[0], 0);
  EXPECT_EQ(frames[0].samples[1], 1);
  EXPECT_EQ(frames[0].samples[2], -1);
}

TEST(VoiceFramePacker, NoChannelsAndNoSamplesAreNothing) {
  FramePacker packer;
  ASSERT_TRUE(packer.start(48'000));
  const Sound sound(960, 0.5f);
  std::size_t frames = 0;
  packer.push(sound, 0, 0, [&](const CapturedFrame&) { ++frames; });
  packer.push({}, 2, 0, [&](const CapturedFrame&) { ++frames; });
  EXPECT_EQ(frames, 0u);
}

}  // namespace
}  // namespace shopbell::voice
