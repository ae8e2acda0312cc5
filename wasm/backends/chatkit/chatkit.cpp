#include "backends/chatkit/chatkit.h"

#include <utility>

#include "backends/chatkit/request.h"
#include "backends/products.h"
#include "backends/refusal.h"
#include "core/base/text.h"
#include "core/vocabulary/limits.h"
#include "core/wire/reader.h"

namespace shopbell {

std::unique_ptr<Codec> make_chatkit_codec(const BackendOptions& options) {
  return std::make_unique<chatkit::Chatkit>(options);
}

namespace chatkit {
namespace {

constexpr std::size_t sniff_bytes_max = 1'000;
constexpr std::string_view event_fields[] = {":", "event:", "data:", "id:", "retry:"};

// fetch refuses header values with other bytes, and with them the whole request.
bool fits_header(std::string_view value) {
  for (const char c : value) {
    if (c <= 0x20 || c >= 0x7f) return false;
  }
  return !value.empty() && value.size() <= 200;
}

}  // namespace

Capabilities Chatkit::capabilities() const { return {.resend_by_key = options_.idempotency}; }

void Chatkit::say(const Outgoing& outgoing, Listener& out) {
  if (outgoing.id != id_) last_event_id_.clear();
  id_ = outgoing.id;
  reply_ = reply_to(id_);
  text_ = outgoing.text;
  stage_ = Stage::asked;
  taken_ = false;
  says_events_ = false;
  status_ = 0;
  retry_after_.clear();
  body_bytes_ = 0;
  buffer_.clear();
  events_ = {};

  HttpRequest request;
  request.method = "POST";
  request.url = options_.api_url + "/api/chatkit/agent";
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "text/event-stream, application/json"},
                     {"X-API-Key", options_.api_key.reveal()}};
  // A server of the older protocol does not allow these in its CORS answer and would then refuse every
  // message.
  if (options_.idempotency) {
    request.headers.push_back({"Idempotency-Key", id_});
    request.headers.push_back(
        {"X-Client-Source", options_.version.empty() ? "widget" : "widget/" + options_.version});
    if (!last_event_id_.empty()) {
      request.headers.push_back({"Last-Event-ID", last_event_id_});
    }
  }
  request.body = request_body(outgoing);
  resumes_ = options_.idempotency && !last_event_id_.empty();
  // A reply that comes again from its beginning must not be appended to what is left of the last try.
  if (!resumes_) out.restarted(reply_);
  out.request(std::move(request));
}

void Chatkit::head(std::uint32_t status, const std::vector<Header>& headers, Listener& out) {
  if (stage_ != Stage::asked) return;
  status_ = status;
  if (status < 200 || status > 299) {
    stage_ = Stage::refused;
    retry_after_ = header_of(headers, "retry-after");
    return;
  }
  stage_ = Stage::sniffing;
  says_events_ = header_of(headers, "content-type").starts_with("text/event-stream");
  if (says_events_) take(out);
}

void Chatkit::received(std::string_view bytes, Listener& out) {
  if (stage_ == Stage::refused) {
    const std::size_t room = limits::refusal_bytes_max - buffer_.size();
    buffer_ += bytes.substr(0, room);
    if (bytes.size() > room) finish_refusal(out);  // the status says enough
    return;
  }
  if (stage_ != Stage::sniffing && stage_ != Stage::json && stage_ != Stage::events) return;
  // What stands before the bound is read first, so that the outcome does not depend on how the bytes were
  // split.
  const std::size_t room = limits::answer_bytes_max - body_bytes_;
  const std::string_view within = bytes.substr(0, room);
  body_bytes_ += within.size();
  if (stage_ == Stage::events) {
    read_events(within, out);
  } else {
    buffer_ += within;
    if (stage_ == Stage::sniffing) sniff(false, out);
  }
  if (bytes.size() > room && stage_ != Stage::over) fail(ErrorCode::answer_too_long, Fate::taken, out);
}

void Chatkit::ended(Listener& out) {
  if (stage_ == Stage::sniffing) sniff(true, out);
  switch (stage_) {
    case Stage::over:
      break;
    case Stage::asked:
      fail(ErrorCode::connection_lost, Fate::unknown, out);
      break;  // an end without a head
    case Stage::refused:
      finish_refusal(out);
      break;
    case Stage::json:
      finish_json(std::exchange(buffer_, {}), taken_ ? Fate::taken : Fate::unknown, out);
      break;
    case Stage::sniffing:
    case Stage::events:
      fail(ErrorCode::answer_broken, Fate::taken, out);
      break;
  }
}

