#include "backends/products.h"

#include "core/base/text.h"
#include "core/vocabulary/limits.h"

namespace shopbell {

bool begins_as(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != prefix[i]) return false;
  }
  return true;
}

namespace {

std::string text_of(const wire::Reader& reader) {
  return std::string(reader.text().value_or(std::string_view()));
}

std::string address_of(const wire::Reader& reader) {
  std::string address = text_of(reader);
  return is_web_address(address) ? address : std::string();
}

std::string id_of(const wire::Reader& reader) {
  const double number = reader.number().value_or(-1);
  return number >= 0 && number <= 9007199254740992.0 ? decimal(number) : text_of(reader);
}

}  // namespace

bool is_web_address(std::string_view address) {
  for (const char c : address) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return false;
  }
  return begins_as(address, "http://") || begins_as(address, "https://");
}

std::vector<Product> read_products(const wire::Reader& list) {
  std::vector<Product> products;
  for (const wire::Reader item : list) {
    if (products.size() == limits::products_max) break;
    Product product;
    product.title = text_of(item["name"]);
    if (product.title.empty()) continue;
    product.id = id_of(item["productId"]);
    product.link = address_of(item["permalink"]);
    product.image = address_of(item["image"]);
    product.stock = text_of(item["stock_status"]);
    const double price = item["price_sgd"].number().value_or(-1);
    if (price >= 0) {
      product.price = price;
      product.currency = "SGD";
    }
    products.push_back(std::move(product));
  }
  return products;
}

}  // namespace shopbell
