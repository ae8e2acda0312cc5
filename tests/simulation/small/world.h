// World: a shop as small as one can be and still have all that its promises are about: one browser with two
// tabs, side by side, the gateway, two messages, one call.
//
// Theory of operation. Nothing happens by itself and everything takes no time: `choices` names what may happen
// now (menu.def), `happen` does one of it, and what follows from it at once. Time passes by a choice of its
// own, until the next timer of anybody; whole milliseconds, so that sums of times are exact.
//
// A world is a function of what has happened in it: the same things in the same order come to the same. Its
// digest is the same for all orders that come to the same (core/base/digest.h), and holds everything that
// decides: both cores, what of them is seen, storage, locks and mail, wires, the gateway, what the ledger
// remembers, and what is left of the wishes.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "judge/ledger.h"
#include "judge/recorder.h"
#include "small/gateway.h"
#include "small/page.h"
#include "small/wires.h"

namespace shopbell::simulation::small {

enum class Thing : std::uint8_t {
#define THING(name, whose, words) name,
#include "small/menu.def"
#undef THING
  count_
};

struct Choice {
  Thing thing = Thing::time;
  std::uint8_t whose = 0;  // which tab, or which wire
  bool operator==(const Choice&) const = default;
};
using Path = std::vector<Choice>;

// What there is at the beginning, and what shoppers may still do.
struct Beginning {
  std::string_view name;
  std::string_view words;
  std::uint8_t messages = 2;
  std::uint8_t calls = 0;  // presses of the button
  bool joined = false;     // both panels were opened, the second page has the connection
  bool said = false;       // one message was said and answered
  bool calling = false;    // the second page has a call that is live
  bool clocks = false;     // the shopper's clock may be set, once
};
// All there are.
const std::vector<Beginning>& beginnings();

class World final : public Browser, public WireEnds {
 public:
  World(const Beginning& beginning, Recorder& recorder);
  ~World();

  std::vector<Choice> choices() const;
  void happen(const Choice& choice);
  // In words, before it happens.
  std::string words_of(const Choice& choice) const;
  const Ledger& ledger() const { return ledger_; }
  // `told`: all that it was made of.
  std::uint64_t digest(std::vector<std::string>* told = nullptr) const;

  // Nothing fails any more, everything arrives, shoppers do what pages offer and hang up: what must hold then
  // is judged (judge/verdict.h).
  void calm_down();

  // Other draws from here on: the same in any world of which the same is said, and none that was drawn before (0).
  void draw_anew(std::uint64_t which) {
    draws = which;
    events = {};
  }

  void page_hears(std::uint32_t wire, const WireItem& item) override;
  void gateway_hears(std::uint32_t wire, const WireItem& item) override;
  void wrote(const Page& page, const std::string& key) override;
  void take_lock(const std::string& lock, Page& page) override;
  void drop_lock(const std::string& lock, Page& page) override;

 private:
  struct Tab {
    std::unique_ptr<Page> page{};
    Entries storage{};  // sessionStorage
  };

  void begin(const Beginning& beginning);
  void load(std::size_t tab);
  void end(std::size_t tab);
  void drop_locks(std::uint32_t page);
  void grant(const std::string& lock);
  Page* page_of(std::uint32_t number);
  const Page* page_of(std::uint32_t number) const;
  // What is due by now, whoever's it is.
  void settle();
  double next_timer_ms() const;
  // To the next timer, and no further.
  void pass_time(double until_ms);
  void deliver_all();
  bool is_broken() const { return !ledger_.violations().empty(); }
  bool is_calm() const;
  void judge();
  std::string name_of_wire(const Wire& wire) const;

  Ledger ledger_{now_ms};
  Recorder& recorder_;
  Wires wires_{*this};
  // A page in line for a lock; `asked` counts what it has asked for.
  struct InLine {
    std::uint32_t page;
    std::uint32_t asked;
  };
  std::map<std::string, std::deque<InLine>> locks_;  // the first in line holds it
  std::uint32_t locks_asked_ = 0;
  std::array<Tab, 2> tabs_;
  Gateway gateway_{wires_, ledger_, now_ms};
  bool offers_calls_;
  std::uint32_t last_page_ = 0;
  std::array<std::uint8_t, 2> said_{};  // at each page
  std::uint8_t messages_left_;
  std::uint8_t calls_left_;
  bool may_set_clock_;
};

}  // namespace shopbell::simulation::small
