// Text measures that the protocols count in.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shopbell {

// Length in UTF-16 code units, as JavaScript's `length` counts, of well-formed UTF-8.
constexpr std::size_t utf16_units(std::string_view utf8) {
  std::size_t units = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80)
      units += byte >= 0xf0 ? 2 : 1;  // a lead byte; four-byte sequences make a surrogate pair
  }
  return units;
}

// The length of the longest beginning of well-formed UTF-8 that has at most `bytes_max` bytes and cuts no
// character.
constexpr std::size_t whole_characters(std::string_view utf8, std::size_t bytes_max) {
  if (utf8.size() <= bytes_max) return utf8.size();
  while (bytes_max > 0 && (static_cast<unsigned char>(utf8[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  return bytes_max;
}

// Without white space at both ends: ASCII's, and what phones' keyboards leave (no-break space, zero-width
// space, BOM).
std::string_view trimmed(std::string_view text);

// A number without a fraction, in decimal; for ids and console lines.
std::string decimal(double whole);

// 32-bit FNV-1a as 8 hex digits: a short, stable name for a storage scope.
std::string short_hash(std::string_view text);

}  // namespace shopbell
