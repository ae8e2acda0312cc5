// The flat node list's writer (see node_list.h).
#include "node_list.h"

#include <utility>

namespace shopbell::markdown {
namespace {

constexpr std::size_t number_bytes = 4;
constexpr std::size_t header_bytes = 1 + number_bytes;

void put_number(std::string& bytes, std::size_t at, std::uint32_t number) {
  for (std::size_t i = 0; i < number_bytes; ++i) bytes[at + i] = static_cast<char>(number >> (8 * i) & 0xFF);
}

}  // namespace

void NodeList::begin(Kind kind, std::uint32_t value) {
  if (depth_ == 0) {
    block_at_ = bytes_.size();
    bytes_.append(number_bytes, '\0');
  }
  const std::size_t at = bytes_.size();
  bytes_.append(header_bytes, '\0');
  bytes_[at] = static_cast<char>(kind);
  put_number(bytes_, at + 1, value);
  text_at_ = 0;
  if (kind != Kind::close) ++nodes_;
}

void NodeList::open(Kind kind, std::uint32_t value) {
  begin(kind, value);
  ++depth_;
}

void NodeList::open(Kind kind, std::string_view string) {
  begin(kind, static_cast<std::uint32_t>(string.size()));
  bytes_.append(string);
  ++depth_;
}

void NodeList::close() {
  begin(Kind::close, 0);
  if (--depth_ == 0) {
    put_number(bytes_, block_at_, static_cast<std::uint32_t>(bytes_.size() - block_at_ - number_bytes));
  }
}

void NodeList::text(std::string_view text) {
  if (text.empty()) return;
  if (text_at_ == 0) {
    const std::size_t at = bytes_.size();
    begin(Kind::text, 0);
    text_at_ = at;
  }
  bytes_.append(text);
  put_number(bytes_, text_at_ + 1, static_cast<std::uint32_t>(bytes_.size() - text_at_ - header_bytes));
}

void NodeList::host(std::string_view host) {
  begin(Kind::host, static_cast<std::uint32_t>(host.size()));
  bytes_.append(host);
}

std::string NodeList::plain(std::string_view text) {
  if (text.empty()) return {};
  std::string bytes(number_bytes + header_bytes, '\0');
  put_number(bytes, 0, static_cast<std::uint32_t>(header_bytes + text.size()));
  bytes[number_bytes] = static_cast<char>(Kind::text);
  put_number(bytes, number_bytes + 1, static_cast<std::uint32_t>(text.size()));
  bytes.append(text);
  return bytes;
}

}  // namespace shopbell::markdown
