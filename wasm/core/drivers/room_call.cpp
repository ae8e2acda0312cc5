#include "core/drivers/room_call.h"

#include <algorithm>

#include "core/base/backoff.h"

namespace shopbell {
namespace {

AgentActivity activity_of(AgentState state) {
  if (state == AgentState::thinking) return AgentActivity::thinking;
  return state == AgentState::speaking ? AgentActivity::speaking : AgentActivity::listening;
}

}  // namespace

// ---- the token

// A gateway of ours gives the session's secret with its first answer, whoever asked.
bool RoomCall::hears(const Event& event) {
  const auto* head = std::get_if<event::HttpHead>(&event);
  if (head)
    for (const Header& header : head->headers)
      if (header.name == "x-session-secret" && chat_.session.prove(Private(header.value)))
        chat_.store.put(chat_.session.record(), chat_.out);
  if (!fetches()) return false;
  if (head) {
    if (head->attempt != exchange_) return false;
    codec_->head(head->status, head->headers, *this);
  } else if (const auto* body = std::get_if<event::HttpBody>(&event)) {
    if (body->attempt != exchange_) return false;
    codec_->received(body->bytes.data, *this);
  } else if (const auto* end = std::get_if<event::HttpEnd>(&event)) {
    if (end->attempt != exchange_) return false;
    exchange_ = 0;
    codec_->ended(*this);
  } else if (const auto* lost = std::get_if<event::HttpFailed>(&event)) {
    if (lost->attempt != exchange_) return false;
    exchange_ = 0;
    codec_->cut(ErrorCode::connection_lost, *this);
  } else {
    return false;
  }
  return true;
}

void RoomCall::ask() {
  if (chat_.session.ensure(chat_.now.wall, chat_.random)) chat_.store.put(chat_.session.record(), chat_.out);
  const SessionRecord& session = chat_.session.record();
  Joining joining;
  joining.client = session.client_id;
  joining.session = session.session_id;
  joining.secret = session.secret;
  codec_->opened(joining, *this);
  codec_->ask_for_ticket(*this);
}

void RoomCall::request(HttpRequest&& request) {
  exchange_ = ++chat_.exchanges;
  due_ = chat_.now.mono + limits::token_wait_max;
  chat_.out.put(command::HttpSend{exchange_, std::move(request.method), std::move(request.url),
                                  std::move(request.headers), Bytes{std::move(request.body)}});
}

void RoomCall::drop() {
  if (fetches()) chat_.out.put(command::HttpAbort{std::exchange(exchange_, 0)});
  due_ = never;
}

void RoomCall::ticket(VoiceOffer&& offer) {
  due_ = never;
  failures_ = 0;
  if (needs_offer()) take(offer, chat_.now.mono, chat_.out);
}

void RoomCall::ticket_refused() {
  due_ = never;
  if (needs_offer()) refused(chat_.now.mono, chat_.out);
}

// Of the token: it is asked for again.
void RoomCall::failed(const std::string&, const Failure& failure) {
  const Ms pause = doubled(limits::backoff_base, failures_++, limits::backoff_max);
  due_ = chat_.now.mono + std::max(pause, Ms{failure.retry_after_s * 1000});
}

void RoomCall::refresh(Mono now, Commands& out) {
  Call::refresh(now, out);
  if (!needs_offer()) {
    drop();
  } else if (fetches()) {
    if (now >= due_) {
      drop();
      codec_->cut(ErrorCode::no_answer, *this);
    }
  } else if (due_ == never || now >= due_) {
    ask();
  }
  if (!active()) settle_rows();
}

Mono RoomCall::deadline() const { return std::min(Call::deadline(), due_); }

bool RoomCall::consistent() const { return Call::consistent() && (!fetches() || due_ != never); }

// ---- the room

void RoomCall::caption(Row&& row) {
  const std::string id = row.id;
  if (chat_.caption(std::move(row))) growing_.push_back(id);
}

void RoomCall::row(Row&& row) {
  std::erase(growing_, row.id);
  const Row* drawn = chat_.transcript.find(row.id);
  row.order = drawn ? drawn->order : chat_.transcript.next_order(chat_.now.wall);
  row.at_ms = drawn ? drawn->at_ms : chat_.now.wall.ms;
  chat_.dress(row);
  chat_.transcript.put(row, chat_.out);
  chat_.keep(row);
  if (row.author.kind == AuthorKind::agent) chat_.tell_reply(row.id, row.text);
}

void RoomCall::products(const std::string& id, std::vector<Product>&& products) {
  Row row = chat_.agent_row(id + '.' + chat_.random.base36(8));
  row.kind = RowKind::products;
  row.state = RowState::done;
  row.order = chat_.transcript.next_order(chat_.now.wall);
  row.products = std::move(products);
  chat_.transcript.put(row, chat_.out);
  chat_.keep(row);
  chat_.announce(row.id);
}

void RoomCall::agent(AgentState state) { is_at(activity_of(state), chat_.out); }

// The call is over: nothing more comes of what was being said.
void RoomCall::settle_rows() {
  for (const std::string& id : std::exchange(growing_, {})) {
    const Row* drawn = chat_.transcript.find(id);
    if (!drawn || is_over(drawn->state)) continue;
    if (drawn->author.kind == AuthorKind::agent)
      chat_.finish(id, RowState::stopped, ErrorCode::none);
    else
      chat_.transcript.remove(id, chat_.out);
  }
}

}  // namespace shopbell
