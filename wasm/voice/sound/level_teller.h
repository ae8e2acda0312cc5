// LevelTeller: how loud both sides are, told every 50 ms while it changes.
#pragma once

#include <cmath>
#include <span>

#include "core/base/time.h"
#include "voice/command_list.h"
#include "voice/limits.h"
#include "voice/sound/level_meter.h"

namespace shopbell::voice {

class LevelTeller {
 public:
  void hear(std::span<const float> microphone) { microphone_.feed(microphone); }

  void tell(LevelMeter& agent, Mono now, CommandList& out) {
    if (now < told_at_ + limits::level_every) return;
    told_at_ = now;
    const float from_microphone = microphone_.take();
    const float from_agent = agent.take();
    const bool moved =
        std::abs(from_microphone - told_microphone_) + std::abs(from_agent - told_agent_) > step;
    if (moved) out.level(told_microphone_ = from_microphone, told_agent_ = from_agent);
  }

 private:
  static constexpr float step = 0.01f;  // less is not told again

  LevelMeter microphone_;
  Mono told_at_{0};
  float told_microphone_ = 0;
  float told_agent_ = 0;
};

}  // namespace shopbell::voice
