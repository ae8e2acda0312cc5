#include "core/socket_driver.h"

#include <algorithm>
#include <utility>

#include "core/seeded_bug.h"
#include "core/text.h"

namespace shopbell {
namespace {

// The row that tells of a conversation which goes on elsewhere. It is nobody's message and not stored.
constexpr std::string_view notice_id = "link";

constexpr std::uint32_t close_normal = 1000;
constexpr std::uint32_t close_away = 4000;  // the page is put aside, or another takes its place
constexpr std::uint32_t close_dead = 4408;  // whoever hears it was silent for too long

}  // namespace

// ---- connection

void SocketDriver::handle(const Event& event) {
  if (const auto* opened = std::get_if<event::SocketOpened>(&event)) {
    if (!link_.opened(opened->attempt)) return;
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
    send(backend_->hello(joining));
  } else if (const auto* frame = std::get_if<event::SocketFrame>(&event)) {
    if (!link_.heard(frame->attempt, chat_.now.mono)) return;
    Signal signal = backend_->read(frame->bytes.data);
    take(signal);
  } else if (const auto* end = std::get_if<event::SocketClosed>(&event)) {
    if (link_.closed(end->attempt)) closed(*end);
  }
}

void SocketDriver::closed(const event::SocketClosed& end) {
  const Close close = backend_->closed(end.code, end.reason);
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
      break;
    }
    case Closing::refused:
      link_.refuse();
      refused_ = close.code;
      break;
  }
  if (close.code != ErrorCode::none) chat_.report(close.code, end.reason);
  let_go();
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
  if (const Message* m = chat_.outbox.in_flight())
    chat_.outbox.doubted(std::string(m->id), ErrorCode::connection_lost, chat_.now.mono, chat_.random);
}

void SocketDriver::send(std::string frame) {
  chat_.out.emplace_back(command::SocketSend{link_.attempt(), Bytes{std::move(frame)}});
}

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
  if (dialling() && link_.may_dial(chat_.now.mono))
    chat_.out.emplace_back(command::SocketOpen{link_.dial(chat_.now.mono), backend_->url()});
  if (link_.live()) say_next();

  if (!awaited_.empty() && chat_.now.mono >= progress_at_ + limits::exchange_max) {
    for (const std::string& id : std::exchange(awaited_, {}))
      if (chat_.transcript.find(Conversation::reply_to(id)))
        chat_.finish(Conversation::reply_to(id), RowState::broken, ErrorCode::answer_broken);
  }
}

void SocketDriver::say_next() {
  Mono due;
  const Message* next = chat_.outbox.next(chat_.now.mono, true, due);
  if (!next) return;
  chat_.want_markdown();
  const std::string id = next->id;
  std::string frame = backend_->say(id, next->text);
  chat_.outbox.send(id, chat_.now.mono, chat_.transcript.next_order(chat_.now.wall));
  chat_.settle_changes();  // in storage before it is on the wire
  said_at_ = progress_at_ = chat_.now.mono;
  send(std::move(frame));
}

void SocketDriver::stop() {
  const Message* in_flight = chat_.outbox.in_flight();
  if (!in_flight && awaited_.empty()) return;
  const std::string id = in_flight ? in_flight->id : awaited_.back();
  if (link_.live()) send(backend_->stop(id));
  const std::string row = Conversation::reply_to(id);
  const Row* reply = chat_.transcript.find(row);
  if (reply && reply->state == RowState::streaming) chat_.finish(row, RowState::stopped, ErrorCode::none);
  drop_awaited(row);
}

void SocketDriver::insist() {
  wanted_ = true;
  refused_ = ErrorCode::none;
  if (link_.insist()) chat_.transcript.remove(notice_id, chat_.out);
  hurry();
}

void SocketDriver::nudge() {
  if (!chat_.online) return;
  hurry();
  if (link_.doubt(chat_.now.mono)) send(backend_->ping(++pings_));
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
  if (!chat_.session.record().session_id.empty()) store_place();
  away_ = true;
  if (link_.open()) chat_.out.emplace_back(command::SocketClose{link_.attempt(), close_away});
  link_.close();
  let_go();
}

// The place is stored with what it brought, not with every delta: what comes twice for it changes nothing.
void SocketDriver::store_place() { chat_.store.put(chat_.session.record(), chat_.out); }

// ---- frames

