// The widget's other half: starting, going on after a reload or a trap, tabs, and telling the view and
// storage what changed.
#include <algorithm>
#include <cmath>

#include "core/invariant.h"
#include "core/text.h"
#include "core/widget.h"
#include "core/wire/json_fields.h"
#include "core/wire/reader.h"
#include "core/wire/writer.h"

namespace shopbell {

// ---- starting

void Widget::on(const event::Start& start) {
  random_ = Random(start.seed.data);
  online_ = start.online;
  locks_ = start.locks;
  options_ = check_options(start.settings, start.script_origin, out_);
  backend_ = make_backend_(options_.backend, options_.backend_options);
  if (!backend_) {
    console(Level::error,
            "[Shopbell] this build has no back end \"" + options_.backend + "\"; chatkit is used.");
    options_.backend = "chatkit";
    backend_ = make_backend_(options_.backend, options_.backend_options);
  }
  if (options_.voice != "off")
    console(Level::warn,
            "[Shopbell] this build has no voice \"" + options_.voice + "\"; the chat is by text.");
  SHOPBELL_INVARIANT(backend_ != nullptr);
  outbox_.configure(backend_->capabilities().resend_by_key);
  store_.configure(options_.backend + "." + short_hash(options_.backend_options.api_url));
  out_.emplace_back(command::ViewReset{});
  out_.emplace_back(options_.look);

  if (start.snapshot.data.empty()) return load();

  // After a trap. Where storage works it is the truth, as after a reload: other tabs may have taken over what
  // was ours.
  report(ErrorCode::restarted);
  restarted_ = true;
  Saved saved;
  const auto document = wire::parse(start.snapshot.data);
  const bool readable = document.ok() && wire::read(document.root(), saved);
  if (!readable || saved.stored) return load();
  state_ = State::ready;
  go_on_from(std::move(saved), true);
}

void Widget::load() {
  state_ = State::loading;
  store_.ask(out_);
}

void Widget::on(const event::StorageLoaded& answer) {
  if (state_ == State::ready) {
    // The messages of a tab that has gone, read anew now that this page holds its lock.
    if (adopting_.empty() || !store_.is_messages(answer)) return;
    adopt(store_.read_messages(answer), adopting_);
    out_.emplace_back(command::LockDrop{store_.lock_of(adopting_)});
    adopting_.clear();
    return;
  }
  store_.take(answer);
  if (!store_.loaded()) return;
  Saved saved = store_.read();
  if (store_.refused()) storage_trouble_ = ErrorCode::storage_denied;
  if (saved.unreadable > 0) report(ErrorCode::bad_stored);
  if (saved.session.client_id.empty()) {
    if (auto older = store_.read_older(now_.wall.ms)) {
      saved.session = std::move(older->session);
      saved.rows = std::move(older->rows);
      store_.put(saved.session, out_);
      for (const Row& row : saved.rows) store_.put(row, out_);
    }
  }
  state_ = State::ready;
  go_on_from(std::move(saved), false);
}

void Widget::go_on_from(Saved saved, bool from_snapshot) {
  session_.restore(saved.session);
  if (session_.live(now_.wall)) {
    const std::size_t skipped =
        saved.rows.size() > limits::rows_stored_max ? saved.rows.size() - limits::rows_stored_max : 0;
    for (std::size_t i = skipped; i < saved.rows.size(); ++i) transcript_.put(std::move(saved.rows[i]), out_);
  } else {
    store_.drop_rows(out_);  // a session that is over takes its history with it; what was not sent stays
  }
  drop_settled(saved.messages);
  if (from_snapshot) {
    tab_ = random_.base36(12);
    for (auto& message : saved.messages) outbox_.adopt(std::move(message), tab_);
  } else {
    join_tabs(saved.tab, saved.messages);
  }
  open_ = saved.open;
  out_.emplace_back(command::Panel{open_, Focus::stay});
  if (!saved.draft.empty() && !restarted_) {  // after a trap the box still holds what was typed
    box_.set(saved.draft);
    out_.emplace_back(command::BoxSet{saved.draft});
  }
  const bool formatted = std::any_of(transcript_.rows().begin(), transcript_.rows().end(),
                                     [](const Row& r) { return r.markdown; });
  if (formatted && !markdown_asked_) out_.emplace_back(command::MarkdownLoad{});
  markdown_asked_ = markdown_asked_ || formatted;
  snapshot_due_ = true;
  emit(PageEvent::ready);
}

// A page that ended between "the row is stored" and "the message is dropped" leaves both: then the message is
// settled.
void Widget::drop_settled(std::vector<Message>& messages) {
  std::erase_if(messages, [&](const Message& m) {
    const bool settled = transcript_.find(m.id) != nullptr;
    if (settled) store_.drop_message(m.id, out_);
    return settled;
  });
}

// ---- tabs
//
// A message is sent by one tab: the one whose name it is stamped with. Each tab holds a Web Lock of its own
// name; whoever gets the lock of another name knows that its tab has gone, stamps that tab's messages anew
// and sends them. The lock makes this exact: a message has one sender at every moment, over reloads, closed
// tabs and the back-forward cache. Without Web Locks (plain http) the name is handed from page to page
// through sessionStorage, where it lies only between two pages, so that a copied tab does not copy it.

void Widget::join_tabs(const std::string& previous_tab, const std::vector<Message>& messages) {
  tab_ = random_.base36(12);
  if (locks_) {
    out_.emplace_back(command::LockTake{store_.lock_of(tab_)});
    std::vector<std::string> gone_or_busy;
    for (const auto& m : messages)
      if (std::find(gone_or_busy.begin(), gone_or_busy.end(), m.tab) == gone_or_busy.end())
        gone_or_busy.push_back(m.tab);
    for (const auto& other : gone_or_busy) out_.emplace_back(command::LockTake{store_.lock_of(other)});
    return;
  }
  store_.put_tab({}, out_);
  for (Message m : messages) {
    const bool ours = !previous_tab.empty() && m.tab == previous_tab;
    // It may be another tab's, alive or not: only the shopper can say whether to send it.
    if (!ours && m.state != MessageState::failed) m.state = MessageState::unconfirmed;
    outbox_.adopt(std::move(m), tab_);
  }
}

void Widget::on(const event::LockTaken& taken) {
  const std::string owner = store_.tab_of(taken.lock);
  if (owner.empty() || owner == tab_) return;
  if (!adopting_.empty()) {  // one at a time: ask for this one again behind the other
    out_.emplace_back(command::LockDrop{taken.lock});
    out_.emplace_back(command::LockTake{taken.lock});
    return;
  }
  adopting_ = owner;
  store_.ask_messages(out_);
}

void Widget::adopt(std::vector<Message> messages, const std::string& owner) {
  drop_settled(messages);
  for (const Message& m : messages)
    if (m.tab == owner) outbox_.adopt(m, tab_);
  snapshot_due_ = true;
}

// ---- page life

void Widget::on(const event::PageHidden&) {
  store_.put_draft(box_.draft(), out_);
  draft_save_at_.reset();
  if (!locks_) store_.put_tab(tab_, out_);
  // The part of a reply that has come so far is worth keeping; where it can be fetched again, it will be
  // replaced.
  const Row* reply = transcript_.find(current_ + ".reply");
  if (!reply || reply->state != RowState::streaming) return;
  Row kept = *reply;
  kept.state = RowState::broken;
  kept.note = ErrorCode::answer_broken;
  store_.put(kept, out_);
}

// Back from the back-forward cache. Locks were lost there and another tab may have sent what was ours, so
// storage is the truth now; without storage nobody else can have touched anything.
void Widget::on(const event::PageShown&) {
  if (storage_trouble_ != ErrorCode::none) return;
  end_exchange();
  out_.emplace_back(command::LockDrop{store_.lock_of(tab_)});
  if (!locks_) store_.put_tab(tab_, out_);
  outbox_.clear();
  transcript_.clear(out_);
  adopting_.clear();
  load();
}

void Widget::on(const event::StorageRefused& refused) {
  storage_trouble_ = refused.full ? ErrorCode::storage_full : ErrorCode::storage_denied;
  report(storage_trouble_);
}

// ---- drawing and storing what changed

void Widget::settle_changes() {
  for (const std::string& id : outbox_.take_changed()) {
    const Message* m = outbox_.find(id);
    if (!m) {
      store_.drop_message(id, out_);
      transcript_.remove(id, out_);
      continue;
    }
    draw(*m);
    if (m->state != MessageState::settled) {
      store_.put(*m, out_);
      continue;
    }
    keep(*transcript_.find(id));
    store_.drop_message(id, out_);
    outbox_.forget(id);
    snapshot_due_ = true;
  }
  for (const std::string& id : transcript_.beyond(limits::rows_kept_max)) transcript_.remove(id, out_);
}

void Widget::draw(const Message& message) {
  Row row = row_of(message);
  const Row* drawn = transcript_.find(message.id);
  if (!drawn || *drawn != row) transcript_.put(std::move(row), out_);
}

Row Widget::row_of(const Message& message) const {
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
      if (!online_)
        row.note = ErrorCode::offline;
      else if (!message.taken && outbox_.guard_until() > now_.mono)
        row.note = ErrorCode::too_fast;
      break;
    case MessageState::sending:
    case MessageState::answering:
      row.state = message.taken ? RowState::sent : RowState::sending;
      break;
    case MessageState::waiting:
      row.state = message.taken ? RowState::sent : RowState::waiting;
      row.wait_s = std::ceil(std::max(0.0, (message.not_before - now_.mono).value) / 1000);
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

void Widget::keep(const Row& row) {
  store_.put(row, out_);
  snapshot_due_ = true;
}

void Widget::refresh() {
  Typing typing = Typing::none;
  if (link_.open()) {
    const Row* reply = transcript_.find(current_ + ".reply");
    if (link_.still_working(now_.mono))
      typing = Typing::still_working;
    else if (!reply || reply->state != RowState::streaming)
      typing = Typing::thinking;
  }
  if (typing != told_typing_) out_.emplace_back(command::ShowTyping{told_typing_ = typing});

  const double units_left = static_cast<double>(backend_->capabilities().text_utf16_max) -
                            static_cast<double>(utf16_units(trimmed(box_.draft())));
  command::Composer composer;
  composer.busy = outbox_.busy() && box_.blank();
  composer.can_stop = link_.open();
  composer.counting = units_left <= static_cast<double>(limits::counter_from_units);
  composer.units_left = composer.counting ? units_left : 0;
  if (told_composer_ != composer) {
    out_.push_back(composer);
    told_composer_ = composer;
  }

  const ErrorCode banner = !online_                     ? ErrorCode::offline
                           : transcript_.rows().empty() ? ErrorCode::none
                                                        : storage_trouble_;
  if (banner != told_banner_) out_.emplace_back(command::Banner{told_banner_ = banner});
  if (unread_ != told_unread_) out_.emplace_back(command::Unread{told_unread_ = unread_});

  if (draft_save_at_ && *draft_save_at_ <= now_.mono) {
    store_.put_draft(box_.draft(), out_);
    draft_save_at_.reset();
  }
  // A snapshot of a long conversation takes longer than all the rest, so it never stands between a key press
  // and the wire: a batch that sends leaves it to a tick of its own.
  const bool sends = std::any_of(out_.begin(), out_.end(), [](const Command& c) {
    return std::holds_alternative<command::HttpSend>(c);
  });
  if (snapshot_due_ && !sends) {
    out_.emplace_back(command::KeepSnapshot{snapshot()});
    snapshot_due_ = false;
  }
}

Bytes Widget::snapshot() const {
  Saved saved;
  saved.session = session_.record();
  saved.messages = outbox_.messages();
  for (const Row& row : transcript_.rows())
    if (is_over(row.state)) saved.rows.push_back(row);
  saved.draft = box_.draft();
  saved.stored = storage_trouble_ == ErrorCode::none;
  saved.open = open_;
  wire::Writer writer;
  wire::write(writer, saved);
  return Bytes{writer.take()};
}

void Widget::schedule() {
  Mono due;
  outbox_.next(now_.mono, online_, due);
  if (snapshot_due_) due = now_.mono;
  deadline_ = std::min({due, link_.deadline(now_.mono), draft_save_at_.value_or(never)});
}

// At most one line a second for each code, so that a misbehaving peer can't flood the console.
void Widget::report(ErrorCode code, std::string_view detail) {
  const auto index = static_cast<std::size_t>(code);
  const bool told = reports_[index]++ > 0 && now_.mono < told_report_[index] + 1_s;
  if (told) return;
  told_report_[index] = now_.mono;
  std::string line = "[Shopbell] " + std::string(to_name(code)) + ": " + std::string(what_happened(code)) +
                     " " + std::string(remedy(code));
  if (!detail.empty())
    line += " (" + std::string(detail.substr(0, whole_characters(detail, limits::detail_bytes_max))) + ")";
  console(Level::warn, std::move(line));
}

// An exchange is open exactly while a message is in flight.
bool Widget::consistent() const {
  if (state_ != State::ready) return true;
  const Message* in_flight = outbox_.in_flight();
  return outbox_.consistent() && transcript_.consistent() && link_.open() == (in_flight != nullptr) &&
         (!in_flight || in_flight->id == current_);
}

}  // namespace shopbell
