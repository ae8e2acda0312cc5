// The widget's other half: starting, going on after a reload or a trap, tabs, and telling the view and
// storage what changed.
#include <algorithm>
#include <cmath>

#include "core/base/invariant.h"
#include "core/base/text.h"
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
  tabs_.configure(start.locks);
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
    voice_.take(parts_.make_voice(chat_.options.voice, chat_.options, chat_));
    chat_.options.look.voice = static_cast<bool>(voice_);
    if (!voice_)
      chat_.console(Level::warn, "[Shopbell] this build has no voice \"" + chat_.options.voice +
                                     "\"; the chat is by text.");
  }
  chat_.outbox.configure(driver_->capabilities().resend_by_key);
  chat_.store.configure(chat_.options.backend + "." + short_hash(chat_.options.backend_options.api_url));
  if (voice_) voice_->configure(chat_.options.push_to_talk, chat_.store.prefix());
  chat_.out.put(command::ViewReset{});
  chat_.out.put(chat_.options.look);

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
  go_on_from(saved, true);
}

void Widget::load() {
  state_ = State::loading;
  chat_.store.ask(chat_.out);
}

void Widget::on(const event::StorageLoaded& answer) {
  if (state_ == State::ready) {
    if (chat_.store.is_session(answer)) return driver_->stored(chat_.store.read_session(answer));
    if (chat_.store.is_call(answer)) return hear_of_call(chat_.store.read_call(answer));
    if (driver_->loaded(answer)) return;
    // Who takes over what is to be sent takes the connection too: whoever had it may be the one that has
    // gone.
    if (tabs_.loaded(answer)) driver_->urge(Why::needed);
    return;
  }
  chat_.store.take(answer);
  if (!chat_.store.loaded()) return;
  Saved saved = chat_.store.read();
  if (chat_.store.refused()) storage_trouble_ = ErrorCode::storage_denied;
  if (saved.unreadable > 0) chat_.report(ErrorCode::bad_stored);
  if (saved.session.client_id.empty() && chat_.store.read_older(chat_.now.wall.ms, saved)) {
    chat_.store.put(saved.session, chat_.out);
    for (const Row& row : saved.rows) chat_.store.put(row, chat_.out);
  }
  state_ = State::ready;
  go_on_from(saved, false);
}

void Widget::go_on_from(Saved& saved, bool from_snapshot) {
  chat_.session.restore(saved.session);
  if (chat_.session.live(chat_.now.wall)) {
    const std::size_t skipped =
        saved.rows.size() > limits::rows_stored_max ? saved.rows.size() - limits::rows_stored_max : 0;
    for (std::size_t i = 0; i < saved.rows.size(); ++i)
      i < skipped ? chat_.store.drop_row(saved.rows[i].id, chat_.out)
                  : chat_.transcript.put(std::move(saved.rows[i]), chat_.out);
  } else {
    // A session that is over takes its history with it; what was not sent stays. A server that goes on with
    // the session all the same (this clock may be wrong) is asked for all of it.
    for (const Row& row : saved.rows) chat_.store.drop_row(row.id, chat_.out);
    chat_.session.forget_place();
  }
  if (voice_) {
    voice_->restore(Device::microphone, saved.microphone);
    voice_->restore(Device::speaker, saved.speaker);
    const Ms left_for = chat_.now.wall - Wall{saved.call_left_ms};
    const bool left = left_for >= 0_ms && left_for < limits::call_left_max;
    if (left && saved.call.tab.empty() && !voice_->active()) {
      voice_->begin(saved.call_muted, chat_.out);
      place_.take();
    }
  }
  if (saved.call_left_ms != 0) chat_.store.drop_call(chat_.out);
  if (from_snapshot) {
    chat_.store.has_holes(chat_.session.record(), chat_.out);
    tabs_.be_alone(std::move(saved.messages));
  } else {
    tabs_.join(saved.tab, std::move(saved.messages));
  }
  if (voice_) hear_of_call(saved.call);
  chat_.open = saved.open;
  chat_.out.put(command::Panel{chat_.open, Focus::stay});
  if (!saved.draft.empty() && !restarted_) {  // after a trap the box still holds what was typed
    box_.set(saved.draft);
    chat_.out.put(command::BoxSet{saved.draft});
  }
  chat_.snapshot_due = true;
  chat_.emit(PageEvent::ready);
}

// ---- tabs

void Widget::on(const event::StorageChanged& change) {
  if (chat_.store.holds(change.key)) chat_.out.put(command::StorageLoad{Area::shop, change.key});
}

void Widget::on(const event::LockTaken& taken) {
  const std::string gone = tabs_.taken(taken.lock);
  CallRecord left;
  if (gone.empty() || !place_.gone(gone, left)) return;
  chat_.store.put(left, chat_.out);
  hear_of_call(left);
}

// Where there can be no locks, nothing is shared with another tab either: nobody is there to wait for.
void Widget::on(const event::LockRefused& refused) {
  if (refused.denied) on(event::LockTaken{refused.lock});
}

// ---- page life

