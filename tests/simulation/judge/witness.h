// Witness: one page as it is seen from outside. It hears what its core is told and what that wants, knows what
// the shopper sees of it, and says where a promise is broken at once.
//
// Theory of operation. For each event: `told`, then `wants` for each command before it is carried out, then
// `handled`, which looks at the whole: whether what is pending has a deadline, whether a page that was
// replaced stays away, and what else can be judged from outside at any moment.
//
// What is shown is what the commands made of it: rows, those of them that are to be sent (`pending`), the
// banner, the call. Whose a message is says storage: the page that stored it last, under its name, sends it
// (`owned`).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/widget.h"
#include "judge/ledger.h"

namespace shopbell::simulation {

class Witness;

using Entries = std::map<std::string, std::string>;

// The pages of one browser, as far as each is judged by the others.
struct Household {
  std::uint32_t browser = 0;
  std::vector<Witness*> pages{};  // that are there
  Entries storage{};              // localStorage
  bool have_locks = true;
  bool storage_full = false;
  bool cleared = false;           // its storage, at least once
  bool clock_jumped = false;      // at least once: rows are ordered, and the oldest let go, by this clock
  std::uint64_t last_call = 0;    // the call that was begun last: its page and attempt
  std::uint32_t last_caller = 0;  // the page that asked the gateway for its call last
  double call_pressed_ms = 0;     // when its shopper began a call last
};

// A call's engine, as far as a page is judged by it.
struct EngineSeen {
  virtual bool over() const = 0;
  // By itself, sooner or later.
  virtual bool wakes() const = 0;

 protected:
  ~EngineSeen() = default;
};

class Witness {
 public:
  Witness(std::uint32_t page, Ledger& ledger, Household& household)
      : page_(page), ledger_(ledger), household_(household) {}

  // The page is there, or is not: it has ended, or lies in the back-forward cache.
  void arrived() { household_.pages.push_back(this); }
  void left() { std::erase(household_.pages, this); }
  // A core was made, or made anew.
  void core_made(bool online);
  // Its core is gone, or its next one may not know what this one had: another tab may send it.
  void lost_core();

  // `now_ms`: true time, as everywhere here.
  void told(const Event& event, Now now, double now_ms);
  void wants(const Command& command, double now_ms);
  // `mail_waits`: the page has not read yet all that has come for it.
  void handled(const Event& event, const Widget& widget, Now now, bool mail_waits);

  // What became of a write: in storage, and all pages will hear of it; or refused.
  void stored(const std::string& key);
  void refused(const std::string& key, bool fresh);
  // The socket is gone without a word to the core.
  void socket_gone();
  // Null: none.
  void has(const EngineSeen* engine) { engine_ = engine; }

  std::uint32_t page() const { return page_; }
  std::uint32_t attempt() const { return attempt_; }
  bool replaced() const { return replaced_; }
  bool connected() const { return has_socket_ && welcomed_; }
  bool has_socket() const { return has_socket_; }
  bool socket_open() const { return is_open_; }
  bool has_engine() const { return engine_ != nullptr; }
  bool in_call() const { return engine_ && !engine_->over(); }
  bool was_live() const { return ever_live_; }
  bool live() const { return was_live_; }
  // Own rows that are to be sent, or on their way.
  std::size_t pending() const { return pending_.size(); }
  // Of those, the ones that the shopper did not throw away with his storage.
  std::size_t pending_kept() const;
  // Own rows that wait for the shopper.
  std::size_t left_over() const;
  bool typing() const { return typing_ != Typing::none; }
  const std::string& session() const { return session_; }
  const std::map<std::string, Row>& rows() const { return rows_; }
  CallPhase call() const { return call_.state; }
  bool online() const { return online_; }
  // For the words of a breach.
  std::string describe(bool has_socket, Ms until_deadline) const;
  const Household& household() const { return household_; }
  void digest(Digest& into) const;

 private:
  void forget_name();
  void wanted(const command::SocketOpen& open, double now_ms);
  void wanted(const command::SocketSend& send, double now_ms);
  void wanted(const command::SocketClose& close, double now_ms);
  void wanted(const command::StorageSet& set, double now_ms);
  void wanted(const command::LockTake& take, double now_ms);
  void wanted(const command::CallOpen& open, double now_ms);
  void wanted(const command::CallConnect& connect, double now_ms);
  void wanted(const command::Emit& emit, double now_ms);
  void wanted(const command::Console& line, double now_ms);
  void wanted(const command::ViewReset& reset, double now_ms);
  void wanted(const command::RowPut& put, double now_ms);
  void wanted(const command::RowAppend& append, double now_ms);
  void wanted(const command::RowRemove& remove, double now_ms);
  void wanted(const command::ShowTyping& show, double now_ms);
  void wanted(const command::Banner& banner, double now_ms);
  void wanted(const command::ShowCall& show, double now_ms);
  template <class Other>
  void wanted(const Other&, double) {}  // what is only drawn, or judged by nobody

  void hear_of_call(const event::StorageLoaded& loaded);
  void hear_of_left(const event::StorageLoaded& loaded);
  std::string_view waiting(const Widget& widget) const;
  void breach(Breach breach, std::string what) { ledger_.breach(breach, std::move(what), page_); }

  const std::uint32_t page_;
  Ledger& ledger_;
  Household& household_;
  const EngineSeen* engine_ = nullptr;

  std::uint32_t attempt_ = 0;
  std::string session_;      // of the last welcome
  bool has_socket_ = false;  // asked for, and not over
  bool is_open_ = false;
  bool welcomed_ = false;

  // What the shopper sees.
  std::map<std::string, Row> rows_;
  Typing typing_ = Typing::none;
  ErrorCode banner_ = ErrorCode::none;
  command::ShowCall call_;
  std::set<std::string> pending_;  // own rows that are to be sent, or on their way
  std::set<std::string> owned_;    // messages that this page stored last, under its name: their sender
  std::set<std::string> stamped_;  // messages that it has stored under its name, and not left
  std::string name_;               // as its lock has it
  std::set<std::string> gone_;     // tabs whose locks it was given
  bool was_live_ = false;          // the call, and it has not ended
  bool ever_live_ = false;         // the last call
  bool hung_up_ = false;
  bool mic_granted_ = false;
  bool online_ = true;
  bool replaced_ = false;
  bool dials_ = false;         // in spite of it: judged when all that the core wants is known
  bool put_aside_ = false;     // told that it goes away, and not that it is back
  bool pressed_ = false;       // the call's button, just now
  double begun_ms_ = 0;        // of this page's call, by the shopper's clock: its press; 0: another page's
  double other_begun_ms_ = 0;  // likewise, of the call that another tab is known to have; 0: none is
};

}  // namespace shopbell::simulation
