// Product cards, in the one form that all our back ends share: that of the voice path's `product_results` and
// the gateway's `products` event share {productId, name, permalink?, price_sgd: number|null, stock_status?,
// image?}.
#pragma once

#include <string_view>
#include <vector>

#include "core/vocabulary/row.h"
#include "core/wire/reader.h"

namespace shopbell {

// Whether `text` begins with `prefix`, which is in lower case, in whatever case.
bool begins_as(std::string_view text, std::string_view prefix);
// http:// or https:// in front, and nothing a URL can't hold.
bool is_web_address(std::string_view address);

// The cards that can be drawn, limits::products_max at most: one without a name is skipped, an address that
// is not http(s) left empty.
std::vector<Product> read_products(const wire::Reader& list);

}  // namespace shopbell
