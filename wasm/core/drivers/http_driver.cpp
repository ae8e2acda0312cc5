#include "core/drivers/http_driver.h"

#include <algorithm>
#include <utility>

#include "core/base/invariant.h"

namespace shopbell {

void HttpDriver::handle(const Event& event) {
  if (const auto* head = std::get_if<event::HttpHead>(&event)) {
    if (!link_.head(head->attempt, chat_.now.mono)) return;
    codec_->head(head->status, head->headers, *this);
  } else if (const auto* body = std::get_if<event::HttpBody>(&event)) {
    if (!link_.bytes(body->attempt, chat_.now.mono)) return;
    codec_->received(body->bytes.data, *this);
  } else if (const auto* end = std::get_if<event::HttpEnd>(&event)) {
    if (!link_.over(end->attempt)) return;
    codec_->ended(*this);
  } else if (const auto* failure = std::get_if<event::HttpFailed>(&event)) {
    if (!link_.over(failure->attempt)) return;
    codec_->cut(ErrorCode::connection_lost, *this);
  }
  check_last_word();
}

void HttpDriver::pump() {
  expire();
  if (link_.open()) return;
  Mono due;
  if (const Message* next = chat_.outbox.next(chat_.now.mono, chat_.online, due)) start_exchange(*next);
}

void HttpDriver::start_exchange(const Message& message) {
  current_ = message.id;
  if (chat_.session.ensure(chat_.now.wall, chat_.random)) chat_.store.put(chat_.session.record(), chat_.out);
  chat_.transcript.want_markdown(chat_.out);

  Outgoing outgoing;
  outgoing.id = message.id;
  outgoing.session_id = message.session.empty() ? chat_.session.record().session_id : message.session;
  outgoing.text = message.text;
  outgoing.history = chat_.transcript.turns(message.id);
  outfit(outgoing);
  codec_->say(outgoing, *this);
}

bool HttpDriver::set_out() {
  return chat_.outbox.send(current_, chat_.now.mono, chat_.transcript.next_order(chat_.now.wall),
                           chat_.session.record().session_id);
}

void HttpDriver::request(HttpRequest&& request) {
  const bool sent = set_out();
  SHOPBELL_INVARIANT(sent);
  chat_.settle_changes();  // in storage before it is on the wire
  drop_leftover(true);
  link_.start(++chat_.exchanges, chat_.now.mono);
  chat_.out.put(command::HttpSend{link_.attempt(), std::move(request.method), std::move(request.url),
                                  std::move(request.headers), Bytes{std::move(request.body)}});
}

void HttpDriver::drop_leftover(bool make_way) {
  if (const auto attempt = link_.take_leftover(chat_.now.mono, make_way))
    chat_.out.put(command::HttpAbort{attempt});
}

// One session for all tabs: that which was stored last.
void HttpDriver::stored(const SessionRecord& session) {
  if (!session.session_id.empty()) chat_.session.restore(session);
}

// Lets go of an exchange whose answer is known, or not wanted any more.
void HttpDriver::end_exchange() {
  if (!link_.open()) return;
  chat_.out.put(command::HttpAbort{link_.attempt()});
  link_.close();
}

void HttpDriver::stop() {
  if (!link_.open()) return;
  end_exchange();
  if (chat_.transcript.find(reply())) chat_.finish(reply(), RowState::stopped, ErrorCode::none);
  chat_.outbox.stopped(current_);
}

void HttpDriver::expire() {
  drop_leftover(false);
  if (const ErrorCode why = link_.expired(chat_.now.mono); why != ErrorCode::none) cut(why);
}

void HttpDriver::urge(Why why) {
  if (why == Why::thawed && link_.open()) cut(ErrorCode::connection_lost);
  if (why == Why::network || why == Why::woke) chat_.outbox.connection_back(chat_.now.mono);
}

void HttpDriver::cut(ErrorCode why) {
  end_exchange();
  codec_->cut(why, *this);
  check_last_word();
}

// An exchange that is over must have said what became of its message: a codec that did not is answered for
// here.
void HttpDriver::check_last_word() {
  const Message* m = chat_.outbox.find(current_);
  if (!link_.open() && m && (m->state == MessageState::sending || m->state == MessageState::answering))
    failed(current_, {ErrorCode::answer_broken, m->taken ? Fate::taken : Fate::unknown, -1, {}});
}

// ---- what the codec says

void HttpDriver::delta(const std::string& row, std::uint32_t /*at*/, std::string_view text) {
  link_.progress(chat_.now.mono);
  chat_.append(row, text);
}

void HttpDriver::products(const std::string& of, std::vector<Product>&& products) {
  link_.progress(chat_.now.mono);
  Row row = chat_.agent_row(of);
  row.id = current_ + ".products";
  row.text.clear();
  chat_.put_products(std::move(row), std::move(products));
}

void HttpDriver::done(const std::string& row, RowState state, const std::string& text) {
  taken(current_);
  link_.finish(chat_.now.mono);
  chat_.finish(row, state, ErrorCode::none, &text);
  chat_.outbox.settle(current_);
  chat_.tell_reply(row, text);
}

void HttpDriver::failed(const std::string& message, const Failure& failure) {
  end_exchange();
  chat_.failed(message, failure);
}

Typing HttpDriver::typing() const {
  if (!link_.open()) return Typing::none;
  if (link_.still_working(chat_.now.mono)) return Typing::still_working;
  const Row* begun = chat_.transcript.find(reply());
  return begun && begun->state == RowState::streaming ? Typing::none : Typing::thinking;
}

Mono HttpDriver::deadline() const {
  Mono due;
  chat_.outbox.next(chat_.now.mono, chat_.online, due);
  return std::min(due, link_.deadline(chat_.now.mono));
}

// An exchange is open exactly while a message is in flight, but for one that asks.
bool HttpDriver::consistent() const {
  const Message* in_flight = chat_.outbox.in_flight();
  const bool on_wire = in_flight && in_flight->state != MessageState::asking;
  return link_.consistent() && link_.open() == on_wire && (!on_wire || in_flight->id == current_);
}

}  // namespace shopbell
