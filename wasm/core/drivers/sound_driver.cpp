#include "core/drivers/sound_driver.h"

namespace shopbell {

void SoundDriver::pump() {
  SocketDriver::pump();
  const bool on = chat_.in_call && link_.live();
  if (std::exchange(in_call_, on) != on && link_.live()) codec_->call(on, *this);
}

void SoundDriver::speech(std::string_view samples) {
  if (in_call_) codec_->speech(samples, *this);
}

void SoundDriver::sound(std::string&& wav) {
  if (in_call_) sounds_.push_back(std::move(wav));
}

}  // namespace shopbell
