// Where a call goes, and what lets it in once.
#pragma once

#include <string>

#include "core/base/private.h"

namespace shopbell {

struct VoiceOffer {
  std::string url;
  Private<std::string> ticket;
};

}  // namespace shopbell
