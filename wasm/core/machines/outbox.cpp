#include "core/machines/outbox.h"

#include <algorithm>

#include "core/base/backoff.h"
#include "core/base/invariant.h"
#include "core/base/sorted.h"

namespace shopbell {
namespace {

constexpr Ms minute = 60_s;

bool too_long(double wait_s) { return wait_s * 1000 > limits::retry_after_max.value; }

bool is_on_wire(MessageState state) {
  return state == MessageState::sending || state == MessageState::answering;
}

}  // namespace

bool holds_the_line(MessageState state) {
  return state == MessageState::held || state == MessageState::sending || state == MessageState::answering ||
         state == MessageState::asking || state == MessageState::waiting;
}

bool Outbox::submit(Message message) {
  if (full() || find(message.id)) return false;
  mark_changed(message.id);
  insert(std::move(message));
  return true;
}

void Outbox::adopt(Message message, std::string_view tab) {
  if (full() || find(message.id)) return;
  const bool asks = keeps_asking_ && message.taken;
  const bool was_on_wire = is_on_wire(message.state) || (message.state == MessageState::asking && !asks);
  const bool moves_by_itself = was_on_wire || message.state == MessageState::waiting;
  if (moves_by_itself) {
    const bool harmless = resend_by_key_ || message.state == MessageState::waiting;
    message.state = harmless ? MessageState::held : MessageState::unconfirmed;
    message.note = ErrorCode::none;
    if (!harmless && message.taken) message.state = MessageState::settled;
    if (!harmless && !message.taken) message.note = ErrorCode::connection_lost;
  }
  message.tab = tab;
  message.tries = message.refusals = 0;
  message.not_before = Mono{0};
  mark_changed(message.id);
  insert(std::move(message));
}

void Outbox::stamp(std::string_view tab) {
  for (Message& m : messages_) {
    m.tab = tab;
    mark_changed(m.id);
  }
}

void Outbox::share(std::string_view tab, const std::string& session) {
  stamp(tab);
  for (Message& m : messages_) {
    m.shared = true;
    if (m.session.empty()) m.session = session;
    if (!m.taken && (!resend_by_key_ || m.session.empty()))
      give_up(m, MessageMove::doubt, ErrorCode::connection_lost);
  }
}

bool Outbox::leave_to_another(std::string_view id) {
  const Message* m = find(id);
  const bool waits = m && (m->state == MessageState::held || m->state == MessageState::waiting);
  if (!waits || m->taken || !m->session.empty()) return false;
  erase(*m);
  return true;
}

bool Outbox::over_elsewhere(std::string_view id) {
  const Message* const last = find(id);
  for (const Message* m = messages_.data(); last && m <= last; ++m)
    if (!is_on_wire(m->state)) give_up(*m, MessageMove::doubt, ErrorCode::connection_lost);
  return last != nullptr;
}

const Message* Outbox::next(Mono now, bool online, Mono& due) const {
  due = never;
  if (!online || in_flight()) return nullptr;
  for (const auto& m : messages_) {
    if (!holds_the_line(m.state)) continue;
    const Mono from = std::max(m.not_before, guard_until());
    if (from > now) {
      due = from;
      return nullptr;
    }
    return &m;
  }
  return nullptr;
}

bool Outbox::send(std::string_view id, Mono now, double order, const std::string& session) {
  if (!move(id, MessageMove::send)) return false;
  count_send(now);
  Message* m = find_mutable(id);
  // A message keeps its place from its first send on; until then it stands below whatever arrives.
  if (m->tries == 0 && !m->taken) m->order = order;
  m->said_once = m->session.empty() && !m->shared;
  if (m->session.empty()) m->session = session;
  ++m->tries;
  put_in_order(id);
  return true;
}

void Outbox::place(std::string_view id, double order) {
  find_mutable(id)->order = order;
  mark_changed(std::string(id));
  put_in_order(id);
}

bool Outbox::taken(std::string_view id) {
  Message* m = find_mutable(id);
  if (!m || !move(id, MessageMove::taken)) return false;
  m->taken = true;
  return true;
}

bool Outbox::settle(std::string_view id) { return move(id, MessageMove::settle); }

bool Outbox::ask(std::string_view id) {
  const Message* m = find(id);
  return m && m->taken && move(id, MessageMove::ask);
}

bool Outbox::go_on(std::string_view id, Mono now) {
  if (!move(id, MessageMove::go_on)) return false;
  count_send(now);
  ++find_mutable(id)->tries;
  return true;
}

void Outbox::count_send(Mono now) {
  counted_[next_count_] = now + minute;
  next_count_ = (next_count_ + 1) % counted_.size();
}

// A message that the server once said it has is never called failed or unconfirmed: only its reply is lost.
bool Outbox::give_up(const Message& message, MessageMove why_move, ErrorCode why) {
  return move(message.id, message.taken ? MessageMove::settle : why_move, why);
}

bool Outbox::refused(std::string_view id, ErrorCode why) {
  const Message* m = find(id);
  return m && give_up(*m, MessageMove::fail, why);
}

bool Outbox::not_taken(std::string_view id, ErrorCode why, double retry_after_s, Mono now, Random& random) {
  Message* m = find_mutable(id);
  if (!m) return false;
  if (m->said_once) m->session.clear();
  if (++m->refusals >= limits::tries_max || too_long(retry_after_s))
    return give_up(*m, MessageMove::fail, why);
  return put_off(id, why, retry_after_s, now, random);
}

bool Outbox::doubted(std::string_view id, ErrorCode why, double retry_after_s, Mono now, Random& random) {
  Message* m = find_mutable(id);
  if (!m) return false;
  // A lost connection says nothing against the message: by key it is tried until it gets through. A server
  // that fails is not asked for ever, since the message itself may be what it fails on.
  const bool lost =
      why == ErrorCode::connection_lost || why == ErrorCode::no_answer || why == ErrorCode::answer_broken;
  if (resend_by_key_ && !too_long(retry_after_s) && (lost || ++m->refusals < limits::tries_max))
    return put_off(id, why, retry_after_s, now, random);
  return give_up(*m, MessageMove::doubt, why);
}

bool Outbox::session_over(std::string_view id) {
  const Message* m = find(id);
  if (!m) return false;
  if (m->taken) return move(id, MessageMove::lose_answer);
  return move(id, MessageMove::doubt, ErrorCode::connection_lost);
}

void Outbox::session_unknown(std::string_view session) {
  for (auto& m : messages_)
    if (m.session == session && !m.shared) m.session.clear();
}

void Outbox::shut_out(ErrorCode why) {
  for (const Message& m : messages_)
    if (holds_the_line(m.state) && !m.taken)
      move(m.id, m.session.empty() ? MessageMove::fail : MessageMove::doubt, why);
}

bool Outbox::stopped(std::string_view id) {
  const Message* m = find(id);
  return m && give_up(*m, MessageMove::doubt, ErrorCode::none);
}

bool Outbox::put_off(std::string_view id, ErrorCode why, double retry_after_s, Mono now, Random& random) {
  if (!move(id, MessageMove::put_off, why)) return false;
  Message* m = find_mutable(id);
  const Ms wait =
      drawn(doubled(limits::backoff_base, std::max(m->tries, 1u) - 1, limits::backoff_max), 0.1, random);
  // A hint is a floor, drawn upwards a little.
  const Ms hinted = retry_after_s >= 0 ? Ms{retry_after_s * 1000} + drawn(250_ms, 0, random) : 0_ms;
  m->not_before = now + std::max(wait, hinted);
  return true;
}

bool Outbox::again(std::string_view id, double order) {
  if (!move(id, MessageMove::again)) return false;
  Message* m = find_mutable(id);
  m->tries = m->refusals = 0;
  m->not_before = Mono{0};
  m->session.clear();
  m->shared = false;
  if (!m->taken) m->order = order;
  put_in_order(id);
  return true;
}

bool Outbox::discard(std::string_view id) {
  const Message* m = find(id);
  if (!m || is_on_wire(m->state) || m->state == MessageState::asking) return false;
  mark_changed(m->id);
  erase(*m);
  return true;
}

void Outbox::forget(std::string_view id) {
  const Message* m = find(id);
  if (m && m->state == MessageState::settled) erase(*m);
}

void Outbox::connection_back(Mono now) {
  for (auto& m : messages_) {
    const bool for_connection = m.note == ErrorCode::connection_lost || m.note == ErrorCode::no_answer;
    if (m.state == MessageState::waiting && for_connection) m.not_before = now;
  }
}

const Message* Outbox::find(std::string_view id) const {
  const auto found =
      std::find_if(messages_.begin(), messages_.end(), [&](const Message& m) { return m.id == id; });
  return found == messages_.end() ? nullptr : &*found;
}

Message* Outbox::find_mutable(std::string_view id) { return const_cast<Message*>(find(id)); }

const Message* Outbox::in_flight() const {
  const Message* asking = nullptr;
  for (const auto& m : messages_) {
    if (is_on_wire(m.state)) return &m;
    if (m.state == MessageState::asking && !asking) asking = &m;
  }
  return asking;
}

bool Outbox::busy() const {
  return std::any_of(messages_.begin(), messages_.end(),
                     [](const Message& m) { return holds_the_line(m.state); });
}

bool Outbox::in_doubt() const {
  return in_flight() || std::any_of(messages_.begin(), messages_.end(), [](const Message& m) {
           return m.state == MessageState::waiting && m.tries > 0;
         });
}

// At most one message is out of place, and there are few: a sort of the library's would be 5 kB of code for
// nothing.
void Outbox::put_in_order(std::string_view id) {
  Message* moved = find_mutable(id);
  Message message = std::move(*moved);
  erase(*moved);
  insert(std::move(message));
}

void Outbox::erase(const Message& message) {
  messages_.erase(messages_.begin() + (&message - messages_.data()));
}

// Once, however often it changed: whoever takes the list may let go of the message at its first mention.
void Outbox::mark_changed(const std::string& id) {
  if (std::find(changed_.begin(), changed_.end(), id) == changed_.end()) changed_.push_back(id);
}

void Outbox::insert(Message message) { put_sorted(messages_, std::move(message), by_order); }

bool Outbox::move(std::string_view id, MessageMove move, ErrorCode note) {
  Message* m = find_mutable(id);
  if (!m || !follow(message_table, m->state, move)) return false;
  m->note = note;
  mark_changed(m->id);
  return true;
}

// One request at a time; nothing claims to be on the wire that was never tried.
bool Outbox::consistent() const {
  std::size_t on_wire = 0;
  for (const auto& m : messages_) {
    if (m.id.empty() || m.text.empty()) return false;
    if ((m.state == MessageState::answering || m.state == MessageState::asking) && !m.taken) return false;
    if (!is_on_wire(m.state)) continue;
    ++on_wire;
    if (m.tries == 0) return false;
  }
  return on_wire <= 1 && messages_.size() <= limits::outbox_messages_max;
}

}  // namespace shopbell
