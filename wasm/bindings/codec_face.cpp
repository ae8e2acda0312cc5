// The codec's face in voice.wasm and voice-plain.wasm: plain C exports for node, benchmarks and the gateway's
// workers, beside the page's own voice_* exports (voice_face.cpp). No imports; `_initialize` is to be called
// once, before anything else.
//
// Data goes through three fixed buffers, whose addresses never change (the memory may grow and must be looked
// at anew after each *_new):
//
//   f32* codec_pcm()      6,000 samples: what encode and resample read, what decode and conceal write
//   f32* codec_pcm_out()  12,000 samples: what resample writes
//   u8*  codec_packet()   1,275 bytes: what encode writes, what decode reads
//
// Handles are 1..64 for each kind; 0 means that something was out of range or memory is short, and every
// function answers 0 to a handle that is not open. Only *_new allocates. See voice/codec.h for what the words
// mean. Frames are 20 ms, mono.
//
//   codec_encoder_new(rate_hz, bitrate_bps, complexity, fec, dtx, loss_percent) -> handle
//   codec_encoder_set(handle, what, value)   what: 1 bitrate_bps, 2 complexity, 3 fec, 4 dtx, 5 loss_percent
//   codec_encode(handle, samples) -> bytes   codec_encoder_dtx(handle) -> 0 or 1
//   codec_encoder_lookahead(handle) -> samples   codec_encoder_delete(handle)
//   codec_decoder_new(rate_hz) -> handle   codec_decode(handle, bytes) -> samples
//   codec_decode_fec(handle, bytes, lost_samples) -> samples   codec_conceal(handle, lost_samples) -> samples
//   codec_decoder_delete(handle)
//   codec_resampler_new(from_hz, to_hz) -> handle   codec_resample(handle, samples) -> samples
//   codec_resampler_delete(handle)
//   codec_detector_new(rate_hz) -> handle   codec_detect(handle, samples) -> 0 nothing new, 1 speech, 2
//   silence codec_detector_delete(handle)   samples: multiples of 10 ms
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

#include "voice/sound/codec.h"
#include "voice/sound/resampler.h"
#include "voice/sound/speech_detector.h"

namespace {

using shopbell::voice::Decoder;
using shopbell::voice::Encoder;
using shopbell::voice::EncoderSettings;
using shopbell::voice::packet_bytes_max;
using shopbell::voice::Resampler;
using shopbell::voice::SpeechDetector;

std::array<float, 6'000> pcm;
std::array<float, 12'000> pcm_out;
std::array<std::uint8_t, packet_bytes_max> packet;

/// The open ones of a kind, by handle.
template <typename Part>
class Handles {
 public:
  template <typename... Settings>
  std::uint32_t open(const Settings&... settings) {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i]) continue;
      parts_[i].reset(new (std::nothrow) Part);
      if (parts_[i] && parts_[i]->start(settings...)) return static_cast<std::uint32_t>(i + 1);
      parts_[i].reset();
      return 0;
    }
    return 0;
  }
  Part* find(std::uint32_t handle) {
    return handle >= 1 && handle <= parts_.size() ? parts_[handle - 1].get() : nullptr;
  }
  void close(std::uint32_t handle) {
    if (find(handle) != nullptr) parts_[handle - 1].reset();
  }

 private:
  std::array<std::unique_ptr<Part>, 64> parts_;
};

[[clang::no_destroy]] Handles<Encoder> encoders;
[[clang::no_destroy]] Handles<Decoder> decoders;
[[clang::no_destroy]] Handles<Resampler> resamplers;
[[clang::no_destroy]] Handles<SpeechDetector> detectors;

std::span<float> pcm_of(std::uint32_t samples) {
  return samples <= pcm.size() ? std::span(pcm).first(samples) : std::span<float>();
}

std::span<const std::uint8_t> packet_of(std::uint32_t bytes) {
  return bytes <= packet.size() ? std::span(packet).first(bytes) : std::span<std::uint8_t>();
}

}  // namespace

#define EXPORT(name) [[clang::export_name(#name)]]

