// Any bytes as the answer of an AG-UI agent, split anywhere and ended or cut: the codec says the same for every
// split, and exactly one last word. The first byte chooses end and split; where it is odd, the rest is events,
// one a line, behind a run's beginning.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "backends/registry.h"
#include "ear.h"

namespace {

using namespace shopbell;

std::string outcome(std::string_view body, bool cut, std::size_t part_bytes) {
  const auto codec = make_codec("ag-ui", {});
  Outgoing outgoing;
  outgoing.id = "id";
  outgoing.text = Private<std::string>("text");
  Ear ear;
  codec->say(outgoing, ear);
  codec->head(200, {}, ear);
  for (; !body.empty(); body.remove_prefix(std::min(part_bytes, body.size())))
    codec->received(body.substr(0, part_bytes), ear);
  cut ? codec->cut(ErrorCode::no_answer, ear) : codec->ended(ear);
  SHOPBELL_INVARIANT(ear.last_words == 1);
  codec->received("data: {\"type\":\"RUN_FINISHED\"}\n\n", ear);
  codec->ended(ear);
  return ear.heard;
}

std::string as_events(std::string_view lines) {
  std::string body = R"(data: {"type":"RUN_STARTED","threadId":"t","runId":"id"})"
                     "\n\n";
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    body += "data: " + std::string(lines.substr(0, end)) + "\n\n";
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string body = data[0] & 1 ? as_events(rest) : std::string(rest);
  const bool cut = data[0] & 2;
  const std::string whole = outcome(body, cut, body.size() + 1);
  for (const std::size_t part : {std::size_t{1}, std::size_t{2} + (data[0] >> 2)})
    SHOPBELL_INVARIANT(outcome(body, cut, part) == whole);
  return 0;
}
