#include "backends/registry.h"

// 1 when the macro `define` is defined as 1, else 0: such a macro turns the middle of the first line into an
// extra argument.
#define SHOPBELL_EXTRA_1 ~,
#define SHOPBELL_SECOND(first, second, ...) second
#define SHOPBELL_PICK(...) SHOPBELL_SECOND(__VA_ARGS__, 0, 0)
#define SHOPBELL_JOINED(value) SHOPBELL_PICK(SHOPBELL_EXTRA_##value 1)
#define SHOPBELL_IS_ONE(define) SHOPBELL_JOINED(define)

namespace shopbell {

#define BACKEND(define, identifier, name, sets) \
  std::unique_ptr<HttpBackend> make_##identifier##_backend(const BackendOptions& options);
#include "backends/backends.def"
#undef BACKEND

std::unique_ptr<HttpBackend> make_backend(std::string_view wanted, const BackendOptions& options) {
#define BACKEND(define, identifier, name, sets)                      \
  if constexpr (SHOPBELL_IS_ONE(SHOPBELL_BACKEND_##define)) {        \
    if (wanted == name) return make_##identifier##_backend(options); \
  }
#include "backends/backends.def"
#undef BACKEND
  return nullptr;
}

std::span<const std::string_view> backend_names() {
  static constexpr std::string_view names[] = {
#define BACKEND(define, identifier, name, sets) name,
#include "backends/backends.def"
#undef BACKEND
  };
  return names;
}

}  // namespace shopbell
