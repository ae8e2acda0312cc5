// What the `image` field of a message may hold.
#pragma once

#include <cstddef>
#include <string_view>

namespace shopbell::chatkit {

inline constexpr std::size_t image_utf16_max =
    4096;  // after trimming; the server refuses the whole message past it

// The address as it is to be sent, or empty when the server would refuse it: it must begin with http://,
// https:// or data:image/ and fit in `image_utf16_max`.
std::string_view usable_image(std::string_view image);

}  // namespace shopbell::chatkit
