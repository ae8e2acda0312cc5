#include "core/drivers/socket_driver.h"

#include <algorithm>
#include <utility>

#include "core/base/seeded_bug.h"

namespace shopbell {

// ---- connection

void SocketDriver::handle(const Event& event) {
  if (const auto* opened = std::get_if<event::SocketOpened>(&event)) {
    if (!link_.opened(opened->attempt)) return;
    chat_.session.ensure_client(chat_.now.wall, chat_.random);
    const SessionRecord& record = chat_.session.record();
    Joining joining;
    joining.client = record.client_id;
    // Whether the session is over is the server's to say: its clock is the one that counts.
    if (!record.secret.empty() && !has(SeededBug::joins_nothing)) {
      joining.session = record.session_id;
      joining.secret = record.secret;
      joining.epoch = record.epoch;
      joining.seq = record.seq;
    }
    send(backend_->hello(joining));
  } else if (const auto* frame = std::get_if<event::SocketFrame>(&event)) {
    if (!link_.heard(frame->attempt, chat_.now.mono)) return;
    Signal signal = backend_->read(frame->bytes.data);
    take(signal);
  } else if (const auto* end = std::get_if<event::SocketClosed>(&event)) {
    if (link_.closed(end->attempt) || has(SeededBug::any_close_is_current)) closed(*end);
  }
}

void SocketDriver::closed(const event::SocketClosed& end) {
  Close close = backend_->closed(end.code, end.reason);
  if (has(SeededBug::any_close_replaces)) close.closing = Closing::replaced;
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
      if (has(SeededBug::replaced_comes_back))
        return link_.lose(Blame::server, hint, chat_.now.mono, chat_.random), let_go();
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
  chat_.out.emplace_back(command::SocketClose{link_.attempt(), close_code});
  link_.lose(blame, {}, chat_.now.mono, chat_.random);
  let_go();
}

// What was on its way over the connection that is gone.
void SocketDriver::let_go() {
  asked_for_ticket_ = false;
  agent_ = AgentState::idle;
  const Message* m = chat_.outbox.in_flight();
  if (m && has(SeededBug::drops_in_flight))
    chat_.outbox.refused(std::string(m->id), ErrorCode::connection_lost);
  else if (m) {
    chat_.outbox.doubted(std::string(m->id), ErrorCode::connection_lost, -1, chat_.now.mono, chat_.random);
    if (!elsewhere()) store_place();  // beside the message, as when it was said
  }
}

void SocketDriver::send(std::string frame) {
  chat_.out.emplace_back(command::SocketSend{link_.attempt(), Bytes{std::move(frame)}});
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
  if (link_.wants_probe(chat_.now.mono)) send(backend_->ping(++pings_));
  const bool unheard = chat_.outbox.in_flight() && chat_.now.mono >= said_at_ + limits::ack_max;
  if (link_.dead(chat_.now.mono) || unheard)
    lose(link_.live() && !unheard ? Blame::nobody : Blame::server, close_dead);

  wanted_ = wanted_ || chat_.open || chat_.in_call || chat_.outbox.busy();
  if (dialling() && has(SeededBug::connects_beside) && link_.open() && !link_.live())
    chat_.out.emplace_back(command::SocketOpen{link_.attempt() + 1, backend_->url()});
  if (dialling() && link_.may_dial(chat_.now.mono))
    chat_.out.emplace_back(command::SocketOpen{link_.dial(chat_.now.mono), backend_->url()});
  if (yields_ && !bound()) {
    yields_ = false;
    chat_.store.ask_session(chat_.out);
  } else if (link_.live() && !chat_.taking_over) {
    say_next();
  }

  // Another tab may have heard the end of it, perhaps so long ago that none has kept it.
  std::erase_if(awaited_, [&](const std::string& id) {
    const std::string row = Conversation::reply_to(id);
    const Row* reply = chat_.transcript.find(row);
    if (reply && is_over(reply->state)) return true;
    if (chat_.transcript.among_last(reply ? row : id, limits::rows_stored_max)) return false;
    doubt_reply(row);
    return true;
  });
  if (!awaited_.empty() && chat_.now.mono >= progress_at_ + limits::exchange_max) doubt_replies();
}

void SocketDriver::doubt_replies() {
  for (const std::string& id : std::exchange(awaited_, {})) doubt_reply(Conversation::reply_to(id));
}

// Nothing more has come of it here. That is not stored: another tab may have had, and kept, the whole of it.
void SocketDriver::doubt_reply(const std::string& id) {
  const Row* begun = chat_.transcript.find(id);
  if (!begun) return;
  Row row = *begun;
  row.state = RowState::broken;
  row.note = ErrorCode::answer_broken;
  chat_.transcript.put(std::move(row), chat_.out);
}

void SocketDriver::say_next() {
  Mono due;
  const std::string& session = chat_.session.record().session_id;
  const Message* next = chat_.outbox.next(chat_.now.mono, true, due);
  // What may have arrived in another session is not said in this one by itself.
  while (next && !next->session.empty() && next->session != session) {
    chat_.outbox.session_over(std::string(next->id));
    next = chat_.outbox.next(chat_.now.mono, true, due);
  }
  if (!next) return;
  chat_.transcript.want_markdown(chat_.out);
  const std::string id = next->id;
  std::string frame = backend_->say(id, next->text);
  chat_.outbox.send(id, chat_.now.mono, chat_.transcript.next_order(chat_.now.wall), session);
  chat_.settle_changes();  // in storage before it is on the wire
  said_at_ = progress_at_ = chat_.now.mono;
  send(std::move(frame));
  // Beside the message lies the session in which it is said, even in a storage that was cleared meanwhile:
  // who says it again says it there.
  yields_ = false;
  store_place();
}

void SocketDriver::stop() {
  if (!can_stop()) return;
  const std::string id = answered_now();
  if (link_.live()) send(backend_->stop(id));
  const std::string row = Conversation::reply_to(id);
  if (streams(row)) chat_.finish(row, RowState::stopped, ErrorCode::none);
  drop_awaited(row);
}

void SocketDriver::insist() {
  wanted_ = true;
  refused_ = ErrorCode::none;
  if (link_.insist()) chat_.transcript.remove(notice_id, chat_.out);
  hurry();
}

void SocketDriver::take_back() {
  if (elsewhere()) insist();
}

void SocketDriver::nudge() {
  if (!chat_.online) return;
  hurry();
  if (link_.doubt(chat_.now.mono)) send(backend_->ping(++pings_));
}

// What was being opened before is of the network of that time.
void SocketDriver::wake() {
  if (link_.open() && !link_.live()) lose(Blame::nobody, close_normal);
  nudge();
}

void SocketDriver::hurry() {
  if (link_.stalls(chat_.now.mono)) lose(Blame::nobody, close_normal);
  link_.hurry(chat_.now.mono, chat_.random);
}

void SocketDriver::drop() {
  away_ = false;
  link_.insist();  // coming back is the shopper's own act
  awaited_.clear();
  interim_.clear();
}

void SocketDriver::hide() {
  away_ = true;
  if (link_.open()) chat_.out.emplace_back(command::SocketClose{link_.attempt(), close_away});
  link_.close(chat_.now.mono);
  let_go();
}

// The place is stored with what it brought, not with every delta: what comes twice for it changes nothing.
// And not when the page goes: one that was replaced long ago would take the others' place back.
void SocketDriver::store_place() {
  if (!yields_) chat_.store.put(chat_.session.record(), chat_.out);
}

// ---- what is awaited

void SocketDriver::await(const std::string& id) {
  progress_at_ = chat_.now.mono;
  const bool known = std::find(awaited_.begin(), awaited_.end(), id) != awaited_.end();
  if (!known && awaited_.size() < limits::awaited_max) awaited_.push_back(id);
}

// Something was heard of a reply. Who asked for it may have been the page before this one. In a call the
// agent is stopped by speaking.
void SocketDriver::progress(const std::string& row) {
  progress_at_ = chat_.now.mono;
  const Row* drawn = chat_.transcript.find(row);
  const bool goes_on = row.ends_with(Conversation::reply_ending) && !(drawn && is_over(drawn->state));
  if (goes_on && !chat_.in_call) await(Conversation::replied_to(row));
}

bool SocketDriver::streams(const std::string& id) const {
  const Row* row = chat_.transcript.find(id);
  return row && row->state == RowState::streaming;
}

// The message whose answer the shopper sees come, or else the one whose turn it is: they are answered in
// their order, and what is in flight is the last of them.
std::string SocketDriver::answered_now() const {
  for (const std::string& id : awaited_)
    if (streams(Conversation::reply_to(id))) return id;
  return awaited_.empty() ? chat_.outbox.in_flight()->id : awaited_.front();
}

void SocketDriver::drop_awaited(const std::string& row) {
  std::erase_if(awaited_, [&](const std::string& id) { return Conversation::reply_to(id) == row; });
}

// What was only half understood when the call went quiet for good.
void SocketDriver::drop_interim() {
  for (const std::string& id : std::exchange(interim_, {})) {
    const Row* row = chat_.transcript.find(id);
    if (row && row->state == RowState::streaming) chat_.transcript.remove(id, chat_.out);
  }
}

Typing SocketDriver::typing() const {
  if (!can_stop()) return agent_ == AgentState::thinking ? Typing::thinking : Typing::none;
  if (chat_.now.mono >= progress_at_ + limits::still_working_after) return Typing::still_working;
  return streams(Conversation::reply_to(answered_now())) ? Typing::none : Typing::thinking;
}

ErrorCode SocketDriver::banner() const {
  if (link_.state() == SocketState::refused) return refused_;
  const bool lost = wanted_ && !link_.live() && link_.state() != SocketState::replaced &&
                    chat_.now.mono >= link_.lost_at() + limits::loss_told_after;
  return lost ? ErrorCode::reconnecting : ErrorCode::none;
}

Mono SocketDriver::deadline() const {
  Mono next = link_.deadline(dialling());
  const auto at = [&](Mono time) {
    if (time > chat_.now.mono) next = std::min(next, time);
  };
  if (can_stop()) at(progress_at_ + limits::still_working_after);
  if (!awaited_.empty()) at(progress_at_ + limits::exchange_max);
  if (chat_.outbox.in_flight()) at(said_at_ + limits::ack_max);
  if (!link_.live()) at(link_.lost_at() + limits::loss_told_after);
  if (link_.live()) {
    Mono due;
    chat_.outbox.next(chat_.now.mono, true, due);
    next = std::min(next, due);
  }
  return next;
}

// Messages are on the wire only while there is one.
bool SocketDriver::consistent() const { return link_.live() || !chat_.outbox.in_flight(); }

// ---- calls

Offer SocketDriver::offer(bool wanted, VoiceOffer& given) {
  if (!wanted) {
    asked_for_ticket_ = false;
    ticket_refused_ = false;
    return Offer::none;
  }
  if (std::exchange(ticket_refused_, false)) {
    asked_for_ticket_ = false;
    return Offer::refused;
  }
  if (offer_ && chat_.now.mono < offer_at_ + limits::ticket_age_max) {
    given = *std::exchange(offer_, std::nullopt);
    asked_for_ticket_ = false;
    return Offer::given;
  }
  if (link_.live() && !std::exchange(asked_for_ticket_, true)) send(backend_->ask_for_ticket());
  return Offer::none;
}

}  // namespace shopbell