extern "C" {

EXPORT(codec_pcm) float* codec_pcm() { return pcm.data(); }
EXPORT(codec_pcm_out) float* codec_pcm_out() { return pcm_out.data(); }
EXPORT(codec_packet) std::uint8_t* codec_packet() { return packet.data(); }

EXPORT(codec_encoder_new)
std::uint32_t codec_encoder_new(int rate_hz, int bitrate_bps, int complexity, int fec, int dtx,
                                int loss_percent) {
  return encoders.open(EncoderSettings{.rate_hz = rate_hz,
                                       .bitrate_bps = bitrate_bps,
                                       .complexity = complexity,
                                       .fec = fec != 0,
                                       .dtx = dtx != 0,
                                       .loss_percent = loss_percent});
}

EXPORT(codec_encoder_set) void codec_encoder_set(std::uint32_t handle, std::uint32_t what, int value) {
  Encoder* encoder = encoders.find(handle);
  if (encoder == nullptr) return;
  switch (what) {
    case 1:
      return encoder->set_bitrate(value);
    case 2:
      return encoder->set_complexity(value);
    case 3:
      return encoder->set_fec(value != 0);
    case 4:
      return encoder->set_dtx(value != 0);
    case 5:
      return encoder->set_loss_percent(value);
    default:
      return;
  }
}

EXPORT(codec_encode) std::uint32_t codec_encode(std::uint32_t handle, std::uint32_t samples) {
  Encoder* encoder = encoders.find(handle);
  return encoder == nullptr ? 0 : encoder->encode(pcm_of(samples), packet);
}

EXPORT(codec_encoder_dtx) std::uint32_t codec_encoder_dtx(std::uint32_t handle) {
  const Encoder* encoder = encoders.find(handle);
  return encoder != nullptr && encoder->last_was_dtx() ? 1 : 0;
}

EXPORT(codec_encoder_lookahead) std::uint32_t codec_encoder_lookahead(std::uint32_t handle) {
  const Encoder* encoder = encoders.find(handle);
  return encoder == nullptr ? 0 : static_cast<std::uint32_t>(encoder->lookahead_samples());
}

EXPORT(codec_encoder_delete) void codec_encoder_delete(std::uint32_t handle) { encoders.close(handle); }

EXPORT(codec_decoder_new) std::uint32_t codec_decoder_new(int rate_hz) { return decoders.open(rate_hz); }

EXPORT(codec_decode) std::uint32_t codec_decode(std::uint32_t handle, std::uint32_t bytes) {
  Decoder* decoder = decoders.find(handle);
  return decoder == nullptr ? 0 : decoder->decode(packet_of(bytes), pcm);
}

EXPORT(codec_decode_fec)
std::uint32_t codec_decode_fec(std::uint32_t handle, std::uint32_t bytes, std::uint32_t lost_samples) {
  Decoder* decoder = decoders.find(handle);
  return decoder == nullptr ? 0 : decoder->decode_fec(packet_of(bytes), pcm_of(lost_samples));
}

EXPORT(codec_conceal) std::uint32_t codec_conceal(std::uint32_t handle, std::uint32_t lost_samples) {
  Decoder* decoder = decoders.find(handle);
  return decoder == nullptr ? 0 : decoder->conceal(pcm_of(lost_samples));
}

EXPORT(codec_decoder_delete) void codec_decoder_delete(std::uint32_t handle) { decoders.close(handle); }

EXPORT(codec_resampler_new) std::uint32_t codec_resampler_new(int from_hz, int to_hz) {
  return resamplers.open(from_hz, to_hz);
}

EXPORT(codec_resample) std::uint32_t codec_resample(std::uint32_t handle, std::uint32_t samples) {
  Resampler* resampler = resamplers.find(handle);
  return resampler == nullptr ? 0 : resampler->process(pcm_of(samples), pcm_out);
}

EXPORT(codec_resampler_delete) void codec_resampler_delete(std::uint32_t handle) { resamplers.close(handle); }

EXPORT(codec_detector_new) std::uint32_t codec_detector_new(int rate_hz) { return detectors.open(rate_hz); }

EXPORT(codec_detect) std::uint32_t codec_detect(std::uint32_t handle, std::uint32_t samples) {
  SpeechDetector* detector = detectors.find(handle);
  return detector == nullptr ? 0 : static_cast<std::uint32_t>(detector->process(pcm_of(samples)));
}

EXPORT(codec_detector_delete) void codec_detector_delete(std::uint32_t handle) { detectors.close(handle); }

// Emscripten's allocator tells the page that memory has grown. Whoever loads the module looks at the memory
// anew instead, and the module stays without imports.
void emscripten_notify_memory_growth(std::size_t) {}

}  // extern "C"
