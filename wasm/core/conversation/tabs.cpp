#include "core/conversation/tabs.h"

#include <algorithm>
#include <utility>

namespace shopbell {
namespace {

bool has(const std::vector<std::string>& list, const std::string& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

}  // namespace

// ---- the page's life

void Tabs::take_name() {
  name_ = chat_.random.base36(12);
  if (locks_) chat_.out.put(command::LockTake{chat_.store.lock_of(name_)});
}

void Tabs::join(const std::string& before, std::vector<Message> messages) {
  drop_settled(messages);
  take_name();
  if (locks_) {
    for (const Message& m : messages) draw_others(m);
    return;
  }
  chat_.store.put_tab({}, chat_.out);
  for (Message& m : messages) {
    const bool ours = !before.empty() && m.tab == before;
    // It may be another tab's, alive or not: only the shopper can say whether to send it.
    if (!ours && m.state != MessageState::failed) m.state = MessageState::unconfirmed;
    chat_.outbox.adopt(std::move(m), name_);
  }
}

void Tabs::be_alone(std::vector<Message> messages) {
  drop_settled(messages);
  for (Message& m : messages) chat_.outbox.adopt(std::move(m), name_);
  go_on_alone();
}

void Tabs::stay_alone() {
  const std::vector<std::string> others = watched_;
  drop_locks();
  go_on_alone();
  for (const std::string& tab : others) watch(tab);
}

// Others may have said what this page has, in the session that it knows or in one of their own, and may have
// been able to store that.
void Tabs::go_on_alone() {
  take_name();
  const SessionRecord& session = chat_.session.record();
  chat_.outbox.share(name_, session.session_id);
  if (chat_.outbox.messages().empty()) return;
  chat_.store.put(session, chat_.out);
  for (const Message& m : chat_.outbox.messages()) chat_.store.ask_row(m.id, chat_.out);
}

void Tabs::hide() {
  if (!locks_) chat_.store.put_tab(name_, chat_.out);
}

void Tabs::show() {
  drop_locks();
  hide();
  others_.clear();
}

void Tabs::drop_locks() {
  for (const std::string& tab : std::exchange(watched_, {}))
    chat_.out.put(command::LockDrop{chat_.store.lock_of(tab)});
  chat_.out.put(command::LockDrop{chat_.store.lock_of(name_)});
  adopting_.clear();
  gone_.clear();
}

// ---- who sends

void Tabs::watch(const std::string& tab) {
  if (!locks_ || tab.empty() || tab == name_ || has(watched_, tab)) return;
  watched_.push_back(tab);
  chat_.out.put(command::LockTake{chat_.store.lock_of(tab)});
}

std::string Tabs::taken(const std::string& lock) {
  std::string tab = chat_.store.tab_of(lock);
  if (tab.empty() || tab == name_) return {};
  if (chat_.visible) {
    gone_.push_back(tab);
    adopt_from(tab);
  } else {
    std::erase(watched_, tab);
    chat_.out.put(command::LockDrop{lock});
  }
  return tab;
}

void Tabs::leave() {
  if (!locks_ || chat_.outbox.messages().empty()) return;
  chat_.outbox.stamp(chat_.random.base36(12));
  chat_.settle_changes();
  for (const Message& m : chat_.outbox.give_away()) {
    others_.push_back(m.id);
    put_others(m);
  }
  chat_.snapshot_due = true;
}

void Tabs::seen() {
  if (!others_.empty()) chat_.store.ask_messages(chat_.out);
}

void Tabs::adopt_from(const std::string& tab) {
  adopting_ = tab;
  chat_.store.ask_messages(chat_.out);
}

bool Tabs::adopt(std::vector<Message> messages) {
  const std::string gone = std::exchange(adopting_, {});
  const bool all = chat_.join.move(JoinMove::gathered) && locks_;
  bool adopted = false;
  // What is not there any more has become a row, or was thrown away, while this page did not hear of it.
  for (const std::string& id : std::vector<std::string>(others_)) {
    const bool there =
        std::any_of(messages.begin(), messages.end(), [&](const Message& m) { return m.id == id; });
    if (there) continue;
    message_gone(id);
    chat_.store.ask_row(id, chat_.out);
  }
  drop_settled(messages);
  for (Message& m : messages) {
    heed(m);
    if ((m.tab != gone && !(all && holds_the_line(m.state))) || chat_.outbox.full()) {
      draw_others(m);
      continue;
    }
    std::erase(others_, m.id);
    chat_.outbox.adopt(std::move(m), name_);
    adopted = true;
  }
  chat_.snapshot_due = true;
  return adopted;
}

// The row that another tab's message becomes is never taken back.
bool Tabs::became_row(const Message& message) const {
  const Row* drawn = chat_.transcript.find(message.id);
  return drawn && (!is_others(message.id) || (is_over(drawn->state) && !message.taken));
}

// A page that ended between "the row is stored" and "the message is dropped" leaves both: then the message is
// settled.
void Tabs::drop_settled(std::vector<Message>& messages) {
  std::erase_if(messages, [&](const Message& m) {
    const bool settled = !chat_.outbox.find(m.id) && became_row(m);
    if (settled) chat_.store.drop_message(m.id, chat_.out);
    return settled;
  });
}

// ---- what is shown

bool Tabs::is_others(const std::string& id) const { return has(others_, id); }

bool Tabs::loaded(const event::StorageLoaded& answer) {
  if (chat_.store.is_messages(answer)) return adopt(chat_.store.read_messages(answer));
  if (auto row = chat_.store.read_row(answer)) return row_changed(std::move(*row)), false;
  const std::string id = chat_.store.message_of(answer.prefix);
  if (id.empty()) return false;
  for (const Message& m : chat_.store.read_messages(answer)) {
    if (m.id != id) continue;
    // Whoever takes one of this page's has taken those behind it too: they are heard of at once, or the next one would
    // be said here before it.
    if (m.tab != name_ && chat_.outbox.find(id))
      chat_.store.ask_messages(chat_.out);
    else
      draw_others(m);
    return false;
  }
  message_gone(id);
  // Who took it knows what became of it, and could not store that.
  chat_.outbox.over_elsewhere(id);
  return false;
}

// What another tab says where this one is not is said there; and what it has given up waits for its shopper there.
void Tabs::heed(const Message& stored) {
  if (stored.tab == name_) return;
  const bool elsewhere = stored.session.empty() ? locks_ && chat_.join.yields()
                                                : stored.session != chat_.session.record().session_id;
  const bool moves = !elsewhere && holds_the_line(stored.state);
  if (!moves && chat_.outbox.leave_to_another(stored.id)) others_.push_back(stored.id);
}

void Tabs::draw_others(const Message& message) {
  if (message.tab == name_ || chat_.outbox.find(message.id) || became_row(message)) return;
  const bool known = is_others(message.id);
  if (!known && others_.size() >= limits::others_max) return;
  if (!known) others_.push_back(message.id);
  put_others(message);
  // The word of a tab that has gone may be heard later than its end. What this page has no room for waits.
  if (has(gone_, message.tab) && !chat_.outbox.full()) return adopt_from(message.tab);
  watch(message.tab);
}

void Tabs::put_others(const Message& message) {
  Row row = chat_.row_of(message);
  row.actions.clear();
  chat_.transcript.put(std::move(row), chat_.out);
}

// Settled, and then a row has taken its place; or its shopper has thrown it away.
void Tabs::message_gone(const std::string& id) {
  const Row* drawn = chat_.transcript.find(id);
  if (std::erase(others_, id) > 0 && drawn && !is_over(drawn->state)) chat_.transcript.remove(id, chat_.out);
}

void Tabs::row_changed(Row row) {
  if (chat_.outbox.over_elsewhere(row.id)) {
    // On its way: what becomes of it comes over its own connection. Else another tab has heard that the shop
    // has it.
    if (!chat_.arrived(row.id)) return;
    chat_.settle_changes();
  }
  // Whoever was to send it may not know that it is settled: it was left.
  if (std::erase(others_, row.id) > 0) chat_.store.drop_message(row.id, chat_.out);
  const Row* drawn = chat_.transcript.find(row.id);
  if (drawn && *drawn == row) return;
  chat_.transcript.put(std::move(row), chat_.out);
  chat_.snapshot_due = true;
}

}  // namespace shopbell
