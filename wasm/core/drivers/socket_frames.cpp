// What the codec tells of messages, rows and calls, and what becomes of it.
#include <algorithm>
#include <utility>

#include "core/drivers/socket_driver.h"

namespace shopbell {

void SocketDriver::send(std::string&& frame, bool binary) {
  chat_.out.put(command::SocketSend{link_.attempt(), Bytes{std::move(frame)}, binary});
}

// Until the welcome nothing does, then what is numbered comes once and without a gap.
bool SocketDriver::counts(std::uint32_t seq) {
  if (!link_.live() || seq == 0) return link_.live();
  const std::uint32_t known = chat_.session.record().seq;
  if (seq == known + 1) return chat_.session.advance(seq), true;
  if (seq > known) {
    chat_.report(ErrorCode::bad_event, "frames are missing");
    lose(Blame::nobody, close_normal);
  }
  return false;
}

void SocketDriver::taken(const std::string& id) {
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
  if (has_.replies && !has_.acks) return replies_.begun();
  chat_.outbox.settle(id);
  if (has_.replies) replies_.await(id);
  store_place();
}

void SocketDriver::row(Row&& row) {
  if (chat_.outbox.find(row.id)) return taken(row.id);
  const Row* drawn = chat_.transcript.find(row.id);
  const bool news = !drawn || !is_over(drawn->state);
  row.order = drawn ? drawn->order : chat_.transcript.next_order(chat_.now.wall);
  if (row.at_ms == 0) row.at_ms = chat_.now.wall.ms;
  chat_.dress(row);
  if (drawn && *drawn == row) return;
  chat_.transcript.put(row, chat_.out);
  chat_.keep(row);
  replies_.final(row.id);
  replies_.over(row.id);
  store_place();
  if (news && row.author.kind != AuthorKind::self) chat_.tell_reply(row.id, row.text);
}

void SocketDriver::delta(const std::string& id, std::uint32_t at, std::string_view text) {
  progress(id);
  const Row* row = chat_.transcript.find(id);
  const bool fits = row ? row->state == RowState::streaming && row->text.size() == at : at == 0;
  if (fits) chat_.append(id, text);
}

void SocketDriver::checkpoint(const std::string& id, std::string_view text) {
  const Row* drawn = chat_.transcript.find(id);
  // An answer that failed is made again, from its beginning.
  if (drawn && drawn->state == RowState::broken && chat_.transcript.remove(id, chat_.out)) drawn = nullptr;
  progress(id);
  if (drawn ? is_over(drawn->state) || drawn->text == text : text.empty()) return;
  Row row = chat_.agent_row(id);
  row.state = RowState::streaming;
  row.text = text;
  chat_.transcript.put(std::move(row), chat_.out);
}

void SocketDriver::products(const std::string& id, std::vector<Product>&& products) {
  progress(id);
  const bool begun = chat_.transcript.find(id) != nullptr;
  Row row = chat_.agent_row(id);
  if (!begun) row.state = RowState::streaming;
  row.products = std::move(products);
  chat_.transcript.put(row, chat_.out);
  if (is_over(row.state)) chat_.keep(row);
}

void SocketDriver::done(const std::string& id, RowState state, const std::string& text) {
  replies_.over(id);
  const Row* drawn = chat_.transcript.find(id);
  if (drawn && drawn->state == state && drawn->text == text) return;
  const bool broken = state == RowState::broken;
  chat_.finish(id, state, broken ? ErrorCode::answer_failed : ErrorCode::none, &text);
  if (!has_.acks && id.ends_with(reply_ending)) chat_.outbox.settle(replied_to(id));
  store_place();
  if (state == RowState::done) chat_.tell_reply(id, text);
  if (broken) chat_.announce(ErrorCode::answer_failed);
}

void SocketDriver::failed(const std::string& id, const Failure& failure) {
  const Message* m = chat_.outbox.in_flight();
  if (m && m->id == id) chat_.failed(id, failure);
}

void SocketDriver::agent(AgentState state) {
  agent_ = state;
  if (agent_ == AgentState::idle) replies_.drop_interim();
}

void SocketDriver::caption(Row&& row) {
  const std::string id = row.id;
  if (chat_.caption(std::move(row))) replies_.interim(id);
}

}  // namespace shopbell
