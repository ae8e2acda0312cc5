// A question to the shopper, as text. What an agent wrote is shown as what it is, and all of it: nothing in it
// can look like words of the page, hide, or change the order in which it is read.
#pragma once

#include <string>
#include <string_view>

#include "core/vocabulary/ask.h"

namespace shopbell {

// The text of its row (RowKind::question). Of a tool: what it does, in the page's words, and a line for each argument as JSON. Of
// an approval: an empty line, the agent's words in quotes, and the call as the agent wrote it.
std::string question(const Ask& ask);

// As one line, with what is invisible or turns the direction of writing spelt out as \uXXXX.
void append_visible(std::string& out, std::string_view text);

}  // namespace shopbell
