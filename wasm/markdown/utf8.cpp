// UTF-8 in and out (see utf8.h).
#include "utf8.h"

#include <cstdint>

namespace shopbell::markdown {
namespace {

constexpr char32_t replacement = 0xFFFD;

bool is_surrogate(char32_t code_point) { return code_point >= 0xD800 && code_point <= 0xDFFF; }

}  // namespace

void append_code_point(std::string& out, char32_t code_point) {
  if (code_point == 0 || code_point > 0x10FFFF || is_surrogate(code_point)) code_point = replacement;
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
    return;
  }
  if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      put(0xE0 | code_point >> 12);
    } else {
      put(0xF0 | code_point >> 18);
      put(0x80 | (code_point >> 12 & 0x3F));
    }
    put(0x80 | (code_point >> 6 & 0x3F));
  }
  put(0x80 | (code_point & 0x3F));
}

char32_t read_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<std::uint8_t>(text[at++]);
  if (lead < 0x80) return lead;
  // The second byte's range tells overlong forms, surrogates and values past U+10FFFF at once.
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  int more = 0;
  char32_t code_point = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    more = 1;
    code_point = lead & 0x1F;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    more = 2;
    code_point = lead & 0x0F;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    more = 3;
    code_point = lead & 0x07;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return replacement;
  }
  for (; more > 0; --more) {
    if (at == text.size()) return replacement;
    const auto next = static_cast<std::uint8_t>(text[at]);
    if (next < low || next > high) return replacement;
    code_point = code_point << 6 | (next & 0x3F);
    low = 0x80;
    high = 0xBF;
    ++at;
  }
  return code_point;
}

std::string well_formed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) append_code_point(out, read_code_point(text, at));
  return out;
}

}  // namespace shopbell::markdown
