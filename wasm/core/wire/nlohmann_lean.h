// nlohmann_json's SAX parser without what a page does not need. Included by reader.cpp alone: these
// specializations must be seen by every user of the library, and the library is banned elsewhere.
//
// Measured as brotli bytes of a module that only parses (Emscripten 3.1.69, -Oz -flto): the tree parser 22.8
// kB, the SAX parser 18.3 kB, without asserts (they bring printf) 13.5 kB, without strtod (128-bit
// arithmetic) 7.2 kB, without the texts of errors that nobody reads 6.4 kB; an empty module is 1.7 kB.
#pragma once

#ifndef JSON_NOEXCEPTION
#define JSON_NOEXCEPTION
#endif
// The library's asserts check the library; where one matters for safety, reader.cpp checks the input first.
#define JSON_ASSERT(condition)

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/wire/decimal_number.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-attributes"  // clang can't repeat the original's attribute here
#endif

namespace nlohmann::detail {

using LeanAdapter = decltype(input_adapter(std::declval<const char*>(), std::declval<const char*>()));

template <>
inline void lexer<json, LeanAdapter>::strtof(double& value, const char* text, char** end) noexcept {
  const char* stop = nullptr;
  value = shopbell::wire::read_decimal(text, stop);
  *end = const_cast<char*>(stop);
}

template <>
inline std::string lexer<json, LeanAdapter>::get_token_string() const {
  return {};
}

template <>
inline std::string parser<json, LeanAdapter>::exception_message(token_type, const std::string&) {
  return {};
}

template <>
inline parse_error parse_error::create<std::nullptr_t, 0>(int id, const position_t& position,
                                                          const std::string&, std::nullptr_t) {
  return {id, position.chars_read_total, ""};
}

template <>
inline out_of_range out_of_range::create<std::nullptr_t, 0>(int id, const std::string&, std::nullptr_t) {
  return {id, ""};
}

}  // namespace nlohmann::detail

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
