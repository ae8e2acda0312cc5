// The registry's face for node: registry/json_face.h through embind.
//
//   new Registry(options: string)
//   handle(event: string, payload: string, now_ms, wall_ms): string     `payload` is a Uint8Array or ""
//   payload(): Uint8Array                                    a view of this module's memory, valid until the
//                                                            next call
//   deadline(): number                                       monotonic ms of the next `tick`; Infinity: none
//   counts(): string
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include "registry/json_face.h"

namespace {

using namespace shopbell;

class Face {
 public:
  explicit Face(const std::string& options) : face_(options) {}

  std::string handle(const std::string& json, const std::string& payload, double now_ms, double wall_ms) {
    return face_.handle(json, payload, {Mono{now_ms}, Wall{wall_ms}});
  }

  emscripten::val payload() const {
    const std::string_view bytes = face_.payload();
    return emscripten::val(
        emscripten::typed_memory_view(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data())));
  }

  double deadline() const { return face_.registry().deadline().ms; }
  std::string counts() const { return face_.counts(); }

 private:
  registry::JsonFace face_;
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
