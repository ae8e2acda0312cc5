// What a voice session wants done (voice/command_list.h), read as the shim reads it.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "voice/command_list.h"

namespace shopbell::simulation {

struct VoiceCommand {
  voice::CommandKind kind{};
  std::uint32_t first = 0;  // of its payload, where that is so long
  std::uint32_t second = 0;
  std::span<const std::uint8_t> payload{};
};

// `carry_out(command)` of each, and of what the session wants then. It may end the session, and with that what is left.
template <class Session, class CarryOut>
void each_command(Session& session, CarryOut carry_out) {
  while (session && !session->out().bytes().empty()) {
    const auto list = session->out().bytes();
    const std::vector<std::uint8_t> records(list.begin(), list.end());
    session->out().taken();
    for (std::size_t at = 0; at < records.size() && session;) {
      std::uint32_t head[2];
      std::memcpy(head, &records[at], sizeof head);
      VoiceCommand command;
      command.kind = static_cast<voice::CommandKind>(head[0]);
      command.payload = std::span(records).subspan(at + sizeof head, head[1]);
      if (head[1] >= 4) std::memcpy(&command.first, command.payload.data(), 4);
      if (head[1] >= 8) std::memcpy(&command.second, command.payload.data() + 4, 4);
      carry_out(command);
      at += sizeof head + (head[1] + 3) / 4 * 4;
    }
  }
}

}  // namespace shopbell::simulation
