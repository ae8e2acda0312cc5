// Markdown (CommonMark 0.31, GFM's tables, strikethrough and bare addresses) to the flat node list of
// node_list.h.
//
// - Raw HTML is text. Nothing here or behind it ever makes HTML.
// - Links follow link_policy.h; a refused one leaves its text. Images become links with their alternative
// text
//   (plain text inside another link) and are never fetched.
// - Never fails: ill-formed UTF-8 and NUL become U+FFFD, and a text past a limit (limits.h) becomes one text
// node.
#pragma once

#include <string>
#include <string_view>

namespace shopbell::markdown {

// `shop_origin`: the page's `location.origin`, for the shop's own links.
std::string parse(std::string_view text, std::string_view shop_origin);

}  // namespace shopbell::markdown
