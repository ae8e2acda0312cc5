// Page: one page with the widget on it, as shim/*.ts makes it, in a small world: nothing happens to it but what
// it is told, and it takes no time.
//
// The loop is that of shim/loop.ts: one event in, its commands carried out in order, answers of storage before
// any other event. What other pages have written, a lock that is granted, the microphone and the engine's
// loading wait in its mail until `hear_mail`.
//
// Every event begins with draws of its own, by its number among those of its tab (draws.h).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "core/widget.h"
#include "judge/recorder.h"
#include "judge/witness.h"
#include "small/engine.h"
#include "small/wires.h"

namespace shopbell::simulation::small {

class Page;

// What pages have in common, and what they hand on to.
struct Browser {
  virtual void wrote(const Page& page, const std::string& key) = 0;
  virtual void take_lock(const std::string& lock, Page& page) = 0;
  virtual void drop_lock(const std::string& lock, Page& page) = 0;

  Household household{};
  double now_ms = 0;                      // true time
  double wall_ahead_ms = 0;               // of it
  std::uint64_t draws = 0;                // which ones: any are as good as others
  std::array<std::uint32_t, 2> events{};  // told to the cores of each tab

 protected:
  ~Browser() = default;
};

struct Mail {
  enum What : std::uint8_t { storage, lock, microphone, engine };
  What what = storage;
  std::string text{};  // key, or lock
  std::uint32_t attempt = 0;
};

class Page {
 public:
  struct Around {
    Browser& browser;
    Wires& wires;
    Ledger& ledger;
    Recorder& recorder;
    std::uint8_t tab;  // which
    Entries& storage;  // sessionStorage
    bool calls;        // the page offers them
  };
  Page(std::uint32_t number, const Around& around);
  ~Page();
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  void begin();
  void tell(Event event);
  void hears(std::uint32_t wire, const WireItem& item);
  // What waits by now.
  void hear_mail();
  // Once for each key that has not been told yet.
  void post(Mail mail);
  // What is due by now; true: something was.
  bool tick();
  // With `pagehide`: a reload, or its tab is closed.
  void hide() { tell(event::PageHidden{}); }

  std::uint32_t number() const { return number_; }
  const Witness& seen() const { return witness_; }
  bool has_mail() const { return !mail_.empty(); }
  bool offers_anything() const;
  // Whatever the rows offer is pressed.
  void press_what_is_offered();
  Engine* engine() { return engine_.get(); }
  // Of whatever wakes it first, by true time.
  double deadline_ms() const;
  Now now() const;
  std::string describe() const;
  void digest(Digest& into) const;

 private:
  void drain();
  std::uint64_t next_number();
  void step(const Event& event);
  void answer(const command::StorageLoad& load);

  void on(const command::StorageLoad& load) { answer(load); }
  void on(const command::StorageSet& set);
  void on(const command::StorageRemove& remove);
  void on(const command::LockTake& take) { around_.browser.take_lock(take.lock, *this); }
  void on(const command::LockDrop& drop) { around_.browser.drop_lock(drop.lock, *this); }
  void on(const command::SocketOpen& open);
  void on(const command::SocketSend& send);
  void on(const command::SocketClose& close);
  void on(const command::CallOpen& open);
  void on(const command::CallConnect& connect);
  void on(const command::CallMute& mute);
  void on(const command::CallClose& close);
  template <class Other>
  void on(const Other&) {}  // what is only drawn

  Entries& area(Area area) { return area == Area::tab ? around_.storage : around_.browser.household.storage; }

  const std::uint32_t number_;
  const Around around_;
  const double origin_ms_;  // performance.now() begins with each page
  Witness witness_;
  std::unique_ptr<Widget> widget_;
  std::deque<Event> answers_;
  std::deque<Event> waiting_;
  bool draining_ = false;
  std::deque<Mail> mail_;
  std::uint32_t wire_ = 0;
  std::unique_ptr<Engine> engine_;
};

}  // namespace shopbell::simulation::small
