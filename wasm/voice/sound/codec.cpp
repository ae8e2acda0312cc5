#include "voice/sound/codec.h"

#include <opus.h>

#include <algorithm>
#include <new>

namespace shopbell::voice {

namespace {

constexpr bool is_opus_rate(int rate_hz) {
  return rate_hz == 8'000 || rate_hz == 12'000 || rate_hz == 16'000 || rate_hz == 24'000 || rate_hz == 48'000;
}

// What libopus accepts; above it the packet's own limit holds anyway.
constexpr int bitrate_bps_min = 500;
constexpr int bitrate_bps_max = 510'000;

bool reserve(std::unique_ptr<std::byte[]>& memory, std::size_t& have_bytes, std::size_t want_bytes) {
  if (have_bytes >= want_bytes) return true;
  memory.reset(new (std::nothrow) std::byte[want_bytes]);
  have_bytes = memory ? want_bytes : 0;
  return memory != nullptr;
}

}  // namespace

Encoder::Encoder() = default;
Encoder::~Encoder() = default;

bool Encoder::start(const EncoderSettings& settings) {
  encoder_ = nullptr;
  if (!is_opus_rate(settings.rate_hz) || settings.channels < 1 || settings.channels > 2) return false;
  if (settings.complexity < 0 || settings.complexity > 10) return false;
  const auto bytes = static_cast<std::size_t>(opus_encoder_get_size(settings.channels));
  if (!reserve(memory_, memory_bytes_, bytes)) return false;
  auto* encoder = reinterpret_cast<OpusEncoder*>(memory_.get());
  if (opus_encoder_init(encoder, settings.rate_hz, settings.channels, OPUS_APPLICATION_VOIP) != OPUS_OK)
    return false;
  encoder_ = encoder;
  channels_ = static_cast<std::size_t>(settings.channels);
  frame_samples_ = frame_samples(settings.rate_hz) * channels_;
  set_bitrate(settings.bitrate_bps);
  set_complexity(settings.complexity);
  set_fec(settings.fec);
  set_dtx(settings.dtx);
  set_loss_percent(settings.loss_percent);
  return true;
}

std::size_t Encoder::encode(std::span<const float> frame, std::span<std::uint8_t> packet) {
  if (encoder_ == nullptr || frame.size() != frame_samples_) return 0;
  const auto bytes_max = static_cast<opus_int32>(std::min(packet.size(), packet_bytes_max));
  const auto samples = static_cast<int>(frame_samples_ / channels_);
  const opus_int32 bytes = opus_encode_float(encoder_, frame.data(), samples, packet.data(), bytes_max);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

void Encoder::set_bitrate(int bitrate_bps) {
  if (encoder_ != nullptr)
    opus_encoder_ctl(encoder_, OPUS_SET_BITRATE(std::clamp(bitrate_bps, bitrate_bps_min, bitrate_bps_max)));
}

void Encoder::set_loss_percent(int percent) {
  if (encoder_ != nullptr) opus_encoder_ctl(encoder_, OPUS_SET_PACKET_LOSS_PERC(std::clamp(percent, 0, 100)));
}

void Encoder::set_complexity(int complexity) {
  if (encoder_ != nullptr) opus_encoder_ctl(encoder_, OPUS_SET_COMPLEXITY(std::clamp(complexity, 0, 10)));
}

void Encoder::set_fec(bool on) {
  if (encoder_ != nullptr) opus_encoder_ctl(encoder_, OPUS_SET_INBAND_FEC(on ? 1 : 0));
}

void Encoder::set_dtx(bool on) {
  if (encoder_ != nullptr) opus_encoder_ctl(encoder_, OPUS_SET_DTX(on ? 1 : 0));
}

bool Encoder::last_was_dtx() const {
  opus_int32 in_dtx = 0;
  return encoder_ != nullptr && opus_encoder_ctl(encoder_, OPUS_GET_IN_DTX(&in_dtx)) == OPUS_OK &&
         in_dtx != 0;
}

int Encoder::lookahead_samples() const {
  opus_int32 samples = 0;
  if (encoder_ != nullptr) opus_encoder_ctl(encoder_, OPUS_GET_LOOKAHEAD(&samples));
  return samples;
}

Decoder::Decoder() = default;
Decoder::~Decoder() = default;

bool Decoder::start(int rate_hz) {
  decoder_ = nullptr;
  if (!is_opus_rate(rate_hz)) return false;
  if (!reserve(memory_, memory_bytes_, static_cast<std::size_t>(opus_decoder_get_size(1)))) return false;
  auto* decoder = reinterpret_cast<OpusDecoder*>(memory_.get());
  if (opus_decoder_init(decoder, rate_hz, 1) != OPUS_OK) return false;
  decoder_ = decoder;
  unit_samples_ = static_cast<std::size_t>(rate_hz / 400);
  return true;
}

std::size_t Decoder::decode(std::span<const std::uint8_t> packet, std::span<float> out) {
  // libopus takes an empty packet for a lost one.
  if (decoder_ == nullptr || packet.empty() || packet.size() > packet_bytes_max) return 0;
  const int samples = opus_decode_float(decoder_, packet.data(), static_cast<opus_int32>(packet.size()),
                                        out.data(), static_cast<int>(out.size()), 0);
  return samples > 0 ? static_cast<std::size_t>(samples) : 0;
}

std::size_t Decoder::decode_fec(std::span<const std::uint8_t> packet, std::span<float> out) {
  if (decoder_ == nullptr || packet.empty() || packet.size() > packet_bytes_max) return 0;
  if (out.empty() || out.size() % unit_samples_ != 0) return 0;
  const int samples = opus_decode_float(decoder_, packet.data(), static_cast<opus_int32>(packet.size()),
                                        out.data(), static_cast<int>(out.size()), 1);
  return samples > 0 ? static_cast<std::size_t>(samples) : 0;
}

std::size_t Decoder::conceal(std::span<float> out) {
  if (decoder_ == nullptr || out.empty() || out.size() % unit_samples_ != 0) return 0;
  const int samples = opus_decode_float(decoder_, nullptr, 0, out.data(), static_cast<int>(out.size()), 0);
  return samples > 0 ? static_cast<std::size_t>(samples) : 0;
}

}  // namespace shopbell::voice
