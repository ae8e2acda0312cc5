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
  chat_.random = Random(start.seed.data);
  chat_.online = start.online;
  chat_.visible = start.visible;
  locks_ = start.locks;
  chat_.options = check_options(start.settings, start.script_origin, chat_.out);
  driver_ = parts_.make_driver(chat_.options.backend, chat_.options.backend_options, chat_);
  if (!driver_) {
    chat_.console(Level::error, "[Shopbell] this build has no back end \"" + chat_.options.backend + "\"; " +
                                    std::string(parts_.fallback) + " is used.");
    chat_.options.backend = parts_.fallback;
    driver_ = parts_.make_driver(chat_.options.backend, chat_.options.backend_options, chat_);
  }
  SHOPBELL_INVARIANT(driver_ != nullptr);
  if (chat_.options.voice != "off") {
    voice_ = parts_.make_voice(chat_.options.voice, chat_.options.backend);
    chat_.options.look.voice = voice_ != nullptr;
    if (!voice_)
      chat_.console(Level::warn, "[Shopbell] this build has no voice \"" + chat_.options.voice +
                                     "\"; the chat is by text.");
  }
  chat_.outbox.configure(driver_->capabilities().resend_by_key);
  chat_.store.configure(chat_.options.backend + "." + short_hash(chat_.options.backend_options.api_url));
  if (voice_) voice_->configure(chat_.options.push_to_talk, chat_.store.prefix());
  chat_.out.emplace_back(command::ViewReset{});
  chat_.out.emplace_back(chat_.options.look);

  if (start.snapshot.data.empty()) return load();

  // After a trap. Where storage works it is the truth, as after a reload: other tabs may have taken over what
  // was ours.
  chat_.report(ErrorCode::restarted);
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
  chat_.store.ask(chat_.out);
}

void Widget::on(const event::StorageLoaded& answer) {
  if (state_ == State::ready) {
    if (chat_.store.is_session(answer)) return driver_->stored(chat_.store.read_session(answer));
    // The messages of a tab that has gone, read anew now that this page holds its lock.
    if (adopting_.empty() || !chat_.store.is_messages(answer)) return;
    adopt(chat_.store.read_messages(answer), adopting_);
    chat_.out.emplace_back(command::LockDrop{chat_.store.lock_of(adopting_)});
    adopting_.clear();
    return;
  }
  chat_.store.take(answer);
  if (!chat_.store.loaded()) return;
  Saved saved = chat_.store.read();
  if (chat_.store.refused()) storage_trouble_ = ErrorCode::storage_denied;
  if (saved.unreadable > 0) chat_.report(ErrorCode::bad_stored);
  if (saved.session.client_id.empty()) {
    if (auto older = chat_.store.read_older(chat_.now.wall.ms)) {
      saved.session = std::move(older->session);
      saved.rows = std::move(older->rows);
      chat_.store.put(saved.session, chat_.out);
      for (const Row& row : saved.rows) chat_.store.put(row, chat_.out);
    }
  }
  state_ = State::ready;
  go_on_from(std::move(saved), false);
}

