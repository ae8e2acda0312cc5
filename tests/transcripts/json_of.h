// A field's value as transcripts write it.
#pragma once

#include <string>
#include <type_traits>

#include "core/wire/json_fields.h"
#include "core/wire/writer.h"

namespace shopbell::script {

template <class T>
std::string json_of(const T& value) {
  wire::Writer writer;
  if constexpr (std::is_same_v<T, Bytes>)
    writer.text(value.data);
  else
    wire::write(writer, value);
  return writer.take();
}

}  // namespace shopbell::script
