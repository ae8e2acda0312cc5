// The socket driver's other half: what the server tells, and what becomes of it.
#include <algorithm>
#include <utility>

#include "core/drivers/socket_driver.h"

namespace shopbell {

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
      progress(signal.id);
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
// one that the server has forgotten, this one joins that; nothing has been said yet over the new one. One
// that the server knows is joined first, for what may have arrived there. And a history takes the place of
// rows that other tabs have stored: it must not be older than they are.
void SocketDriver::begin(Signal& signal) {
  newcomer_ = std::move(signal);
  chat_.store.ask_session(chat_.out);
}

void SocketDriver::stored(const SessionRecord& session) {
  const bool another = !session.secret.empty() && session.session_id != chat_.session.record().session_id;
  const bool follows = another || (!link_.open() && !session.secret.empty());
  if (newcomer_ && (!another || newcomer_->secret.empty())) {
    yields_ = another;
    let_in(session);
  } else if (another && !newcomer_ && bound()) {
    yields_ = true;
  } else if (follows) {
    follow(session);
  }
}

// The welcome that waited for storage. One that is behind what another tab has heard, and this one did not
// know of, is dropped: that tab has come later, and the word that it did is on its way.
void SocketDriver::let_in(const SessionRecord& session) {
  Signal signal = std::move(*newcomer_);
  newcomer_.reset();
  const bool overtaken = signal.has_rows && signal.session == session.session_id &&
                         signal.epoch == session.epoch && signal.seq < session.seq &&
                         session.seq != chat_.session.record().seq;
  if (!overtaken) welcome(signal);
}

// Another tab speaks for this browser: the next connection of this one goes on where that has come to, unless
// storage can't have told it all.
void SocketDriver::follow(const SessionRecord& session) {
  newcomer_.reset();
  // What is being answered in a session is told in no other.
  if (session.session_id != chat_.session.record().session_id) doubt_replies();
  chat_.session.restore(session);
  if (link_.open() || chat_.store.holes()) chat_.session.forget_place();
  if (!link_.open()) return;
  chat_.out.emplace_back(command::SocketClose{link_.attempt(), close_normal});
  link_.close(chat_.now.mono);  // and is opened again at once
  let_go();
}

void SocketDriver::welcome(Signal& signal) {
  if (!link_.welcome(Ms{signal.heartbeat_ms}, chat_.now.mono)) return;
  chat_.transcript.remove(notice_id, chat_.out);
  const bool same = signal.session == chat_.session.record().session_id;
  if (!same) doubt_replies();
  // Its time is not over: it was not stored, and a session is stored before what is said in it.
  if (!same && chat_.session.live(chat_.now.wall + limits::session_end_about))
    chat_.outbox.session_unknown(chat_.session.record().session_id);
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
  // Where the server knows ids, and in the session that this browser had before, since that is where it knows
  // them: of one that has just begun other tabs have not heard, and may be saying the same in theirs.
  chat_.taking_over = capabilities().resend_by_key && same && !yields_;
  if (chat_.taking_over) chat_.store.ask_messages(chat_.out);
  chat_.snapshot_due = true;
}

void SocketDriver::replace_history(std::vector<Row>& rows) {
  // A message that the history has was stored, whatever became of its ack. One whose answer is asked for
  // again is still to be said.
  for (const Row& row : rows) {
    const Message* m = chat_.outbox.find(row.id);
    if (m && !m->taken) chat_.arrived(row.id);
  }
  chat_.settle_changes();
  std::vector<std::string> gone;
  for (const Row& row : chat_.transcript.rows())
    if (!chat_.outbox.find(row.id) && !waits(row.state)) gone.push_back(row.id);
  for (const std::string& id : gone) chat_.forget(id);
  awaited_.clear();
  interim_.clear();
  double order = 0;
  for (Row& row : rows) {
    order = std::max(order + 1, row.at_ms);
    row.order = order;
    chat_.dress(row);
    chat_.transcript.put(row, chat_.out);
    if (is_over(row.state)) chat_.keep(row);
    if (row.state == RowState::streaming && row.id.ends_with(Conversation::reply_ending))
      await(Conversation::replied_to(row.id));
  }
}

void SocketDriver::acked(const std::string& id) {
  const Message* m = chat_.outbox.find(id);
  if (!m || m->state != MessageState::sending) return;
  // The order of the conversation is the server's: what it told before this stands before the message.
  const double order = m->order;
  const auto& rows = chat_.transcript.rows();
  const bool overtaken = std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
    return row.order > order && is_over(row.state) && !chat_.outbox.find(row.id);
  });
  // One whose answer is asked for again has its place already.
  if (overtaken && !m->taken) chat_.outbox.place(id, chat_.transcript.next_order(chat_.now.wall));
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
  chat_.dress(row);
  if (drawn && *drawn == row) return;
  chat_.transcript.put(row, chat_.out);
  chat_.keep(row);
  std::erase(interim_, row.id);
  drop_awaited(row.id);
  store_place();
  if (news && row.author.kind != AuthorKind::self) chat_.tell_reply(row.id, row.text);
}

void SocketDriver::grow(const Signal& signal) {
  progress(signal.id);
  const Row* row = chat_.transcript.find(signal.id);
  const bool fits = row ? row->state == RowState::streaming && row->text.size() == signal.at : signal.at == 0;
  if (fits) chat_.append(signal.id, signal.text);
}

void SocketDriver::checkpoint(const Signal& signal) {
  const Row* drawn = chat_.transcript.find(signal.id);
  // An answer that failed is made again, from its beginning.
  if (drawn && drawn->state == RowState::broken && chat_.transcript.remove(signal.id, chat_.out))
    drawn = nullptr;
  progress(signal.id);
  if (drawn ? is_over(drawn->state) || drawn->text == signal.text : signal.text.empty()) return;
  Row row = chat_.agent_row(signal.id);
  row.state = RowState::streaming;
  row.text = signal.text;
  chat_.transcript.put(std::move(row), chat_.out);
}

void SocketDriver::products(Signal& signal) {
  progress(signal.id);
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
  if (broken) chat_.announce(ErrorCode::answer_failed);
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
  chat_.dress(row);
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

}  // namespace shopbell
