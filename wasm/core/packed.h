// The face's binary codec, printed from the field tables: little endian, no padding, no names.
//
//   bool, enum: 1 byte · u32: 4 · double: 8 · string and Bytes: u32 byte length, bytes · vector: u32 count,
//   items · struct: its fields variant: 1 byte index, then the alternative's fields
//
// The TypeScript side reads the same tables (shim/generated/messages.ts). JSON is not used here because shops
// overwrite the page's own.
#pragma once

#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <variant>

#include "core/fields.h"

namespace shopbell::packed {

static_assert(std::endian::native == std::endian::little,
              "the face's codec copies numbers as they lie in memory");

class Sink {
 public:
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_same_v<T, bool> || std::is_enum_v<T>) {
      out_.push_back(static_cast<char>(value));
    } else if constexpr (std::is_arithmetic_v<T>) {
      static_assert(std::is_same_v<T, double> || std::is_same_v<T, std::uint32_t>);
      raw(&value, sizeof value);
    } else if constexpr (std::is_same_v<T, std::string>) {
      put(static_cast<std::uint32_t>(value.size()));
      out_.append(value);
    } else if constexpr (std::is_same_v<T, Bytes>) {
      put(value.data);
    } else if constexpr (is_vector<T>) {
      put(static_cast<std::uint32_t>(value.size()));
      for (const auto& item : value) put(item);
    } else {
      each_field<T>(value, [&](std::string_view, const auto& member) { put(member); });
    }
  }

  template <class... Alternatives>
  void put(const std::variant<Alternatives...>& value) {
    out_.push_back(static_cast<char>(value.index()));
    std::visit([&](const auto& alternative) { put(alternative); }, value);
  }

  std::string take() { return std::move(out_); }

 private:
  void raw(const void* from, std::size_t size) { out_.append(static_cast<const char*>(from), size); }
  std::string out_;
};

// Reads what a Sink wrote. Anything else (short input, an enum out of range, a count beyond the input) sets
// `failed()`; values read after that are empty, never garbage.
class Source {
 public:
  explicit Source(std::string_view in) : in_(in) {}
  bool failed() const { return failed_; }
  bool at_end() const { return in_.empty(); }

  template <class T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = byte() != 0;
    } else if constexpr (std::is_enum_v<T>) {
      const auto index = byte();
      if (index >= std::size(EnumNames<T>::names)) return fail();
      value = static_cast<T>(index);
    } else if constexpr (std::is_arithmetic_v<T>) {
      const auto bytes = slice(sizeof value);
      if (!failed_) std::memcpy(&value, bytes.data(), sizeof value);
    } else if constexpr (std::is_same_v<T, std::string>) {
      std::uint32_t size = 0;
      get(size);
      value = slice(size);
    } else if constexpr (std::is_same_v<T, Bytes>) {
      get(value.data);
    } else if constexpr (is_vector<T>) {
      std::uint32_t count = 0;
      get(count);
      // Every item takes at least a byte, so a count beyond the input is a lie and must not reserve memory.
      if (count > in_.size()) return fail();
      value.resize(count);
      for (auto& item : value) get(item);
    } else {
      each_field<T>(value, [&](std::string_view, auto& member) { get(member); });
    }
  }

  template <class... Alternatives>
  std::optional<std::variant<Alternatives...>> get_variant() {
    using Variant = std::variant<Alternatives...>;
    const auto index = byte();
    if (failed_ || index >= sizeof...(Alternatives)) {
      failed_ = true;
      return std::nullopt;
    }
    std::optional<Variant> out;
    std::size_t i = 0;
    // One candidate each; only the one whose index was named is read.
    ((i++ == index ? void(read_into<Alternatives>(out)) : void()), ...);
    if (failed_) return std::nullopt;
    return out;
  }

 private:
  // Read in place: a temporary would cost a move and a destructor of code for each alternative.
  template <class Alternative, class Variant>
  void read_into(std::optional<Variant>& out) {
    get(*std::get_if<Alternative>(&out.emplace(std::in_place_type<Alternative>)));
  }
  void fail() { failed_ = true; }
  std::uint8_t byte() {
    const auto one = slice(1);
    return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
  }
  std::string_view slice(std::size_t size) {
    if (failed_ || size > in_.size()) {
      failed_ = true;
      return {};
    }
    const auto head = in_.substr(0, size);
    in_.remove_prefix(size);
    return head;
  }

  std::string_view in_;
  bool failed_ = false;
};

template <class... Alternatives>
std::optional<std::variant<Alternatives...>> unpack(std::string_view in,
                                                    const std::variant<Alternatives...>*) {
  Source source(in);
  auto value = source.template get_variant<Alternatives...>();
  if (!source.at_end()) return std::nullopt;
  return value;
}

// The whole of `in` as one value of the variant `V`, or nothing.
template <class V>
std::optional<V> unpack(std::string_view in) {
  return unpack(in, static_cast<const V*>(nullptr));
}

}  // namespace shopbell::packed
