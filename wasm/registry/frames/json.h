// JSON of field tables with members that may be absent (std::optional). The page's form of this
// (core/wire/json_fields.h) is made for size and knows no optional members; this one is never sent to a page.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/base/fields.h"
#include "core/base/private.h"
#include "core/wire/reader.h"
#include "core/wire/writer.h"

namespace shopbell::registry {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
void put(wire::Writer& writer, const T& value);

template <class T>
void put_members(wire::Writer& writer, const T& value) {
  each_field<T>(value, [&](std::string_view name, const auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    if constexpr (is_optional<Member>) {
      if (!member) return;
      writer.key(name);
      put(writer, *member);
    } else {
      writer.key(name);
      put(writer, member);
    }
  });
}

template <class T>
void put(wire::Writer& writer, const T& value) {
  if constexpr (HasFields<T>) {
    writer.object_begin();
    put_members(writer, value);
    writer.object_end();
  } else if constexpr (is_vector<T>) {
    writer.array_begin();
    for (const auto& item : value) put(writer, item);
    writer.array_end();
  } else if constexpr (is_private<T>) {
    put(writer, value.reveal());
  } else if constexpr (HasEnumNames<T>) {
    writer.text(to_name(value));
  } else if constexpr (std::is_same_v<T, bool>) {
    writer.boolean(value);
  } else if constexpr (std::is_arithmetic_v<T>) {
    writer.number(value);
  } else {
    writer.text(value);
  }
}

// False: a member has a wrong type; `value` is then partly read.
template <class T>
bool get(const wire::Reader& reader, T& value) {
  if constexpr (HasFields<T>) {
    bool good = reader.is_object();
    each_field<T>(value, [&](std::string_view name, auto& member) {
      if (const wire::Reader found = reader[name]; good && found.present()) good = get(found, member);
    });
    return good;
  } else if constexpr (is_optional<T>) {
    if (reader.is_null()) return true;
    return get(reader, value.emplace());
  } else if constexpr (is_vector<T>) {
    if (!reader.is_array()) return false;
    value.clear();
    for (const wire::Reader item : reader) {
      if (!get(item, value.emplace_back())) return false;
    }
    return true;
  } else if constexpr (is_private<T>) {
    auto plain = value.reveal();
    const bool good = get(reader, plain);
    value = T(std::move(plain));
    return good;
  } else if constexpr (HasEnumNames<T>) {
    const auto name = reader.text();
    return name && from_name(*name, value);
  } else if constexpr (std::is_same_v<T, bool>) {
    value = reader.boolean().value_or(value);
    return reader.is_boolean();
  } else if constexpr (std::is_arithmetic_v<T>) {
    const double number = reader.number().value_or(-1);
    if (!reader.is_number() || number < static_cast<double>(std::numeric_limits<T>::lowest()) ||
        number > static_cast<double>(std::numeric_limits<T>::max()))
      return false;
    value = static_cast<T>(number);
    return static_cast<double>(value) == number;
  } else {
    value = reader.text().value_or(value);
    return reader.is_text();
  }
}

// A variant is the object of its alternative with the member `type`: the alternative's type_name.
template <class... Alternatives>
std::optional<std::variant<Alternatives...>> get_variant(const wire::Reader& reader,
                                                         const std::variant<Alternatives...>*) {
  const auto type = reader["type"].text();
  std::optional<std::variant<Alternatives...>> out;
  if (!type) return out;
  bool good = false;
  const auto candidate = [&]<class One>(const One*) {
    if (*type == One::type_name) good = get(reader, std::get<One>(out.emplace(std::in_place_type<One>)));
  };
  (candidate(static_cast<const Alternatives*>(nullptr)), ...);
  if (!good) out.reset();
  return out;
}

template <class... Alternatives>
void put_variant(wire::Writer& writer, const std::variant<Alternatives...>& value) {
  std::visit(
      [&](const auto& alternative) {
        writer.object_begin().key("type").text(alternative.type_name);
        put_members(writer, alternative);
        writer.object_end();
      },
      value);
}

}  // namespace shopbell::registry
