// World: one seed's shop. Browsers with their tabs and pages, the network, the gateway, the shoppers and the
// storm, and the order in which all of it happens.
//
//   storm   2–6 widgets, at least 10 minutes, 40 messages, 2 calls and 8 faults that had an effect. Nothing
//           may be violated.
//   calm    no faults any more; every shopper goes on as shoppers do. All must be delivered, every page must
//           show what the store has, every call must end, and nobody may be left at the gateway who is gone.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "judge/ledger.h"
#include "judge/recorder.h"
#include "world/browser.h"
#include "world/chance.h"
#include "world/clockwork.h"
#include "world/gateway.h"
#include "world/network.h"
#include "world/page.h"

namespace shopbell::simulation {

enum class Fault : std::uint8_t {
#define FAULT(name) name,
#include "storm/faults.def"
#undef FAULT
  count_
};
inline constexpr std::size_t fault_kinds = static_cast<std::size_t>(Fault::count_);
std::string_view name_of(Fault fault);

// What a seed came to.
struct Outcome {
  std::vector<Violation> violations{};
  std::string transcript{};  // of the page of the first violation, where it was recorded
  double simulated_ms = 0;
  std::uint64_t events = 0;    // told to cores
  std::uint64_t happened = 0;  // in the world
  std::uint32_t sessions = 0;  // pages that ran
  std::uint32_t messages = 0;
  std::uint32_t calls = 0;  // that were live
  std::array<std::uint32_t, fault_kinds> faults{};
  bool fell_short = false;  // of what a seed must contain
};

class World {
 public:
  World(std::uint64_t seed, bool record);
  Outcome run();

  Chance& chance() { return chance_; }
  Clockwork& clock() { return clock_; }
  Network& network() { return network_; }
  Gateway& gateway() { return gateway_; }
  Ledger& ledger() { return ledger_; }
  std::deque<Browser>& browsers() { return browsers_; }
  std::deque<Page>& pages() { return pages_; }

  // A page begins to load in the tab, and runs a little later.
  void load(Browser& browser, Tab& tab);
  Tab& open_tab(Browser& browser);
  void close_tab(Browser& browser, Tab& tab);
  void show_tab(Browser& browser, std::size_t index);
  // The page that the shopper looks at; null: none that runs.
  Page* shown(Browser& browser);
  std::size_t open_tabs(const Browser& browser) const;
  std::size_t widgets() const;

 private:
  void build();
  void begin(Page& page, double when_ms);
  void run_until(double until_ms);
  void judge();
  bool settled();

  const std::uint64_t seed_;
  Chance chance_;
  Chance page_chance_;
  Clockwork clock_;
  double now_ms_ = 0;  // the ledger's
  Ledger ledger_;
  Recorder recorder_;
  Network network_;
  Gateway gateway_;
  std::deque<Browser> browsers_;
  std::deque<Page> pages_;
  Outcome outcome_;
};

}  // namespace shopbell::simulation
