// Any bytes, fed whole, byte by byte and at splits drawn from the bytes themselves, are the same events.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/invariant.h"
#include "core/wire/sse.h"
#include "core/wire/utf8.h"

namespace {

using namespace shopbell;

template <class NextSize>
std::string outcome(std::string_view bytes, NextSize next_size) {
  wire::SseParser parser;
  std::string out;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, next_size());
    bytes.remove_prefix(part.size());
    wire::SseEvent event;
    while (parser.next(part, event)) {
      SHOPBELL_INVARIANT(wire::is_utf8(event.data) && wire::is_utf8(event.type));
      out += event.type;
      out += '\0';
      out += event.data;
      out += '\0';
      out += parser.last_id();
      out += '\0';
    }
  }
  return out + std::to_string(parser.retry_ms()) + (parser.too_long() ? "!" : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = outcome(bytes, [&] { return size; });
  SHOPBELL_INVARIANT(whole == outcome(bytes, [] { return 1; }));
  std::size_t at = 0;
  SHOPBELL_INVARIANT(whole ==
                     outcome(bytes, [&] { return std::max<std::size_t>(1, data[at++ % size] % 17); }));
  return 0;
}
