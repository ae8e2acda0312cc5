// The JSON of any struct with a field table (core/fields.h): an object with one member for each field.
//
// Reading is made for entries that other versions wrote: unknown members are ignored and missing ones leave
// the field as it is. A member of a wrong type or an unknown enum name gives false, and the object is then
// partly read: throw it away.
// Private texts go in and out by value, since storage is where they are kept;
// JSON made here must not be logged.
#pragma once

#include <limits>

#include "core/fields.h"
#include "core/private.h"
#include "core/wire/reader.h"
#include "core/wire/writer.h"

namespace shopbell::wire {

namespace detail {
template <class T>
inline constexpr bool is_private = false;
template <class T>
inline constexpr bool is_private<Private<T>> = true;
}  // namespace detail

template <class T>
void write(Writer& writer, const T& value) {
  if constexpr (HasFields<T>) {
    writer.object_begin();
    each_field<T>(value, [&](std::string_view name, const auto& member) {
      writer.key(name);
      write(writer, member);
    });
    writer.object_end();
  } else if constexpr (is_vector<T>) {
    writer.array_begin();
    for (const auto& item : value) write(writer, item);
    writer.array_end();
  } else if constexpr (detail::is_private<T>) {
    write(writer, value.reveal());
  } else if constexpr (HasEnumNames<T>) {
    writer.text(to_name(value));
  } else if constexpr (std::is_same_v<T, bool>) {
    writer.boolean(value);
  } else if constexpr (std::is_arithmetic_v<T>) {
    static_assert(sizeof(T) <= 4 || std::is_same_v<T, double>, "a number that a double can't hold");
    writer.number(value);
  } else {
    static_assert(std::is_same_v<T, std::string>, "no JSON form (Bytes are not text and not stored)");
    writer.text(value);
  }
}

template <class T>
bool read(const Reader& reader, T& value) {
  if constexpr (HasFields<T>) {
    bool good = reader.is_object();
    each_field<T>(value, [&](std::string_view name, auto& member) {
      if (const Reader found = reader[name]; good && found.present()) good = read(found, member);
    });
    return good;
  } else if constexpr (is_vector<T>) {
    if (!reader.is_array()) return false;
    value.clear();
    for (const Reader item : reader) {
      if (!read(item, value.emplace_back())) return false;
    }
    return true;
  } else if constexpr (detail::is_private<T>) {
    auto plain = value.reveal();
    if (!read(reader, plain)) return false;
    value = T(std::move(plain));
    return true;
  } else if constexpr (HasEnumNames<T>) {
    const auto name = reader.text();
    return name && from_name(*name, value);
  } else if constexpr (std::is_same_v<T, bool>) {
    const auto boolean = reader.boolean();
    if (boolean) value = *boolean;
    return boolean.has_value();
  } else if constexpr (std::is_arithmetic_v<T>) {
    const auto number = reader.number();
    if (!number || *number < static_cast<double>(std::numeric_limits<T>::lowest()) ||
        *number > static_cast<double>(std::numeric_limits<T>::max())) {
      return false;
    }
    value = static_cast<T>(*number);
    return static_cast<double>(value) == *number;
  } else {
    static_assert(std::is_same_v<T, std::string>, "no JSON form (Bytes are not text and not stored)");
    const auto text = reader.text();
    if (text) value = *text;
    return text.has_value();
  }
}

}  // namespace shopbell::wire
