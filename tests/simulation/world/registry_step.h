// One step of the registry, as both gateways make it: what it wants done is done one after the other, and its parts must agree then.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "judge/ledger.h"
#include "registry/registry.h"

namespace shopbell::simulation {

// `on(command, bytes)`: the bytes that belong to it; none has none.
template <class On>
void step(registry::Registry& registry, const registry::Event& event, const std::string& payload, Now now,
          Ledger& ledger, On on) {
  const registry::Output out = registry.handle(event, payload, now);
  for (const registry::Command& command : out.commands) {
    std::visit(
        [&](const auto& one) {
          std::string_view bytes;
          if constexpr (requires { one.at; }) bytes = std::string_view(out.payload).substr(one.at, one.bytes);
          on(one, bytes);
        },
        command);
  }
  if (!registry.consistent())
    ledger.breach(Breach::inconsistent, "the registry's parts do not agree, or one waits without a timer");
}

}  // namespace shopbell::simulation
