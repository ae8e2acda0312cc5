#include "backends/ag_ui/owner.h"

#include "core/wire/reader.h"

namespace shopbell::ag_ui {
namespace {

// A star: and whatever begins so.
constexpr std::string_view forbidden =
    "accept* access-control-* connection content-* cookie* date dnt expect host keep-alive origin proxy-* "
    "referer "
    "sec-* set-cookie te trailer transfer-encoding upgrade via x-api-key";

bool is_forbidden(std::string_view name) {
  for (std::string_view rest = forbidden; !rest.empty();) {
    std::string_view one = rest.substr(0, rest.find(' '));
    rest.remove_prefix(one.size() < rest.size() ? one.size() + 1 : one.size());
    const bool star = one.ends_with('*');
    if (star) one.remove_suffix(1);
    if (star ? name.starts_with(one) : name == one) return true;
  }
  return false;
}

// RFC 9110, 5.6.2: what no name has.
constexpr std::string_view delimiters = "\"(),/:;<=>?@[\\]{}";

bool is_printed(char c) { return c >= ' ' && c < 0x7f; }

}  // namespace

std::string add_headers(std::string_view json, std::vector<Header>& headers) {
  std::string refused;
  const wire::Document document = wire::parse(json);
  for (std::size_t i = 0; i < document.root().size(); ++i) {
    const wire::Member member = document.root().member(i);
    const auto value = member.value.text();
    bool good = value && !member.key.empty();
    std::string name;
    for (const char c : member.key) {
      good = good && is_printed(c) && c != ' ' && delimiters.find(c) == std::string_view::npos;
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    for (const char c : value.value_or("")) good = good && is_printed(c);
    for (const Header& header : headers) good = good && header.name != name;
    if (good && !is_forbidden(name)) {
      headers.resize(headers.size() + 1);
      headers.back().name = name;
      headers.back().value = *value;
    } else {
      refused.append(" ").append(member.key);
    }
  }
  return refused;
}

}  // namespace shopbell::ag_ui
