#include "core/vocabulary/row.h"

#include "core/base/packed.h"

namespace shopbell {
namespace {

std::string bytes_of(const Row& row) {
  packed::Sink sink;
  sink.put(0, &row, layout::Layout<Row, false>::table);
  return sink.take();
}

}  // namespace

bool Row::operator==(const Row& other) const { return bytes_of(*this) == bytes_of(other); }

}  // namespace shopbell
