// libFuzzer target of the Markdown module: any bytes give a list that follows the grammar of node_list.h and
// holds links of allowed schemes only. The first byte chooses the page's origin.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "markdown/node_list.h"
#include "markdown/parse.h"

namespace {

using shopbell::markdown::Kind;

void require(bool condition) {
  if (!condition) std::abort();
}

std::size_t take_number(std::string_view& list) {
  require(list.size() >= 4);
  std::size_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number |= static_cast<std::size_t>(static_cast<unsigned char>(list[i])) << (8 * i);
  }
  list.remove_prefix(4);
  return number;
}

void check_link(std::string_view href) {
  require(href.starts_with("https://") || href.starts_with("http://") || href.starts_with("mailto:") ||
          href.starts_with("tel:"));
  for (const char c : href) require(static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '\\');
}

void check_block(std::string_view records) {
  std::size_t depth = 0;
  while (!records.empty()) {
    const auto kind = static_cast<unsigned char>(records[0]);
    require(kind <= static_cast<unsigned char>(Kind::cell));
    records.remove_prefix(1);
    const std::size_t value = take_number(records);
    if (static_cast<Kind>(kind) == Kind::close) {
      require(depth > 0);
      --depth;
      require(depth > 0 || records.empty());
      continue;
    }
    if (kind > static_cast<unsigned char>(Kind::code_block)) {
      ++depth;
      continue;
    }
    require(value <= records.size());
    const std::string_view string = records.substr(0, value);
    records.remove_prefix(value);
    require(string.find('\0') == std::string_view::npos);
    switch (static_cast<Kind>(kind)) {
      case Kind::link:
      case Kind::link_away:
        check_link(string);
        ++depth;
        break;
      case Kind::code_block:
        ++depth;
        break;
      default:
        require(!string.empty());
        require(depth > 0 || records.empty());
    }
  }
  require(depth == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  if (bytes == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, bytes - 1);
  const std::string list = shopbell::markdown::parse(text, data[0] % 2 == 0 ? "https://a.example" : "null");
  std::string_view rest = list;
  while (!rest.empty()) {
    const std::size_t block_bytes = take_number(rest);
    require(block_bytes > 0 && block_bytes <= rest.size());
    check_block(rest.substr(0, block_bytes));
    rest.remove_prefix(block_bytes);
  }
  return 0;
}