void Widget::go_on_from(Saved saved, bool from_snapshot) {
  chat_.session.restore(saved.session);
  if (chat_.session.live(chat_.now.wall)) {
    const std::size_t skipped =
        saved.rows.size() > limits::rows_stored_max ? saved.rows.size() - limits::rows_stored_max : 0;
    for (std::size_t i = skipped; i < saved.rows.size(); ++i)
      chat_.transcript.put(std::move(saved.rows[i]), chat_.out);
  } else {
    // A session that is over takes its history with it; what was not sent stays. A server that goes on with
    // the session all the same (this clock may be wrong) is asked for all of it.
    chat_.store.drop_rows(chat_.out);
    chat_.session.forget_place();
  }
  if (voice_) {
    voice_->restore(Device::microphone, saved.microphone);
    voice_->restore(Device::speaker, saved.speaker);
    const Ms left_for = chat_.now.wall - Wall{saved.call_left_ms};
    if (!voice_->active() && left_for >= 0_ms && left_for < limits::call_left_max)
      voice_->begin(saved.call_muted, chat_.out);
  }
  if (saved.call_left_ms != 0) chat_.store.drop_call(chat_.out);
  drop_settled(saved.messages);
  if (from_snapshot) {
    tab_ = chat_.random.base36(12);
    for (auto& message : saved.messages) chat_.outbox.adopt(std::move(message), tab_);
  } else {
    join_tabs(saved.tab, saved.messages);
  }
  chat_.open = saved.open;
  chat_.out.emplace_back(command::Panel{chat_.open, Focus::stay});
  if (!saved.draft.empty() && !restarted_) {  // after a trap the box still holds what was typed
    box_.set(saved.draft);
    chat_.out.emplace_back(command::BoxSet{saved.draft});
  }
  const bool formatted = std::any_of(chat_.transcript.rows().begin(), chat_.transcript.rows().end(),
                                     [](const Row& r) { return r.markdown; });
  if (formatted) chat_.want_markdown();
  chat_.snapshot_due = true;
  chat_.emit(PageEvent::ready);
}

