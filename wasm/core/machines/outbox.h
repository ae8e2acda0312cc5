// Outbox: what the shopper said, until the shop surely has it. Promise 1 lives here.
//
// Theory of operation. A message is drawn once: its id never changes, over retries, reloads and tabs, and it
// is written to storage before the first byte leaves. It then moves through one table:
//
//   held         not on the wire: behind another message, offline, or behind the spend guard
//   sending      on the wire; no word from the server yet
//   answering    the server has it (the row says "sent"); the reply is on its way
//   asking       the reply waits for the page's tools or the shopper's word (asks.h); nothing is on the wire
//   waiting      to be sent again by itself at `not_before`: the server said "not taken", or a repeated id
//                is harmless
//   unconfirmed  it may or may not have arrived and a repeat could double it: only the shopper decides (one
//                button)
//   failed       surely not taken, and trying again by ourselves would not help
//
// A message leaves the outbox when its reply is over (`settled`) or the shopper discards it. It comes back,
// as `taken`, when the shopper asks for an answer that failed once more; where the session in which it was said
// is over by then, that answer is lost and it leaves again. The one question
// that keeps "once" true is asked in `doubted`: may this back end be sent the same id twice? If not, silence
// is never resent. Messages leave in order; one that waits holds back those behind it, one that needs the
// shopper does not.
//
// The outbox knows nothing of rows, requests or storage: after each call `take_changed()` names the messages
// to redraw and store.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/private.h"
#include "core/base/random.h"
#include "core/base/table.h"
#include "core/base/time.h"
#include "core/vocabulary/errors.h"
#include "core/vocabulary/limits.h"

namespace shopbell {

class Digest;

enum class MessageState : std::uint8_t {
  held,
  sending,
  answering,
  asking,
  waiting,
  unconfirmed,
  failed,
  settled
};
template <>
struct EnumNames<MessageState> {
  static constexpr std::string_view title = "MessageState";
  static constexpr std::string_view names[] = {"held",    "sending",     "answering", "asking",
                                               "waiting", "unconfirmed", "failed",    "settled"};
};

enum class MessageMove : std::uint8_t {
  send,
  taken,
  settle,
  put_off,
  doubt,
  fail,
  again,
  lose_answer,
  ask,
  go_on
};
template <>
struct EnumNames<MessageMove> {
  static constexpr std::string_view title = "MessageMove";
  static constexpr std::string_view names[] = {"send", "taken", "settle",      "put_off", "doubt",
                                               "fail", "again", "lose_answer", "ask",     "go_on"};
};

inline constexpr Transition<MessageState, MessageMove> message_table[] = {
    {MessageState::held, MessageMove::send, MessageState::sending},
    {MessageState::waiting, MessageMove::send, MessageState::sending},
    {MessageState::sending, MessageMove::taken, MessageState::answering},
    {MessageState::sending, MessageMove::put_off, MessageState::waiting},
    {MessageState::sending, MessageMove::doubt, MessageState::unconfirmed},
    {MessageState::held, MessageMove::doubt, MessageState::unconfirmed},
    {MessageState::waiting, MessageMove::doubt, MessageState::unconfirmed},
    {MessageState::sending, MessageMove::fail, MessageState::failed},
    {MessageState::held, MessageMove::fail, MessageState::failed},
    {MessageState::waiting, MessageMove::fail, MessageState::failed},
    {MessageState::held, MessageMove::lose_answer, MessageState::settled},
    {MessageState::waiting, MessageMove::lose_answer, MessageState::settled},
    {MessageState::sending, MessageMove::settle, MessageState::settled},
    {MessageState::answering, MessageMove::settle, MessageState::settled},
    {MessageState::answering, MessageMove::put_off, MessageState::waiting},
    {MessageState::answering, MessageMove::ask, MessageState::asking},
    {MessageState::held, MessageMove::ask, MessageState::asking},
    {MessageState::asking, MessageMove::go_on, MessageState::answering},
    {MessageState::asking, MessageMove::settle, MessageState::settled},
    {MessageState::unconfirmed, MessageMove::again, MessageState::held},
    {MessageState::failed, MessageMove::again, MessageState::held},
};

// Blocks those behind it: it will move by itself, and before them.
bool holds_the_line(MessageState state);

struct Message {
  static constexpr std::string_view type_name = "Message";
  std::string id;
  Private<std::string> text;
  double at_ms = 0;  // wall clock of the wish
  double order = 0;  // place in the conversation
  std::string tab;   // who sends it: the tab that holds this name's lock
  MessageState state = MessageState::held;
  bool taken = false;  // the server said that it has it, at least once
  ErrorCode note = ErrorCode::none;
  std::uint32_t tries = 0;
  // That of the first send, since a server knows ids within a session only.
  std::string session;
  bool shared = false;  // others may have said it, and in a session that its page does not know
  SHOPBELL_FIELDS(Message, id, text, at_ms, order, tab, state, taken, note, tries, session, shared)
  // Of this page's life only, so never stored.
  Mono not_before{0};
  std::uint32_t refusals = 0;  // a lost connection is none
  bool said_once = false;      // by its first send, whose fate is the message's own
};

class Outbox {
 public:
  // `resend_by_key`: the back end recognises a repeated id, so that sending it again can't double it.
  void configure(bool resend_by_key) { resend_by_key_ = resend_by_key; }
  // What is asked on one page can be answered on the next.
  void keep_asking() { keeps_asking_ = true; }

