// What an agent wants before it goes on with its answer: that a tool of the page be run, or the shopper's yes
// to a step of its own; and what has become of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/base/private.h"
#include "core/base/text.h"

namespace shopbell {

enum class AskKind : std::uint8_t { tool, approval };
template <>
struct EnumNames<AskKind> {
  static constexpr std::string_view title = "AskKind";
  static constexpr std::string_view names[] = {"tool", "approval"};
};

// machines/asks.h has the table.
enum class AskState : std::uint8_t { asked, allowed, running, done, failed, refused, expired, lost };
template <>
struct EnumNames<AskState> {
  static constexpr std::string_view title = "AskState";
  static constexpr std::string_view names[] = {"asked",  "allowed", "running", "done",
                                               "failed", "refused", "expired", "lost"};
};

struct Ask {
  static constexpr std::string_view type_name = "Ask";
  std::string id;  // as the agent calls it: of the call, or of the interrupt
  AskKind kind = AskKind::tool;
  std::string call;                // the call that it is, or is about; empty: none
  std::string name;                // of the tool
  Private<std::string> arguments;  // JSON
  Private<std::string>
      about;              // what it is about: the page's words of its tool; an approval's are the agent's
  double expires_ms = 0;  // wall clock; 0: never
  // Those of one run of the agent are a round. The first of them has the name of the agent's message that asks, or
  // none, and what the agent has said in that run.
  std::uint32_t round = 0;
  std::string message;
  Private<std::string> said;
  // Here
  AskState state = AskState::asked;
  bool read_only = false;       // it changes nothing, so the shopper is not asked
  Private<std::string> answer;  // for the agent. Of an approval: what came of the call
  SHOPBELL_FIELDS(Ask, id, kind, call, name, arguments, about, expires_ms, round, message, said, state,
                  read_only, answer)
};

// Nothing more will happen to it.
constexpr bool is_over(AskState state) { return state >= AskState::done; }

// The wish of that number, from 1 on, of those that the answer to the message has: its row's name, its run's, and that of
// what the agent is answered.
inline std::string ask_id(std::string message, std::size_t number) {
  return (message += ".ask.") += decimal(static_cast<double>(number));
}

// What the agent has said so far, its rounds as paragraphs.
inline std::string said_in(const std::vector<Ask>& asks) {
  std::string text;
  for (const Ask& ask : asks) {
    if (ask.said.empty()) continue;
    if (!text.empty()) text += "\n\n";
    text += ask.said.reveal();
  }
  return text;
}

}  // namespace shopbell
