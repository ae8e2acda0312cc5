#include "core/wire/copy.h"

#include "core/wire/writer.h"

namespace shopbell::wire {
namespace {

void copy(Writer& writer, const Reader& value) {
  if (value.is_object()) {
    writer.object_begin();
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Member member = value.member(i);
      if (!member.counts) continue;
      writer.key(member.key);
      copy(writer, member.value);
    }
    writer.object_end();
  } else if (value.is_array()) {
    writer.array_begin();
    for (const Reader item : value) copy(writer, item);
    writer.array_end();
  } else if (const auto text = value.text()) {
    writer.text(*text);
  } else if (const auto number = value.number()) {
    writer.number(*number);
  } else if (const auto boolean = value.boolean()) {
    writer.boolean(*boolean);
  } else {
    writer.null();
  }
}

}  // namespace

std::string json_of(const Reader& value) {
  Writer writer;
  copy(writer, value);
  return writer.take();
}

std::string object_in(std::string_view json) {
  const Document document = parse(json);
  return document.root().is_object() ? json_of(document.root()) : std::string();
}

}  // namespace shopbell::wire
