// What a page's owner adds to each run by `agentHeaders` of Shopbell.init: who the shopper is, say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/vocabulary/codec.h"

namespace shopbell::ag_ui {

// Adds those of a JSON object of names and texts. What can't be sent is left out, and its names are given: fetch would throw
// at it, and with it went every message, or leave it out in silence (Fetch, "forbidden request-header"), or it is ours to say.
std::string add_headers(std::string_view json, std::vector<Header>& headers);

}  // namespace shopbell::ag_ui