void SocketDriver::take(Signal& signal) {
  using What = Signal::What;
  if (signal.what == What::ping) return send(backend_->pong(signal.number));
  if (!link_.live()) {
    if (signal.what == What::welcome) begin(signal);
    return;
  }
  if (signal.seq != 0) {
    const std::uint32_t known = chat_.session.record().seq;
    if (signal.seq <= known) return;
    if (signal.seq != known + 1) {
      chat_.report(ErrorCode::bad_event, "frames are missing");
      return lose(Blame::nobody, close_normal);
    }
    chat_.session.advance(signal.seq);
  }
  switch (signal.what) {
    case What::ack:
      acked(signal.id);
      break;
    case What::row:
      put_row(signal.rows[0]);
      break;
    case What::delta:
      grow(signal);
      break;
    case What::checkpoint:
      checkpoint(signal);
      break;
    case What::products:
      products(signal);
      break;
    case What::progress:
      progress();
      break;
    case What::done:
      done(signal);
      break;
    case What::caption:
      caption(signal.rows[0]);
      break;
    case What::agent:
      agent_ = signal.agent;
      if (agent_ == AgentState::idle) drop_interim();
      break;
    case What::refused:
      refused(signal);
      break;
    case What::ticket:
      offer_ = std::move(signal.voice);
      offer_at_ = chat_.now.mono;
      break;
    case What::trouble:
      chat_.report(ErrorCode::answer_failed, signal.text);
      break;
    case What::nothing:
    case What::welcome:
    case What::ping:
    case What::pong:
      break;
  }
}

// There is one conversation in a browser. Where another tab has begun it while this one knew of none, or of
// one that the server has forgotten, this one joins that; nothing has been said yet over the new one.
void SocketDriver::begin(Signal& signal) {
  if (signal.secret.empty()) return welcome(signal);
  newcomer_ = std::move(signal);
  chat_.store.ask_session(chat_.out);
}

void SocketDriver::stored(const SessionRecord& session) {
  if (!newcomer_) return;
  Signal signal = std::move(*newcomer_);
  newcomer_.reset();
  if (session.secret.empty() || session.session_id == chat_.session.record().session_id)
    return welcome(signal);
  chat_.session.restore(session);
  chat_.session.forget_place();
  chat_.out.emplace_back(command::SocketClose{link_.attempt(), close_normal});
  link_.close();  // and is opened again at once
}

void SocketDriver::welcome(Signal& signal) {
  if (!link_.welcome(Ms{signal.heartbeat_ms}, chat_.now.mono)) return;
  chat_.transcript.remove(notice_id, chat_.out);
  const bool same = signal.session == chat_.session.record().session_id;
  const std::uint32_t known = chat_.session.record().seq;
  chat_.session.join(std::move(signal.session), std::move(signal.secret), signal.epoch, chat_.now.wall);
  chat_.session.advance(signal.resumed ? known : signal.seq);
  // A session that begins anew knows nothing of this browser's rows: they stay.
  if (!signal.resumed && signal.has_rows && (same || !signal.rows.empty())) replace_history(signal.rows);
  store_place();
  if (!signal.voice.url.empty()) {
    offer_ = std::move(signal.voice);
    offer_at_ = chat_.now.mono;
  }
  chat_.outbox.connection_back(chat_.now.mono);
  chat_.snapshot_due = true;
}

void SocketDriver::replace_history(std::vector<Row>& rows) {
  // A message that the history has was stored, whatever became of its ack.
  for (const Row& row : rows) {
    const Message* m = chat_.outbox.find(row.id);
    if (m && m->state == MessageState::sending)
      chat_.outbox.settle(row.id);
    else if (m)
      chat_.outbox.discard(row.id);
  }
  chat_.settle_changes();
  std::vector<std::string> gone;
  for (const Row& row : chat_.transcript.rows())
    if (!chat_.outbox.find(row.id)) gone.push_back(row.id);
  chat_.store.drop_rows(chat_.out);
  for (const std::string& id : gone) chat_.transcript.remove(id, chat_.out);
  awaited_.clear();
  interim_.clear();
  double order = 0;
  for (Row& row : rows) {
    order = std::max(order + 1, row.at_ms);
    row.order = order;
    chat_.sign(row);
    if (row.markdown) chat_.want_markdown();
    chat_.transcript.put(row, chat_.out);
    if (is_over(row.state)) chat_.keep(row);
    if (row.state == RowState::streaming && row.id.ends_with(Conversation::reply_ending))
      await(Conversation::replied_to(row.id));
  }
}

void SocketDriver::acked(const std::string& id) {
  const Message* m = chat_.outbox.find(id);
  if (!m || m->state != MessageState::sending) return;
  chat_.taken(id);
  chat_.outbox.settle(id);
  await(id);
  store_place();
}

void SocketDriver::put_row(Row& row) {
  if (chat_.outbox.find(row.id)) return acked(row.id);
  const Row* drawn = chat_.transcript.find(row.id);
  const bool news = !drawn || !is_over(drawn->state);
  row.order = drawn ? drawn->order : chat_.transcript.next_order(chat_.now.wall);
  chat_.sign(row);
  if (drawn && *drawn == row) return;
  if (row.markdown) chat_.want_markdown();
  chat_.transcript.put(row, chat_.out);
  chat_.keep(row);
  std::erase(interim_, row.id);
  drop_awaited(row.id);
  store_place();
  if (news && row.author.kind != AuthorKind::self) chat_.tell_reply(row.id, row.text);
}

