// Any bytes: the JSON reader never crashes, what it accepts comes back equal through the writer, and UTF-8 is
// always mended.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/invariant.h"
#include "core/vocabulary/row.h"
#include "core/wire/json_fields.h"
#include "core/wire/reader.h"
#include "core/wire/utf8.h"
#include "core/wire/writer.h"

namespace {

using namespace shopbell;

// Readers show an object's values by key only, so keys that the bytes are likely to hold are tried.
constexpr std::string_view keys[] = {"response", "text", "a", "", "products", "name"};

void copy(wire::Writer& writer, const wire::Reader& value) {
  if (value.is_object()) {
    writer.object_begin();
    for (const auto key : keys) {
      if (!value[key].present()) continue;
      writer.key(key);
      copy(writer, value[key]);
    }
    writer.object_end();
  } else if (value.is_array()) {
    writer.array_begin();
    std::size_t count = 0;
    for (const wire::Reader item : value) {
      copy(writer, item);
      ++count;
    }
    SHOPBELL_INVARIANT(count == value.size());
    SHOPBELL_INVARIANT(!value.at(count).present());
    writer.array_end();
  } else if (const auto text = value.text()) {
    SHOPBELL_INVARIANT(wire::is_utf8(*text));
    writer.text(*text);
  } else if (const auto number = value.number()) {
    writer.number(*number);
  } else if (const auto boolean = value.boolean()) {
    writer.boolean(*boolean);
  } else {
    writer.null();
  }
}

std::string copied(const wire::Document& document) {
  wire::Writer writer;
  copy(writer, document.root());
  return writer.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string mended(bytes);
  wire::make_utf8(mended);
  SHOPBELL_INVARIANT(wire::is_utf8(mended));
  SHOPBELL_INVARIANT(wire::is_utf8(bytes) == (mended == bytes));

  wire::Writer writer;
  writer.text(bytes);
  SHOPBELL_INVARIANT(wire::parse(writer.take()).root().text() == mended);

  const wire::Document document = wire::parse(bytes);
  SHOPBELL_INVARIANT(document.ok() == document.root().present());
  Row row;
  wire::read(document.root(), row);
  if (!document.ok()) return 0;
  // Numbers lose digits in the first copy, and the largest may round beyond all doubles; from then on nothing
  // changes in kind.
  const wire::Document again = wire::parse(copied(document));
  if (again.ok())
    SHOPBELL_INVARIANT(wire::parse(copied(again)).ok() || copied(again).find('e') != std::string::npos);
  return 0;
}
