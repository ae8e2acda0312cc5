#include "backends/ag_ui/ag_ui.h"

#include <utility>

#include "backends/ag_ui/input.h"
#include "backends/ag_ui/owner.h"
#include "backends/refusal.h"
#include "core/base/text.h"
#include "core/vocabulary/limits.h"

namespace shopbell {

std::unique_ptr<Codec> make_ag_ui_codec(const BackendOptions& options) {
  return std::make_unique<ag_ui::AgUi>(options);
}

namespace ag_ui {
AgUi::AgUi(const BackendOptions& options) : url_(options.api_url), key_(options.api_key) {
  if (wire::parse(options.forwarded_props.reveal()).root().is_object()) props_ = options.forwarded_props;
  headers_.resize(key_.empty() ? 2 : 3);
  headers_[0].name = "Content-Type";
  headers_[0].value = "application/json";
  headers_[1].name = "Accept";
  headers_[1].value = "text/event-stream";
  if (!key_.empty()) headers_[2] = {"X-API-Key", key_.reveal()};
  refused_ = add_headers(options.agent_headers.reveal(), headers_);
}

void AgUi::begin(Listener& out) {
  if (!refused_.empty()) out.trouble("[Shopbell] these of agentHeaders can't be sent:" + refused_);
}

void AgUi::say(const Outgoing& outgoing, Listener& out) {
  goes_on_ = outgoing.asks && !outgoing.asks->empty();
  runs_ = 1 + (outgoing.id == id_ ? runs_ : goes_on_ ? outgoing.asks->back().round : 0);
  id_ = outgoing.id;
  reply_ = reply_to(id_);
  said_ = outgoing.text;
  stage_ = Stage::asked;
  before_ = goes_on_ ? said_in(*outgoing.asks) : std::string();
  text_.clear();
  run_ = {};
  offered_ = outgoing.tools ? *outgoing.tools : std::string();
  run_id_ = runs_ == 1 ? id_ : id_ + "." + decimal(runs_);
  last_word_ = Said::nothing;
  events_ = {};
  taken_ = false;
  status_ = 0;
  retry_after_.clear();
  refusal_.clear();
  body_bytes_ = 0;

  HttpRequest request;
  request.method = "POST";
  request.url = url_;
  request.headers = headers_;
  request.body = run_input(outgoing, run_id_, props_.reveal());
  out.restarted(reply_);
  out.request(std::move(request));
}

void AgUi::head(std::uint32_t status, const std::vector<Header>& headers, Listener&) {
  if (stage_ != Stage::asked) return;
  status_ = status;
  stage_ = status >= 200 && status <= 299 ? Stage::streaming : Stage::refused;
  retry_after_ = header_of(headers, "retry-after");
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
  const Said run_said = run_.read(document.root(), offered_);
  switch (run_said) {
    case Said::nothing:
      return;
    case Said::started:
      last_word_ = Said::nothing;
      if (!std::exchange(taken_, true)) out.taken(id_);
      if (text_.empty()) return out.progress(reply_);
      text_.clear();
      return out.restarted(reply_);
    case Said::text:
      return more(out);
    case Said::progress:
      return out.progress(reply_);
    case Said::result:
      out.result(run_.call(), run_.text());
      return out.progress(reply_);
    case Said::finished:
    case Said::asks:
    case Said::cancelled:
    case Said::failed:
      return last_word(run_said, out);
    case Said::broken:
      return fail(ErrorCode::answer_unreadable, out,
                  std::string(document["type"].text().value_or("an event")) + " against the rules of AG-UI");
  }
}

// What this run says is a paragraph of its own.
void AgUi::more(Listener& out) {
  const std::string delta = (text_.empty() && !before_.empty() ? "\n\n" : "") + run_.text();
  text_ += run_.text();
  out.delta(reply_, Listener::at_end, delta);
}

void AgUi::last_word(Said said, Listener& out) {
  last_word_ = said;
  if (run_.id() == run_id_) finish(out);
}

void AgUi::finish(Listener& out) {
  // The agent's words are a program's, and may hold anything: they are not shown.
  if (last_word_ == Said::failed) {
    taken_ = true;
    return fail(ErrorCode::answer_failed, out);
  }
  stage_ = Stage::over;
  if (last_word_ == Said::asks) {
    run_.asked().front().said.set(text_);
    return out.asks(std::move(run_.asked()));
  }
  // Who has done something may have nothing to say of it.
  const bool silent = trimmed(text_).empty();
  if (silent && !goes_on_) return fail(ErrorCode::answer_empty, out);
  if (!silent && !before_.empty()) before_ += "\n\n";
  if (!silent) before_ += text_;
  out.done(reply_, last_word_ == Said::cancelled ? RowState::stopped : RowState::done, before_);
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
      return last_word_ != Said::nothing ? finish(out) : fail(ErrorCode::answer_broken, out);
  }
}

void AgUi::cut(ErrorCode code, Listener& out) {
  if (stage_ == Stage::over) return;
  if (stage_ == Stage::refused) return finish_refusal(out);  // the server did answer
  last_word_ != Said::nothing ? finish(out) : fail(code, out);
}

void AgUi::finish_refusal(Listener& out) {
  const wire::Document document = wire::parse(refusal_);
  Failure failure = refusal(status_, false, document.root(), retry_after_);
  failure.detail = server_words(status_, document.root(), {said_.reveal(), key_.reveal()});
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