void Chatkit::cut(ErrorCode code, Listener& out) {
  if (stage_ == Stage::over) return;
  if (stage_ == Stage::refused) return finish_refusal(out);  // the server did answer
  fail(code, taken_ ? Fate::taken : Fate::unknown, out);
}

// Decides between JSON and a stream as soon as the first bytes allow it; `complete`: no more will come.
void Chatkit::sniff(bool complete, Listener& out) {
  const std::string_view seen = std::string_view(buffer_).substr(0, sniff_bytes_max);
  std::string_view start = seen;
  if (start.starts_with("\xef\xbb\xbf")) start.remove_prefix(3);
  while (!start.empty() && std::string_view(" \t\r\n").find(start.front()) != std::string_view::npos)
    start.remove_prefix(1);
  bool is_events = says_events_;
  bool undecided = start.empty() || std::string_view("\xef\xbb\xbf").starts_with(start);
  if (start.starts_with('{')) is_events = false;
  for (const std::string_view field : event_fields) {
    if (start.starts_with(field)) is_events = true;
    undecided = undecided || (start.size() < field.size() && field.starts_with(start));
  }
  if (undecided && !complete && seen.size() < sniff_bytes_max) return;
  stage_ = is_events ? Stage::events : Stage::json;
  if (!is_events) return;
  take(out);
  read_events(std::exchange(buffer_, {}), out);
}

void Chatkit::read_events(std::string_view bytes, Listener& out) {
  wire::SseEvent event;
  while (stage_ == Stage::events && events_.next(bytes, event)) {
    check_resumed(out);
    read_event(event, out);
    if (fits_header(events_.last_id())) last_event_id_ = events_.last_id();
  }
  if (stage_ == Stage::events && events_.too_long()) fail(ErrorCode::answer_too_long, Fate::taken, out);
}

// Ids are `<making>-<n>`: a server that was restarted makes the answer again, under another first part. An id
// without such a part says nothing, and neither does an event without an id.
void Chatkit::check_resumed(Listener& out) {
  if (events_.last_id().empty() || !std::exchange(resumes_, false)) return;
  const auto making = [](std::string_view id) { return id.substr(0, id.rfind('-') + 1); };
  if (making(events_.last_id()) != making(last_event_id_)) out.restarted(reply_);
}

// Events of other names are of a later protocol; a delta that can't be read is healed by `done`, which holds
// the whole text.
void Chatkit::read_event(const wire::SseEvent& event, Listener& out) {
  if (event.type == "done") return finish_json(event.data, Fate::taken, out);
  const wire::Document document = wire::parse(event.data);
  if (event.type == "delta") {
    const auto text = document["text"].text();
    if (text && !text->empty()) out.delta(reply_, Listener::at_end, *text);
  } else if (event.type == "products") {
    auto products = read_products(document["products"]);
    if (!products.empty()) out.products(reply_, std::move(products));
  } else if (event.type == "error") {
    const auto words = server_words(status_, document.root(), {text_.reveal(), options_.api_key.reveal()});
    fail({ErrorCode::answer_failed, Fate::taken, retry_after_s(document.root()), words}, out);
  }
}

void Chatkit::finish_json(std::string_view json, Fate fate, Listener& out) {
  const wire::Document document = wire::parse(json);
  if (!document.ok()) return fail(ErrorCode::answer_unreadable, fate, out);
  const auto text = document["response"].text().value_or(std::string_view());
  if (trimmed(text).empty()) return fail(ErrorCode::answer_empty, fate, out);
  take(out);
  stage_ = Stage::over;
  out.done(reply_, RowState::done, std::string(text));
}

void Chatkit::finish_refusal(Listener& out) {
  const wire::Document document = wire::parse(buffer_);
  Failure failure = refusal(status_, options_.idempotency, document.root(), retry_after_);
  failure.detail = server_words(status_, document.root(), {text_.reveal(), options_.api_key.reveal()});
  fail(failure, out);
}

void Chatkit::take(Listener& out) {
  if (!std::exchange(taken_, true)) out.taken(id_);
}

void Chatkit::fail(ErrorCode code, Fate fate, Listener& out) {
  const double retry_ms = events_.retry_ms();  // a stream may say when to come back after a break
  fail(Failure{code, fate, retry_ms < 0 ? -1 : retry_ms / 1000, {}}, out);
}

void Chatkit::fail(const Failure& failure, Listener& out) {
  stage_ = Stage::over;
  buffer_.clear();
  out.failed(id_, failure);
}

}  // namespace chatkit
}  // namespace shopbell
