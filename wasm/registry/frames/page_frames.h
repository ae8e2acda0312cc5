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
  std::string widget;                       // its version, where it says one
  std::optional<Private<std::string>> key;  // the shop's API key
  std::string session;                      // the last one, with its secret
  Private<std::string> secret;
  std::uint32_t epoch = 0;
  std::uint32_t seq = 0;
  SHOPBELL_FIELDS(Hello, v, oldest, client, widget, key, session, secret, epoch, seq)
};

struct Say {
  std::string id;
  Private<std::string> text;
  SHOPBELL_FIELDS(Say, id, text)
};

struct Stop {
  std::string id;
  SHOPBELL_FIELDS(Stop, id)
};

struct Beat {  // ping, pong
  double n = 0;
  SHOPBELL_FIELDS(Beat, n)
};

}  // namespace shopbell::registry::page
