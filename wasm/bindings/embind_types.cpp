// The part of embind's run time that knows the built-in types, for the few that our face uses.
//
// Linked in place of libembind's own bind.cpp, which registers every integer, bigint, wide string and memory
// view there is and brings printf along to name a type: 5 kB (brotli) of WebAssembly and glue that nothing
// here would ever call. A type of the face that is missing below fails at the first call that needs it. The
// JavaScript half is shim/embind.ts.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace {

emscripten::internal::InitFunc* init_functions = nullptr;

// As embind.js counts them.
constexpr int uint8_array = 1;

}  // namespace

extern "C" {

// For the text of an error about a type that was never registered; freed by the caller.
const char* __getTypeName(const std::type_info*) { return strdup("type"); }

void _embind_initialize_bindings() {
  for (auto* f = init_functions; f; f = f->next) f->init_func();
}

void _embind_register_bindings(emscripten::internal::InitFunc* f) {
  f->next = init_functions;
  init_functions = f;
}

}  // extern "C"

EMSCRIPTEN_BINDINGS(shopbell_types) {
  using namespace emscripten;
  using namespace emscripten::internal;
  _embind_register_void(TypeID<void>::get(), "void");
  _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
  _embind_register_std_string(TypeID<std::string>::get(), "std::string");
  _embind_register_emval(TypeID<val>::get());
  _embind_register_memory_view(TypeID<memory_view<std::uint8_t>>::get(), uint8_array, "view");
}
