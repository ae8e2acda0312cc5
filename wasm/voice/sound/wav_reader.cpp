#include "voice/sound/wav_reader.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace shopbell::voice {
namespace {

constexpr std::uint32_t pcm = 1;
constexpr std::uint32_t ieee_float = 3;
constexpr std::uint32_t extensible = 0xfffe;
constexpr std::uint32_t no_end = 0xffffffff;

std::uint32_t little_endian(const std::uint8_t* bytes, std::size_t count) {
  std::uint32_t number = 0;
  for (std::size_t i = count; i > 0; --i) number = number << 8 | bytes[i - 1];
  return number;
}

}  // namespace

std::uint16_t WavReader::u16(std::size_t at) const {
  return static_cast<std::uint16_t>(little_endian(&bytes_[at], 2));
}
std::uint32_t WavReader::u32(std::size_t at) const { return little_endian(&bytes_[at], 4); }

void WavReader::gather(State what, std::size_t bytes) {
  state_ = what;
  wanted_bytes_ = bytes;
  gathered_bytes_ = 0;
}

void WavReader::skip(std::uint32_t bytes) {
  left_bytes_ = bytes;
  gather(bytes > 0 ? State::skip : State::chunk, 8);
}

WavReader::Read WavReader::read(std::span<const std::uint8_t> in, std::span<float> out) {
  Read done;
  const bool had_begun = rate_hz_ > 0;
  while (done.bytes < in.size() && (rate_hz_ > 0) == had_begun) {
    const auto rest = in.subspan(done.bytes);
    if (state_ == State::over || state_ == State::unreadable) {
      done.bytes = in.size();
    } else if (state_ == State::skip) {
      const auto count = std::min(rest.size(), std::size_t{left_bytes_});
      done.bytes += count;
      skip(left_bytes_ - static_cast<std::uint32_t>(count));
    } else {
      if (state_ == State::data && done.samples == out.size()) break;
      const std::size_t count = std::min(rest.size(), wanted_bytes_ - gathered_bytes_);
      std::memcpy(&bytes_[gathered_bytes_], rest.data(), count);
      gathered_bytes_ += count;
      done.bytes += count;
      if (gathered_bytes_ < wanted_bytes_) break;
      if (state_ == State::data) out[done.samples++] = mean();
      gathered();
    }
  }
  return done;
}

void WavReader::gathered() {
  const auto is = [&](std::size_t at, std::string_view name) {
    return std::memcmp(&bytes_[at], name.data(), name.size()) == 0;
  };
  switch (state_) {
    case State::riff:
      if (!is(0, "RIFF") || !is(8, "WAVE")) return gather(State::unreadable, 0);
      return gather(State::chunk, 8);
    case State::chunk:
      if (is(0, "data")) {
        if (format_rate_hz_ == 0) return gather(State::unreadable, 0);
        rate_hz_ = static_cast<int>(format_rate_hz_);
        left_bytes_ = u32(4) == 0 ? no_end : u32(4);
        return await_sample(std::size_t{channels_} * sample_bytes_);
      }
      return chunk();
    case State::format:
      if (format() == State::unreadable) return gather(State::unreadable, 0);
      return skip(left_bytes_);
    case State::data:
      return await_sample(wanted_bytes_);
    default:
      return;
  }
}

// One sample of each channel. Of a size that is none nothing is taken off.
void WavReader::await_sample(std::size_t bytes) {
  if (left_bytes_ < bytes) return gather(State::over, 0);
  gather(State::data, bytes);
  if (left_bytes_ != no_end) left_bytes_ -= static_cast<std::uint32_t>(bytes);
}

void WavReader::chunk() {
  const std::uint32_t bytes = u32(4);
  const std::uint32_t padded = bytes == no_end ? bytes : bytes + (bytes & 1);
  if (std::memcmp(bytes_.data(), "fmt ", 4) != 0) return skip(padded);
  if (bytes < format_bytes) return gather(State::unreadable, 0);
  const std::uint32_t known = bytes < extensible_bytes ? format_bytes : extensible_bytes;
  left_bytes_ = padded - known;
  gather(State::format, known);
}

WavReader::State WavReader::format() {
  std::uint32_t kind = u16(0);
  if (kind == extensible && wanted_bytes_ == extensible_bytes) kind = u16(24);
  channels_ = u16(2);
  format_rate_hz_ = u32(4);
  const std::uint32_t bits = u16(14);
  sample_bytes_ = static_cast<std::uint8_t>(bits / 8);
  is_float_ = kind == ieee_float;
  const bool is_known = kind == pcm ? bits == 8 || bits == 16 || bits == 24 || bits == 32
                                    : is_float_ && (bits == 32 || bits == 64);
  const bool fits = channels_ > 0 && channels_ <= channels_max && u16(12) == channels_ * sample_bytes_ &&
                    format_rate_hz_ >= rate_hz_min && format_rate_hz_ <= rate_hz_max;
  return is_known && fits ? State::chunk : State::unreadable;
}

float WavReader::one(const std::uint8_t* bytes) const {
  if (is_float_ && sample_bytes_ == sizeof(double)) {
    double value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return static_cast<float>(std::clamp(value, -1.0, 1.0));
  }
  if (is_float_) {
    float value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }
  if (sample_bytes_ == 1) return static_cast<float>(bytes[0] - 128) / 128;
  // At the top of 32 bits, so that its sign is theirs.
  const auto number = little_endian(bytes, sample_bytes_) << (32 - 8 * sample_bytes_);
  return static_cast<float>(static_cast<std::int32_t>(number)) / 2'147'483'648.0f;
}

float WavReader::mean() const {
  float sum = 0;
  for (std::size_t i = 0; i < channels_; ++i) sum += one(&bytes_[i * sample_bytes_]);
  const float mean = sum / static_cast<float>(channels_);
  return mean == mean ? std::clamp(mean, -1.0f, 1.0f) : 0.0f;
}

}  // namespace shopbell::voice
