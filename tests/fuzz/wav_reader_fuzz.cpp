// Any bytes as a WAV file: whole and byte by byte they give the same samples, which are numbers from -1 to 1,
// at a rate that can be played and no more of them than there are bytes.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/invariant.h"
#include "voice/sound/wav_reader.h"

namespace {

using shopbell::voice::WavReader;

std::vector<float> samples_of(std::span<const std::uint8_t> bytes, std::size_t piece_bytes,
                              std::size_t at_once) {
  WavReader reader;
  std::vector<float> out;
  std::array<float, 960> some;
  while (!bytes.empty()) {
    auto piece = bytes.first(std::min(piece_bytes, bytes.size()));
    bytes = bytes.subspan(piece.size());
    while (!piece.empty()) {
      const bool begun = reader.rate_hz() > 0;
      const auto read = reader.read(piece, std::span(some).first(begun ? at_once : 0));
      SHOPBELL_INVARIANT(read.bytes > 0 && read.bytes <= piece.size() && read.samples <= at_once);
      SHOPBELL_INVARIANT(begun || read.samples == 0);
      out.insert(out.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(read.samples));
      piece = piece.subspan(read.bytes);
    }
    const int rate_hz = reader.rate_hz();
    SHOPBELL_INVARIANT(rate_hz == 0 ||
                       (rate_hz >= WavReader::rate_hz_min && rate_hz <= WavReader::rate_hz_max));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Half of them get past the first doors at once.
  std::vector<std::uint8_t> file;
  if (size > 0 && (data[0] & 1)) {
    constexpr std::string_view head = "RIFF\1\0\0\0WAVEfmt \20\0\0\0";
    file.assign(head.begin(), head.end());
  }
  file.insert(file.end(), data, data + size);
  const std::span<const std::uint8_t> bytes(file);
  const auto samples = samples_of(bytes, std::max<std::size_t>(file.size(), 1), 960);
  SHOPBELL_INVARIANT(samples.size() <= file.size());
  for (const float sample : samples) SHOPBELL_INVARIANT(std::isfinite(sample) && std::abs(sample) <= 1);
  SHOPBELL_INVARIANT(samples_of(bytes, 1, 7) == samples);
  return 0;
}
