// Layouts: what the field tables (fields.h) say, as data that one small routine can walk at run time.
//
// The face's codec and the JSON of storage go over some forty structs. As templates each of them would be
// code of its own, 14 kB of WebAssembly; walked as data they are 2 kB. `named` layouts carry the names of
// members, which JSON needs and the face does not: it counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/base/fields.h"
#include "core/base/private.h"

namespace shopbell::layout {

enum class Form : std::uint8_t { boolean, enumeration, u8, u32, f64, text, bytes, list, object };

// `of`: the Enumeration, List or Object; null for the others.
struct Type {
  Form form;
  const void* of;
  template <class Table>
  const Table& as() const {
    return *static_cast<const Table*>(of);
  }
};

struct Enumeration {
  const std::string_view* names;
  std::size_t count;
};

// 8 bytes each in WebAssembly: there are some 250 of them.
struct Member {
  Form form;
  std::uint16_t offset;
  const void* of;
  Type type() const { return {form, of}; }
};
struct Object {
  const Member* members;
  const std::string_view* names;
  std::size_t count;
};

// A std::vector of any item.
struct List {
  struct Items {
    char* first;
    std::size_t count;
  };
  Type item;
  std::size_t item_bytes;
  Items (*items)(void* list);
  void (*make)(void* list, std::size_t count);  // gives it `count` new items for those it has
};

template <class T, bool named>
struct Layout;

template <class T, bool named>
constexpr Type type_of() {
  if constexpr (is_private<T>) {
    using Value = std::remove_cvref_t<decltype(std::declval<T>().reveal())>;
    static_assert(sizeof(T) == sizeof(Value), "a wrapper without anything of its own");
    return type_of<Value, named>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return {Form::boolean, nullptr};
  } else if constexpr (std::is_same_v<T, std::uint8_t>) {
    return {Form::u8, nullptr};
  } else if constexpr (std::is_same_v<T, std::uint32_t>) {
    return {Form::u32, nullptr};
  } else if constexpr (std::is_same_v<T, double>) {
    return {Form::f64, nullptr};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {Form::text, nullptr};
  } else if constexpr (std::is_same_v<T, Bytes>) {
    static_assert(sizeof(Bytes) == sizeof(std::string));
    return {Form::bytes, nullptr};
  } else if constexpr (std::is_enum_v<T>) {
    static_assert(sizeof(T) == 1, "an enum that crosses a border is one byte");
    return {Form::enumeration, &Layout<T, named>::table};
  } else {
    static_assert(is_vector<T> || HasFields<T>, "this type has no form outside");
    return {is_vector<T> ? Form::list : Form::object, &Layout<T, named>::table};
  }
}

template <HasEnumNames E, bool named>
struct Layout<E, named> {
  static constexpr Enumeration table{named ? EnumNames<E>::names : nullptr, std::size(EnumNames<E>::names)};
};

template <class Item, bool named>
struct Layout<std::vector<Item>, named> {
  using Vector = std::vector<Item>;
  static List::Items items(void* list) {
    auto& vector = *static_cast<Vector*>(list);
    return {reinterpret_cast<char*>(vector.data()), vector.size()};
  }
  // Not resize: that has to move the items there are, which is code for each kind of them.
  static void make(void* list, std::size_t count) { *static_cast<Vector*>(list) = Vector(count); }
  static constexpr List table{type_of<Item, named>(), sizeof(Item), &items, &make};
};

// The compiler does not tell the offset of a member that is named by a pointer, but it follows from the types
// before it, if the table lists the members as they are declared, from the first on. layout_test.cpp compares
// these offsets with the real ones.
template <HasFields T, bool named>
struct Layout<T, named> {
  using Fields = decltype(T::fields());
  static constexpr std::size_t count = std::tuple_size_v<Fields>;
  template <std::size_t i>
  using Type = typename std::tuple_element_t<i, Fields>::member_type;

  template <std::size_t i>
  static constexpr std::size_t offset() {
    if constexpr (i == 0) {
      return 0;
    } else {
      constexpr std::size_t end = offset<i - 1>() + sizeof(Type<i - 1>);
      constexpr std::size_t align = alignof(Type<i>);
      return (end + align - 1) / align * align;
    }
  }
  template <std::size_t i>
  static constexpr Member member() {
    constexpr auto type = type_of<Type<i>, named>();
    return {type.form, static_cast<std::uint16_t>(offset<i>()), type.of};
  }
  // An array of nothing is not allowed, so each has one more.
  struct Members {
    Member list[count + 1];
  };
  struct Names {
    std::string_view list[count + 1];
  };
  template <std::size_t... i>
  static constexpr Members all_members(std::index_sequence<i...>) {
    return {{member<i>()...}};
  }
  template <std::size_t... i>
  static constexpr Names all_names(std::index_sequence<i...>) {
    return {{std::get<i>(T::fields()).name...}};
  }
  static constexpr Members members = all_members(std::make_index_sequence<count>());
  static constexpr Names names = all_names(std::make_index_sequence<count>());
  static constexpr Object table{members.list, named ? names.list : nullptr, count};
};

}  // namespace shopbell::layout
