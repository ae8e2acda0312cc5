// The face's binary codec, printed from the field tables: little endian, no padding, no names.
//
//   bool, enum: 1 byte · u32: 4 · double: 8 · string and Bytes: u32 byte length, bytes · vector: u32 count,
//   items · struct: its fields variant: 1 byte index, then the alternative's fields
//
// The TypeScript side reads the same tables (shim/generated/messages.ts). JSON is not used here because shops
// overwrite the page's own.
//
// An alternative is written from its struct: the variant that it could be is a list of types, and no value of it is made.
#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/base/layout.h"

namespace shopbell::packed {

class Sink {
 public:
  // `index`: of the alternative whose struct it is.
  void put(std::size_t index, const void* object, const layout::Object& layout) {
    out_.push_back(static_cast<char>(index));
    put_members(object, layout);
  }
  void put_u32(std::size_t value);

  const std::string& bytes() const { return out_; }
  std::string take() { return std::exchange(out_, {}); }

 private:
  void put_members(const void* object, const layout::Object& layout);
  void put_value(const void* value, layout::Type type);
  std::string out_;
};

// Reads what a Sink wrote. Anything else (short input, an enum out of range, a count beyond the input) sets
// `failed()`; values read after that are empty, never garbage.
class Source {
 public:
  explicit Source(std::string_view in) : in_(in) {}
  bool failed() const { return failed_; }
  bool at_end() const { return in_.empty(); }
  std::uint8_t byte();
  std::uint32_t u32();
  void get_members(void* object, const layout::Object& layout);

 private:
  void get_value(void* value, layout::Type type);
  std::string_view slice(std::size_t size);

  std::string_view in_;
  bool failed_ = false;
};

template <class Variant>
struct Alternatives;
template <class... Each>
struct Alternatives<std::variant<Each...>> {
  using Variant = std::variant<Each...>;
  // The place of `One` among them.
  template <class One>
  static constexpr std::size_t index_of() {
    constexpr bool same[] = {std::is_same_v<One, Each>...};
    return static_cast<std::size_t>(std::find(std::begin(same), std::end(same), true) - std::begin(same));
  }
  template <class One>
  static Variant make() {
    return Variant(std::in_place_type<One>);
  }
  static constexpr Variant (*makers[])() = {&make<Each>...};
  static constexpr const layout::Object* objects[] = {&layout::Layout<Each, false>::table...};
};

// Reads one value of the variant `V` and gives it to `use`; false when it is none. The value is made where it is
// used: moving a variant is code for each of its alternatives.
template <class V, class Use>
bool unpack_next(Source& source, Use&& use) {
  const std::size_t index = source.byte();
  if (source.failed() || index >= std::variant_size_v<V>) return false;
  V value = Alternatives<V>::makers[index]();
  void* alternative = std::visit([](auto& one) -> void* { return &one; }, value);
  source.get_members(alternative, *Alternatives<V>::objects[index]);
  if (source.failed()) return false;
  use(std::move(value));
  return true;
}

// The whole of `in` is one value.
template <class V, class Use>
bool unpack(std::string_view in, Use&& use) {
  Source source(in);
  bool used = false;
  return unpack_next<V>(source,
                        [&](V&& value) {
                          used = source.at_end();
                          if (used) use(std::move(value));
                        }) &&
         used;
}

template <class V>
std::optional<V> unpack(std::string_view in) {
  std::optional<V> out;
  unpack<V>(in, [&](V&& value) { out = std::move(value); });
  return out;
}

}  // namespace shopbell::packed
