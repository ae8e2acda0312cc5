#include "core/drivers/socket_driver.h"

#include <algorithm>
#include <utility>

namespace shopbell {

// ---- connection

void SocketDriver::handle(const Event& event) {
  if (const auto* opened = std::get_if<event::SocketOpened>(&event)) {
    if (link_.opened(opened->attempt)) open();
  } else if (const auto* frame = std::get_if<event::SocketFrame>(&event)) {
    if (!link_.heard(frame->attempt, chat_.now.mono)) return;
    frame->binary ? codec_->received_binary(frame->bytes.data, *this)
                  : codec_->received(frame->bytes.data, *this);
  } else if (const auto* end = std::get_if<event::SocketClosed>(&event)) {
    if (link_.closed(end->attempt)) closed(*end);
  }
}

void SocketDriver::open() {
  chat_.session.ensure_client(chat_.now.wall, chat_.random);
  const SessionRecord& record = chat_.session.record();
  Joining joining;
  joining.client = record.client_id;
  // Whether the session is over is the server's to say: its clock is the one that counts.
  if (!record.secret.empty()) {
    joining.session = record.session_id;
    joining.secret = record.secret;
    joining.epoch = record.epoch;
    joining.seq = record.seq;
  }
  codec_->opened(joining, *this);
}

void SocketDriver::closed(const event::SocketClosed& end) {
  const Close close = codec_->closed(end.code, end.reason);
  const Ms hint = std::min(Ms{close.retry_after_s * 1000}, limits::retry_after_max);
  switch (close.closing) {
    case Closing::broke:
      link_.lose(Blame::nobody, hint, chat_.now.mono, chat_.random);
      break;
    case Closing::again:
      link_.lose(Blame::server, hint, chat_.now.mono, chat_.random);
      break;
    case Closing::later:
      link_.lose(Blame::server, std::max(hint, limits::redial_busy), chat_.now.mono, chat_.random);
      break;
    case Closing::replaced: {
      link_.replace();
      Row row;
      row.id = notice_id;
      row.author.kind = AuthorKind::system;
      row.kind = RowKind::notice;
      row.order = chat_.transcript.next_order(chat_.now.wall);
      row.note = close.code;
      row.actions = {RowAction::take_over};
      chat_.transcript.put(std::move(row), chat_.out);
      // What was on its way may have arrived: the page that took over hears so, and keeps the row.
      if (const Message* m = chat_.outbox.in_flight()) chat_.store.ask_row(m->id, chat_.out);
      break;
    }
    case Closing::refused:
      link_.refuse();
      refused_ = close.code;
      break;
  }
  if (close.code != ErrorCode::none) chat_.report(close.code, end.reason);
  let_go();
  if (close.closing != Closing::refused) return;
  chat_.outbox.shut_out(close.code);
  chat_.emit(PageEvent::error, {}, {}, close.code);
  chat_.announce(close.code);
}

void SocketDriver::lose(Blame blame, std::uint32_t close_code) {
  chat_.out.put(command::SocketClose{link_.attempt(), close_code});
  link_.lose(blame, {}, chat_.now.mono, chat_.random);
  let_go();
}

// What was on its way over the connection that is gone.
void SocketDriver::let_go() {
  tickets_.connection_lost();
  agent_ = AgentState::idle;
  const Message* m = chat_.outbox.in_flight();
  if (!m) return;
  const std::string id = m->id;
  if (has_.resend_by_key)
    chat_.outbox.doubted(id, ErrorCode::connection_lost, -1, chat_.now.mono, chat_.random);
  else
    chat_.failed(id, {ErrorCode::connection_lost, m->taken ? Fate::taken : Fate::unknown, -1, {}});
  if (!elsewhere()) store_place();  // beside the message, as when it was said
}

// What may have arrived in one session is not said in another: this one is asked for it first. And a call is
// of the session in which it began.
bool SocketDriver::bound() const { return chat_.in_call || chat_.outbox.in_doubt(); }

// Nobody waits behind a hidden page, unless someone speaks or a message is to be sent.
bool SocketDriver::dialling() const {
  return wanted_ && !away_ && chat_.online && (chat_.visible || chat_.in_call || chat_.outbox.busy());
}

void SocketDriver::pump() {
  link_.seen(chat_.visible);
  // Without a network an opening leads nowhere; a connection may outlive a gap.
  if (!chat_.online && link_.open() && !link_.live()) lose(Blame::nobody, close_normal);
  if (link_.wants_probe(chat_.now.mono)) codec_->ping(++pings_, *this);
  const bool unheard = chat_.outbox.in_flight() && chat_.now.mono >= said_at_ + word_max();
  if (link_.dead(chat_.now.mono) || unheard)
    lose(link_.live() && !unheard ? Blame::nobody : Blame::server, close_dead);

  wanted_ = wanted_ || chat_.open || chat_.in_call || chat_.outbox.busy();
  if (dialling() && link_.may_dial(chat_.now.mono))
    chat_.out.put(command::SocketOpen{link_.dial(chat_.now.mono), codec_->url(), codec_->protocols()});
  if (chat_.join.yields() && !bound()) {
    chat_.join.move(JoinMove::go_over);
    chat_.store.ask_session(chat_.out);
  } else if (link_.live() && chat_.join.may_speak()) {
    say_next();
  }
  replies_.expire();
}

// How long nothing may be heard of a message that is in flight: that it has arrived, or then its answer.
Ms SocketDriver::word_max() const {
  const bool taken = chat_.outbox.in_flight()->taken;
  return taken && !has_.acks ? limits::exchange_max : limits::ack_max;
}

void SocketDriver::say_next() {
  Mono due;
  const std::string& session = chat_.session.record().session_id;
  const Message* next = chat_.outbox.next(chat_.now.mono, true, due);
  // What may have arrived in another session is not said in this one by itself.
  while (next && !next->session.empty() && next->session != session) {
    const std::string id = next->id;
    const bool taken = next->taken;
    chat_.outbox.session_over(id);
    // Its answer was asked for again, of a server that has gone on without it.
    if (taken) chat_.finish(reply_to(id), RowState::broken, ErrorCode::answer_broken);
    next = chat_.outbox.next(chat_.now.mono, true, due);
  }
  if (!next) return;
  chat_.transcript.want_markdown(chat_.out);
  Outgoing outgoing;
  outgoing.id = next->id;
  outgoing.text = next->text;
  chat_.outbox.send(outgoing.id, chat_.now.mono, chat_.transcript.next_order(chat_.now.wall), session);
  chat_.settle_changes();  // in storage before it is on the wire
  said_at_ = chat_.now.mono;
  replies_.begun();
  codec_->say(outgoing, *this);
  // Beside the message lies the session in which it is said, even in a storage that was cleared meanwhile:
  // who says it again says it there.
  chat_.join.move(JoinMove::speak);
  store_place();
}

void SocketDriver::stop() {
  if (!can_stop()) return;
  const std::string id = replies_.answered_now();
  if (link_.live()) codec_->stop(id, *this);
  const std::string row = reply_to(id);
  if (replies_.streams(row)) chat_.finish(row, RowState::stopped, ErrorCode::none);
  replies_.over(row);
  if (!has_.acks) chat_.outbox.stopped(id);
}

void SocketDriver::urge(Why why) {
  switch (why) {
    case Why::shopper:
      return insist();
    case Why::needed:
      if (elsewhere()) insist();
      return;
    case Why::woke:
      // What was being opened before is of the network of that time.
      if (link_.open() && !link_.live()) lose(Blame::nobody, close_normal);
      return look();
    case Why::network:
      return look();
    case Why::thawed:
      away_ = false;
      link_.insist();  // coming back is the shopper's own act
      replies_.clear();
      return;
  }
}

void SocketDriver::insist() {
  wanted_ = true;
  refused_ = ErrorCode::none;
  if (link_.insist()) chat_.transcript.remove(notice_id, chat_.out);
  hurry();
}

void SocketDriver::hurry() {
  if (link_.stalls(chat_.now.mono)) lose(Blame::nobody, close_normal);
  link_.hurry(chat_.now.mono, chat_.random);
}

// Is the peer still there, or again?
void SocketDriver::look() {
  if (!chat_.online) return;
  hurry();
  if (link_.doubt(chat_.now.mono)) codec_->ping(++pings_, *this);
}

void SocketDriver::hide() {
  away_ = true;
  if (link_.open()) chat_.out.put(command::SocketClose{link_.attempt(), close_away});
  link_.close(chat_.now.mono);
  let_go();
}

// The place is stored with what it brought, not with every delta: what comes twice for it changes nothing.
// And not when the page goes: one that was replaced long ago would take the others' place back.
void SocketDriver::store_place() {
  if (!chat_.join.yields()) chat_.store.put(chat_.session.record(), chat_.out);
}

Typing SocketDriver::typing() const {
  if (!can_stop()) return agent_ == AgentState::thinking ? Typing::thinking : Typing::none;
  if (replies_.late()) return Typing::still_working;
  return replies_.streams(reply_to(replies_.answered_now())) ? Typing::none : Typing::thinking;
}

ErrorCode SocketDriver::banner() const {
  if (link_.state() == SocketState::refused) return refused_;
  if (!wanted_ || link_.live() || link_.state() == SocketState::replaced) return ErrorCode::none;
  const Ms lost_for = chat_.now.mono - link_.lost_at();
  if (lost_for >= limits::loss_told_after) return ErrorCode::reconnecting;
  return tells_dialling() && lost_for >= limits::dial_told_after ? ErrorCode::connecting : ErrorCode::none;
}

Mono SocketDriver::deadline() const {
  Mono next = link_.deadline(dialling());
  const auto at = [&](Mono time) {
    if (time > chat_.now.mono) next = std::min(next, time);
  };
  if (can_stop()) next = std::min(next, replies_.deadline());
  if (chat_.outbox.in_flight()) at(said_at_ + word_max());
  if (!link_.live()) {
    if (tells_dialling()) at(link_.lost_at() + limits::dial_told_after);
    at(link_.lost_at() + limits::loss_told_after);
  }
  if (link_.live()) {
    Mono due;
    chat_.outbox.next(chat_.now.mono, true, due);
    next = std::min(next, due);
  }
  return next;
}

// Messages are on the wire only while there is one.
bool SocketDriver::consistent() const {
  return link_.consistent() && (link_.live() || !chat_.outbox.in_flight());
}

Offer SocketDriver::offer(bool wanted, VoiceOffer& given) {
  bool ask = false;
  const Offer offer = tickets_.offer(wanted, link_.live(), chat_.now.mono, given, ask);
  if (ask) codec_->ask_for_ticket(*this);
  return offer;
}

}  // namespace shopbell
