#include "backends/registry.h"

#include "core/drivers/agent_driver.h"
#include "core/drivers/http_driver.h"
#include "core/drivers/room_call.h"
#include "core/drivers/socket_driver.h"
#include "core/drivers/sound_driver.h"
#include "core/machines/call.h"

// 1 when the macro `define` is defined as 1, else 0: such a macro turns the middle of the first line into an
// extra argument.
#define SHOPBELL_EXTRA_1 ~,
#define SHOPBELL_SECOND(first, second, ...) second
#define SHOPBELL_PICK(...) SHOPBELL_SECOND(__VA_ARGS__, 0, 0)
#define SHOPBELL_JOINED(value) SHOPBELL_PICK(SHOPBELL_EXTRA_##value 1)
#define SHOPBELL_IS_ONE(define) SHOPBELL_JOINED(define)

namespace shopbell {

#define BACKEND(identifier, name, transport, calls) \
  std::unique_ptr<Codec> make_##identifier##_codec(const BackendOptions& options);
#include "backends/backends.def"
#undef BACKEND
std::unique_ptr<Codec> make_livekit_calls_codec(const BackendOptions& options);

namespace {

// Only what this build has is named here, so that nothing else is linked.
template <class OfTransport, Engine calls>
std::unique_ptr<Driver> driver_over(std::unique_ptr<Codec> codec, Conversation& chat) {
  using Made = std::conditional_t<calls == Engine::frames, SoundDriver, OfTransport>;
  return std::make_unique<Made>(std::move(codec), chat);
}

std::unique_ptr<Driver> make_driver(std::string_view wanted, const BackendOptions& options,
                                    Conversation& chat) {
#define BACKEND(identifier, name, transport, calls)                                                   \
  if constexpr (SHOPBELL_IS_ONE(SHOPBELL_BACKEND_##identifier)) {                                     \
    if (wanted == name)                                                                               \
      return driver_over<transport##Driver, Engine::calls>(make_##identifier##_codec(options), chat); \
  }
#include "backends/backends.def"
#undef BACKEND
  return nullptr;
}

constexpr Engine engine_of(std::string_view backend) {
#define BACKEND(identifier, name, transport, calls)               \
  if constexpr (SHOPBELL_IS_ONE(SHOPBELL_BACKEND_##identifier)) { \
    if (backend == name) return Engine::calls;                    \
  }
#include "backends/backends.def"
#undef BACKEND
  return Engine::none;
}

constexpr bool build_has_rooms = SHOPBELL_IS_ONE(SHOPBELL_WITH_LIVEKIT);

constexpr bool build_has_calls =
#define BACKEND(identifier, name, transport, calls) \
  (SHOPBELL_IS_ONE(SHOPBELL_BACKEND_##identifier) && Engine::calls != Engine::none) ||
#include "backends/backends.def"
#undef BACKEND
    build_has_rooms;

// Calls over the back end itself, by its name or as `backend`; or beside it.
std::unique_ptr<Voice> make_voice(std::string_view voice, const Options& options, Conversation& chat) {
  if constexpr (build_has_calls) {
    const Engine engine = engine_of(options.backend);
    if (engine != Engine::none && (voice == options.backend || voice == "backend"))
      return std::make_unique<Call>(engine);
  }
  if constexpr (build_has_rooms)
    if (voice == "livekit")
      return std::make_unique<RoomCall>(make_livekit_calls_codec(options.backend_options), chat,
                                        engine_of(options.backend));
  return nullptr;
}

constexpr std::string_view first_of_this_build() {
#define BACKEND(identifier, name, transport, calls) \
  if constexpr (SHOPBELL_IS_ONE(SHOPBELL_BACKEND_##identifier)) return name;
#include "backends/backends.def"
#undef BACKEND
  return "";
}

}  // namespace

const bool Parts::has_calls = build_has_calls;
const bool Parts::has_rooms = build_has_rooms;

Parts parts_of_this_build() { return {&make_driver, &make_voice, first_of_this_build()}; }

std::unique_ptr<Codec> make_codec(std::string_view wanted, const BackendOptions& options) {
#define BACKEND(identifier, name, transport, calls)                \
  if constexpr (SHOPBELL_IS_ONE(SHOPBELL_BACKEND_##identifier)) {  \
    if (wanted == name) return make_##identifier##_codec(options); \
  }
#include "backends/backends.def"
#undef BACKEND
  return nullptr;
}

}  // namespace shopbell
