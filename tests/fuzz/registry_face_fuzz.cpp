// Any bytes as the registry's JSON face gets them from a gateway: what cannot be read changes nothing, what
// can gives commands that are JSON again, each with a type, and bytes that they name and no others.
//
// The first line is the options, each other one an event; behind a tab in it stands the payload.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/invariant.h"
#include "registry/json_face.h"

namespace {

using namespace shopbell;

std::string_view take_until(std::string_view& rest, char end) {
  const auto at = rest.find(end);
  const auto taken = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return taken;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  registry::JsonFace face(take_until(rest, '\n'));
  Now now{Mono{0}, Wall{1.7e12}};
  while (!rest.empty()) {
    auto line = take_until(rest, '\n');
    now.mono.ms += 40;
    now.wall.ms += 40;
    const std::string before = face.counts();
    const auto event = take_until(line, '\t');
    const std::string json = face.handle(event, line, now);
    SHOPBELL_INVARIANT(face.registry().consistent());
    if (json.empty()) {
      SHOPBELL_INVARIANT(face.payload().empty() && face.counts() == before);
      continue;
    }
    const wire::Document commands = wire::parse(json);
    SHOPBELL_INVARIANT(commands.ok() && commands.root().is_array());
    for (const wire::Reader command : commands.root()) {
      SHOPBELL_INVARIANT(command["type"].is_text());
      const double at = command["at"].number().value_or(0);
      SHOPBELL_INVARIANT(at >= 0 &&
                         at + command["bytes"].number().value_or(0) <= double(face.payload().size()));
    }
  }
  return 0;
}
