// Error codes with their meaning and remedy (errors.def).
#pragma once

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

constexpr std::string_view what_happened(ErrorCode code) {
  constexpr std::string_view texts[] = {
#define X(code, what, remedy) what,
#define SHOWN(code, what, remedy) "",
#include "core/vocabulary/errors.def"
#undef X
  };
  return texts[static_cast<std::size_t>(code)];
}

constexpr std::string_view remedy(ErrorCode code) {
  constexpr std::string_view texts[] = {
#define X(code, what, remedy) remedy,
#define SHOWN(code, what, remedy) "",
#include "core/vocabulary/errors.def"
#undef X
  };
  return texts[static_cast<std::size_t>(code)];
}

}  // namespace shopbell
