// What is posted: a RunAgentInput of AG-UI 1.0.
#pragma once

#include <string>
#include <string_view>

#include "core/vocabulary/codec.h"

namespace shopbell::ag_ui {

// Where the agent has asked before, the calls and their answers follow the message, and the shopper's words on the last
// round of questions resume the agent.
// `props`: the owner's forwardedProps, as JSON.
std::string run_input(const Outgoing& outgoing, std::string_view run, std::string_view props);

}  // namespace shopbell::ag_ui
