// WavReader: a WAV file, piece by piece, to mono samples.
//
// RIFF as in "Multimedia Programming Interface and Data Specifications 1.0": chunks of {id, u32 bytes}, padded
// to even lengths, of which `fmt ` and then `data` count. PCM of 8 (unsigned), 16, 24 and 32 bits and IEEE
// float of 32 and 64, also by WAVE_FORMAT_EXTENSIBLE; 8 to 48 kHz; up to 8 channels, which become their mean.
//
// Theory of operation. Bytes are gathered to the next whole thing: a head, the format, one sample of each
// channel. No size is believed further than the bytes go: the file's own is not looked at, and a `data` of 0 or
// 0xFFFFFFFF bytes, as those leave it who write into a pipe, goes on to the end. What fits in none of this is
// unreadable, and its bytes are swallowed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace shopbell::voice {

class WavReader {
 public:
  static constexpr int rate_hz_min = 8'000;
  static constexpr int rate_hz_max = 48'000;

  struct Read {
    std::size_t bytes = 0;    // of `in`; all of it, unless `out` is full or the data has just begun
    std::size_t samples = 0;  // in `out`, -1..1
  };
  Read read(std::span<const std::uint8_t> in, std::span<float> out);

  // 0: the data has not begun.
  int rate_hz() const { return rate_hz_; }

 private:
  enum class State : std::uint8_t { riff, chunk, format, skip, data, over, unreadable };
  static constexpr std::size_t channels_max = 8;
  static constexpr std::uint32_t format_bytes = 16;
  static constexpr std::uint32_t extensible_bytes = 40;

  void gather(State what, std::size_t bytes);
  void skip(std::uint32_t bytes);
  void gathered();
  void chunk();
  void await_sample(std::size_t bytes);
  State format();
  float mean() const;
  float one(const std::uint8_t* bytes) const;
  std::uint16_t u16(std::size_t at) const;
  std::uint32_t u32(std::size_t at) const;

  State state_ = State::riff;
  std::size_t wanted_bytes_ = 12;
  std::size_t gathered_bytes_ = 0;
  std::uint32_t left_bytes_ = 0;  // of what is skipped, of the format's chunk, or of the data
  int rate_hz_ = 0;
  std::uint32_t format_rate_hz_ = 0;  // 0: no format yet
  std::uint16_t channels_ = 0;
  std::uint8_t sample_bytes_ = 0;
  bool is_float_ = false;
  std::array<std::uint8_t, channels_max * sizeof(double)> bytes_{};
};

}  // namespace shopbell::voice
