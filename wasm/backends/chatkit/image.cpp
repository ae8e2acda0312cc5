#include "backends/chatkit/image.h"

#include "backends/products.h"
#include "core/base/text.h"

namespace shopbell::chatkit {
std::string_view usable_image(std::string_view image) {
  image = trimmed(image);
  if (utf16_units(image) > image_utf16_max) return {};
  return is_web_address(image) || begins_as(image, "data:image/") ? image : std::string_view();
}

}  // namespace shopbell::chatkit
