// The token of a LiveKit room, as token servers are asked for it and as they answer.
#pragma once

#include <string>
#include <string_view>

#include "core/vocabulary/codec.h"

namespace shopbell::livekit {

HttpRequest token_request(const std::string& api_url, const Joining& joining);

// Without an address or without a token: the answer has none.
VoiceOffer read_token(std::string_view json);

}  // namespace shopbell::livekit