  bool full() const { return messages_.size() >= limits::outbox_messages_max; }
  bool submit(Message message);

  // A message from storage whose sender is gone or not heard, or of this tab's life before a reload. What was
  // on the wire then is resent where that is harmless; else it is `unconfirmed`, or settled when the server
  // had it (its reply is lost).
  void adopt(Message message, std::string_view tab);

  // All of them are sent by this tab from now on.
  void stamp(std::string_view tab);
  // While this page did not run, others could say them: where that is `session`, a server that knows ids
  // tells; else only the shopper can say whether to.
  void share(std::string_view tab, const std::string& session);
  // Another tab is to send them.
  std::vector<Message> give_away() { return std::exchange(messages_, {}); }
  // Likewise one that this page has never said. False: it may have.
  bool leave_to_another(std::string_view id);
  // Another tab has said that one: here it would be said again, and what waits before it after it. False: it is
  // not among these.
  bool over_elsewhere(std::string_view id);

  // The message to put on the wire now, or null; `due` is then the time to ask again.
  const Message* next(Mono now, bool online, Mono& due) const;

  // Each returns false, and changes nothing, when the table does not allow it.
  bool send(std::string_view id, Mono now, double order, const std::string& session = {});
  bool taken(std::string_view id);
  // Another place in the conversation: other rows came before the server had it.
  void place(std::string_view id, double order);
  bool settle(std::string_view id);
  // Its answer waits for what is asked here, and then goes on with another request.
  bool ask(std::string_view id);
  bool go_on(std::string_view id, Mono now);
  bool refused(std::string_view id, ErrorCode why);
  // Surely not taken: try again by itself after the server's hint (seconds, -1: none), or give up. Of a first send no
  // session has anything, so any other may be said it.
  bool not_taken(std::string_view id, ErrorCode why, double retry_after_s, Mono now, Random& random);
  // No word: resend where harmless, else ask the shopper.
  bool doubted(std::string_view id, ErrorCode why, double retry_after_s, Mono now, Random& random);
  // It was said in a session that is over: whether it arrived there, nobody can be asked any more. One that the
  // server has is settled, without its answer.
  bool session_over(std::string_view id);
  // The server never heard of that session, nor of what this page said in it.
  void session_unknown(std::string_view session);
  // The server lets nobody in, so nothing will go by itself. What was never said has surely not arrived; what
  // the server has is not called into question.
  void shut_out(ErrorCode why);
  // The shopper stopped it before the server said anything.
  bool stopped(std::string_view id);
  bool again(std::string_view id, double order);  // the shopper's button: it goes to the end of the line
  bool discard(std::string_view id);
  // A settled message has become a row of the transcript.
  void forget(std::string_view id);

  // The connection is back: what waited for it goes now; what the server asked to wait for goes on waiting.
  void connection_back(Mono now);
  // Forgets everything: storage is read anew.
  void clear() {
    messages_.clear();
    counted_ = {};
  }

  const Message* find(std::string_view id) const;
  const std::vector<Message>& messages() const { return messages_; }
  // The one whose turn it is: on the wire, or else asking.
  const Message* in_flight() const;
  // Something is on its way, or will be by itself.
  bool busy() const;
  // One is on the wire, or was, and waits to be said again: where it may have arrived, it must be said.
  bool in_doubt() const;
  // The spend guard holds messages back until this time (in the past: it does not).
  Mono guard_until() const { return counted_[next_count_]; }

  std::vector<std::string> take_changed() { return std::exchange(changed_, {}); }
  bool consistent() const;
  void digest(Digest& into) const;

 private:
  void mark_changed(const std::string& id);
  void insert(Message message);
  void put_in_order(std::string_view id);
  void erase(const Message& message);
  Message* find_mutable(std::string_view id);
  bool move(std::string_view id, MessageMove move, ErrorCode note = ErrorCode::none);
  bool give_up(const Message& message, MessageMove move, ErrorCode why);
  bool put_off(std::string_view id, ErrorCode why, double retry_after_s, Mono now, Random& random);
  void count_send(Mono now);

  std::vector<Message> messages_;  // by order
  // For the spend guard: when each of the last sends stops counting. The oldest is overwritten next.
  std::array<Mono, limits::sends_a_minute_max> counted_{};
  std::size_t next_count_ = 0;
  std::vector<std::string> changed_;
  bool resend_by_key_ = false;
  bool keeps_asking_ = false;
};

}  // namespace shopbell
