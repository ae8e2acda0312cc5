// Which links an agent's text may make, and what the shopper is told about them.
//
// The text comes from a model or a person at the other end and is not trusted. The browser's own URL parser
// is forgiving (it drops tabs, reads `\` as `/`, adds missing slashes), so this one is strict: an address is
// taken only if there is one way to read it, and every doubtful one stays plain text.
//
// - `http://` and `https://` with a host, `mailto:` with something behind it, `tel:` with a number.
// - A path from the root ("/products/7") is a link to the shop itself and is made absolute here, so that a
//   page's <base> cannot bend it. No other relative address, and never "//host".
// - Control characters, a backslash before the path, percent signs or invisible characters in a host: no
// link.
// - A link away from the shop's own host names the host that the browser will go to: what stands behind the
//   last "@" in https://shop.example@evil.example. Hosts stand here as they were written; the view names them
//   as the browser reads them, so that letters that look like others show as punycode.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace shopbell::markdown {

struct Link {
  std::string href;  // absolute; ASCII but for a non-ASCII host; scheme in lower case
  std::string
      host;  // lower case, with the port unless it is the scheme's own; empty: the shop's own, mail, tel
};

// `destination`: as it stands in the text, entities and backslash escapes resolved; valid UTF-8 without NUL.
// `shop_origin`: the page's `location.origin`. Anything but http(s) there ("null" for a file) means that no
// host is the shop's own. No value: show the link's text only.
std::optional<Link> allowed_link(std::string_view destination, std::string_view shop_origin);

}  // namespace shopbell::markdown
