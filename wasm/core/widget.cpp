#include "core/widget.h"

#include <algorithm>
#include <utility>

#include "core/base/invariant.h"
#include "core/base/text.h"
#include "core/vocabulary/keys.h"

namespace shopbell {

Commands Widget::handle(const Event& event, Now now) {
  // The clock of waits stands still while some machines sleep; the shopper's does not.
  const bool slept = (now.wall - chat_.now.wall) - (now.mono - chat_.now.mono) > limits::slept_from;
  chat_.now = now;
  chat_.out.clear();
  const bool start = std::holds_alternative<event::Start>(event);
  const bool loads = std::holds_alternative<event::StorageLoaded>(event);
  const bool fits =
      start ? state_ == State::fresh : state_ == State::ready || (loads && state_ == State::loading);
  if (fits) {
    std::visit(
        [&]<class E>(const E& e) {
          if constexpr (is_of_wire<E>)
            on_wire(event);
          else if constexpr (is_of_call<E>)
            on_call(event);
          else
            on(e);
        },
        event);
  } else {
    chat_.report(ErrorCode::bad_event);
  }
  if (state_ == State::ready) {
    if (voice_) take_up_call();
    chat_.in_call = voice_ && voice_->active();
    if (slept) driver_->urge(Why::woke);
    driver_->pump();
    if (voice_) carry_call();
    follow_conversation();
    chat_.settle_changes();
    refresh();
    schedule();
  }
  SHOPBELL_INVARIANT(consistent());
  return std::exchange(chat_.out, {});
}

void Widget::on_wire(const Event& event) {
  if (!voice_.in_room() || !voice_->hears(event)) driver_->handle(event);
}

// Where the conversation is, there is sent what waits; but what storage may not hold, only this page has.
void Widget::follow_conversation() {
  const bool was_elsewhere = std::exchange(elsewhere_, driver_->elsewhere());
  if (was_elsewhere && !elsewhere_) tabs_.seen();
  if (!was_elsewhere && elsewhere_ && storage_trouble_ == ErrorCode::none) tabs_.leave();
}

// ---- the page and the shopper

void Widget::on(const event::LauncherPressed&) {
  open_panel(!chat_.open, chat_.open ? Focus::launcher : Focus::box);
}
void Widget::on(const event::ClosePressed&) { open_panel(false, Focus::launcher); }
void Widget::on(const event::PageOpen&) { open_panel(true, Focus::box); }
void Widget::on(const event::PageClose&) { open_panel(false, Focus::stay); }

void Widget::open_panel(bool open, Focus focus) {
  if (open == chat_.open) return;
  chat_.open = open;
  if (open) chat_.unread = 0;
  put_left();
  chat_.out.put(command::Panel{open, focus});
  chat_.emit(open ? PageEvent::open : PageEvent::close);
}

void Widget::put_left() {
  const Left left = chat_.open ? Left::open : chat_.outbox.busy() ? Left::waiting : Left::closed;
  chat_.store.put_left(left, chat_.out);
}

// Enter sends, Shift+Enter is a new line, and both belong to the input method while one is composing.
void Widget::on(const event::KeyPressed& key) {
  if (key.composing) return;
  if (key.key == keys::close && chat_.open) {
    chat_.out.put(command::KeyConsumed{});
    open_panel(false, Focus::launcher);
  }
  if (key.key != keys::send || key.shift) return;
  // In a call a stray Enter must do nothing at all, whatever button has the focus.
  const bool stray = chat_.in_call && (!key.in_box || trimmed(key.text).empty());
  if (!stray && !key.in_box) return;
  chat_.out.put(command::KeyConsumed{});
  if (!stray) return submit(key.text);
  if (stray_log_.may(chat_.now.mono)) chat_.console(Level::info, "[Chat] Enter key blocked in voice mode");
}

void Widget::on(const event::SendPressed& press) { submit(press.text); }

void Widget::on(const event::DraftChanged& change) {
  box_.set(change.text);
  if (!draft_save_at_) draft_save_at_ = chat_.now.mono + limits::draft_save_after;
}

void Widget::on(const event::StopPressed&) { driver_->stop(); }

void Widget::submit(const std::string& text) {
  box_.set(text);
  switch (box_.wish(busy(), driver_->capabilities().text_utf16_max)) {
    case Wish::nothing:
      return;
    case Wish::blocked:
      if (box_.may_log(chat_.now.mono))
        chat_.console(Level::info, "[Chat] sendMessage blocked - already sending");
      return;
    case Wish::too_long:
      chat_.announce(ErrorCode::message_too_long);
      return;
    case Wish::message:
      if (chat_.outbox.full()) {
        chat_.announce(ErrorCode::too_many_waiting);
        chat_.report(ErrorCode::too_many_waiting);
        return;
      }
      std::string wish = box_.take();
      set_box({});
      say(std::move(wish));
  }
}

void Widget::on(const event::PageSend& call) {
  const auto text = trimmed(call.text);
  if (text.empty()) return;
  const bool too_long = utf16_units(text) > driver_->capabilities().text_utf16_max;
  if (too_long || chat_.outbox.full()) {
    const auto code = too_long ? ErrorCode::message_too_long : ErrorCode::too_many_waiting;
    chat_.report(code);
    chat_.emit(PageEvent::error, {}, {}, code);
    return;
  }
  say(std::string(text));
}

void Widget::say(std::string text) {
  driver_->urge(Why::shopper);
  Message message =
      message_of(chat_.random.base36(25), std::move(text), chat_.now.wall.ms, chat_.transcript.held_order());
  chat_.emit(PageEvent::message, message.id, message.text.reveal());
  const bool fresh = chat_.outbox.submit(std::move(message));
  SHOPBELL_INVARIANT(fresh);
  chat_.snapshot_due = true;
}

void Widget::set_box(std::string text) {
  box_.set(text);
  draft_save_at_ = chat_.now.mono;
  chat_.out.put(command::BoxSet{std::move(text)});
}

void Widget::on(const event::RowActionPressed& press) {
  if (press.action == RowAction::take_over) return driver_->urge(Why::shopper);
  const Row* row = chat_.transcript.find(press.row);
  if (!row || std::find(row->actions.begin(), row->actions.end(), press.action) == row->actions.end()) return;
  switch (press.action) {
    case RowAction::retry:
      if (row->state == RowState::broken)
        ask_again(press.row);
      else
        chat_.outbox.again(press.row, chat_.transcript.held_order());
      driver_->urge(Why::shopper);
      break;
    case RowAction::edit: {
      // What stands in the box already is not thrown away.
      std::string text = row->text;
      if (!box_.blank()) text += "\n" + box_.draft();
      chat_.outbox.discard(press.row);
      set_box(std::move(text));
      chat_.out.put(command::Panel{chat_.open, Focus::box});
      break;
    }
    case RowAction::discard:
      chat_.outbox.discard(press.row);
      break;
    case RowAction::allow:
    case RowAction::refuse:
      driver_->pressed(press);
      break;
    case RowAction::take_over:
      break;
  }
}

// The answer that failed makes way, and its message is said once more, under its id. The server said that it
// has the message, so nothing that happens now makes it unsent.
void Widget::ask_again(const std::string& reply) {
  const Row* asked = chat_.said(reply);
  if (!asked) return;
  Message message = message_of(asked->id, asked->text, asked->at_ms, asked->order);
  message.taken = true;
  if (chat_.outbox.submit(std::move(message))) chat_.transcript.remove(reply, chat_.out);
}

Message Widget::message_of(std::string id, std::string text, double at_ms, double order) const {
  Message message;
  message.id = std::move(id);
  message.text = Private(std::move(text));
  message.at_ms = at_ms;
  message.order = order;
  message.tab = tabs_.name();
  return message;
}

void Widget::on(const event::OnlineChanged& change) {
  chat_.online = change.online;
  if (chat_.online) driver_->urge(Why::network);
  for (const auto& m : chat_.outbox.messages()) chat_.draw(m);
}

void Widget::on(const event::VisibleChanged& change) {
  chat_.visible = change.visible;
  if (!change.visible) return;
  driver_->urge(Why::network);
  tabs_.seen();
}

void Widget::on(const event::MarkdownFailed& failure) {
  chat_.transcript.markdown_failed();  // the next message tries again
  chat_.report(ErrorCode::markdown_missing, failure.reason);
}

// ---- calls

void Widget::on_call(const Event& event) {
  if (!voice_) {
    if (!std::holds_alternative<event::HangupPressed>(event)) chat_.report(ErrorCode::bad_event);
    return;
  }
  if (std::holds_alternative<event::MicPressed>(event)) driver_->urge(Why::shopper);
  if (const auto* data = std::get_if<event::CallData>(&event)) {
    if (!voice_->is_of_call(data->attempt)) return;
    return voice_.in_room() ? voice_->happened(data->bytes.data) : driver_->speech(data->bytes.data);
  }
  const bool was_active = voice_->active();
  voice_->handle(event, chat_.now.mono, chat_.out);
  if (!was_active && voice_->active()) place_.begun(chat_.now.wall);
}

// The server's word that another tab has the call may be lost with the connection: the engine did not hear
// it.
bool Widget::lost_to_another_tab() const { return voice_ && voice_->lost() && !place_.other().empty(); }

void Widget::hear_of_call(const CallRecord& record) {
  const bool has_ended = record.at_ms == 0;
  if (has_ended && lost_to_another_tab()) voice_->replaced(chat_.out);
  place_.heard(record, tabs_.name(), chat_.now, chat_.random);
  tabs_.watch(place_.other());
}

// The tab that had the call has gone, and the shopper sees this one; or he has begun another call elsewhere.
// Where the call is, there is the conversation, if only for a ticket.
void Widget::take_up_call() {
  if (voice_->starting() && place_.outdone()) voice_->replaced(chat_.out);
  if (lost_to_another_tab() && (voice_->needs_offer() || voice_.in_room()))
    voice_->replaced(chat_.out);
  else if (voice_->needs_offer())
    driver_->urge(Why::needed);
  if (!place_.may_take(chat_.now, chat_.visible)) return;
  const bool muted = place_.muted();
  place_.take();
  driver_->urge(Why::shopper);
  voice_->begin(muted, chat_.out);
  open_panel(true, Focus::stay);
}

void Widget::pass_offer() {
  VoiceOffer offer;
  switch (driver_->offer(voice_->needs_offer(), offer)) {
    case Offer::none:
      break;
    case Offer::given:
      voice_->take(offer, chat_.now.mono, chat_.out);
      break;
    case Offer::refused:
      voice_->refused(chat_.now.mono, chat_.out);
      break;
  }
}

void Widget::carry_call() {
  if (voice_->engine() == Engine::frames) {
    voice_->carried(driver_->carries_call(), activity_of(driver_->agent_state()), chat_.now.mono, chat_.out);
    for (std::string& sound : driver_->take_sounds()) voice_->play(std::move(sound), chat_.out);
  }
  pass_offer();
  voice_->refresh(chat_.now.mono, chat_.out);
  if (const auto record = place_.keep(*voice_, tabs_.name(), chat_.now)) chat_.store.put(*record, chat_.out);
}

}  // namespace shopbell
