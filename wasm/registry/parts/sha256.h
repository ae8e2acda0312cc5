// SHA-256 (FIPS 180-4), so that secrets can be compared and stored by hash alone without asking the outside.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace shopbell::registry {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);

std::string hex(const std::uint8_t* bytes, std::size_t size);

// 64 hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace shopbell::registry
