#include "core/base/packed.h"

#include <bit>
#include <cstring>

namespace shopbell::packed {

using layout::Form;

static_assert(std::endian::native == std::endian::little,
              "the face's codec copies numbers as they lie in memory");

void Sink::put_u32(std::size_t value) {
  const auto u32 = static_cast<std::uint32_t>(value);
  out_.append(reinterpret_cast<const char*>(&u32), sizeof u32);
}

void Sink::put_members(const void* object, const layout::Object& layout) {
  for (std::size_t i = 0; i < layout.count; ++i) {
    const layout::Member& member = layout.members[i];
    put_value(static_cast<const char*>(object) + member.offset, member.type());
  }
}

void Sink::put_value(const void* value, layout::Type type) {
  const auto* bytes = static_cast<const char*>(value);
  switch (type.form) {
    case Form::boolean:
    case Form::enumeration:
    case Form::u8:
      out_.push_back(*bytes);
      break;
    case Form::u32:
      out_.append(bytes, sizeof(std::uint32_t));
      break;
    case Form::f64:
      out_.append(bytes, sizeof(double));
      break;
    case Form::text:
    case Form::bytes: {
      const auto& text = *static_cast<const std::string*>(value);
      put_u32(text.size());
      out_ += text;
      break;
    }
    case Form::list: {
      const auto& list = type.as<layout::List>();
      const auto [first, count] = list.items(const_cast<void*>(value));
      put_u32(count);
      for (std::size_t i = 0; i < count; ++i) put_value(first + i * list.item_bytes, list.item);
      break;
    }
    case Form::object:
      put_members(value, type.as<layout::Object>());
      break;
  }
}

std::uint8_t Source::byte() {
  const auto one = slice(1);
  return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
}

std::uint32_t Source::u32() {
  std::uint32_t value = 0;
  const auto bytes = slice(sizeof value);
  if (!failed_) std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::string_view Source::slice(std::size_t size) {
  if (failed_ || size > in_.size()) {
    failed_ = true;
    return {};
  }
  const auto head = in_.substr(0, size);
  in_.remove_prefix(size);
  return head;
}

void Source::get_members(void* object, const layout::Object& layout) {
  for (std::size_t i = 0; i < layout.count; ++i) {
    const layout::Member& member = layout.members[i];
    get_value(static_cast<char*>(object) + member.offset, member.type());
  }
}

void Source::get_value(void* value, layout::Type type) {
  switch (type.form) {
    case Form::boolean:
      *static_cast<bool*>(value) = byte() != 0;
      break;
    case Form::enumeration: {
      const auto index = byte();
      failed_ = failed_ || index >= type.as<layout::Enumeration>().count;
      if (!failed_) *static_cast<std::uint8_t*>(value) = index;
      break;
    }
    case Form::u8:
      *static_cast<std::uint8_t*>(value) = byte();
      break;
    case Form::u32:
    case Form::f64: {
      const std::size_t size = type.form == Form::f64 ? sizeof(double) : sizeof(std::uint32_t);
      const auto bytes = slice(size);
      if (!failed_) std::memcpy(value, bytes.data(), size);
      break;
    }
    case Form::text:
    case Form::bytes:
      *static_cast<std::string*>(value) = slice(u32());
      break;
    case Form::list: {
      const auto& list = type.as<layout::List>();
      const std::size_t count = u32();
      // Every item takes at least a byte, so a count beyond the input is a lie and must not reserve memory.
      failed_ = failed_ || count > in_.size();
      if (failed_) break;
      list.make(value, count);
      char* first = list.items(value).first;
      for (std::size_t i = 0; i < count; ++i) get_value(first + i * list.item_bytes, list.item);
      break;
    }
    case Form::object:
      get_members(value, type.as<layout::Object>());
      break;
  }
}

}  // namespace shopbell::packed
