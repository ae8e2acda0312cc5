#include "storm/world.h"

#include <algorithm>
#include <limits>

#include "judge/verdict.h"
#include "storm/shopper.h"
#include "storm/storm.h"

namespace shopbell::simulation {
namespace {

constexpr std::size_t messages_a_seed = 40;
constexpr std::uint32_t calls_a_seed = 2;
constexpr std::uint32_t faults_a_seed = 8;
constexpr double storm_ms_min = 600'000;
constexpr double storm_ms_max = 7'200'000;
constexpr double calm_ms_max = 600'000;
// Both ends find each other's silence within 2.5 heartbeats and a probe.
constexpr double zombies_leave_ms = 60'000;

}  // namespace

World::World(std::uint64_t seed, bool record)
    : seed_(seed),
      chance_(seed, "world"),
      page_chance_(seed, "pages"),
      ledger_(now_ms_),
      recorder_(record),
      network_(clock_, Chance(seed, "network")),
      gateway_(clock_, network_, ledger_, Chance(seed, "gateway")) {
  network_.attach(gateway_);
}

void World::run_until(double until_ms) {
  while (clock_.step(until_ms)) now_ms_ = clock_.now_ms();
  now_ms_ = clock_.now_ms();
}

// ---- browsers, tabs, pages

void World::load(Browser& browser, Tab& tab) {
  const Page::Around around{clock_, network_, ledger_, recorder_, page_chance_};
  const auto number = static_cast<std::uint32_t>(pages_.size() + 1);
  Page& page = pages_.emplace_back(number, around, browser, tab);
  begin(page, clock_.now_ms() + chance_.between(30, 600));
}

// Nothing loads while the machine sleeps.
void World::begin(Page& page, double when_ms) {
  clock_.at(when_ms, [this, &page] {
    Browser& browser = page.browser();
    Tab& tab = page.tab();
    if (!tab.open || tab.page) return;
    if (clock_.now_ms() < browser.asleep_until_ms) return begin(page, browser.asleep_until_ms + 1);
    page.begin();
    page.show(&browser.tabs[browser.visible] == &tab);
    page.post(event::PageOpen{});
  });
}

Tab& World::open_tab(Browser& browser) { return browser.tabs.emplace_back(); }

void World::close_tab(Browser& browser, Tab& tab) {
  tab.open = false;
  for (std::size_t i = 0; i < browser.tabs.size(); ++i)
    if (browser.tabs[i].open) return show_tab(browser, i);
}

void World::show_tab(Browser& browser, std::size_t index) {
  if (!browser.tabs[index].open) return;
  browser.visible = index;
  for (std::size_t i = 0; i < browser.tabs.size(); ++i)
    if (Page* page = browser.tabs[i].page) page->show(i == index);
}

Page* World::shown(Browser& browser) {
  Page* page = browser.tabs[browser.visible].page;
  return page && page->runs() ? page : nullptr;
}

std::size_t World::open_tabs(const Browser& browser) const {
  return static_cast<std::size_t>(std::ranges::count_if(browser.tabs, &Tab::open));
}

std::size_t World::widgets() const {
  std::size_t count = 0;
  for (const Browser& browser : browsers_) count += open_tabs(browser);
  return count;
}

// ---- a seed

void World::build() {
  gateway_.start();
  const std::size_t widgets = 2 + chance_.below(5);
  const std::size_t browsers = 1 + chance_.below(std::min<std::size_t>(widgets, 4));
  for (std::size_t i = 0; i < browsers; ++i) {
    Browser& browser = browsers_.emplace_back(clock_, static_cast<std::uint32_t>(i + 1));
    browser.household.have_locks = !chance_.happens(0.1);
    browser.wall_ahead_ms = chance_.between(-60'000, 60'000);
  }
  for (std::size_t i = 0; i < widgets; ++i) {
    Browser& browser = browsers_[i % browsers];
    Tab& tab = open_tab(browser);
    clock_.in(static_cast<double>(i / browsers) * 5'000, [this, &browser, &tab] { load(browser, tab); });
  }
}

Outcome World::run() {
  build();
  std::deque<Shopper> shoppers;
  const double storm_ms = storm_ms_min + chance_.between(0, 120'000);
  for (Browser& browser : browsers_) {
    Shopper& shopper =
        shoppers.emplace_back(*this, browser, Chance(seed_, "shopper" + std::to_string(browser.number)));
    shopper.will_look();
  }
  for (std::size_t i = 0; i < messages_a_seed; ++i)
    shoppers[chance_.below(shoppers.size())].will_say(1, storm_ms * 0.9);
  for (std::uint32_t i = 0; i < calls_a_seed; ++i)
    shoppers[chance_.below(shoppers.size())].will_call(chance_.between(0.05, 0.8) * storm_ms);
  Storm storm(*this, Chance(seed_, "storm"));
  clock_.in(3'000, [&storm] { storm.begin(); });

  const auto busy = [&] {
    return std::ranges::any_of(
               shoppers, [](const Shopper& one) { return one.has_more_to_say() || one.is_calling(); }) ||
           storm.fired() < faults_a_seed;
  };
  double until_ms = storm_ms;
  run_until(until_ms);
  while (busy() && until_ms < storm_ms_max) run_until(until_ms += 5'000);
  outcome_.fell_short = busy();

  // The calm.
  storm.end();
  for (Shopper& shopper : shoppers) shopper.rest();
  // Frozen pages thaw by themselves; a browser without a page gets one, and each loads one anew, as shoppers
  // do: what a page that is gone has left is taken up then.
  const double calm_until_ms = until_ms + calm_ms_max;
  double frozen_until_ms = 0;
  for (Page& page : pages_)
    if (page.runs()) frozen_until_ms = std::max(frozen_until_ms, page.busy_until_ms());
  // Nor does a machine wake for a shop whose last page was closed in its sleep.
  for (const Browser& browser : browsers_)
    frozen_until_ms = std::max(frozen_until_ms, browser.asleep_until_ms);
  run_until(until_ms = std::max(until_ms, frozen_until_ms) + 100'000);
  for (std::size_t i = 0; i < browsers_.size(); ++i) {
    Browser& browser = browsers_[i];
    shoppers[i].hang_up();
    Tab& tab = browser.tabs[browser.visible];
    if (tab.page) tab.page->end(true);
    load(browser, tab);
  }
  std::size_t turn = 0;
  do {
    // Long enough to see what a tab takes up when it is shown.
    run_until(until_ms += 2'000);
    for (std::size_t i = 0; i < browsers_.size(); ++i)
      if (Page* page = shown(browsers_[i]); page && page->seen().pending() + page->seen().left_over() > 0)
        shoppers[i].look(*page);
    run_until(until_ms += 3'000);
    for (std::size_t i = 0; i < browsers_.size(); ++i) {
      Browser& browser = browsers_[i];
      shoppers[i].hang_up();
      // A tab whose shopper has something pending is looked at.
      show_tab(browser, turn % browser.tabs.size());
    }
    ++turn;
  } while (!settled() && until_ms < std::max(calm_until_ms, frozen_until_ms + calm_ms_max));
  // A tab that was shown last may just have taken up a call that was left.
  run_until(until_ms += 5'000);
  for (Shopper& shopper : shoppers) shopper.hang_up();
  run_until(until_ms += zombies_leave_ms);
  judge();

  for (const Shopper& shopper : shoppers) outcome_.calls += shopper.calls();
  outcome_.messages = static_cast<std::uint32_t>(ledger_.wishes());
  outcome_.faults = storm.by_kind();
  outcome_.simulated_ms = clock_.now_ms();
  outcome_.happened = clock_.happened();
  for (const Page& page : pages_) {
    outcome_.events += page.events();
    outcome_.sessions += page.events() > 0;
  }
  outcome_.violations = ledger_.violations();
  for (const Violation& violation : outcome_.violations)
    if (violation.page != 0 && outcome_.transcript.empty())
      outcome_.transcript = recorder_.text(violation.page);
  return std::move(outcome_);
}

bool World::settled() {
  if (ledger_.pending() > 0 || gateway_.answering()) return false;
  return std::ranges::none_of(pages_, [](Page& page) { return page.runs() && unfinished(page.seen()); });
}

// ---- the end

void World::judge() {
  ledger_.close();
  std::size_t connected = 0;
  for (Page& page : pages_) {
    if (!page.runs()) continue;
    connected += page.seen().connected();
    const auto session = gateway_.store().sessions.find(page.seen().session());
    const bool kept = session != gateway_.store().sessions.end();
    judge_page(ledger_, page.seen(), page.describe(), kept ? &session->second.rows : nullptr);
  }
  judge_registry(ledger_, *gateway_.registry(), connected);
}

}  // namespace shopbell::simulation
