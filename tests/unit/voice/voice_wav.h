// WAV files for the voice tests, with heads that may lie.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "voice_sound.h"

namespace shopbell::voice {

struct WavForm {
  int rate_hz = 24'000;
  std::uint16_t channels = 1;  // each has the same sound
  std::uint16_t bits = 16;
  bool is_float = false;
  bool extensible = false;
  std::uint16_t kind = 0;                     // another one
  std::optional<std::uint32_t> data_bytes{};  // another size than it has
  std::vector<std::uint8_t> before_data{};    // chunks
  std::vector<std::uint8_t> after_data{};
};

inline void put(std::vector<std::uint8_t>& out, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}
inline void put(std::vector<std::uint8_t>& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}
inline void put(std::vector<std::uint8_t>& out, const std::vector<std::uint8_t>& bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

inline void put_sample(std::vector<std::uint8_t>& out, float sample, const WavForm& form) {
  if (form.is_float && form.bits == 64) {
    const double value = sample;
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return put(out, bits, 8);
  }
  if (form.is_float) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &sample, sizeof bits);
    return put(out, bits, 4);
  }
  if (form.bits == 8) return put(out, static_cast<std::uint64_t>(std::lround(sample * 127)) + 128, 1);
  put(out, static_cast<std::uint64_t>(std::llround(sample * (std::exp2(form.bits - 1) - 1))), form.bits / 8);
}

inline std::vector<std::uint8_t> wav(const Sound& sound, const WavForm& form = {}) {
  const auto block = static_cast<std::uint16_t>(form.channels * form.bits / 8);
  const std::uint16_t kind = form.kind ? form.kind : form.is_float ? 3 : 1;
  std::vector<std::uint8_t> out;
  put(out, "RIFF");
  put(out, 36 + sound.size() * block, 4);
  put(out, "WAVEfmt ");
  put(out, form.extensible ? 40 : 16, 4);
  put(out, form.extensible ? 0xfffe : kind, 2);
  put(out, form.channels, 2);
  put(out, static_cast<std::uint64_t>(form.rate_hz), 4);
  put(out, static_cast<std::uint64_t>(form.rate_hz) * block, 4);
  put(out, block, 2);
  put(out, form.bits, 2);
  if (form.extensible) {
    put(out, 22, 2);
    put(out, form.bits, 2);
    put(out, 0, 4);
    put(out, kind, 2);
    put(out, std::vector<std::uint8_t>{0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71});
  }
  put(out, form.before_data);
  put(out, "data");
  put(out, form.data_bytes.value_or(static_cast<std::uint32_t>(sound.size() * block)), 4);
  for (const float sample : sound)
    for (int channel = 0; channel < form.channels; ++channel) put_sample(out, sample, form);
  put(out, form.after_data);
  return out;
}

}  // namespace shopbell::voice
