// Base64 (RFC 4648, section 4) to bytes.
#pragma once

#include <string>
#include <string_view>

namespace shopbell::hal {

// Line ends, spaces and padding are passed over; empty where anything else stands in between.
std::string from_base64(std::string_view text);

}  // namespace shopbell::hal
