#include "core/base/text.h"

#include <array>
#include <cstdint>

namespace shopbell {
namespace {

constexpr std::array<std::string_view, 12> blanks = {
    " ",        "\t",           "\n",           "\r",           "\v",          "\f", "\xe2\x81\xa0",
    "\xc2\xa0", "\xe2\x80\x8b", "\xe2\x80\xaf", "\xe3\x80\x80", "\xef\xbb\xbf"};

bool strip(std::string_view& text, bool front) {
  for (const auto blank : blanks) {
    if (front ? text.starts_with(blank) : text.ends_with(blank)) {
      front ? text.remove_prefix(blank.size()) : text.remove_suffix(blank.size());
      return true;
    }
  }
  return false;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (strip(text, true)) {
  }
  while (strip(text, false)) {
  }
  return text;
}

std::string decimal(double whole) {
  const bool negative = whole < 0;
  auto rest = static_cast<std::uint64_t>(negative ? -whole : whole);
  char text[24];
  char* const end = text + sizeof text;
  char* first = end;
  do {
    *--first = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (negative) *--first = '-';
  return {first, end};
}

std::string short_hash(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  std::string out(8, '0');
  for (std::size_t i = 0; i < 8; ++i) out[7 - i] = "0123456789abcdef"[(hash >> (4 * i)) & 15];
  return out;
}

}  // namespace shopbell
