// The registry's face for node. Events and commands are JSON of their field tables (registry/events.h,
// commands.h), each with a member `type`; frames and audio lie beside them as bytes.
//
//   new Registry(options: string)                            RegistryOptions as JSON
//   handle(event: string, payload: string, now_ms, wall_ms): string     a JSON list of commands. `payload` is
//   a
//                                                            Uint8Array or ""; an event that cannot be read
//                                                            gives "" and changes nothing
//   payload(): Uint8Array                                    the bytes that the commands name; a view of this
//                                                            module's memory, valid until the next call
//   deadline(): number                                       monotonic ms of the next `tick`; Infinity: none
//   counts(): string                                         {text_sockets, voice_sockets, sessions, calls}
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include "core/wire/reader.h"
#include "registry/registry.h"

namespace {

using namespace shopbell;
using namespace shopbell::registry;

RegistryOptions read_options(const std::string& json) {
  RegistryOptions options;
  const wire::Document document = wire::parse(json);
  if (!get(document.root(), options)) options = {};
  return options;
}

struct Counts {
  double text_sockets;
  double voice_sockets;
  double sessions;
  double calls;
  static constexpr auto fields() {
    return std::tuple{field("text_sockets", &Counts::text_sockets),
                      field("voice_sockets", &Counts::voice_sockets), field("sessions", &Counts::sessions),
                      field("calls", &Counts::calls)};
  }
};

class Face {
 public:
  explicit Face(const std::string& options) : registry_(read_options(options)) {}

  std::string handle(const std::string& json, const std::string& payload, double now_ms, double wall_ms) {
    output_ = {};
    const wire::Document document = wire::parse(json);
    const auto event = get_variant(document.root(), static_cast<const Event*>(nullptr));
    if (!event) return "";
    output_ = registry_.handle(*event, payload, {Mono{now_ms}, Wall{wall_ms}});
    wire::Writer writer;
    writer.array_begin();
    for (const Command& command : output_.commands) put_variant(writer, command);
    writer.array_end();
    return writer.take();
  }

  emscripten::val payload() const {
    return emscripten::val(emscripten::typed_memory_view(
        output_.payload.size(), reinterpret_cast<const std::uint8_t*>(output_.payload.data())));
  }

  double deadline() const { return registry_.deadline().ms; }

  std::string counts() const {
    wire::Writer writer;
    put(writer, Counts{double(registry_.text_sockets()), double(registry_.voice_sockets()),
                       double(registry_.sessions()), double(registry_.calls())});
    return writer.take();
  }

 private:
  Registry registry_;
  Output output_;
};

}  // namespace

EMSCRIPTEN_BINDINGS(shopbell_registry) {
  emscripten::class_<Face>("Registry")
      .constructor<const std::string&>()
      .function("handle", &Face::handle)
      .function("payload", &Face::payload)
      .function("deadline", &Face::deadline)
      .function("counts", &Face::counts);
}
