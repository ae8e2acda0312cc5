// Opus (RFC 6716) behind two classes, so that nothing else knows libopus: a host's own codec may take their
// place.
//
// One frame is 20 ms of mono PCM, floats in -1..1, at 8, 12, 16, 24 or 48 kHz; a packet is 1..1275 bytes. All
// memory is taken in start(): encode, decode and conceal may run on an audio thread. A second start() begins
// anew in the same memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct OpusEncoder;
struct OpusDecoder;

namespace shopbell::voice {

inline constexpr int frame_ms = 20;
inline constexpr std::size_t packet_bytes_max = 1275;

constexpr std::size_t frame_samples(int rate_hz) {
  return static_cast<std::size_t>(rate_hz / 1000 * frame_ms);
}

struct EncoderSettings {
  int rate_hz = 48'000;
  int channels = 1;
  int bitrate_bps = 24'000;
  int complexity = 5;  // 0..10
  bool fec = true;     // in-band forward error correction: a packet also holds its predecessor, coarsely
  bool dtx = true;     // in silence only every twentieth packet is worth sending
  int loss_percent = 5;
};

class Encoder {
 public:
  Encoder();
  ~Encoder();
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  /// False, and unusable, when a setting is out of range or memory is short.
  bool start(const EncoderSettings& settings);

  /// The packet's bytes; 0 when the frame has not 20 ms (times channels) or the packet did not fit. A packet
  /// of one or two bytes says "silence goes on" and need not be sent.
  std::size_t encode(std::span<const float> frame, std::span<std::uint8_t> packet);

  /// Out-of-range values are taken to the nearest one in range.
  void set_bitrate(int bitrate_bps);
  void set_loss_percent(int percent);
  void set_complexity(int complexity);
  void set_fec(bool on);
  void set_dtx(bool on);

  /// Whether the last frame was silence to the encoder: a comfort-noise update or nothing at all.
  bool last_was_dtx() const;

  /// How far the decoder's output lags behind the input ("pre-skip" in RFC 7845).
  int lookahead_samples() const;

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t memory_bytes_ = 0;
  OpusEncoder* encoder_ = nullptr;
  std::size_t frame_samples_ = 0;
  std::size_t channels_ = 1;
};

class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  bool start(int rate_hz);

  /// The samples written; 0 when the packet is no Opus packet or longer than `out`. Any bytes may be given.
  std::size_t decode(std::span<const std::uint8_t> packet, std::span<float> out);

  /// The lost frame before `packet`, from the copy that this packet holds of it, or concealed when it holds
  /// none. `out` has exactly the lost duration. To be called before decode() of the same packet.
  std::size_t decode_fec(std::span<const std::uint8_t> packet, std::span<float> out);

  /// A lost frame from what was heard before. `out` has exactly the lost duration.
  std::size_t conceal(std::span<float> out);

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t memory_bytes_ = 0;
  OpusDecoder* decoder_ = nullptr;
  std::size_t unit_samples_ = 0;  // 2.5 ms: every Opus duration is a multiple
};

}  // namespace shopbell::voice
