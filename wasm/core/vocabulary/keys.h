// Keys of the keyboard that mean something here, as in KeyboardEvent.key. The frame, which takes them before a
// core runs, has them printed (tools/codegen).
#pragma once

#include <string_view>

namespace shopbell::keys {

inline constexpr std::string_view send = "Enter";
inline constexpr std::string_view close = "Escape";

}  // namespace shopbell::keys
