#include "core/wire/utf8.h"

#include <cstdint>

namespace shopbell::wire {

int utf8_sequence(std::string_view bytes) {
  const auto byte = [&](int i) { return static_cast<std::uint8_t>(bytes[static_cast<std::size_t>(i)]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte's range shuts out overlong forms, surrogates and what lies beyond U+10FFFF (Unicode,
  // table 3-7).
  std::uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  std::uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (int i = 1; i < length; ++i) {
    if (static_cast<std::size_t>(i) == bytes.size() || byte(i) < low || byte(i) > high) return -i;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const int length = utf8_sequence(bytes);
    if (length < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(length));
  }
  return true;
}

void make_utf8(std::string& bytes) {
  if (is_utf8(bytes)) return;
  std::string fixed;
  for (std::string_view rest = bytes; !rest.empty();) {
    const int length = utf8_sequence(rest);
    const auto size = static_cast<std::size_t>(length < 0 ? -length : length);
    fixed += length < 0 ? replacement_character : rest.substr(0, size);
    rest.remove_prefix(size);
  }
  bytes = std::move(fixed);
}

}  // namespace shopbell::wire
