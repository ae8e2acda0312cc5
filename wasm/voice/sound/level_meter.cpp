#include "voice/sound/level_meter.h"

#include <algorithm>
#include <cmath>

namespace shopbell::voice {

float mean_square(std::span<const float> samples) {
  float sum = 0;
  for (const float sample : samples) sum += sample * sample;
  return samples.empty() ? 0.0f : sum / static_cast<float>(samples.size());
}

void LevelMeter::feed(std::span<const float> samples) {
  mean_square_max_ = std::max(mean_square_max_, mean_square(samples));
}

float LevelMeter::take() {
  constexpr float range_db = 60;
  const float level_db = 10 * std::log10(std::max(mean_square_max_, 1e-9f));
  mean_square_max_ = 0;
  return std::clamp(1 + level_db / range_db, 0.0f, 1.0f);
}

}  // namespace shopbell::voice
