#include "core/widget.h"

#include <algorithm>
#include <utility>

#include "core/invariant.h"
#include "core/text.h"

namespace shopbell {
namespace {

// Storage, locks and the wire do not wait for the view: their commands come first, each kind in its own
// order.
bool is_urgent(const Command& command) {
  return std::holds_alternative<command::StorageSet>(command) ||
         std::holds_alternative<command::StorageRemove>(command) ||
         std::holds_alternative<command::StorageLoad>(command) ||
         std::holds_alternative<command::HttpSend>(command) ||
         std::holds_alternative<command::HttpAbort>(command) ||
         std::holds_alternative<command::LockTake>(command) ||
         std::holds_alternative<command::LockDrop>(command) ||
         std::holds_alternative<command::KeyConsumed>(command);
}

Commands urgent_first(Commands& commands) {
  Commands out;
  out.reserve(commands.size());
  for (const bool urgent : {true, false}) {
    for (Command& command : commands)
      if (is_urgent(command) == urgent) out.push_back(std::move(command));
  }
  commands.clear();
  return out;
}

}  // namespace

Commands Widget::handle(const Event& event, Now now) {
  now_ = now;
  out_.clear();
  const bool start = std::holds_alternative<event::Start>(event);
  const bool loads = std::holds_alternative<event::StorageLoaded>(event);
  const bool fits =
      start ? state_ == State::fresh : state_ == State::ready || (loads && state_ == State::loading);
  if (fits) {
    std::visit([this](const auto& e) { on(e); }, event);
  } else {
    report(ErrorCode::bad_event);
  }
  if (state_ == State::ready) {
    expire();
    pump();
    settle_changes();
    refresh();
    schedule();
  }
  SHOPBELL_INVARIANT(consistent());
  return urgent_first(out_);
}

// ---- the page and the shopper

void Widget::on(const event::LauncherPressed&) { open_panel(!open_, open_ ? Focus::launcher : Focus::box); }
void Widget::on(const event::ClosePressed&) { open_panel(false, Focus::launcher); }
void Widget::on(const event::PageOpen&) { open_panel(true, Focus::box); }
void Widget::on(const event::PageClose&) { open_panel(false, Focus::stay); }

void Widget::open_panel(bool open, Focus focus) {
  if (open == open_) return;
  open_ = open;
  if (open) unread_ = 0;
  store_.put_open(open, out_);
  out_.emplace_back(command::Panel{open, focus});
  emit(open ? PageEvent::open : PageEvent::close);
}

// Enter sends, Shift+Enter is a new line, and both belong to the input method while one is composing.
void Widget::on(const event::KeyPressed& key) {
  if (key.composing) return;
  if (key.key == "Escape" && open_) {
    out_.emplace_back(command::KeyConsumed{});
    open_panel(false, Focus::launcher);
  }
  if (key.key == "Enter" && key.in_box && !key.shift) {
    out_.emplace_back(command::KeyConsumed{});
    submit(key.text);
  }
}

void Widget::on(const event::SendPressed& press) { submit(press.text); }

void Widget::on(const event::DraftChanged& change) {
  box_.set(change.text);
  if (!draft_save_at_) draft_save_at_ = now_.mono + limits::draft_save_after;
}

void Widget::submit(const std::string& text) {
  box_.set(text);
  switch (box_.wish(outbox_.busy(), backend_->capabilities().text_utf16_max)) {
    case Wish::nothing:
      return;
    case Wish::blocked:
      if (box_.may_log(now_.mono)) console(Level::info, "[Chat] sendMessage blocked - already sending");
      return;
    case Wish::too_long:
      out_.emplace_back(command::Announce{{}, ErrorCode::message_too_long});
      return;
    case Wish::message:
      if (outbox_.full()) {
        out_.emplace_back(command::Announce{{}, ErrorCode::too_many_waiting});
        report(ErrorCode::too_many_waiting);
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
  const bool too_long = utf16_units(text) > backend_->capabilities().text_utf16_max;
  if (too_long || outbox_.full()) {
    const auto code = too_long ? ErrorCode::message_too_long : ErrorCode::too_many_waiting;
    report(code);
    emit(PageEvent::error, {}, {}, code);
    return;
  }
  say(std::string(text));
}

void Widget::say(std::string text) {
  if (session_.ensure(now_.wall, random_)) store_.put(session_.record(), out_);
  Message message;
  message.id = random_.base36(25);
  message.text = Private(std::move(text));
  message.at_ms = now_.wall.ms;
  message.order = transcript_.held_order();
  message.tab = tab_;
  emit(PageEvent::message, message.id, message.text.reveal());
  const bool fresh = outbox_.submit(std::move(message));
  SHOPBELL_INVARIANT(fresh);
  snapshot_due_ = true;
}

void Widget::set_box(std::string text) {
  box_.set(text);
  draft_save_at_ = now_.mono;
  out_.emplace_back(command::BoxSet{std::move(text)});
}

void Widget::on(const event::RowActionPressed& press) {
  const Message* message = outbox_.find(press.row);
  const Row row = message ? row_of(*message) : Row{};
  if (std::find(row.actions.begin(), row.actions.end(), press.action) == row.actions.end()) return;
  switch (press.action) {
    case RowAction::retry:
      outbox_.again(press.row, transcript_.held_order());
      break;
    case RowAction::edit: {
      // What stands in the box already is not thrown away.
      std::string text = row.text;
      if (!box_.blank()) text += "\n" + box_.draft();
      outbox_.discard(press.row);
      set_box(std::move(text));
      out_.emplace_back(command::Panel{open_, Focus::box});
      break;
    }
    case RowAction::discard:
      outbox_.discard(press.row);
      break;
  }
}

void Widget::on(const event::StopPressed&) {
  if (!link_.open()) return;
  end_exchange();
  if (transcript_.find(current_ + ".reply")) finish_reply(RowState::stopped, ErrorCode::none);
  outbox_.stopped(current_);
}

void Widget::on(const event::OnlineChanged& change) {
  online_ = change.online;
  if (online_) outbox_.connection_back(now_.mono);
  for (const auto& m : outbox_.messages()) draw(m);
}

void Widget::on(const event::VisibleChanged& change) {
  if (change.visible) outbox_.connection_back(now_.mono);
}

void Widget::on(const event::MarkdownFailed& failure) {
  markdown_asked_ = false;  // the next message tries again
  report(ErrorCode::markdown_missing, failure.reason);
}

// ---- the exchange with the server

void Widget::pump() {
  if (link_.open()) return;
  Mono due;
  if (const Message* next = outbox_.next(now_.mono, online_, due)) start_exchange(*next);
}

void Widget::start_exchange(const Message& message) {
  current_ = message.id;
  if (session_.ensure(now_.wall, random_)) store_.put(session_.record(), out_);
  if (!markdown_asked_) out_.emplace_back(command::MarkdownLoad{});
  markdown_asked_ = true;

  Outgoing outgoing;
  outgoing.id = message.id;
  outgoing.session_id = session_.record().session_id;
  outgoing.text = message.text;
  outgoing.history = transcript_.turns(message.id);
  HttpRequest request = backend_->request(outgoing);
  // A reply that comes again from its beginning must not be appended to what is left of the last try.
  if (!request.resumes) take(answer::Restarted{});

  const bool sent = outbox_.send(current_, now_.mono, transcript_.next_order(now_.wall));
  SHOPBELL_INVARIANT(sent);
  settle_changes();  // in storage before it is on the wire
  drop_leftover(true);
  out_.emplace_back(command::HttpSend{link_.start(now_.mono), std::move(request.method),
                                      std::move(request.url), std::move(request.headers),
                                      Bytes{std::move(request.body)}});
}

void Widget::drop_leftover(bool make_way) {
  if (const auto attempt = link_.take_leftover(now_.mono, make_way))
    out_.emplace_back(command::HttpAbort{attempt});
}

// Lets go of an exchange whose answer is known, or not wanted any more.
void Widget::end_exchange() {
  if (!link_.open()) return;
  out_.emplace_back(command::HttpAbort{link_.attempt()});
  link_.close();
}

void Widget::on(const event::HttpHead& head) {
  if (!link_.head(head.attempt, now_.mono)) return;
  Answers answers;
  backend_->head(head.status, head.headers, answers);
  apply(answers);
}

void Widget::on(const event::HttpBody& body) {
  if (!link_.bytes(body.attempt, now_.mono)) return;
  Answers answers;
  backend_->body(body.bytes.data, answers);
  apply(answers);
}

void Widget::on(const event::HttpEnd& end) {
  if (!link_.over(end.attempt)) return;
  Answers answers;
  backend_->end(answers);
  apply(answers);
}

void Widget::on(const event::HttpFailed& failure) {
  if (!link_.over(failure.attempt)) return;
  Answers answers;
  backend_->cut(ErrorCode::connection_lost, answers);
  apply(answers);
}

void Widget::expire() {
  drop_leftover(false);
  const ErrorCode why = link_.expired(now_.mono);
  if (why == ErrorCode::none) return;
  end_exchange();
  Answers answers;
  backend_->cut(why, answers);
  apply(answers);
}

void Widget::apply(Answers& answers) {
  for (auto& one : answers) std::visit([this](const auto& a) { take(a); }, one);
  // An exchange that is over must have said what became of its message: a codec that did not is answered for
  // here.
  const Message* m = outbox_.find(current_);
  if (!link_.open() && m && (m->state == MessageState::sending || m->state == MessageState::answering))
    take(answer::Failed{
        ErrorCode::answer_broken, m->taken ? answer::Fate::taken : answer::Fate::unknown, -1, {}});
}

void Widget::take(const answer::Taken&) {
  const Message* m = outbox_.find(current_);
  const bool news = m && !m->taken;
  if (outbox_.taken(current_) && news) emit(PageEvent::sent, current_);
}

void Widget::take(const answer::Restarted&) { transcript_.remove(current_ + ".reply", out_); }

void Widget::take(const answer::Delta& delta) {
  link_.progress(now_.mono);
  if (transcript_.append(current_ + ".reply", delta.text, out_)) return;
  Row row = reply_row();
  row.state = RowState::streaming;
  row.text = delta.text;
  transcript_.put(std::move(row), out_);
}

void Widget::take(const answer::Products& products) {
  link_.progress(now_.mono);
  Row row = reply_row();
  row.id = current_ + ".products";
  row.kind = RowKind::products;
  row.state = RowState::done;
  row.order = transcript_.next_order(now_.wall);
  row.text.clear();
  row.products = products.products;
  transcript_.put(row, out_);
  keep(row);
}

void Widget::take(const answer::Done& done) {
  take(answer::Taken{});
  link_.finish(now_.mono);
  finish_reply(RowState::done, ErrorCode::none, &done.text);
  outbox_.settle(current_);
  if (!open_) ++unread_;
  emit(PageEvent::reply, current_ + ".reply", done.text);
  out_.emplace_back(command::Announce{done.text, ErrorCode::none});
}

void Widget::take(const answer::Failed& failed) {
  end_exchange();
  report(failed.code, failed.detail);
  emit(PageEvent::error, current_, {}, failed.code);
  // These say that the server has spoken its last word on the message: asking again would bring the same.
  const bool last_word = failed.code == ErrorCode::answer_failed || failed.code == ErrorCode::answer_too_long;
  switch (failed.fate) {
    case answer::Fate::not_taken:
      outbox_.not_taken(current_, failed.code, failed.retry_after_s, now_.mono, random_);
      break;
    case answer::Fate::refused:
      outbox_.refused(current_, failed.code);
      break;
    case answer::Fate::unknown:
      outbox_.doubted(current_, failed.code, now_.mono, random_);
      break;
    case answer::Fate::taken:
      take(answer::Taken{});
      if (last_word) {
        outbox_.settle(current_);
      } else {
        outbox_.doubted(current_, failed.code, now_.mono, random_);
      }
      break;
  }
  const Message* m = outbox_.find(current_);
  if (m && m->state == MessageState::settled) finish_reply(RowState::broken, failed.code);
  out_.emplace_back(command::Announce{{}, failed.code});
}

Row Widget::reply_row() {
  if (const Row* begun = transcript_.find(current_ + ".reply")) return *begun;
  Row row;
  row.id = current_ + ".reply";
  row.author = {"agent", options_.look.bot_name, AuthorKind::agent};
  row.markdown = true;
  row.at_ms = now_.wall.ms;
  row.order = transcript_.next_order(now_.wall);
  return row;
}

// Ends the reply's row; `text`, where it came, is the whole of it.
void Widget::finish_reply(RowState state, ErrorCode note, const std::string* text) {
  Row row = reply_row();
  row.state = state;
  row.note = note;
  if (text) row.text = *text;
  transcript_.put(row, out_);
  keep(row);
}

}  // namespace shopbell
