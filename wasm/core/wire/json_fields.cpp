#include "core/wire/json_fields.h"

#include "core/base/invariant.h"

namespace shopbell::wire::detail {

using layout::Form;

void write_value(Writer& writer, const void* value, layout::Type type) {
  switch (type.form) {
    case Form::boolean:
      writer.boolean(*static_cast<const bool*>(value));
      break;
    case Form::enumeration:
      writer.text(type.as<layout::Enumeration>().names[*static_cast<const std::uint8_t*>(value)]);
      break;
    case Form::u8:
      writer.number(*static_cast<const std::uint8_t*>(value));
      break;
    case Form::u32:
      writer.number(*static_cast<const std::uint32_t*>(value));
      break;
    case Form::f64:
      writer.number(*static_cast<const double*>(value));
      break;
    case Form::text:
      writer.text(*static_cast<const std::string*>(value));
      break;
    case Form::bytes:  // not text, and stored nowhere
      SHOPBELL_INVARIANT(false);
      break;
    case Form::list: {
      const auto& list = type.as<layout::List>();
      const auto [first, count] = list.items(const_cast<void*>(value));
      writer.array_begin();
      for (std::size_t i = 0; i < count; ++i) write_value(writer, first + i * list.item_bytes, list.item);
      writer.array_end();
      break;
    }
    case Form::object: {
      const auto& object = type.as<layout::Object>();
      writer.object_begin();
      for (std::size_t i = 0; i < object.count; ++i) {
        const layout::Member& member = object.members[i];
        writer.key(object.names[i]);
        write_value(writer, static_cast<const char*>(value) + member.offset, member.type());
      }
      writer.object_end();
      break;
    }
  }
}

bool read_value(const Reader& reader, void* value, layout::Type type) {
  switch (type.form) {
    case Form::boolean: {
      const auto boolean = reader.boolean();
      if (boolean) *static_cast<bool*>(value) = *boolean;
      return boolean.has_value();
    }
    case Form::enumeration: {
      const auto& enumeration = type.as<layout::Enumeration>();
      const auto name = reader.text();
      for (std::size_t i = 0; name && i < enumeration.count; ++i) {
        if (enumeration.names[i] != *name) continue;
        *static_cast<std::uint8_t*>(value) = static_cast<std::uint8_t>(i);
        return true;
      }
      return false;
    }
    case Form::u8:
    case Form::u32: {
      const double number = reader.number().value_or(-1);
      if (!(number >= 0 && number <= (type.form == Form::u8 ? 255.0 : 4294967295.0))) return false;
      const auto whole = static_cast<std::uint32_t>(number);
      if (type.form == Form::u8)
        *static_cast<std::uint8_t*>(value) = static_cast<std::uint8_t>(whole);
      else
        *static_cast<std::uint32_t*>(value) = whole;
      return whole == number;
    }
    case Form::f64: {
      const auto number = reader.number();
      if (number) *static_cast<double*>(value) = *number;
      return number.has_value();
    }
    case Form::text: {
      const auto text = reader.text();
      if (text) *static_cast<std::string*>(value) = *text;
      return text.has_value();
    }
    case Form::list: {
      if (!reader.is_array()) return false;
      const auto& list = type.as<layout::List>();
      list.make(value, reader.size());
      char* item = list.items(value).first;
      for (const Reader one : reader) {
        if (!read_value(one, item, list.item)) return false;
        item += list.item_bytes;
      }
      return true;
    }
    case Form::object: {
      bool good = reader.is_object();
      const auto& object = type.as<layout::Object>();
      for (std::size_t i = 0; good && i < object.count; ++i) {
        const layout::Member& member = object.members[i];
        if (const Reader found = reader[object.names[i]]; found.present())
          good = read_value(found, static_cast<char*>(value) + member.offset, member.type());
      }
      return good;
    }
    case Form::bytes:
      break;
  }
  return false;
}

}  // namespace shopbell::wire::detail
