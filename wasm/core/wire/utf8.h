// UTF-8 as it comes from elsewhere: checked, or made well-formed as the WHATWG's decoder does it (each
// maximal broken part becomes one U+FFFD).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shopbell::wire {

inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";

// The length of the sequence at the front of `bytes` (not empty): its size when it is well-formed, else minus
// the size of its maximal broken part.
int utf8_sequence(std::string_view bytes);

bool is_utf8(std::string_view bytes);

// Replaces what is broken; leaves well-formed text alone.
void make_utf8(std::string& bytes);

}  // namespace shopbell::wire
