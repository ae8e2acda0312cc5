// The JSON of any struct with a field table (core/base/fields.h): an object with one member for each field.
//
// Reading is made for entries that other versions wrote: unknown members are ignored and missing ones leave
// the field as it is. A member of a wrong type or an unknown enum name gives false, and the object is then
// partly read: throw it away.
// Private texts go in and out by value, since storage is where they are kept;
// JSON made here must not be logged.
#pragma once

#include "core/base/layout.h"
#include "core/wire/reader.h"
#include "core/wire/writer.h"

namespace shopbell::wire {

namespace detail {
void write_value(Writer& writer, const void* value, layout::Type type);
bool read_value(const Reader& reader, void* value, layout::Type type);
}  // namespace detail

template <class T>
void write(Writer& writer, const T& value) {
  detail::write_value(writer, &value, layout::type_of<T, true>());
}

template <class T>
bool read(const Reader& reader, T& value) {
  return detail::read_value(reader, &value, layout::type_of<T, true>());
}

}  // namespace shopbell::wire
