// Error codes with their meaning and remedy (errors.def).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/fields.h"

namespace shopbell {

enum class ErrorCode : std::uint8_t {
#define X(code, what, remedy) code,
#include "core/vocabulary/errors.def"
#undef X
};

template <>
struct EnumNames<ErrorCode> {
  static constexpr std::string_view title = "ErrorCode";
  static constexpr std::string_view names[] = {
#define X(code, what, remedy) #code,
#include "core/vocabulary/errors.def"
#undef X
  };
};

namespace detail {

// What happened and the remedy of each, one after the other: places to a hundred texts would weigh a third of them.
inline constexpr char error_texts[] =
#define X(code, what, remedy) what "\0" remedy "\0"
#define SHOWN(code, what, remedy) "\0\0"
#include "core/vocabulary/errors.def"
#undef X
    ;

constexpr std::string_view error_text(std::size_t number) {
  std::string_view texts(error_texts, sizeof error_texts);
  while (number-- > 0) texts.remove_prefix(texts.find('\0') + 1);
  return texts.substr(0, texts.find('\0'));
}

}  // namespace detail

constexpr std::string_view what_happened(ErrorCode code) {
  return detail::error_text(2 * static_cast<std::size_t>(code));
}
constexpr std::string_view remedy(ErrorCode code) {
  return detail::error_text(2 * static_cast<std::size_t>(code) + 1);
}

}  // namespace shopbell
