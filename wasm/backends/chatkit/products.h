// Product cards: the shape that the voice path's `product_results` and the gateway's `products` event share
// {productId, name, permalink?, price_sgd: number|null, stock_status?, image?}.
#pragma once

#include <vector>

#include "core/row.h"
#include "core/wire/reader.h"

namespace shopbell::chatkit {

// The cards that can be drawn, limits::products_max at most: one without a name is skipped, an address that
// is not http(s) left empty.
std::vector<Product> read_products(const wire::Reader& list);

}  // namespace shopbell::chatkit
