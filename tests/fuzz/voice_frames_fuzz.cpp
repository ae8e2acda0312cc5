// Any bytes as a frame of either side: what is taken is written back as the same bytes, the rest is a fault.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/invariant.h"
#include "voice/wire/frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shopbell::voice;
  const std::span bytes(data, size);
  for (const auto sender : {Sender::page, Sender::server}) {
    Frame frame;
    if (read_frame(sender, bytes, frame) != FrameFault::none) continue;
    std::array<std::uint8_t, frame_bytes_max> out;
    const auto written = write_frame(frame, out);
    SHOPBELL_INVARIANT(written > 0);
    // A newer version's frame may go on after the fields that are known here.
    SHOPBELL_INVARIANT(written == size || (frame.version > protocol_version && written < size));
    SHOPBELL_INVARIANT(std::ranges::equal(std::span(out).first(written), bytes.first(written)));
  }
  return 0;
}
