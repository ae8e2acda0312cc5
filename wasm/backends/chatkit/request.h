// The body of POST /api/chatkit/agent.
#pragma once

#include <cstddef>
#include <string>

#include "core/vocabulary/codec.h"

namespace shopbell::chatkit {

// The server takes characters/4 over message and history as tokens and refuses above 4000 of them. 400
// characters are left for servers that count roles or round up.
inline constexpr std::size_t budget_utf16_max = 4 * 4000 - 400;

// {sessionId, message, image?, history}. As in the widget that the protocol comes from, the new message is
// also the last element of `history`, and so counts twice. History is cut from its oldest end to fit the
// budget and 20 elements.
std::string request_body(const Outgoing& outgoing);

}  // namespace shopbell::chatkit
