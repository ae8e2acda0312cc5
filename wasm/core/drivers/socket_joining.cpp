// The socket driver's joining: what a welcome means while other tabs may have gone on (machines/join.h).
#include <algorithm>
#include <utility>

#include "core/drivers/socket_driver.h"

namespace shopbell {

// There is one conversation in a browser. Where another tab has begun it while this one knew of none, or of
// one that the server has forgotten, this one joins that; nothing has been said yet over the new one. One
// that the server knows is joined first, for what may have arrived there. And a history takes the place of
// rows that other tabs have stored: it must not be older than they are.
void SocketDriver::welcome(Welcome&& welcome) {
  if (link_.live()) return;
  welcome_ = std::move(welcome);
  chat_.join.move(JoinMove::welcome);
  chat_.store.ask_session(chat_.out);
}

void SocketDriver::stored(const SessionRecord& session) {
  const bool asking = chat_.join.state() == JoinState::asking;
  const bool another = !session.secret.empty() && session.session_id != chat_.session.record().session_id;
  const bool follows = another || (!link_.open() && !session.secret.empty());
  if (asking && (!another || welcome_.secret.empty())) {
    chat_.join.move(another ? JoinMove::enter_beside : JoinMove::enter);
    let_in(session);
  } else if (another && !asking && bound()) {
    chat_.join.move(JoinMove::hear_of_another);
  } else if (follows) {
    follow(session);
  }
}

// The welcome that waited for storage. One that is behind what another tab has heard, and this one did not
// know of, is dropped: that tab has come later, and the word that it did is on its way.
void SocketDriver::let_in(const SessionRecord& session) {
  const bool overtaken = welcome_.history && welcome_.session == session.session_id &&
                         welcome_.epoch == session.epoch && welcome_.seq < session.seq &&
                         session.seq != chat_.session.record().seq;
  if (!overtaken) enter(welcome_, session.session_id == welcome_.session);
}

// Another tab speaks for this browser: the next connection of this one goes on where that has come to, unless
// storage can't have told it all.
void SocketDriver::follow(const SessionRecord& session) {
  chat_.join.move(JoinMove::go_over);
  // What is being answered in a session is told in no other.
  if (session.session_id != chat_.session.record().session_id) replies_.doubt_all();
  chat_.session.restore(session);
  if (link_.open() || chat_.store.holes()) chat_.session.forget_place();
  if (!link_.open()) return;
  chat_.out.put(command::SocketClose{link_.attempt(), close_normal});
  link_.close(chat_.now.mono);  // and is opened again at once
  let_go();
}

// `stored`: storage holds this session, so the other tabs know of it.
void SocketDriver::enter(Welcome& welcome, bool stored) {
  if (!link_.welcome(Ms{welcome.heartbeat_ms}, chat_.now.mono)) return;
  chat_.transcript.remove(notice_id, chat_.out);
  const bool same = welcome.session == chat_.session.record().session_id;
  if (!same) replies_.doubt_all();
  // Its time is not over: it was not stored, and a session is stored before what is said in it.
  if (!same && chat_.session.live(chat_.now.wall + limits::session_end_about))
    chat_.outbox.session_unknown(chat_.session.record().session_id);
  const std::uint32_t known = chat_.session.record().seq;
  chat_.session.join(std::move(welcome.session), std::move(welcome.secret), welcome.epoch, chat_.now.wall);
  chat_.session.advance(welcome.resumed ? known : welcome.seq);
  // A session that begins anew knows nothing of this browser's rows: they stay.
  const auto& history = welcome.history;
  if (!welcome.resumed && history && (same || !history->empty())) replace_history(*welcome.history);
  store_place();
  if (!welcome.voice.url.empty()) ticket(std::move(welcome.voice));
  chat_.outbox.connection_back(chat_.now.mono);
  // Where the server knows ids, and in the session that all tabs know, since that is where it knows them: one
  // that has not heard of it may be saying the same in another.
  if (capabilities().resend_by_key && stored && chat_.join.move(JoinMove::gather))
    chat_.store.ask_messages(chat_.out);
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
  replies_.clear();
  double order = 0;
  for (Row& row : rows) {
    order = std::max(order + 1, row.at_ms);
    row.order = order;
    if (chat_.outbox.find(row.id)) chat_.outbox.place(row.id, order);
    chat_.dress(row);
    chat_.transcript.put(row, chat_.out);
    if (is_over(row.state)) chat_.keep(row);
    if (row.state == RowState::streaming && row.id.ends_with(reply_ending))
      replies_.await(replied_to(row.id));
  }
}

}  // namespace shopbell
