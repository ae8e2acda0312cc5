// Runs a codec job natively, for comparison with the same job in WebAssembly (job.mjs has the format):
//   voice_codec JOB PCM PACKETS DECODED
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "voice/sound/codec.h"

using namespace shopbell::voice;

namespace {

struct Job {
  std::ifstream pcm;
  std::ofstream packets;
  std::ofstream decoded;
  Encoder encoder;
  Decoder decoder;
  std::size_t samples = 0;  // of a frame
  std::uint32_t lose_every = 0;
  std::uint32_t frames = 0;
  bool lost = false;  // the last packet

  bool start(std::istream& words) {
    EncoderSettings settings;
    words >> settings.rate_hz >> settings.bitrate_bps >> settings.complexity >> settings.fec >>
        settings.dtx >> settings.loss_percent >> lose_every;
    samples = frame_samples(settings.rate_hz);
    frames = 0;
    lost = false;
    return encoder.start(settings) && decoder.start(settings.rate_hz);
  }

  void put(std::span<const float> sound) {
    decoded.write(reinterpret_cast<const char*>(sound.data()),
                  static_cast<std::streamsize>(sound.size_bytes()));
  }

  bool run_frame() {
    std::array<float, 960> buffer{};
    const auto frame = std::span(buffer).first(samples);
    pcm.read(reinterpret_cast<char*>(frame.data()), static_cast<std::streamsize>(frame.size_bytes()));
    std::array<std::uint8_t, packet_bytes_max> packet{};
    const std::size_t bytes = encoder.encode(frame, packet);
    if (!pcm || bytes == 0) return false;
    const std::array<char, 2> length{static_cast<char>(bytes & 255), static_cast<char>(bytes >> 8)};
    packets.write(length.data(), length.size());
    packets.write(reinterpret_cast<const char*>(packet.data()), static_cast<std::streamsize>(bytes));
    frames += 1;
    if (lose_every != 0 && frames % lose_every == 0) {
      lost = true;
      return true;
    }
    const auto got = std::span<const std::uint8_t>(packet).first(bytes);
    if (lost) put(frame.first(decoder.decode_fec(got, frame)));
    lost = false;
    put(frame.first(decoder.decode(got, frame)));
    return true;
  }

  void set(std::istream& words) {
    std::string what;
    int value = 0;
    words >> what >> value;
    if (what == "bitrate_bps") encoder.set_bitrate(value);
    if (what == "complexity") encoder.set_complexity(value);
    if (what == "loss_percent") encoder.set_loss_percent(value);
  }
};

}  // namespace

int main(int count, char** names) {
  if (count != 5) return 2;
  std::ifstream words(names[1]);
  Job job{.pcm = std::ifstream(names[2], std::ios::binary),
          .packets = std::ofstream(names[3], std::ios::binary),
          .decoded = std::ofstream(names[4], std::ios::binary),
          .encoder = {},
          .decoder = {}};
  for (std::string word; words >> word;) {
    if (word == "start" && !job.start(words)) return 3;
    if (word == "set") job.set(words);
    if (word == "frames") {
      int frames = 0;
      for (words >> frames; frames > 0; --frames)
        if (!job.run_frame()) return 4;
    }
  }
  return 0;
}
