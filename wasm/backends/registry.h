// Back ends by name (backends.def).
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "core/backend.h"

namespace shopbell {

// Null when this build has no back end of that name.
std::unique_ptr<HttpBackend> make_backend(std::string_view name, const BackendOptions& options);

// All names there are, whether or not this build has them: for the message that lists what data-backend may
// be.
std::span<const std::string_view> backend_names();

}  // namespace shopbell
