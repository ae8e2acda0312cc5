// The core's face: what JavaScript sees of the widget. Bytes in, bytes out; layout in core/base/packed.h.
//
//   new Face()
//   handle(event: Uint8Array, now_ms, wall_ms): Uint8Array   commands: u32 count, then each; a view of this
//   module's memory,
//                                                            valid until the next call
//   deadline(): number                                       monotonic ms of the next `tick`; Infinity when
//   none delete()
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include "backends/registry.h"
#include "core/base/packed.h"

namespace {

class Face {
 public:
  emscripten::val handle(const std::string& event, double now_ms, double wall_ms) {
    shopbell::Commands commands;
    const bool readable = shopbell::packed::unpack<shopbell::Event>(event, [&](const shopbell::Event& e) {
      commands = widget_.handle(e, {shopbell::Mono{now_ms}, shopbell::Wall{wall_ms}});
    });
    if (!readable) {
      commands.put(shopbell::command::Console{shopbell::Level::error,
                                              "[Shopbell] an event could not be read; it was dropped."});
    }
    packed_ = commands.take();
    return emscripten::val(
        emscripten::typed_memory_view(packed_.size(), reinterpret_cast<const std::uint8_t*>(packed_.data())));
  }

  double deadline() const { return widget_.deadline().ms; }

 private:
  shopbell::Widget widget_{shopbell::parts_of_this_build()};
  std::string packed_;
};

}  // namespace

EMSCRIPTEN_BINDINGS(shopbell_core) {
  emscripten::class_<Face>("Face")
      .constructor<>()
      .function("handle", &Face::handle)
      .function("deadline", &Face::deadline);
}
