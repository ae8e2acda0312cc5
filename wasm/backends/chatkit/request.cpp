#include "backends/chatkit/request.h"

#include "backends/chatkit/image.h"
#include "core/base/text.h"
#include "core/vocabulary/limits.h"
#include "core/wire/writer.h"

namespace shopbell::chatkit {
namespace {

void write_turn(wire::Writer& writer, bool agent, std::string_view text) {
  writer.object_begin();
  writer.key("role").text(agent ? "assistant" : "user");
  writer.key("content").text(text);
  writer.object_end();
}

// The index of the oldest turn that goes along.
std::size_t oldest_turn(const std::vector<Turn>& history, std::size_t message_units) {
  std::size_t units = 2 * message_units;
  std::size_t first = history.size();
  while (first > 0 && history.size() - first + 1 < limits::history_turns_max) {
    units += utf16_units(history[first - 1].text.reveal());
    if (units > budget_utf16_max) break;
    --first;
  }
  return first;
}

}  // namespace

std::string request_body(const Outgoing& outgoing) {
  const std::string_view image = usable_image(outgoing.image.reveal());
  std::string_view message = outgoing.text.reveal();
  if (message.empty() && !image.empty()) message = "What is in this image?";

  wire::Writer writer;
  writer.object_begin();
  writer.key("sessionId").text(outgoing.session_id);
  writer.key("message").text(message);
  if (!image.empty()) writer.key("image").text(image);
  writer.key("history").array_begin();
  for (std::size_t i = oldest_turn(outgoing.history, utf16_units(message)); i < outgoing.history.size();
       ++i) {
    write_turn(writer, outgoing.history[i].agent, outgoing.history[i].text.reveal());
  }
  write_turn(writer, false, message);
  return writer.take();
}

}  // namespace shopbell::chatkit
