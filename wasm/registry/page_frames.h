// The text frames that a page sends (shopbell.v1, text socket), as far as they have members.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/fields.h"
#include "core/base/private.h"

namespace shopbell::registry::page {

struct Hello {
  std::uint32_t v = 0;
  std::uint32_t oldest = 0;
  std::string client;
  std::optional<Private<std::string>> key;  // the shop's API key
  std::string session;                      // the last one, with its secret
  Private<std::string> secret;
  std::uint32_t epoch = 0;
  std::uint32_t seq = 0;
  static constexpr auto fields() {
    return std::tuple{
        field("v", &Hello::v),         field("oldest", &Hello::oldest),   field("client", &Hello::client),
        field("key", &Hello::key),     field("session", &Hello::session), field("secret", &Hello::secret),
        field("epoch", &Hello::epoch), field("seq", &Hello::seq)};
  }
};

struct Say {
  std::string id;
  Private<std::string> text;
  static constexpr auto fields() { return std::tuple{field("id", &Say::id), field("text", &Say::text)}; }
};

struct Stop {
  std::string id;
  static constexpr auto fields() { return std::tuple{field("id", &Stop::id)}; }
};

struct Beat {  // ping, pong
  double n = 0;
  static constexpr auto fields() { return std::tuple{field("n", &Beat::n)}; }
};

}  // namespace shopbell::registry::page
