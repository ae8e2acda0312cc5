// Any bytes as frames of shopbell.v1 in a widget that is connected and in a call: nothing a server can send
// traps the core, and the codec always gives a signal that the core can use.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "backends/registry.h"
#include "core/base/invariant.h"
#include "core/vocabulary/limits.h"
#include "core/wire/utf8.h"

namespace {

using namespace shopbell;

constexpr std::string_view welcome =
    R"({"t":"welcome","v":1,"session":"s","secret":"x","epoch":1,"seq":0,"resumed":false,"heartbeat_ms":15000,"history":[]})";

}  // namespace

// Each frame is a length byte pair, then so many bytes; a first byte of 0 lets time pass instead.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view in(reinterpret_cast<const char*>(data), size);
  Widget widget(parts_of_this_build());
  Now now{Mono{0}, Wall{1.7e12}};
  std::uint32_t attempt = 0;
  const auto handle = [&](const Event& event) {
    for (const Command& command : widget.handle(event, now).list()) {
      if (const auto* open = std::get_if<command::SocketOpen>(&command)) attempt = open->attempt;
      if (const auto* put = std::get_if<command::RowPut>(&command))
        SHOPBELL_INVARIANT(wire::is_utf8(put->row.text) && put->row.products.size() <= limits::products_max);
    }
  };
  event::Start start;
  start.settings = {{"backend", "shopbell", "string"}, {"voice", "shopbell", "string"}};
  start.script_origin = "https://shop.example";
  handle(start);
  for (int i = 0; i < 3; ++i) handle(event::StorageLoaded{});
  handle(event::PageOpen{});
  handle(event::PageSend{"hello"});
  handle(event::MicPressed{});
  handle(event::CallMic{1, MicOutcome::granted, {}});
  handle(event::CallEngine{1, EngineNews::ready, CallReason::none});
  handle(event::SocketOpened{attempt});
  handle(event::SocketFrame{attempt, Bytes{std::string(welcome)}});
  while (in.size() >= 2) {
    const std::size_t length = static_cast<unsigned char>(in[0]) * 4u;
    const auto extra = static_cast<unsigned char>(in[1]);
    in.remove_prefix(2);
    if (length == 0) {
      now.mono.ms += extra * 200.0;
      handle(event::Tick{});
      handle(event::SocketOpened{attempt});
      handle(event::SocketFrame{attempt, Bytes{std::string(welcome)}});
      continue;
    }
    handle(event::SocketFrame{attempt, Bytes{std::string(in.substr(0, length))}});
    in.remove_prefix(std::min(length, in.size()));
  }
  return 0;
}
