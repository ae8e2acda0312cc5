// UTF-8 in and out. Everything behind `well_formed` may rely on valid UTF-8 without NUL.
#pragma once

#include <string>
#include <string_view>

namespace shopbell::markdown {

// Appends one code point. NUL, surrogates and values past U+10FFFF become U+FFFD, as CommonMark 2.3 asks.
void append_code_point(std::string& out, char32_t code_point);

// Reads the code point at `at` and moves `at` behind it. An ill-formed sequence reads as U+FFFD and is as
// long as the Unicode Standard's "maximal subpart" (table 3-7), so that a browser would count the same.
char32_t read_code_point(std::string_view text, std::size_t& at);

// The same text as valid UTF-8 without NUL: what is neither becomes U+FFFD.
std::string well_formed(std::string_view text);

}  // namespace shopbell::markdown
