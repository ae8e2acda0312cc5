// Any answer at any status, split anywhere and ended or cut: the codec gives the same answers for every
// split, and exactly one last word. The first bytes choose status, content type, end and split; the rest is
// the body.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "backends/registry.h"
#include "core/base/invariant.h"
#include "ear.h"

namespace {

using namespace shopbell;

constexpr std::uint32_t statuses[] = {200, 200, 200, 200, 201, 204, 302, 400, 401, 409, 429, 500, 503, 0};
constexpr std::string_view types[] = {"application/json", "text/event-stream", "text/html", ""};

struct Case {
  std::uint32_t status;
  std::string_view type;
  bool cut;
  bool idempotency;
  std::size_t part_bytes;  // 0: whole
};

std::string outcome(const Case& c, std::string_view body) {
  BackendOptions options;
  options.idempotency = c.idempotency;
  const auto codec = make_codec("chatkit", options);
  Outgoing outgoing;
  outgoing.id = "id";
  outgoing.text = Private<std::string>("text");
  Ear ear;
  codec->say(outgoing, ear);

  codec->head(c.status, {{"content-type", std::string(c.type)}, {"retry-after", "7"}}, ear);
  if (c.part_bytes == 0) codec->received(body, ear);
  for (std::size_t at = 0; c.part_bytes != 0 && at < body.size(); at += c.part_bytes) {
    codec->received(body.substr(at, c.part_bytes), ear);
  }
  c.cut ? codec->cut(ErrorCode::no_answer, ear) : codec->ended(ear);
  SHOPBELL_INVARIANT(ear.last_words == 1);
  codec->received("event: done\ndata: {\"response\":\"late\"}\n\n", ear);
  Ear again;
  codec->say(outgoing, again);
  SHOPBELL_INVARIANT(!again.resumes || c.idempotency);
  return ear.heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  Case c{statuses[data[0] % std::size(statuses)], types[data[1] & 3], (data[1] & 4) != 0, (data[1] & 8) != 0,
         0};
  const std::string_view body(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::string whole = outcome(c, body);
  for (const std::size_t part : {std::size_t{1}, 1 + data[2] % std::size_t{40}}) {
    c.part_bytes = part;
    SHOPBELL_INVARIANT(outcome(c, body) == whole);
  }
  return 0;
}
