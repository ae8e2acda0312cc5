// Any answer at any status, split anywhere and ended or cut: the codec gives the same answers for every
// split, and exactly one last word. The first bytes choose status, content type, end and split; the rest is
// the body.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "backends/registry.h"
#include "core/base/invariant.h"
#include "core/vocabulary/limits.h"
#include "core/wire/utf8.h"

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
  const auto backend = make_http_backend("chatkit", options);
  Outgoing outgoing;
  outgoing.id = "id";
  outgoing.text = Private<std::string>("text");
  backend->request(outgoing);

  Answers answers;
  backend->head(c.status, {{"content-type", std::string(c.type)}, {"retry-after", "7"}}, answers);
  if (c.part_bytes == 0) backend->body(body, answers);
  for (std::size_t at = 0; c.part_bytes != 0 && at < body.size(); at += c.part_bytes) {
    backend->body(body.substr(at, c.part_bytes), answers);
  }
  c.cut ? backend->cut(ErrorCode::no_answer, answers) : backend->end(answers);

  std::string out;
  std::size_t last_words = 0;
  bool taken = false;
  for (const Answer& one : answers) {
    SHOPBELL_INVARIANT(last_words == 0);
    out += std::to_string(one.index()) + ":";
    taken = taken || std::holds_alternative<answer::Taken>(one);
    if (const auto* delta = std::get_if<answer::Delta>(&one)) out += delta->text;
    if (const auto* done = std::get_if<answer::Done>(&one)) {
      SHOPBELL_INVARIANT(taken && wire::is_utf8(done->text) && !done->text.empty());
      out += done->text;
      ++last_words;
    }
    if (const auto* products = std::get_if<answer::Products>(&one)) {
      SHOPBELL_INVARIANT(products->products.size() <= limits::products_max);
      for (const Product& product : products->products)
        out += product.title + product.link + product.id + ",";
    }
    if (const auto* failed = std::get_if<answer::Failed>(&one)) {
      // What the server said it has is never called not taken, or it would be sent twice.
      SHOPBELL_INVARIANT(!taken || failed->fate == answer::Fate::taken);
      SHOPBELL_INVARIANT(failed->detail.size() <= limits::detail_bytes_max && wire::is_utf8(failed->detail));
      out += std::string(to_name(failed->code)) + std::to_string(static_cast<int>(failed->fate)) +
             failed->detail;
      ++last_words;
    }
  }
  SHOPBELL_INVARIANT(last_words == 1);
  backend->body("event: done\ndata: {\"response\":\"late\"}\n\n", answers);
  SHOPBELL_INVARIANT(!backend->request(outgoing).resumes || c.idempotency);
  return out;
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
