// LevelMeter: how loud, for the eye. The loudest 20 ms since it was last looked at, from -60 dBFS (0) to full
// scale (1).
#pragma once

#include <span>

namespace shopbell::voice {

class LevelMeter {
 public:
  void feed(std::span<const float> samples);
  float take();

 private:
  float mean_square_max_ = 0;
};

// Mean of the squares; 0 for nothing.
float mean_square(std::span<const float> samples);

}  // namespace shopbell::voice
