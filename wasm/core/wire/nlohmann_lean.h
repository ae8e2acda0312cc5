// nlohmann_json's SAX parser without what a page does not need. Included by reader.cpp alone: these
// specializations must be seen by every user of the library, and the library is banned elsewhere.
//
// Measured as brotli bytes of a module that only parses (Emscripten 3.1.69, -Oz -flto): the tree parser 22.8
// kB, the SAX parser 18.3 kB, without asserts (they bring printf) 13.5 kB, without strtod (128-bit
// arithmetic) 7.2 kB, without the texts of errors that nobody reads 6.4 kB; an empty module is 1.7 kB. What
// the lexer's own checks of UTF-8, its integers and the errors' types weighed (lean/), was 2.6 kB of the
// core.
#pragma once

#ifndef JSON_NOEXCEPTION
#define JSON_NOEXCEPTION
#endif
// The library's asserts check the library; where one matters for safety, reader.cpp checks the input first.
#define JSON_ASSERT(condition)

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "core/wire/decimal_number.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-attributes"  // clang can't repeat the original's attribute here
#endif

namespace nlohmann::detail {

using LeanAdapter = decltype(input_adapter(std::declval<const char*>(), std::declval<const char*>()));

// The place in the input and the token's own bytes are kept for the texts of errors only.
template <>
inline void lexer<json, LeanAdapter>::reset() noexcept {
  token_buffer.clear();
}

template <>
inline int lexer<json, LeanAdapter>::get() {
  ++position.chars_read_total;
  if (!next_unget) current = ia.get_character();
  next_unget = false;
  return current;
}

template <>
inline void lexer<json, LeanAdapter>::unget() {
  next_unget = true;
  --position.chars_read_total;
}

template <>
inline char lexer<json, LeanAdapter>::get_decimal_point() noexcept {
  return '.';
}

template <>
inline bool lexer<json, LeanAdapter>::scan_comment() {
  return false;
}

// The library checks UTF-8 here, which reader.cpp has done, with a text for each byte that is not allowed,
// and refuses half a surrogate pair, which is to become U+FFFD.
template <>
inline lexer_base<json>::token_type lexer<json, LeanAdapter>::scan_string() {
  constexpr int replacement = 0xfffd;
  constexpr std::string_view written = "\"\\/bfnrt";
  constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
  const auto put = [&](int point) {
    int more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    add(more == 0 ? point : (0xff00 >> (more + 1) & 0xff) | point >> 6 * more);
    while (more-- > 0) add(0x80 | (point >> 6 * more & 0x3f));
  };
  reset();
  int high = 0;  // the first half of a pair, until it is known what follows
  for (;;) {
    int c = get();
    int unit = -1;  // of an escape \uXXXX
    const bool closed = c == '"';
    if (c < 0x20) return token_type::parse_error;  // also at the end, which is -1
    if (c == '\\') {
      c = get();
      const auto at = written.find(static_cast<char>(c));
      if (c == 'u') unit = get_codepoint();
      if (at == written.npos && unit < 0) return token_type::parse_error;
      if (unit < 0) c = meant[at];
    }
    if (high != 0 && unit >= 0xdc00 && unit < 0xe000) {
      put(0x10000 + ((high & 0x3ff) << 10) + (unit & 0x3ff));
      high = 0;
      continue;
    }
    if (high != 0) put(replacement);
    high = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
    if (closed) return token_type::value_string;
    if (unit < 0) {
      add(c);
    } else if (high == 0) {
      put(unit >= 0xdc00 && unit < 0xe000 ? replacement : unit);
    }
  }
}

// The library tells integers apart and reads them by strtoull. All numbers are doubles here.
template <>
inline lexer_base<json>::token_type lexer<json, LeanAdapter>::scan_number() {
  const auto take = [&] {
    add(current);
    get();
  };
  const auto digits = [&] {
    const bool any = current >= '0' && current <= '9';
    while (current >= '0' && current <= '9') take();
    return any;
  };
  reset();
  if (current == '-') take();
  if (current == '0') {
    take();
  } else if (!digits()) {
    return token_type::parse_error;
  }
  if (current == '.') {
    take();
    if (!digits()) return token_type::parse_error;
  }
  if ((current | 0x20) == 'e') {
    take();
    if (current == '+' || current == '-') take();
    if (!digits()) return token_type::parse_error;
  }
  unget();
  value_float = shopbell::wire::read_decimal(token_buffer.c_str());
  return token_type::value_float;
}

template <>
inline std::string lexer<json, LeanAdapter>::get_token_string() const {
  return {};
}

template <>
inline std::string parser<json, LeanAdapter>::exception_message(token_type, const std::string&) {
  return {};
}

}  // namespace nlohmann::detail

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
