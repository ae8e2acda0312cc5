// Takes the place of wasm/voice/sound/codec.cpp and speech_detector.cpp: the same classes without Opus and without
// listening, so that a minute's call is simulated in milliseconds. Both have tests of their own; what is
// judged here is what lies around them.
#include "voice/sound/codec.h"

#include <algorithm>

#include "voice/sound/speech_detector.h"
#include "world/packets.h"

namespace shopbell::voice {
namespace {

constexpr std::size_t packet_bytes = 3;
constexpr std::uint32_t hangover_steps = 20;  // 400 ms

}  // namespace

Encoder::Encoder() = default;
Encoder::~Encoder() = default;
bool Encoder::start(const EncoderSettings&) { return true; }
void Encoder::set_bitrate(int) {}
void Encoder::set_loss_percent(int) {}
void Encoder::set_complexity(int) {}
void Encoder::set_fec(bool) {}
void Encoder::set_dtx(bool) {}
int Encoder::lookahead_samples() const { return 0; }

// In `channels_` lies whether the last frame was loud.
std::size_t Encoder::encode(std::span<const float> frame, std::span<std::uint8_t> packet) {
  const bool loud = frame[0] >= simulation::loud_from;
  channels_ = loud;
  if (!loud) return 1;  // silence goes on
  const auto engine = simulation::heard_in(frame[0] - simulation::loud_from);
  std::ranges::copy(simulation::packet_of(engine), packet.begin());
  return packet_bytes;
}
bool Encoder::last_was_dtx() const { return channels_ == 0; }

Decoder::Decoder() = default;
Decoder::~Decoder() = default;
bool Decoder::start(int) { return true; }

std::size_t Decoder::decode(std::span<const std::uint8_t> packet, std::span<float> out) {
  if (packet.size() != packet_bytes) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(packet.data()), packet.size());
  std::ranges::fill(out, static_cast<float>(simulation::number_of(bytes)) * simulation::sample_unit);
  return out.size();
}
std::size_t Decoder::decode_fec(std::span<const std::uint8_t>, std::span<float>) { return 0; }
std::size_t Decoder::conceal(std::span<float> out) {
  std::ranges::fill(out, 0.0f);
  return out.size();
}

bool SpeechDetector::start(int) { return true; }
void SpeechDetector::reset() { speaking_ = false; }

// Loud is speech, from its first 20 ms until 400 ms after its last.
SpeechChange SpeechDetector::process(std::span<const float> samples, bool) {
  const bool loud = samples[0] >= simulation::loud_from;
  quiet_steps_ = loud ? 0 : quiet_steps_ + 1;
  edge_ago_ms_ = loud ? frame_ms : quiet_steps_ * frame_ms;
  if (loud == speaking_ || (!loud && quiet_steps_ < hangover_steps)) return SpeechChange::none;
  speaking_ = loud;
  return loud ? SpeechChange::on : SpeechChange::off;
}

}  // namespace shopbell::voice
