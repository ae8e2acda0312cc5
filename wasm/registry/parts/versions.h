// Which version of the protocol two ends speak: the newest that both know, if there is one.
//
// Each end names the newest and the oldest it speaks, so that a gateway can serve the widgets of one version
// back while shops still hand them out, and a widget can speak to a gateway that is one version back.
#pragma once

#include <algorithm>
#include <cstdint>

namespace shopbell::registry {

struct Versions {
  std::uint32_t newest = 1;
  std::uint32_t oldest = 1;
};

// 0: none in common.
constexpr std::uint32_t agreed_version(Versions ours, Versions theirs) {
  const std::uint32_t version = std::min(ours.newest, theirs.newest);
  return version >= std::max({ours.oldest, theirs.oldest, 1u}) ? version : 0;
}

}  // namespace shopbell::registry
