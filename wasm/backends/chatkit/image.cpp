#include "backends/chatkit/image.h"

#include "core/text.h"

namespace shopbell::chatkit {
namespace {

// `prefix` in lower case.
bool begins(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != prefix[i]) return false;
  }
  return true;
}

}  // namespace

bool is_web_address(std::string_view address) {
  for (const char c : address) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return false;
  }
  return begins(address, "http://") || begins(address, "https://");
}

std::string_view usable_image(std::string_view image) {
  image = trimmed(image);
  if (utf16_units(image) > image_utf16_max) return {};
  return is_web_address(image) || begins(image, "data:image/") ? image : std::string_view();
}

}  // namespace shopbell::chatkit
