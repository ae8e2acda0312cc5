// Hears a codec over HTTP: what it says must be what the core can use, and it has one last word.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/invariant.h"
#include "core/vocabulary/codec.h"
#include "core/vocabulary/limits.h"
#include "core/wire/utf8.h"

namespace shopbell {

// What the codec says, as text; each word of it must be one that the core can use.
class Ear final : public Listener {
 public:
  std::string heard;
  bool resumes = true;
  std::size_t last_words = 0;

  void taken(const std::string&) override { word("taken "), taken_ = true; }
  void delta(const std::string&, std::uint32_t, std::string_view text) override {
    word("delta ").append(text);
  }
  void products(const std::string&, std::vector<Product>&& products) override {
    SHOPBELL_INVARIANT(products.size() <= limits::products_max);
    word("products ");
    for (const Product& product : products) heard += product.title + product.link + product.id + ",";
  }
  void done(const std::string&, RowState, const std::string& text) override {
    SHOPBELL_INVARIANT(taken_ && wire::is_utf8(text) && !text.empty());
    word("done ") += text;
    ++last_words;
  }
  void failed(const std::string&, const Failure& failure) override {
    // What the server said it has is never called not taken, or it would be sent twice.
    SHOPBELL_INVARIANT(!taken_ || failure.fate == Fate::taken);
    SHOPBELL_INVARIANT(failure.detail.size() <= limits::detail_bytes_max && wire::is_utf8(failure.detail));
    word(to_name(failure.code)) += std::to_string(static_cast<int>(failure.fate)) + failure.detail;
    ++last_words;
  }
  void restarted(const std::string&) override { word("restarted "), resumes = false; }

 private:
  std::string& word(std::string_view name) {
    SHOPBELL_INVARIANT(last_words == 0);
    return heard += name;
  }
  bool taken_ = false;
};

}  // namespace shopbell
