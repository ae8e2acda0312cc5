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

using namespace std::literals;
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

void put(std::vector<std::uint8_t>& out, std::uint32_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

// Most of them get past some of the doors at once: a file's head, a format that is known, the head of its data.
void put_head(std::vector<std::uint8_t>& out, std::uint8_t how, std::uint8_t form) {
  constexpr auto file = "RIFF\1\0\0\0WAVE"sv, format = "fmt \20\0\0\0"sv, data = "data"sv;
  constexpr std::uint8_t bits[] = {8, 16, 24, 32, 32, 64};
  if (how & 1) out.insert(out.end(), file.begin(), file.end());
  if (how & 2) {
    const std::uint32_t which = form % std::size(bits), channels = 1 + (form >> 5);
    out.insert(out.end(), format.begin(), format.end());
    put(out, which < 4 ? 1 : 3, 2);
    put(out, channels, 2);
    put(out, 24'000, 4);
    put(out, 0, 4);
    put(out, channels * bits[which] / 8, 2);
    put(out, bits[which], 2);
  }
  if (how & 4) {
    out.insert(out.end(), data.begin(), data.end());
    put(out, how >> 3, 4);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> file;
  if (size >= 2) put_head(file, data[0], data[1]);
  file.insert(file.end(), data + std::min<std::size_t>(size, 2), data + size);
  const std::span<const std::uint8_t> bytes(file);
  const auto samples = samples_of(bytes, std::max<std::size_t>(file.size(), 1), 960);
  SHOPBELL_INVARIANT(samples.size() <= file.size());
  for (const float sample : samples) SHOPBELL_INVARIANT(std::isfinite(sample) && std::abs(sample) <= 1);
  SHOPBELL_INVARIANT(samples_of(bytes, 1, 7) == samples);
  return 0;
}
