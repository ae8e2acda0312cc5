// Page: one page with the widget on it, as the shim (shim/*.ts) makes it: a loop around the core, one timer,
// sockets, storage, locks, the engine of a call; and what browsers do to pages.
//
// Theory of operation. What comes from outside is posted. A page that runs hands it to the core at once; one
// whose thread is blocked, or that is frozen, hears all of it when it goes on, in order, its timer before or
// after the rest. The loop is that of shim/loop.ts: one event in, its commands carried out in order, answers
// of storage before any other event. Timers of a hidden page fire once a second, after five minutes once a
// minute.
//
//   loading --begin--> running <--> blocked, frozen          (each by its own end time)
//                      running --hide_away--> cached --come_back--> running
//                      any --end--> gone
//
// After each event the page is looked at (`look`): whether what is pending has a deadline, whether a page
// that was replaced stays away, and what else can be judged from outside at any moment.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "browser.h"
#include "call_engine.h"
#include "core/widget.h"
#include "recorder.h"

namespace shopbell::simulation {

class Page final : public PageEnd {
 public:
  struct Around {
    Clockwork& clock;
    Network& network;
    Ledger& ledger;
    Recorder& recorder;
    Chance& chance;
  };
  Page(std::uint32_t number, const Around& around, Browser& browser, Tab& tab);

  void begin();
  void post(Event event, std::uint32_t connection = 0);

  // Page life.
  void show(bool visible);
  void go_online(bool online);
  void block(double span_ms);
  void freeze(double span_ms);
  void hide_away();  // into the back-forward cache
  void come_back();
  void end(bool with_pagehide);
  void trap();  // the core's next event is its last; a new one goes on from the snapshot

  std::uint32_t number() const { return number_; }
  bool alive() const { return alive_; }
  bool runs() const { return alive_ && !cached_; }
  bool awake() const;
  bool visible() const { return visible_; }
  bool replaced() const { return replaced_; }
  bool connected() const { return connection_ != 0 && welcomed_; }
  // Of the call that goes on; null: none.
  CallEngine* engine() { return engine_; }
  bool in_call() const { return engine_ && !engine_->over(); }
  // Own rows that are to be sent, or on their way.
  std::size_t pending() const { return pending_.size(); }
  // Own rows that wait for the shopper.
  std::size_t left_over() const;
  double busy_until_ms() const { return busy_until_ms_; }
  const std::string& session() const { return session_; }
  // Its call's engine; false: there is none to crash.
  bool crash_engine();
  bool was_live() const { return ever_live_; }
  bool typing() const { return typing_ != Typing::none; }
  const std::map<std::string, Row>& rows() const { return rows_; }
  Browser& browser() { return browser_; }
  const Browser& browser() const { return browser_; }
  Tab& tab() { return tab_; }
  std::uint64_t events() const { return events_; }
  std::string describe() const;

  void opened(std::uint32_t connection) override;
  void frame(std::uint32_t connection, const std::string& bytes) override;
  void closed(std::uint32_t connection, std::uint32_t code) override;

 private:
  void start(const Bytes& snapshot);
  void wake();
  void busy(double span_ms);
  void forget_name();
  void dispatch(Event event);
  void step(const Event& event);
  void set_timer(Mono deadline);
  void fire_timer();
  void let_go();
  void look(const Event& event);
  std::string_view waiting() const;
  void tell_others(const std::string& key);
  Now now() const;

  void on(const command::StorageLoad& load);
  void on(const command::StorageSet& set);
  void on(const command::StorageRemove& remove);
  void on(const command::LockTake& take);
  void on(const command::LockDrop& drop) { browser_.locks.drop(drop.lock, *this); }
  void on(const command::SocketOpen& open);
  void on(const command::SocketSend& send);
  void on(const command::SocketClose& close);
  void on(const command::CallOpen& open);
  void on(const command::CallConnect& connect);
  void on(const command::CallMute& mute);
  void on(const command::CallClose& close);
  void on(const command::KeepSnapshot& keep) { snapshot_ = keep.state; }
  void on(const command::Emit& emit);
  void on(const command::Console& line);
  void on(const command::ViewReset&);
  void on(const command::RowPut& put);
  void on(const command::RowAppend& append) { rows_[append.row].text += append.text; }
  void on(const command::RowRemove& remove);
  void on(const command::ShowTyping& show) { typing_ = show.typing; }
  void on(const command::Banner& banner) { banner_ = banner.code; }
  void on(const command::ShowCall& show);
  template <class Other>
  void on(const Other&) {}  // what is only drawn

  Entries& area(Area area) { return area == Area::tab ? tab_.storage : browser_.storage; }

  const std::uint32_t number_;
  Clockwork& clock_;
  Network& network_;
  Ledger& ledger_;
  Recorder& recorder_;
  Chance& chance_;
  Browser& browser_;
  Tab& tab_;
  std::unique_ptr<Widget> widget_;
  double origin_ms_ = 0;  // performance.now() begins with each page

  bool alive_ = false;
  bool cached_ = false;
  bool visible_ = false;
  double hidden_since_ms_ = 0;
  double busy_until_ms_ = 0;  // blocked or frozen
  bool trapping_ = false;     // the next event is the core's last
  bool has_core_ = false;
  bool core_due_ = false;  // a new one came while the page was not awake
  struct Posted {
    Event event;
    std::uint32_t connection;  // that it is about; 0: none
  };
  std::deque<Posted> posted_;  // while it was not awake
  std::deque<Event> answers_;
  std::deque<Event> events_waiting_;
  bool draining_ = false;
  Bytes snapshot_;

  double timer_ms_ = -1;  // on the browser's clock: what the core named
  std::uint64_t timer_number_ = 0;
  bool timer_due_ = false;  // it fired while the page was not awake

  std::uint32_t connection_ = 0;
  std::uint32_t attempt_ = 0;
  std::string session_;  // of the last welcome
  bool is_open_ = false;
  bool welcomed_ = false;
  std::deque<CallEngine> engines_;  // also those that are over: the network may still name them
  CallEngine* engine_ = nullptr;

  // What the shopper sees.
  std::map<std::string, Row> rows_;
  Typing typing_ = Typing::none;
  ErrorCode banner_ = ErrorCode::none;
  command::ShowCall call_;
  std::set<std::string> pending_;  // own rows that are to be sent, or on their way
  std::set<std::string> owned_;    // messages that this page stored last, under its name: their sender
  std::set<std::string> stamped_;  // messages that it has stored under its name, and not left
  std::string name_;               // as its lock has it
  bool was_live_ = false;          // the call, and it has not ended
  bool ever_live_ = false;         // the last call
  bool hung_up_ = false;
  bool mic_granted_ = false;
  double engine_crashed_ms_ = -1e9;
  bool online_ = true;
  bool replaced_ = false;
  bool came_back_ = false;  // dialled in spite of it: judged when all that the core wants is known
  bool put_aside_ = false;  // told that it goes away, and not that it is back
  std::uint64_t events_ = 0;
};

}  // namespace shopbell::simulation
