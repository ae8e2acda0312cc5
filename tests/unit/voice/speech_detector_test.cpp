// What is speech, how soon it is known, and what must never interrupt anyone.
#include "voice/sound/speech_detector.h"

#include <gtest/gtest.h>

#include "voice_sound.h"

namespace shopbell::voice {
namespace {

struct Edge {
  SpeechChange change;
  double known_ms;  // when `process` said so
  double edge_ms;   // when it was
};

// Blocks of 20 ms.
std::vector<Edge> edges(SpeechDetector& detector, int rate_hz, const Sound& sound, bool agent_heard = false) {
  std::vector<Edge> out;
  const std::size_t block = static_cast<std::size_t>(rate_hz) / 50;
  for (std::size_t at = 0; at + block <= sound.size(); at += block) {
    const auto change = detector.process(std::span(sound).subspan(at, block), agent_heard);
    if (change == SpeechChange::none) continue;
    const double known_ms = static_cast<double>(at + block) * 1000 / rate_hz;
    out.push_back({change, known_ms, known_ms - detector.edge_ago_ms()});
  }
  return out;
}

std::vector<Edge> edges(int rate_hz, const Sound& sound, bool agent_heard = false) {
  SpeechDetector detector;
  EXPECT_TRUE(detector.start(rate_hz));
  return edges(detector, rate_hz, sound, agent_heard);
}

Sound room(int rate_hz, double ms, std::uint32_t seed = 7) { return noise(rate_hz, ms, 0.002f, seed); }

TEST(VoiceSpeechDetector, SpeechIsKnownWithin60msAndItsEdgesAreTrue) {
  for (const int rate_hz : {8'000, 16'000, 24'000, 48'000}) {
    for (const double pitch_hz : {80.0, 120.0, 220.0, 350.0}) {
      const auto sound =
          mixed(room(rate_hz, 3'000),
                silence(rate_hz, 1'000) + voice(rate_hz, 1'150, pitch_hz) + silence(rate_hz, 850));
      const auto found = edges(rate_hz, sound);
      ASSERT_EQ(found.size(), 2u) << rate_hz << " Hz, voice of " << pitch_hz;
      EXPECT_EQ(found[0].change, SpeechChange::on);
      // A pulse of the voice comes when it comes: one period and one block of 20 ms are added.
      EXPECT_LE(found[0].known_ms, 1'000 + 60 + 20 + 1000 / pitch_hz)
          << rate_hz << " Hz, voice of " << pitch_hz;
      EXPECT_NEAR(found[0].edge_ms, 1'000, 30);
      EXPECT_EQ(found[1].change, SpeechChange::off);
      EXPECT_NEAR(found[1].edge_ms, 2'150, 50);
      EXPECT_GE(found[1].known_ms - found[1].edge_ms, 300);
      EXPECT_LE(found[1].known_ms - found[1].edge_ms, 500);
    }
  }
}

TEST(VoiceSpeechDetector, QuietAndLoudVoices) {
  for (const float gain : {0.02f, 0.05f, 0.9f}) {
    const auto sound = mixed(noise(48'000, 3'000, 0.0005f),
                             silence(48'000, 500) + voice(48'000, 1'000, 140, gain) + silence(48'000, 1'500));
    EXPECT_EQ(edges(48'000, sound).size(), 2u) << gain;
  }
}

TEST(VoiceSpeechDetector, SpeechFromTheFirstSample) {
  const auto found = edges(48'000, voice(48'000, 1'000));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].change, SpeechChange::on);
  EXPECT_LE(found[0].known_ms, 120);
}

TEST(VoiceSpeechDetector, ClicksKnocksAndTypingAreNoSpeech) {
  auto sound = room(48'000, 5'000);
  Noise click(3);
  for (std::size_t at = 48'000; at + 2'000 < sound.size(); at += 7'200)
    for (std::size_t i = 0; i < 1'400; ++i)
      sound[at + i] += 0.5f * click.next() * std::exp(-static_cast<float>(i) / 300);
  EXPECT_TRUE(edges(48'000, sound).empty());
}

TEST(VoiceSpeechDetector, ASlammedDoorIsNoSpeech) {
  auto sound = room(48'000, 4'000);
  Noise slam(5);
  for (std::size_t i = 0; i < 12'000; ++i)
    sound[96'000 + i] += 0.9f * slam.next() * std::exp(-static_cast<float>(i) / 4'000);
  EXPECT_TRUE(edges(48'000, sound).empty());
}

TEST(VoiceSpeechDetector, SteadyNoiseAndHumAreNoSpeechForLong) {
  for (const auto& sound :
       {noise(48'000, 10'000, 0.05f), tone(48'000, 10'000, 100, 0.05f), tone(48'000, 10'000, 200, 0.2f)}) {
    SpeechDetector detector;
    ASSERT_TRUE(detector.start(48'000));
    const auto half = static_cast<std::ptrdiff_t>(sound.size() / 2);
    edges(detector, 48'000, Sound(sound.begin(), sound.begin() + half));
    EXPECT_FALSE(detector.speaking());
    EXPECT_TRUE(edges(detector, 48'000, Sound(sound.begin() + half, sound.end())).empty());
  }
}

TEST(VoiceSpeechDetector, SpeechOverSteadyNoise) {
  auto sound = noise(48'000, 8'000, 0.02f);
  const auto words = voice(48'000, 1'000, 130, 0.4f);
  for (std::size_t i = 0; i < words.size(); ++i) sound[5 * 48'000 + i] += words[i];
  SpeechDetector detector;
  ASSERT_TRUE(detector.start(48'000));
  edges(detector, 48'000, Sound(sound.begin(), sound.begin() + 4 * 48'000));
  const auto found = edges(detector, 48'000, Sound(sound.begin() + 4 * 48'000, sound.end()));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_LE(found[0].known_ms, 1'000 + 120);
}

TEST(VoiceSpeechDetector, GapsBetweenWordsAreBridged) {
  const auto sound =
      mixed(room(48'000, 4'000), silence(48'000, 500) + voice(48'000, 600) + silence(48'000, 280) +
                                     voice(48'000, 600) + silence(48'000, 1'500));
  EXPECT_EQ(edges(48'000, sound).size(), 2u);
}

TEST(VoiceSpeechDetector, AWhisperTakesLonger) {
  auto sound = room(48'000, 4'000);
  const auto whisper = noise(48'000, 800, 0.05f, 9);
  for (std::size_t i = 0; i < whisper.size(); ++i) sound[2 * 48'000 + i] += whisper[i];
  const auto found = edges(48'000, sound);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_GE(found[0].known_ms, 2'300);
  EXPECT_LE(found[0].known_ms, 2'340);
}

TEST(VoiceSpeechDetector, WhatEchoCancellationLeavesOfTheAgentIsNoSpeech) {
  // 6 dB: an echo that would count in silence does not while the agent is heard; the shopper's own voice
  // does.
  const auto echo = mixed(room(48'000, 3'000), silence(48'000, 1'000) + voice(48'000, 1'000, 200, 0.012f));
  EXPECT_TRUE(edges(48'000, echo, true).empty());
  const auto shopper = mixed(echo, silence(48'000, 1'200) + voice(48'000, 800, 120, 0.25f));
  const auto found = edges(48'000, shopper, true);
  ASSERT_FALSE(found.empty());
  EXPECT_LE(found[0].known_ms, 1'200 + 100);
}

TEST(VoiceSpeechDetector, ResetIsSilence) {
  SpeechDetector detector;
  ASSERT_TRUE(detector.start(48'000));
  edges(detector, 48'000, room(48'000, 500) + voice(48'000, 500));
  ASSERT_TRUE(detector.speaking());
  detector.reset();
  EXPECT_FALSE(detector.speaking());
  EXPECT_TRUE(edges(detector, 48'000, room(48'000, 1'000)).empty());
}

TEST(VoiceSpeechDetector, OtherRatesAreRefused) {
  SpeechDetector detector;
  EXPECT_FALSE(detector.start(44'100));
  EXPECT_EQ(detector.process(Sound(960)), SpeechChange::none);
}

}  // namespace
}  // namespace shopbell::voice
