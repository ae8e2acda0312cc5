// Store: what of the conversation outlives the page, and under which keys.
//
// Every message and every row has a key of its own, so that two tabs never overwrite each other; nothing is
// ever read, changed and written back. Keys begin with `shopbell.1.`: the number is the format, and entries
// of other formats are not ours to touch, so a rollback finds its own untouched. `scope` keeps two back ends
// on one shop apart.
//
//   shop area (localStorage)        shopbell.1.<scope>.session    who is talking
//                                   shopbell.1.<scope>.out.<id>   a message that is not settled
//                                   shopbell.1.<scope>.row.<id>   a row that is over (the last 50)
//                                   shopbell.1.<scope>.ask.<id>   what an agent asks before it goes on with the
//                                   answer to that message, and what became of it (machines/asks.h)
//                                   shopbell.1.<scope>.microphone, .speaker   a call's devices, where picked
//                                   shopbell.1.<scope>.call       which tab has the call (call_place.h)
//   tab area (sessionStorage)       shopbell.1.open, .draft       the panel and the box; the loader begins
//                                   at once where the first is there, and shows the panel where it is "1"
//                                   shopbell.1.call               muted or not, and when a page left a call
//                                   shopbell.1.tab                this tab's name between two pages, where
//                                   there are no Web Locks
//
// `tz_*` are the older widget's keys: read once, never changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/machines/asks.h"
#include "core/machines/call_place.h"
#include "core/machines/outbox.h"
#include "core/machines/session.h"
#include "core/vocabulary/commands.h"

namespace shopbell {

class Digest;

// What the loader looks at, which has it printed (tools/codegen).
namespace stored {
inline constexpr std::string_view prefix = "shopbell.1.";
// Of the tab: how the page was left (`Left`).
inline constexpr std::string_view left = "shopbell.1.open";
inline constexpr std::string_view left_open = "1";
inline constexpr std::string_view left_waiting = "2";
// Of the shop: how the key of a call ends, and what stands in one that its tab has left.
inline constexpr std::string_view call_ending = ".call";
inline constexpr std::string_view call_is_left = R"("tab":"")";
}  // namespace stored

// All that a new page, or a core rebuilt after a trap, goes on from.
struct Saved {
  static constexpr std::string_view type_name = "Saved";
  SessionRecord session;
  std::vector<Message> messages;
  std::vector<Row> rows;
  bool open = false;
  bool stored = false;  // of a snapshot: storage holds all of it
  SHOPBELL_FIELDS(Saved, session, messages, rows, open, stored)
  // Never of a snapshot.
  std::string draft;
  std::string tab;
  std::string microphone;  // picked devices
  std::string speaker;
  std::size_t unreadable = 0;  // entries that could not be read; left alone
  double call_left_ms = 0;     // wall clock; 0: no call was left
  bool call_muted = false;
  CallRecord call;
};

// What the loader of the tab's next page begins with: the panel as it was, or behind a closed one a message
// that is to be sent.
enum class Left : std::uint8_t { closed, open, waiting };

class Store {
 public:
  void configure(const std::string& scope) { prefix_ = "shopbell.1." + scope + "."; }

  // Reading: ask, then hand in each answer; `loaded()` when all have come.
  void ask(Commands& out);
  void take(const event::StorageLoaded& answer);
  bool loaded() const { return asked_ == 0; }
  bool refused() const { return refused_; }
  Saved read();
  // Puts the older widget's session and history there, for a browser that has none of ours. False: it has none of
  // that either.
  bool read_older(double now_ms, Saved& saved) const;

  // Only the messages, read anew.
  void ask_messages(Commands& out);
  // Only the session, likewise.
  void ask_session(Commands& out) const;
  bool is_session(const event::StorageLoaded& answer) const { return answer.prefix == prefix_ + "session"; }
  SessionRecord read_session(const event::StorageLoaded& answer) const;
  bool is_messages(const event::StorageLoaded& answer) const { return answer.prefix == prefix_ + "out."; }
  std::vector<Message> read_messages(const event::StorageLoaded& answer) const;

  // What another page has changed. It is asked for by its whole key.
  bool holds(std::string_view key) const { return key.starts_with(prefix_); }
  // Which message it is; empty: none.
  std::string message_of(std::string_view key) const;
  void ask_row(const std::string& id, Commands& out) const;
  std::optional<Row> read_row(const event::StorageLoaded& answer) const;
  bool is_call(const event::StorageLoaded& answer) const { return answer.prefix == prefix_ + "call"; }
  CallRecord read_call(const event::StorageLoaded& answer) const;

  void put(const Message& message, Commands& out);
  // That message was refused, and what stands there of it is of before it was said: whoever read that would say it
  // again. It is called in question in fewer bytes than stand there; where not even those are taken, it goes.
  void doubt(const Message& message, Commands& out);
  void drop_message(const std::string& id, Commands& out);
  void put(const Row& row, Commands& out) const;
  void drop_row(const std::string& id, Commands& out) const;
  // Something was refused: whoever reads this storage next must ask for all of the conversation.
  void has_holes(const SessionRecord& session, Commands& out);
  // That key was not stored.
  void refused(std::string_view key) { lacks_session_ = lacks_session_ || key == prefix_ + "session"; }
  // Of the session there stands nothing, or another.
  bool lacks_session() const { return lacks_session_; }
  bool holes() const { return holes_; }
  void put(const SessionRecord& session, Commands& out);
  void put_left(Left left, Commands& out) const;
  void put_draft(const std::string& draft, Commands& out) const;
  void put(const CallRecord& call, Commands& out) const;
  void put_call(bool muted, Wall left, Commands& out) const;
  void drop_call(Commands& out) const;
  void put_tab(const std::string& tab, Commands& out) const;

  // What is asked of one message, or of all of them where it is empty.
  void ask_asks(std::string_view message, Commands& out) const;
  bool is_asks(const event::StorageLoaded& answer) const {
    return answer.prefix.starts_with(prefix_ + "ask.");
  }
  bool is_asks_of(std::string_view message, std::string_view key) const;
  bool read_asks(const Entry& entry, AskRecord& asks) const;
  void put(const AskRecord& asks, Commands& out) const;
  void drop_asks(const std::string& message, Commands& out) const;

  const std::string& prefix() const { return prefix_; }
  std::string lock_of(const std::string& tab) const { return prefix_ + "tab." + tab; }
  std::string tab_of(const std::string& lock) const;
  void digest(Digest& into) const;

 private:
  std::string prefix_;
  std::vector<Entry> shop_;
  std::vector<Entry> tab_;
  std::vector<Entry> older_;
  int asked_ = 0;
  bool refused_ = false;
  bool holes_ = false;
  bool lacks_session_ = false;
  std::vector<std::string> doubted_;  // messages of which no more is stored
};

}  // namespace shopbell
