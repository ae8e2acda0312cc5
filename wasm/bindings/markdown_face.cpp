// The Markdown module's face: three plain C exports and no imports, for the hand-written loader in
// web/markdown.ts. One call at a time; pointers hold until the next call of either function that moves
// memory.
//
//   input(bytes)                     where to write the text followed by the page's origin; 0 when it is too
//   long parse(text_bytes, origin_bytes)  the number of bytes of the node list (wasm/markdown/node_list.h)
//   output()                         where the node list stands
//
// Built without Emscripten's glue: `_initialize` is to be called once, before anything else.
#include <cstddef>
#include <string>

#include "../markdown/limits.h"
#include "../markdown/parse.h"

namespace {

// A page's origin is a scheme, a host name and a port.
constexpr std::size_t origin_bytes_max = 300;

[[clang::no_destroy]] std::string text_and_origin;
[[clang::no_destroy]] std::string node_list;

}  // namespace

extern "C" {

[[clang::export_name("input")]] char* input(std::size_t bytes) {
  if (bytes > shopbell::markdown::text_bytes_max + origin_bytes_max) return nullptr;
  text_and_origin.resize(bytes);
  return text_and_origin.data();
}

[[clang::export_name("parse")]] std::size_t parse(std::size_t text_bytes, std::size_t origin_bytes) {
  const std::string_view all = text_and_origin;
  if (text_bytes > all.size() || origin_bytes > all.size() - text_bytes) return 0;
  node_list = shopbell::markdown::parse(all.substr(0, text_bytes), all.substr(text_bytes, origin_bytes));
  return node_list.size();
}

[[clang::export_name("output")]] const char* output() { return node_list.data(); }

// Emscripten's allocator tells the page that memory has grown. The loader looks at the memory anew after
// every call instead, and the module stays without imports.
void emscripten_notify_memory_growth(std::size_t) {}

}  // extern "C"
