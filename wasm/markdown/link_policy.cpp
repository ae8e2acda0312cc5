// Which links an agent's text may make (see link_policy.h).
#include "link_policy.h"

#include <algorithm>

#include "limits.h"
#include "utf8.h"

namespace shopbell::markdown {
namespace {

constexpr auto npos = std::string_view::npos;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

template <typename Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

// Cuts `prefix`, given in lower case, off the front of `text`.
bool take(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (lower(text[i]) != prefix[i]) return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

// RFC 3986's characters stay, as does "%"; everything else is percent-encoded byte by byte. Square brackets
// are encoded too: they mean something in a host only, and hosts do not pass through here.
void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kept = "-_.~!*'(),%#@?=;:/+&$";
  constexpr char digits[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_alnum(c) || kept.find(c) != npos) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(digits[byte >> 4]);
    out.push_back(digits[byte & 15]);
  }
}

// Code points beyond ASCII that a host cannot have or that would let it look like another: invisible ones and
// text-direction marks, spaces, and the full-width forms that browsers turn into ASCII letters, dots and
// slashes.
bool misleads_in_host(char32_t c) {
  return c < 0xA1 || c == 0xAD || c == 0x34F || c == 0x61C || c == 0x115F || c == 0x1160 || c == 0x1680 ||
         (c >= 0x17B4 && c <= 0x17B5) || (c >= 0x180B && c <= 0x180F) || (c >= 0x2000 && c <= 0x206F) ||
         (c >= 0x2100 && c <= 0x218F) || (c >= 0x2460 && c <= 0x24FF) || (c >= 0x3000 && c <= 0x3002) ||
         c == 0x3164 || (c >= 0xFE00 && c <= 0xFFFF) || (c >= 0x1D400 && c <= 0x1D7FF) || c >= 0xE0000;
}

bool is_host_name(std::string_view host) {
  bool names_something = false;
  for (std::size_t at = 0; at < host.size();) {
    const char c = host[at];
    if (is_ascii(c)) {
      ++at;
      if (is_alnum(c)) {
        names_something = true;
      } else if (c != '.' && c != '-' && c != '_') {
        return false;
      }
      continue;
    }
    if (misleads_in_host(read_code_point(host, at))) return false;
    names_something = true;
  }
  return names_something;
}

bool is_ip_literal(std::string_view host) {
  const auto inner = [](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f') || c == ':' || c == '.';
  };
  return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
         all(host.substr(1, host.size() - 2), inner);
}

// "host", "host:port" or "[address]:port" in lower case; without the port where it is `default_port`.
// Empty when it is none of these.
std::string host_of(std::string_view host_and_port, std::string_view default_port) {
  const std::size_t colon =
      host_and_port.find(':', host_and_port.starts_with('[') ? host_and_port.find(']') : 0);
  const std::string_view name = host_and_port.substr(0, colon);
  std::string_view port = colon == npos ? "" : host_and_port.substr(colon + 1);
  if (!(name.starts_with('[') ? is_ip_literal(name) : is_host_name(name))) return {};
  while (port.size() > 1 && port.starts_with('0')) port.remove_prefix(1);
  if (!all(port, is_digit) || port.size() > 5) return {};
  if (port.size() == 5 && port > "65535") return {};

  std::string host(name);
  std::transform(host.begin(), host.end(), host.begin(), lower);
  if (!port.empty() && port != default_port) host.append(":").append(port);
  if (host.size() > host_bytes_max) return {};
  return host;
}

struct WebAddress {
  std::string_view scheme;     // with its "://"
  std::string_view user;       // with its "@", or empty
  std::string_view authority;  // host and port as written
  std::string_view rest;       // path, query, fragment
  std::string host;            // see host_of
};

std::optional<WebAddress> web_address(std::string_view address) {
  WebAddress parts;
  std::string_view default_port;
  if (take(address, "https://")) {
    parts.scheme = "https://";
    default_port = "443";
  } else if (take(address, "http://")) {
    parts.scheme = "http://";
    default_port = "80";
  } else {
    return std::nullopt;
  }
  const std::size_t end = std::min(address.find_first_of("/?#\\"), address.size());
  if (end < address.size() && address[end] == '\\') return std::nullopt;
  parts.rest = address.substr(end);
  parts.authority = address.substr(0, end);
  if (const std::size_t at = parts.authority.rfind('@'); at != npos) {
    parts.user = parts.authority.substr(0, at + 1);
    parts.authority.remove_prefix(at + 1);
  }
  parts.host = host_of(parts.authority, default_port);
  if (parts.host.empty()) return std::nullopt;
  return parts;
}

// Digits with the usual separators, then parameters (RFC 3966). `*` and `#` are refused: some telephones run
// such codes without asking.
bool is_telephone_number(std::string_view number) {
  const std::size_t end = std::min(number.find(';'), number.size());
  const auto in_number = [](char c) { return is_digit(c) || std::string_view("+-.() ").find(c) != npos; };
  const auto in_parameter = [](char c) { return is_alnum(c) || std::string_view("+-.;=").find(c) != npos; };
  return std::any_of(number.begin(), number.begin() + static_cast<std::ptrdiff_t>(end), is_digit) &&
         all(number.substr(0, end), in_number) && all(number.substr(end), in_parameter);
}

std::optional<Link> resolve(std::string_view destination, std::string_view shop_origin) {
  const std::optional<WebAddress> shop = web_address(shop_origin);
  Link link;
  std::string_view rest = destination;
  if (std::optional<WebAddress> address = web_address(destination)) {
    link.href.append(address->scheme);
    append_encoded(link.href, address->user);
    link.href.append(address->authority);
    append_encoded(link.href, address->rest);
    if (!shop || address->host != shop->host) link.host = std::move(address->host);
    return link;
  }
  if (take(rest, "mailto:")) {
    if (rest.empty()) return std::nullopt;
    link.href = "mailto:";
  } else if (take(rest, "tel:")) {
    if (!is_telephone_number(rest)) return std::nullopt;
    link.href = "tel:";
  } else if (shop && rest.starts_with('/') && !rest.starts_with("//") && !rest.starts_with("/\\")) {
    link.href.append(shop->scheme).append(shop->authority);
  } else {
    return std::nullopt;
  }
  append_encoded(link.href, rest);
  return link;
}

}  // namespace

std::optional<Link> allowed_link(std::string_view destination, std::string_view shop_origin) {
  // The first test bounds the work; the second bounds what the page gets.
  if (destination.size() > href_bytes_max ||
      std::any_of(destination.begin(), destination.end(), is_control)) {
    return std::nullopt;
  }
  std::optional<Link> link = resolve(destination, shop_origin);
  if (link && link->href.size() > href_bytes_max) link.reset();
  return link;
}

}  // namespace shopbell::markdown
