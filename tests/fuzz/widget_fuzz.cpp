// Any bytes as a sequence of packed events: nothing the page can hand in traps the core.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "backends/registry.h"
#include "core/base/packed.h"
#include "core/widget.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shopbell;
  std::string_view in(reinterpret_cast<const char*>(data), size);
  Widget widget(parts_of_this_build());
  Now now{Mono{0}, Wall{1.7e12}};
  event::Start start;
  start.settings = {{"idempotency", size % 2 ? "on" : "off", "string"},
                    {"backend", size % 3 ? "chatkit" : "shopbell", "string"},
                    {"voice", "shopbell", "string"}};
  start.script_origin = "https://shop.example";
  widget.handle(start, now);
  for (int i = 0; i < 3; ++i) widget.handle(event::StorageLoaded{}, now);
  while (in.size() >= 2) {
    const auto length = static_cast<unsigned char>(in[0]);
    now.mono.ms += static_cast<unsigned char>(in[1]) * 100.0;
    in.remove_prefix(2);
    if (const auto event = packed::unpack<Event>(in.substr(0, length))) widget.handle(*event, now);
    in.remove_prefix(std::min<std::size_t>(length, in.size()));
  }
  return 0;
}
