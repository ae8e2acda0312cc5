// Field tables: the one description of every struct that crosses a border.
//
// A struct that goes to the page, into storage or into a test transcript names its fields once, in the order
// of their declaration:
//
//     struct RowAppend {
//       static constexpr std::string_view type_name = "row_append";
//       std::string row;
//       std::string text;
//       SHOPBELL_FIELDS(RowAppend, row, text)
//     };
//
// The binary codec of the face (packed.h), the JSON of storage (json_fields.h), the text of test transcripts
// and the TypeScript types (tools/codegen) are all printed from that table, so they cannot drift apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace shopbell {

template <class Struct, class Member>
struct Field {
  using struct_type = Struct;
  using member_type = Member;
  std::string_view name;
  Member Struct::* member;
};

template <class Struct, class Member>
constexpr Field<Struct, Member> field(std::string_view name, Member Struct::* member) {
  return {name, member};
}

// The table of `Struct`: each field's name and place. What stands above it is how a macro goes over a list.
#define SHOPBELL_AGAIN_() SHOPBELL_FIELD_
#define SHOPBELL_NOTHING_ ()
#define SHOPBELL_FIELD_(Struct, name, ...) \
  field(#name, &Struct::name) __VA_OPT__(, SHOPBELL_AGAIN_ SHOPBELL_NOTHING_(Struct, __VA_ARGS__))
#define SHOPBELL_SCAN_4_(...) SHOPBELL_SCAN_3_(SHOPBELL_SCAN_3_(SHOPBELL_SCAN_3_(__VA_ARGS__)))
#define SHOPBELL_SCAN_3_(...) SHOPBELL_SCAN_2_(SHOPBELL_SCAN_2_(SHOPBELL_SCAN_2_(__VA_ARGS__)))
#define SHOPBELL_SCAN_2_(...) SHOPBELL_SCAN_1_(SHOPBELL_SCAN_1_(SHOPBELL_SCAN_1_(__VA_ARGS__)))
#define SHOPBELL_SCAN_1_(...) __VA_ARGS__
#define SHOPBELL_FIELDS(Struct, ...)                                                       \
  static constexpr auto fields() {                                                         \
    return std::tuple{__VA_OPT__(SHOPBELL_SCAN_4_(SHOPBELL_FIELD_(Struct, __VA_ARGS__)))}; \
  }

template <class T>
concept HasFields = requires { T::fields(); };

// Calls `visit(name, member)` for each field of `object`, in the table's order.
template <HasFields T, class Object, class Visit>
constexpr void each_field(Object& object, Visit&& visit) {
  std::apply([&](const auto&... f) { (visit(f.name, object.*(f.member)), ...); }, T::fields());
}

// An enum that crosses a border lists its names in the order of its values; the value is the index.
template <class E>
struct EnumNames;

template <class E>
concept HasEnumNames = std::is_enum_v<E> && requires { EnumNames<E>::names; };

template <HasEnumNames E>
constexpr std::string_view to_name(E value) {
  return EnumNames<E>::names[static_cast<std::size_t>(value)];
}

// Returns false and leaves `out` alone when the name is unknown.
template <HasEnumNames E>
constexpr bool from_name(std::string_view name, E& out) {
  for (std::size_t i = 0; i < std::size(EnumNames<E>::names); ++i) {
    if (EnumNames<E>::names[i] == name) {
      out = static_cast<E>(i);
      return true;
    }
  }
  return false;
}

// Bytes as they came from the network: not known to be UTF-8. A type of its own, so that no one prints them
// as text.
struct Bytes {
  std::string data;
  bool operator==(const Bytes&) const = default;
};

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

}  // namespace shopbell