void SocketDriver::grow(const Signal& signal) {
  progress();
  const Row* row = chat_.transcript.find(signal.id);
  const bool fits = row ? row->state == RowState::streaming && row->text.size() == signal.at : signal.at == 0;
  if (fits) chat_.append(signal.id, signal.text);
}

void SocketDriver::checkpoint(const Signal& signal) {
  progress();
  const Row* drawn = chat_.transcript.find(signal.id);
  if (drawn && (is_over(drawn->state) || drawn->text == signal.text)) return;
  Row row = chat_.agent_row(signal.id);
  row.state = RowState::streaming;
  row.text = signal.text;
  chat_.transcript.put(std::move(row), chat_.out);
}

void SocketDriver::products(Signal& signal) {
  progress();
  const bool begun = chat_.transcript.find(signal.id) != nullptr;
  Row row = chat_.agent_row(signal.id);
  if (!begun) row.state = RowState::streaming;
  row.products = std::move(signal.products);
  chat_.transcript.put(row, chat_.out);
  if (is_over(row.state)) chat_.keep(row);
}

void SocketDriver::done(const Signal& signal) {
  drop_awaited(signal.id);
  const Row* drawn = chat_.transcript.find(signal.id);
  if (drawn && drawn->state == signal.state && drawn->text == signal.text) return;
  const bool broken = signal.state == RowState::broken;
  chat_.finish(signal.id, signal.state, broken ? ErrorCode::answer_failed : ErrorCode::none, &signal.text);
  store_place();
  if (signal.state == RowState::done) chat_.tell_reply(signal.id, signal.text);
  if (broken) chat_.announce({}, ErrorCode::answer_failed);
}

void SocketDriver::caption(Row& row) {
  const Row* drawn = chat_.transcript.find(row.id);
  if (drawn && drawn->state != RowState::streaming) return;
  if (drawn && row.text.starts_with(drawn->text)) {
    if (row.text.size() > drawn->text.size()) chat_.append(row.id, row.text.substr(drawn->text.size()));
    return;
  }
  if (!drawn) interim_.push_back(row.id);
  row.order = drawn ? drawn->order : chat_.transcript.next_order(chat_.now.wall);
  chat_.sign(row);
  chat_.transcript.put(std::move(row), chat_.out);
}

void SocketDriver::refused(const Signal& signal) {
  if (signal.id.empty()) {
    ticket_refused_ = asked_for_ticket_;
    return;
  }
  const Message* m = chat_.outbox.find(signal.id);
  if (m && m->state == MessageState::sending) chat_.failed(signal.id, signal.why);
}

// ---- what is awaited

void SocketDriver::await(const std::string& id) {
  if (awaited_.size() < limits::awaited_max) awaited_.push_back(id);
  progress();
}

void SocketDriver::progress() { progress_at_ = chat_.now.mono; }

void SocketDriver::drop_awaited(const std::string& row) {
  std::erase_if(awaited_, [&](const std::string& id) { return Conversation::reply_to(id) == row; });
}

// What was only half understood when the call went quiet for good.
void SocketDriver::drop_interim() {
  for (const std::string& id : std::exchange(interim_, {})) chat_.transcript.remove(id, chat_.out);
}

Typing SocketDriver::typing() const {
  if (!can_stop()) return agent_ == AgentState::thinking ? Typing::thinking : Typing::none;
  if (chat_.now.mono >= progress_at_ + limits::still_working_after) return Typing::still_working;
  const bool streams = std::any_of(awaited_.begin(), awaited_.end(), [&](const std::string& id) {
    const Row* row = chat_.transcript.find(Conversation::reply_to(id));
    return row && row->state == RowState::streaming;
  });
  return streams ? Typing::none : Typing::thinking;
}

ErrorCode SocketDriver::banner() const {
  if (link_.state() == SocketState::refused) return refused_;
  const bool lost = wanted_ && !link_.live() && link_.state() != SocketState::replaced &&
                    chat_.now.mono >= link_.lost_at() + limits::still_working_after;
  return lost ? ErrorCode::connection_lost : ErrorCode::none;
}

Mono SocketDriver::deadline() const {
  Mono next = link_.deadline(dialling());
  const auto at = [&](Mono time) {
    if (time > chat_.now.mono) next = std::min(next, time);
  };
  if (can_stop()) at(progress_at_ + limits::still_working_after);
  if (!awaited_.empty()) at(progress_at_ + limits::exchange_max);
  if (chat_.outbox.in_flight()) at(said_at_ + limits::ack_max);
  if (!link_.live()) at(link_.lost_at() + limits::still_working_after);
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
