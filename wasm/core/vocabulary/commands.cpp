#include "core/vocabulary/commands.h"

namespace shopbell {

void Commands::put(packed::Sink& into, std::size_t index, const void* command, const layout::Object& layout) {
  ++count_;
  into.put(index, command, layout);
}

void Commands::clear() {
  urgent_ = others_ = {};
  count_ = 0;
  saying_ = false;
}

std::string Commands::take() {
  packed::Sink all;
  all.put_u32(count_);
  std::string bytes = all.take() + urgent_.bytes() + others_.bytes();
  clear();
  return bytes;
}

std::vector<Command> Commands::list() const {
  const std::string bytes = urgent_.bytes() + others_.bytes();
  std::vector<Command> list;
  packed::Source source(bytes);
  while (packed::unpack_next<Command>(source, [&](Command&& one) { list.push_back(std::move(one)); })) {
  }
  return list;
}

}  // namespace shopbell
