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
// What can be judged of it from outside says its witness (judge/witness.h).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/widget.h"
#include "judge/recorder.h"
#include "judge/witness.h"
#include "world/browser.h"
#include "world/call_engine.h"

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
  const Witness& seen() const { return witness_; }
  // Of the call that goes on; null: none.
  CallEngine* engine() { return engine_; }
  double busy_until_ms() const { return busy_until_ms_; }
  // Its call's engine; false: there is none to crash.
  bool crash_engine();
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
  void dispatch(Event event);
  void step(const Event& event);
  void set_timer(Mono deadline);
  void fire_timer();
  void let_go();
  void tell_others(const std::string& key);
  Now now() const;

  void on(const command::StorageLoad& load);
  void on(const command::StorageSet& set);
  void on(const command::StorageRemove& remove);
  void on(const command::LockTake& take) { browser_.locks.take(take.lock, *this); }
  void on(const command::LockDrop& drop) { browser_.locks.drop(drop.lock, *this); }
  void on(const command::SocketOpen& open);
  void on(const command::SocketSend& send);
  void on(const command::SocketClose& close);
  void on(const command::CallOpen& open);
  void on(const command::CallConnect& connect);
  void on(const command::CallMute& mute);
  void on(const command::CallClose& close);
  void on(const command::KeepSnapshot& keep) { snapshot_ = keep.state; }
  template <class Other>
  void on(const Other&) {}  // what is only drawn

  Entries& area(Area area) { return area == Area::tab ? tab_.storage : browser_.household.storage; }

  const std::uint32_t number_;
  Clockwork& clock_;
  Network& network_;
  Ledger& ledger_;
  Recorder& recorder_;
  Chance& chance_;
  Browser& browser_;
  Tab& tab_;
  Witness witness_;
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
  std::deque<CallEngine> engines_;  // also those that are over: the network may still name them
  CallEngine* engine_ = nullptr;
  double engine_crashed_ms_ = -1e9;
  std::uint64_t events_ = 0;
};

}  // namespace shopbell::simulation
