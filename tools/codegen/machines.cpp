#include "machines.h"

#include <cstddef>
#include <iostream>
#include <string_view>

#include "core/machines/asks.h"
#include "core/machines/call.h"
#include "core/machines/call_place.h"
#include "core/machines/join.h"
#include "core/machines/link.h"
#include "core/machines/outbox.h"
#include "core/machines/socket_link.h"
#include "registry/parts/call.h"
#include "registry/parts/socket.h"
#include "voice/wire/jitter_buffer.h"
#include "voice/wire/voice_link.h"

namespace shopbell {
namespace {

template <class State, class Move, std::size_t N>
void print_machine(std::string_view title, std::string_view file, const Transition<State, Move> (&table)[N]) {
  std::cout << "## " << title << "\n\nTheory of operation and table: `" << file
            << "`.\n\n```mermaid\nstateDiagram-v2\n  [*] --> " << to_name(table[0].from) << "\n";
  for (const auto& t : table)
    std::cout << "  " << to_name(t.from) << " --> " << to_name(t.to) << ": " << to_name(t.move) << "\n";
  std::cout << "```\n\n";
}

}  // namespace

void print_machines() {
  std::cout << "# The machines\n\nPrinted by tools/codegen from the state tables. A move that is not drawn "
               "is illegal: it changes\n"
               "nothing, and whoever makes it is told so.\n\n";
  print_machine("Outbox: one message", "wasm/core/machines/outbox.h", message_table);
  print_machine("Asks: what an agent asks before it goes on", "wasm/core/machines/asks.h", ask_table);
  print_machine("Link: one exchange", "wasm/core/machines/link.h", link_table);
  print_machine("SocketLink: the connection of a socket", "wasm/core/machines/socket_link.h", socket_table);
  print_machine("Join: the session that a page is in", "wasm/core/machines/join.h", join_table);
  print_machine("Call", "wasm/core/machines/call.h", call_table);
  print_machine("CallPlace: which tab has the call", "wasm/core/machines/call_place.h", place_table);
  print_machine("VoiceLink: the voice socket, in the worker", "wasm/voice/wire/voice_link.h",
                voice::voice_link_table);
  print_machine("JitterBuffer: the agent's packets", "wasm/voice/wire/jitter_buffer.h", voice::jitter_table);
  print_machine("At the gateway: one socket", "wasm/registry/parts/socket.h", registry::socket_table);
  print_machine("At the gateway: one call", "wasm/registry/parts/call.h", registry::call_table);
}

}  // namespace shopbell
