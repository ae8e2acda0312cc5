#include "backends/ag_ui/ag_ui.h"

#include <utility>

#include "backends/refusal.h"
#include "core/base/text.h"
#include "core/vocabulary/limits.h"
#include "core/wire/writer.h"

namespace shopbell {

std::unique_ptr<Codec> make_ag_ui_codec(const BackendOptions& options) {
  return std::make_unique<ag_ui::AgUi>(options);
}

namespace ag_ui {
namespace {

void write_message(wire::Writer& writer, std::string_view id, bool agent, std::string_view text) {
  writer.object_begin();
  writer.key("id").text(id);
  writer.key("role").text(agent ? "assistant" : "user");
  writer.key("content").text(text);
  writer.object_end();
}

// RunAgentInput. `tools`, `context`, `state` and `forwardedProps` are sent even where they are empty: of some
// versions they are needed.
std::string run_input(const Outgoing& outgoing, std::string_view run) {
  wire::Writer writer;
  writer.object_begin();
  writer.key("threadId").text(outgoing.session_id);
  writer.key("runId").text(run);
  writer.key("protocolVersion").text("1.0");
  writer.key("state").object_begin().object_end();
  writer.key("messages").array_begin();
  const auto& history = outgoing.history;
  const std::size_t most = limits::history_turns_max;
  for (std::size_t i = history.size() > most ? history.size() - most : 0; i < history.size(); ++i)
    write_message(writer, history[i].id, history[i].agent, history[i].text.reveal());
  write_message(writer, outgoing.id, false, outgoing.text.reveal());
  writer.array_end();
  writer.key("tools").array_begin().array_end();
  writer.key("context").array_begin().array_end();
  writer.key("forwardedProps").object_begin().object_end();
  return writer.take();
}

}  // namespace

void AgUi::say(const Outgoing& outgoing, Listener& out) {
  runs_ = outgoing.id == id_ ? runs_ + 1 : 1;
  id_ = outgoing.id;
  reply_ = reply_to(id_);
  said_ = outgoing.text;
  stage_ = Stage::asked;
  text_.clear();
  run_ = {};
  run_id_ = runs_ == 1 ? id_ : id_ + "." + decimal(runs_);
  last_word_.reset();
  events_ = {};
  taken_ = false;
  status_ = 0;
  retry_after_.clear();
  refusal_.clear();
  body_bytes_ = 0;

  HttpRequest request;
  request.method = "POST";
  request.url = options_.api_url;
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}};
  if (!options_.api_key.empty()) request.headers.push_back({"X-API-Key", options_.api_key.reveal()});
  request.body = run_input(outgoing, run_id_);
  out.restarted(reply_);
  out.request(std::move(request));
}

void AgUi::head(std::uint32_t status, const std::vector<Header>& headers, Listener&) {
  if (stage_ != Stage::asked) return;
  status_ = status;
  stage_ = status >= 200 && status <= 299 ? Stage::streaming : Stage::refused;
  for (const Header& header : headers)
    if (header.name == "retry-after") retry_after_ = header.value;
}

void AgUi::received(std::string_view bytes, Listener& out) {
  if (stage_ == Stage::refused) {
    const std::size_t room = limits::refusal_bytes_max - refusal_.size();
    refusal_ += bytes.substr(0, room);
    if (bytes.size() > room) finish_refusal(out);  // the status says enough
    return;
  }
  if (stage_ != Stage::streaming) return;
  // What stands before the bound is read first, so that the outcome does not depend on how the bytes were
  // split.
  const std::size_t room = limits::answer_bytes_max - body_bytes_;
  std::string_view within = bytes.substr(0, room);
  body_bytes_ += within.size();
  wire::SseEvent event;
  while (stage_ == Stage::streaming && events_.next(within, event)) read(event, out);
  if (stage_ == Stage::streaming && (events_.too_long() || bytes.size() > room))
    fail(ErrorCode::answer_too_long, out);
}

void AgUi::read(const wire::SseEvent& event, Listener& out) {
  const wire::Document document = wire::parse(event.data);
  if (!document.ok()) return fail(ErrorCode::answer_unreadable, out, "an event is not JSON");
  switch (run_.read(document.root())) {
    case Said::nothing:
      return;
    case Said::started:
      last_word_.reset();
      if (!std::exchange(taken_, true)) out.taken(id_);
      if (text_.empty()) return out.progress(reply_);
      text_.clear();
      return out.restarted(reply_);
    case Said::text:
      text_ += run_.text();
      return out.delta(reply_, Listener::at_end, run_.text());
    case Said::progress:
      return out.progress(reply_);
    case Said::finished:
      return last_word(RowState::done, out);
    case Said::cancelled:
      return last_word(RowState::stopped, out);
    case Said::failed:
      // The agent's words are a program's, and may hold anything: they are not shown.
      taken_ = true;
      return fail(ErrorCode::answer_failed, out);
    case Said::broken:
      return fail(ErrorCode::answer_unreadable, out, run_.why());
  }
}

void AgUi::last_word(RowState state, Listener& out) {
  last_word_ = state;
  if (run_.id() == run_id_) finish(state, out);
}

void AgUi::finish(RowState state, Listener& out) {
  if (trimmed(text_).empty()) return fail(ErrorCode::answer_empty, out);
  stage_ = Stage::over;
  out.done(reply_, state, text_);
}

void AgUi::ended(Listener& out) {
  switch (stage_) {
    case Stage::over:
      return;
    case Stage::asked:
      return fail(ErrorCode::connection_lost, out);  // an end without a head
    case Stage::refused:
      return finish_refusal(out);
    case Stage::streaming:
      return last_word_ ? finish(*last_word_, out) : fail(ErrorCode::answer_broken, out);
  }
}

void AgUi::cut(ErrorCode code, Listener& out) {
  if (stage_ == Stage::over) return;
  if (stage_ == Stage::refused) return finish_refusal(out);  // the server did answer
  last_word_ ? finish(*last_word_, out) : fail(code, out);
}

void AgUi::finish_refusal(Listener& out) {
  const wire::Document document = wire::parse(refusal_);
  Failure failure = refusal(status_, false, document.root(), retry_after_);
  failure.detail = server_words(status_, document.root(), {said_.reveal(), options_.api_key.reveal()});
  fail(failure, out);
}

void AgUi::fail(ErrorCode code, Listener& out, std::string_view why) {
  fail(Failure{code, taken_ ? Fate::taken : Fate::unknown, -1, std::string(why)}, out);
}

void AgUi::fail(const Failure& failure, Listener& out) {
  stage_ = Stage::over;
  out.failed(id_, failure);
}

}  // namespace ag_ui
}  // namespace shopbell