void Widget::on(const event::PageHidden&) {
  chat_.store.put_draft(box_.draft(), chat_.out);
  draft_save_at_.reset();
  tabs_.hide();
  driver_->hide();
  if (voice_ && voice_->lasts() && place_.here()) {
    chat_.store.put_call(voice_->muted(), chat_.now.wall, chat_.out);
    chat_.store.put(place_.leave(voice_->muted(), chat_.now), chat_.out);
    chat_.store.put_left(Left::open, chat_.out);
  } else {
    put_left();
  }
  // The part of a reply that has come so far is worth keeping (a caption's is not); where it can be fetched
  // again, it will be replaced. A server that keeps the conversation tells the whole of it again, and another
  // tab may have stored that already.
  if (driver_->capabilities().acks) return;
  for (const Row& row : chat_.transcript.rows()) {
    if (row.state != RowState::streaming || !row.markdown) continue;
    Row kept = row;
    kept.state = RowState::broken;
    kept.note = ErrorCode::answer_broken;
    chat_.dress(kept);
    chat_.store.put(kept, chat_.out);
  }
}

// Whoever takes the widget away ends its call; the next page of the shop would go on with it.
void Widget::on(const event::PageDestroy&) {
  if (voice_) voice_->hang_up(chat_.out);
  on(event::PageHidden{});
}

// Back from the back-forward cache. Locks were lost there and another tab may have sent what was ours, so
// storage is the truth now; where it does not work, what there is stays this page's.
void Widget::on(const event::PageShown& shown) {
  chat_.online = shown.online;
  driver_->urge(Why::thawed);
  if (storage_trouble_ != ErrorCode::none) return tabs_.stay_alone();
  tabs_.show();
  chat_.outbox.clear();
  chat_.transcript.clear(chat_.out);
  load();
}

void Widget::on(const event::StorageRefused& refused) {
  storage_trouble_ = refused.full ? ErrorCode::storage_full : ErrorCode::storage_denied;
  chat_.report(storage_trouble_);
  chat_.store.has_holes(chat_.session.record(), chat_.out);
  chat_.store.refused(refused.key);
  driver_->not_stored(refused.key);
  // What stands there of a message that has been said is of before. Who reads it does not know in which session
  // that was, and would say it in another.
  const Message* m = chat_.outbox.find(chat_.store.message_of(refused.key));
  if (m && refused.full && !m->session.empty() && chat_.store.lacks_session())
    chat_.store.doubt(*m, chat_.out);
  chat_.snapshot_due = true;
}

// ---- telling what changed

void Widget::refresh() {
  ErrorCode banner = chat_.online ? driver_->banner() : ErrorCode::offline;
  // Without a connection nobody is seen typing.
  told_.typing(banner == ErrorCode::none ? driver_->typing() : Typing::none, chat_.out);
  told_.composer(composer(), chat_.out);
  if (banner == ErrorCode::none && !chat_.transcript.rows().empty()) banner = storage_trouble_;
  if (told_.banner(banner, chat_.out) && banner != ErrorCode::none) chat_.report(banner);
  told_.unread(chat_.unread, chat_.out);

  if (draft_save_at_ && *draft_save_at_ <= chat_.now.mono) {
    chat_.store.put_draft(box_.draft(), chat_.out);
    draft_save_at_.reset();
  }
  if (chat_.snapshot_due) keep_snapshot();
}

command::Composer Widget::composer() const {
  const double units_left = static_cast<double>(driver_->capabilities().text_utf16_max) -
                            static_cast<double>(utf16_units(trimmed(box_.draft())));
  command::Composer composer;
  composer.busy = busy() && box_.blank();
  composer.can_stop = driver_->can_stop();
  composer.counting = units_left <= static_cast<double>(limits::counter_from_units);
  composer.units_left = composer.counting ? units_left : 0;
  return composer;
}

// A snapshot of a long conversation takes longer than all the rest, so it never stands between a key press
// and the wire: a batch that says something leaves it to a tick of its own.
void Widget::keep_snapshot() {
  if (chat_.out.saying()) return;
  chat_.out.put(command::KeepSnapshot{snapshot()});
  chat_.snapshot_due = false;
}

// What storage holds is read there.
Bytes Widget::snapshot() const {
  Saved saved;
  saved.stored = storage_trouble_ == ErrorCode::none;
  if (!saved.stored) {
    saved.session = chat_.session.record();
    saved.messages = chat_.outbox.messages();
    for (const Row& row : chat_.transcript.rows())
      if (is_over(row.state)) saved.rows.push_back(row);
    saved.open = chat_.open;
  }
  wire::Writer writer;
  wire::write(writer, saved);
  return Bytes{writer.take()};
}

void Widget::schedule() {
  deadline_ = std::min(driver_->deadline(), draft_save_at_.value_or(never));
  if (chat_.snapshot_due) deadline_ = std::min(deadline_, chat_.now.mono);
  if (voice_) deadline_ = std::min({deadline_, voice_->deadline(), place_.deadline(chat_.visible)});
}

bool Widget::consistent() const {
  if (state_ != State::ready) return true;
  return chat_.consistent() && driver_->consistent() &&
         (!voice_ || (voice_->consistent() && place_.consistent()));
}

}  // namespace shopbell
