// Call: one session's spoken conversation, which outlives its sockets.
//
//   live --lose--> parked       the socket closed without `bye`: the agent stops listening and speaking
//   parked --join--> live       within 30 s: the agent goes on from what was heard last
//   live --join--> live         another socket with a ticket of the session: the older one is closed
//   live, parked --end--> (gone)   `bye`, the shop, 30 s parked, or too long in all
#pragma once

#include <cstdint>

#include "core/base/fields.h"
#include "core/base/table.h"
#include "core/base/time.h"
#include "registry/frames/server_frames.h"
#include "registry/parts/audio_gate.h"

namespace shopbell::registry {

enum class CallState : std::uint8_t { live, parked };
enum class CallMove : std::uint8_t { join, lose };

}  // namespace shopbell::registry

namespace shopbell {
template <>
struct EnumNames<registry::CallState> {
  static constexpr std::string_view title = "CallState";
  static constexpr std::string_view names[] = {"live", "parked"};
};
template <>
struct EnumNames<registry::CallMove> {
  static constexpr std::string_view title = "CallMove";
  static constexpr std::string_view names[] = {"join", "lose"};
};
}  // namespace shopbell

namespace shopbell::registry {

inline constexpr Transition<CallState, CallMove> call_table[] = {
    {CallState::live, CallMove::lose, CallState::parked},
    {CallState::live, CallMove::join, CallState::live},
    {CallState::parked, CallMove::join, CallState::live},
};

struct Call {
  bool move(CallMove by) { return follow(call_table, state, by); }

  CallState state = CallState::live;
  std::uint32_t session = 0;
  std::uint32_t socket = 0;  // 0: parked
  std::string address{};     // that it counts for
  bool muted = false;
  AgentMood mood = AgentMood::listening;
  AudioGate gate;
  std::uint32_t agent_sequence = 0;  // of the last audio frame sent, over all streams
  Mono park_until = never;
  Mono ends_at = never;
};

}  // namespace shopbell::registry
