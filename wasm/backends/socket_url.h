// Where a socket of a back end is.
#pragma once

#include <string>
#include <string_view>

namespace shopbell {

// http: becomes ws:, https: wss:.
inline std::string socket_url(std::string_view api_url, std::string_view path = {}) {
  if (api_url.starts_with("http")) api_url.remove_prefix(4);
  return "ws" + std::string(api_url) + std::string(path);
}

}  // namespace shopbell
