#include "core/conversation/conversation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/text.h"

namespace shopbell {

void Conversation::emit(PageEvent what, std::string id, std::string text, ErrorCode code) {
  out.put(command::Emit{what, std::move(id), std::move(text), code});
}

// ---- messages

void Conversation::settle_changes() {
  for (const std::string& id : outbox.take_changed()) {
    const Message* m = outbox.find(id);
    if (!m) {
      store.drop_message(id, out);
      transcript.remove(id, out);
      continue;
    }
    draw(*m);
    if (m->state != MessageState::settled) {
      store.put(*m, out);
      continue;
    }
    keep(*transcript.find(id));
    store.drop_message(id, out);
    outbox.forget(id);
    snapshot_due = true;
  }
  transcript.keep_last(limits::rows_kept_max, out);
}

void Conversation::draw(const Message& message) {
  Row row = row_of(message);
  const Row* drawn = transcript.find(message.id);
  if (!drawn || *drawn != row) transcript.put(std::move(row), out);
}

Row Conversation::row_of(const Message& message) const {
  Row row;
  row.id = message.id;
  row.author = {"self", {}, AuthorKind::self};
  row.text = message.text.reveal();
  row.at_ms = message.at_ms;
  row.order = message.order;
  row.note = message.note;
  switch (message.state) {
    case MessageState::held:
      row.state = message.taken ? RowState::sent : RowState::waiting;
      if (!online)
        row.note = ErrorCode::offline;
      else if (!message.taken && outbox.guard_until() > now.mono)
        row.note = ErrorCode::too_fast;
      break;
    case MessageState::sending:
    case MessageState::answering:
    case MessageState::asking:
      row.state = message.taken ? RowState::sent : RowState::sending;
      break;
    case MessageState::waiting:
      row.state = message.taken ? RowState::sent : RowState::waiting;
      row.wait_s = std::ceil(std::max(0.0, (message.not_before - now.mono).value) / 1000);
      break;
    case MessageState::unconfirmed:
      row.state = RowState::unconfirmed;
      row.actions = {RowAction::retry};  // one button: sent again, it may arrive twice, and only the shopper
                                         // can want that
      break;
    case MessageState::failed:
      row.state = RowState::failed;
      row.actions = {RowAction::retry, RowAction::edit, RowAction::discard};
      break;
    case MessageState::settled:
      row.state = RowState::sent;
      row.note = ErrorCode::none;
      break;
  }
  return row;
}

// An answer that is made again takes its old place, so that the newest stored need not be the last.
void Conversation::keep(const Row& row) {
  snapshot_due = true;
  const double first = transcript.first_of_last(limits::rows_stored_max);
  if (row.order >= first) store.put(row, out);
  for (const Row& old : transcript.rows())
    if (old.order >= stored_from_ && old.order < first) store.drop_row(old.id, out);
  stored_from_ = first;
}

void Conversation::forget(const std::string& row) {
  store.drop_row(row, out);
  transcript.remove(row, out);
  stored_from_ = 0;
}

// At most one line a second for each code, so that a misbehaving peer can't flood the console.
void Conversation::report(ErrorCode code, std::string_view detail) {
  if (what_happened(code).empty()) return;  // the view's alone
  const auto index = static_cast<std::size_t>(code);
  const bool told = reports_[index]++ > 0 && now.mono < told_report_[index] + 1_s;
  if (told) return;
  told_report_[index] = now.mono;
  std::string line = "[Shopbell] " + std::string(to_name(code)) + ": " + std::string(what_happened(code)) +
                     " " + std::string(remedy(code));
  if (!detail.empty())
    line += " (" + std::string(detail.substr(0, whole_characters(detail, limits::detail_bytes_max))) + ")";
  console(Level::warn, std::move(line));
}

void Conversation::taken(const std::string& id) {
  const Message* m = outbox.find(id);
  const bool news = m && !m->taken;
  if (outbox.taken(id) && news) emit(PageEvent::sent, id);
}

bool Conversation::arrived(const std::string& id) {
  const Message* m = outbox.find(id);
  const bool news = m && !m->taken;
  if (!outbox.discard(id)) return false;
  if (news) emit(PageEvent::sent, id);
  return true;
}

void Conversation::failed(const std::string& id, const Failure& failure) {
  report(failure.code, failure.detail);
  emit(PageEvent::error, id, {}, failure.code);
  // These say that the server has spoken its last word on the message: asking again would bring the same,
  // unless it says itself when to.
  const bool last_word = failure.code == ErrorCode::answer_too_long ||
                         (failure.code == ErrorCode::answer_failed && failure.retry_after_s < 0);
  switch (failure.fate) {
    case Fate::not_taken:
      outbox.not_taken(id, failure.code, failure.retry_after_s, now.mono, random);
      break;
    case Fate::refused:
      outbox.refused(id, failure.code);
      break;
    case Fate::unknown:
      outbox.doubted(id, failure.code, failure.retry_after_s, now.mono, random);
      break;
    case Fate::taken:
      taken(id);
      if (last_word) {
        outbox.settle(id);
      } else {
        outbox.doubted(id, failure.code, failure.retry_after_s, now.mono, random);
      }
      break;
  }
  const Message* m = outbox.find(id);
  if (m && m->state == MessageState::settled) finish(reply_to(id), RowState::broken, failure.code);
  announce(failure.code);
}

// ---- rows

Row Conversation::agent_row(const std::string& id) {
  if (const Row* begun = transcript.find(id)) return *begun;
  Row row;
  row.id = id;
  row.author = {"agent", options.look.bot_name, AuthorKind::agent};
  row.markdown = true;
  row.at_ms = now.wall.ms;
  const Row* asked = said(id);
  row.order = asked ? asked->order + 0.5 : transcript.next_order(now.wall);
  return row;
}

bool Conversation::caption(Row&& row) {
  const Row* drawn = transcript.find(row.id);
  if (drawn && drawn->state != RowState::streaming) return false;
  if (drawn && row.text.starts_with(drawn->text)) {
    if (row.text.size() > drawn->text.size()) append(row.id, row.text.substr(drawn->text.size()));
    return false;
  }
  row.order = drawn ? drawn->order : transcript.next_order(now.wall);
  dress(row);
  transcript.put(std::move(row), out);
  return !drawn;
}

void Conversation::append(const std::string& id, std::string_view text) {
  if (transcript.append(id, text, out)) return;
  Row row = agent_row(id);
  row.state = RowState::streaming;
  row.text = text;
  transcript.put(std::move(row), out);
}

void Conversation::finish(const std::string& id, RowState state, ErrorCode note, const std::string* text) {
  Row row = agent_row(id);
  row.state = state;
  row.note = note;
  if (text) row.text = *text;
  dress(row);
  transcript.put(row, out);
  keep(row);
}

const Row* Conversation::said(const std::string& reply) const {
  if (!reply.ends_with(reply_ending)) return nullptr;
  const Row* row = transcript.find(replied_to(reply));
  return row && row->author.kind == AuthorKind::self && !row->text.empty() ? row : nullptr;
}

void Conversation::dress(Row& row) const {
  if (row.author.kind == AuthorKind::agent) row.author.name = options.look.bot_name;
  row.actions.clear();
  // What the server would not answer again.
  const bool over = row.note == ErrorCode::rejected || row.note == ErrorCode::refused;
  if (row.state == RowState::broken && !over && said(row.id)) row.actions.push_back(RowAction::retry);
}

void Conversation::tell_reply(const std::string& row, const std::string& text) {
  if (!open) ++unread;
  emit(PageEvent::reply, row, text);
  announce(row);
}

void Conversation::put_products(Row&& row, std::vector<Product>&& products) {
  row.kind = RowKind::products;
  row.state = RowState::done;
  row.order = transcript.next_order(now.wall);
  row.products = std::move(products);
  transcript.put(row, out);
  keep(row);
  announce(row.id);
}

}  // namespace shopbell
