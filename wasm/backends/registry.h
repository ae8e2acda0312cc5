// Back ends by name (backends.def).
#pragma once

#include <memory>
#include <string_view>

#include "core/widget.h"

namespace shopbell {

// The codec of a back end; null when this build has none of that name.
std::unique_ptr<Codec> make_codec(std::string_view name, const BackendOptions& options);

// What this build gives a Widget.
Parts parts_of_this_build();

}  // namespace shopbell
