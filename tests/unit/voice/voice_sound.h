// Sounds for the voice tests: all made by formula, so that every run hears the same.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

namespace shopbell::voice {

using Sound = std::vector<float>;

class Noise {
 public:
  explicit Noise(std::uint32_t seed = 1) : state_(seed) {}
  // Uniform in [-1, 1).
  float next() {
    state_ = state_ * 1'664'525 + 1'013'904'223;
    return static_cast<float>(state_ >> 8) / 8'388'608.0f - 1.0f;
  }

 private:
  std::uint32_t state_;
};

inline Sound silence(int rate_hz, double ms) { return Sound(static_cast<std::size_t>(rate_hz * ms / 1000)); }

inline Sound tone(int rate_hz, double ms, double hz, float gain = 0.3f) {
  Sound out = silence(rate_hz, ms);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] =
        gain * static_cast<float>(std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz));
  return out;
}

inline Sound noise(int rate_hz, double ms, float gain, std::uint32_t seed = 1) {
  Sound out = silence(rate_hz, ms);
  Noise source(seed);
  for (auto& sample : out) sample = gain * source.next();
  return out;
}

// A voice: pulses of a pitch that wanders a little, through two resonances (formants), in syllables of 150 ms
// with gaps of 50 ms.
inline Sound voice(int rate_hz, double ms, double pitch_hz = 120, float gain = 0.3f, bool syllables = true) {
  Sound out = silence(rate_hz, ms);
  double phase = 0;
  double a1 = 0, a2 = 0, b1 = 0, b2 = 0;
  const double radius = 1 - 250.0 / rate_hz;
  const auto pole = [&](double hz) { return 2 * radius * std::cos(2 * std::numbers::pi * hz / rate_hz); };
  const double first = pole(600), second = pole(1'300);
  double loudest = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double at_ms = static_cast<double>(i) * 1000 / rate_hz;
    phase += pitch_hz * (1 + 0.05 * std::sin(at_ms / 90)) / rate_hz;
    double pulse = 0;
    if (phase >= 1) {
      phase -= 1;
      pulse = 1;
    }
    if (syllables && std::fmod(at_ms, 200) >= 150) pulse = 0;
    const double a = pulse + first * a1 - radius * radius * a2;
    a2 = std::exchange(a1, a);
    const double b = a + second * b1 - radius * radius * b2;
    b2 = std::exchange(b1, b);
    out[i] = static_cast<float>(b);
    loudest = std::max(loudest, std::abs(b));
  }
  for (auto& sample : out) sample *= gain / static_cast<float>(loudest);
  return out;
}

inline Sound operator+(Sound first, const Sound& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

inline Sound mixed(Sound first, const Sound& second) {
  for (std::size_t i = 0; i < first.size() && i < second.size(); ++i) first[i] += second[i];
  return first;
}

// Mean of the squares.
inline double power(std::span<const float> samples) {
  double sum = 0;
  for (const float sample : samples) sum += sample * sample;
  return samples.empty() ? 0 : sum / static_cast<double>(samples.size());
}

// How alike two sounds are (1: the same up to loudness and delay), by their loudness every 10 ms.
inline double likeness(const Sound& one, int one_hz, const Sound& other, int other_hz) {
  const auto envelope = [](const Sound& sound, int rate_hz) {
    std::vector<double> out;
    const auto step = static_cast<std::size_t>(rate_hz / 100);
    for (std::size_t at = 0; at + step <= sound.size(); at += step)
      out.push_back(std::sqrt(power(std::span(sound).subspan(at, step))));
    return out;
  };
  const auto a = envelope(one, one_hz), b = envelope(other, other_hz);
  double best = 0;
  for (std::size_t delay = 0; delay < 60 && delay < b.size(); ++delay) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size() && i + delay < b.size(); ++i) {
      ab += a[i] * b[i + delay];
      aa += a[i] * a[i];
      bb += b[i + delay] * b[i + delay];
    }
    if (aa > 0 && bb > 0) best = std::max(best, ab / std::sqrt(aa * bb));
  }
  return best;
}

}  // namespace shopbell::voice
