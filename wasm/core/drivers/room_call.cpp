#include "core/drivers/room_call.h"

#include <algorithm>

#include "core/base/backoff.h"

namespace shopbell {
namespace {

// Of an engine that is gone: by nobody's will.
bool is_broken(CallReason reason) {
  return reason != CallReason::by_shop && reason != CallReason::replaced && reason != CallReason::too_long;
}

}  // namespace

// ---- which way

// Each call tries the room first. An engine that does not run, or runs no more, is not asked again where there is another.
void RoomCall::handle(const Event& event, Mono now, Commands& out) {
  if (!active()) {
    begin_with(Engine::room);
    other_way_closed_ = false;
    other_offer_ = {};
    next_ask_ = Mono{0};
    asks_ = 0;
  }
  const auto* said = std::get_if<event::CallEngine>(&event);
  const bool broken = said && said->state == EngineNews::gone && is_broken(said->reason);
  if (broken && in_room() && active() && is_of_call(said->attempt) && has_other_way())
    return change(other_, now, out);
  Call::handle(event, now, out);
}

void RoomCall::take(const VoiceOffer& offer, Mono now, Commands& out) {
  if (!in_room()) return Call::take(offer, now, out);
  other_offer_ = offer;
  change(other_, now, out);
}

void RoomCall::refused(Mono now, Commands& out) {
  if (!in_room()) return Call::refused(now, out);
  other_way_closed_ = true;
}

// ---- the token

// A gateway of ours gives the session's secret with its first answer, whoever asked.
bool RoomCall::hears(const Event& event) {
  const auto* head = std::get_if<event::HttpHead>(&event);
  if (head)
    for (const Header& header : head->headers)
      if (header.name == "x-session-secret" && chat_.session.prove(Private(header.value)))
        chat_.store.put(chat_.session.record(), chat_.out);
  const auto of_token = [this](const auto* one) { return one && one->attempt == exchange_; };
  const auto* body = std::get_if<event::HttpBody>(&event);
  if (of_token(head)) {
    codec_->head(head->status, head->headers, *this);
  } else if (of_token(body)) {
    codec_->received(body->bytes.data, *this);
  } else if (of_token(std::get_if<event::HttpEnd>(&event))) {
    exchange_ = 0;
    codec_->ended(*this);
  } else if (of_token(std::get_if<event::HttpFailed>(&event))) {
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
  if (needs_token()) Call::take(offer, chat_.now.mono, chat_.out);
}

void RoomCall::ticket_refused() {
  due_ = never;
  if (!needs_token()) return;
  if (has_other_way()) return change(other_, chat_.now.mono, chat_.out);
  Call::refused(chat_.now.mono, chat_.out);
}

// Of the token: it is asked for again.
void RoomCall::failed(const std::string&, const Failure& failure) {
  due_ = never;
  if (!needs_token()) return;
  const Ms pause = doubled(limits::backoff_base, failures_++, limits::backoff_max);
  due_ = chat_.now.mono + std::max(pause, Ms{failure.retry_after_s * 1000});
}

// To be let in, or to have an agent called.
void RoomCall::fetch(Mono now) {
  if (!needs_token() && !alone()) return drop();
  if (fetches()) {
    if (now < due_) return;
    drop();
    codec_->cut(ErrorCode::no_answer, *this);
  } else if (needs_token()) {
    if (due_ == never || now >= due_) due_ = next_ask_;
    if (due_ > now) return;
    next_ask_ = now + doubled(limits::room_asks_apart, asks_++, limits::backoff_max);
    ask();
  } else {
    due_ = never;
    if (now < agent_due_) return;
    agent_due_ = now + doubled(limits::room_agent_called_every, calls_++, limits::backoff_max);
    ask();
  }
}

// Until when a room may be out of reach; then the other way is asked for.
Mono RoomCall::patience() const {
  if (!in_room() || !has_other_way()) return never;
  if (phase() == CallPhase::connecting) return tries_since_ + limits::room_connect_max;
  return phase() == CallPhase::reconnecting ? tries_since_ + limits::room_lost_max : never;
}

void RoomCall::watch(Mono now) {
  const bool lost = phase() == CallPhase::reconnecting;
  if (phase() == CallPhase::live) asks_ = 0;
  if (!lost && phase() != CallPhase::connecting)
    tries_since_ = never;
  else if (tries_since_ == never)
    tries_since_ = now;

  const Mono due = lost      ? tries_since_ + limits::room_offers_text_after
                   : alone() ? alone_since_ + limits::room_agent_max
                             : never;
  const ErrorCode advice = lost ? ErrorCode::call_interrupted : ErrorCode::call_no_agent;
  if (active()) advise(now >= due ? advice : ErrorCode::none, chat_.out);
  watch_due_ = std::min(now < due ? due : never, now < patience() ? patience() : never);
}

void RoomCall::refresh(Mono now, Commands& out) {
  watch(now);
  if (!in_room() && Call::needs_offer() && !other_offer_.url.empty())
    Call::take(std::exchange(other_offer_, {}), now, out);
  Call::refresh(now, out);
  fetch(now);
  if (active()) return;
  has_agent();
  settle_rows();
}

Mono RoomCall::deadline() const {
  return std::min({Call::deadline(), due_, watch_due_, alone() && !fetches() ? agent_due_ : never});
}

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
  chat_.put_products(chat_.agent_row(id + '.' + chat_.random.base36(8)), std::move(products));
}

void RoomCall::agent(AgentState state) {
  if (state != AgentState::idle) {
    has_agent();
  } else if (alone_since_ == never) {
    alone_since_ = chat_.now.mono;
    agent_due_ = alone_since_ + limits::room_agent_called_every;
  }
  is_at(activity_of(state), chat_.out);
}

void RoomCall::has_agent() {
  alone_since_ = agent_due_ = never;
  calls_ = 0;
}

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