// A page that ended between "the row is stored" and "the message is dropped" leaves both: then the message is
// settled.
void Widget::drop_settled(std::vector<Message>& messages) {
  std::erase_if(messages, [&](const Message& m) {
    const bool settled = chat_.transcript.find(m.id) != nullptr;
    if (settled) chat_.store.drop_message(m.id, chat_.out);
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
  tab_ = chat_.random.base36(12);
  if (locks_) {
    chat_.out.emplace_back(command::LockTake{chat_.store.lock_of(tab_)});
    std::vector<std::string> gone_or_busy;
    for (const auto& m : messages)
      if (std::find(gone_or_busy.begin(), gone_or_busy.end(), m.tab) == gone_or_busy.end())
        gone_or_busy.push_back(m.tab);
    for (const auto& other : gone_or_busy)
      chat_.out.emplace_back(command::LockTake{chat_.store.lock_of(other)});
    return;
  }
  chat_.store.put_tab({}, chat_.out);
  for (Message m : messages) {
    const bool ours = !previous_tab.empty() && m.tab == previous_tab;
    // It may be another tab's, alive or not: only the shopper can say whether to send it.
    if (!ours && m.state != MessageState::failed) m.state = MessageState::unconfirmed;
    chat_.outbox.adopt(std::move(m), tab_);
  }
}

void Widget::on(const event::LockTaken& taken) {
  const std::string owner = chat_.store.tab_of(taken.lock);
  if (owner.empty() || owner == tab_) return;
  if (!adopting_.empty()) {  // one at a time: ask for this one again behind the other
    chat_.out.emplace_back(command::LockDrop{taken.lock});
    chat_.out.emplace_back(command::LockTake{taken.lock});
    return;
  }
  adopting_ = owner;
  chat_.store.ask_messages(chat_.out);
}

void Widget::adopt(std::vector<Message> messages, const std::string& owner) {
  drop_settled(messages);
  for (const Message& m : messages)
    if (m.tab == owner) chat_.outbox.adopt(m, tab_);
  chat_.snapshot_due = true;
}

// ---- page life

void Widget::on(const event::PageHidden&) {
  chat_.store.put_draft(box_.draft(), chat_.out);
  draft_save_at_.reset();
  if (!locks_) chat_.store.put_tab(tab_, chat_.out);
  driver_->hide();
  if (voice_ && voice_->lasts()) {
    chat_.store.put_call(voice_->muted(), chat_.now.wall, chat_.out);
    chat_.store.put_open(true, chat_.out);  // the loader of the next page looks at this
  }
  // The part of a reply that has come so far is worth keeping (a caption's is not); where it can be fetched
  // again, it will be replaced. A server that keeps the conversation tells the whole of it again, and another
  // tab may have stored that already.
  if (!chat_.session.record().secret.empty()) return;
  for (const Row& row : chat_.transcript.rows()) {
    if (row.state != RowState::streaming || !row.markdown) continue;
    Row kept = row;
    kept.state = RowState::broken;
    kept.note = ErrorCode::answer_broken;
    chat_.store.put(kept, chat_.out);
  }
}

// Back from the back-forward cache. Locks were lost there and another tab may have sent what was ours, so
// storage is the truth now; without storage nobody else can have touched anything.
void Widget::on(const event::PageShown&) {
  driver_->drop();
  if (storage_trouble_ != ErrorCode::none) return;
  chat_.out.emplace_back(command::LockDrop{chat_.store.lock_of(tab_)});
  if (!locks_) chat_.store.put_tab(tab_, chat_.out);
  chat_.outbox.clear();
  chat_.transcript.clear(chat_.out);
  adopting_.clear();
  load();
}

void Widget::on(const event::StorageRefused& refused) {
  storage_trouble_ = refused.full ? ErrorCode::storage_full : ErrorCode::storage_denied;
  chat_.report(storage_trouble_);
  chat_.store.has_holes(chat_.session.record(), chat_.out);
}

// ---- telling what changed

void Widget::refresh() {
  const Typing typing = driver_->typing();
  if (typing != told_typing_) chat_.out.emplace_back(command::ShowTyping{told_typing_ = typing});

  const double units_left = static_cast<double>(driver_->capabilities().text_utf16_max) -
                            static_cast<double>(utf16_units(trimmed(box_.draft())));
  command::Composer composer;
  composer.busy = busy() && box_.blank();
  composer.can_stop = driver_->can_stop();
  composer.counting = units_left <= static_cast<double>(limits::counter_from_units);
  composer.units_left = composer.counting ? units_left : 0;
  if (told_composer_ != composer) {
    chat_.out.push_back(composer);
    told_composer_ = composer;
  }

  ErrorCode banner = driver_->banner();
  if (banner == ErrorCode::none && !chat_.transcript.rows().empty()) banner = storage_trouble_;
  if (!chat_.online) banner = ErrorCode::offline;
  if (banner != told_banner_) chat_.out.emplace_back(command::Banner{told_banner_ = banner});
  if (chat_.unread != told_unread_) chat_.out.emplace_back(command::Unread{told_unread_ = chat_.unread});

  if (draft_save_at_ && *draft_save_at_ <= chat_.now.mono) {
    chat_.store.put_draft(box_.draft(), chat_.out);
    draft_save_at_.reset();
  }
  // A snapshot of a long conversation takes longer than all the rest, so it never stands between a key press
  // and the wire: a batch that sends leaves it to a tick of its own.
  const bool sends = std::any_of(chat_.out.begin(), chat_.out.end(), [](const Command& c) {
    return std::holds_alternative<command::HttpSend>(c) || std::holds_alternative<command::SocketSend>(c);
  });
  if (chat_.snapshot_due && !sends) {
    chat_.out.emplace_back(command::KeepSnapshot{snapshot()});
    chat_.snapshot_due = false;
  }
}

Bytes Widget::snapshot() const {
  Saved saved;
  saved.session = chat_.session.record();
  saved.messages = chat_.outbox.messages();
  for (const Row& row : chat_.transcript.rows())
    if (is_over(row.state)) saved.rows.push_back(row);
  saved.draft = box_.draft();
  saved.stored = storage_trouble_ == ErrorCode::none;
  saved.open = chat_.open;
  wire::Writer writer;
  wire::write(writer, saved);
  return Bytes{writer.take()};
}

void Widget::schedule() {
  deadline_ = std::min(driver_->deadline(), draft_save_at_.value_or(never));
  if (chat_.snapshot_due) deadline_ = std::min(deadline_, chat_.now.mono);
  if (voice_) deadline_ = std::min(deadline_, voice_->deadline());
}

bool Widget::consistent() const {
  return state_ != State::ready || (chat_.consistent() && driver_->consistent());
}

}  // namespace shopbell
