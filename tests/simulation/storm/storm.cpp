#include "storm/storm.h"

#include <algorithm>
#include <utility>

namespace shopbell::simulation {
namespace {

// On average one fault in so long.
constexpr double every_ms = 22'000;
constexpr std::size_t kinds_on_min = 8;
constexpr std::size_t widgets_max = 6;

}  // namespace

std::string_view name_of(Fault fault) {
  constexpr std::string_view names[] = {
#define FAULT(name) #name,
#include "storm/faults.def"
#undef FAULT
  };
  return names[static_cast<std::size_t>(fault)];
}

Storm::Storm(World& world, Chance chance) : world_(world), chance_(chance) {
  const double share = chance_.between(0.2, 0.8);
  for (bool& on : on_) on = chance_.happens(share);
  for (std::size_t i = 0; i < kinds_on_min; ++i) on_[chance_.below(fault_kinds)] = true;
}

void Storm::next() {
  world_.clock().in(every_ms * 2 * chance_.unit(), [this] {
    if (over_) return;
    const std::size_t kind = chance_.below(fault_kinds);
    if (!on_[kind]) return next();
    if (fire(static_cast<Fault>(kind))) {
      ++fired_;
      ++by_kind_[kind];
    }
    next();
  });
}

// What lasts is undone by `end` too: undoing it twice does no harm.
void Storm::lasting(double span_ms, std::function<void()> undo) {
  world_.clock().in(span_ms, [this, undo = std::move(undo)] {
    if (!over_) undo();
  });
}

void Storm::end() {
  over_ = true;
  Gateway& gateway = world_.gateway();
  // One that is about to leave is not waited for.
  if (gateway_down_ && gateway.running()) gateway.kill(false);
  if (!gateway.running()) gateway.start();
  gateway.store_slow_until_ms = gateway.store_failing_until_ms = gateway.crowded_until_ms = 0;
  gateway.answers_break_until_ms = 0;
  for (Browser& browser : world_.browsers()) {
    browser.household.storage_full = false;
    browser.writes_pass = browser.writes_fail = 0;
    const double frozen_until_ms = browser.line.frozen_until_ms;
    browser.line = {};
    world_.network().widened(browser.line);
    if (frozen_until_ms > 0) world_.network().thawed(browser.line);
    if (!std::exchange(browser.online, true))
      for (Page& page : world_.pages())
        if (&page.browser() == &browser && page.alive()) page.go_online(true);
  }
}

Browser& Storm::any_browser() { return world_.browsers()[chance_.below(world_.browsers().size())]; }

bool Storm::asleep(const Browser& browser) const { return world_.clock().now_ms() < browser.asleep_until_ms; }

Page* Storm::any_page() {
  std::vector<Page*> pages;
  for (Page& page : world_.pages())
    if (page.runs() && !asleep(page.browser())) pages.push_back(&page);
  return pages.empty() ? nullptr : pages[chance_.below(pages.size())];
}

std::uint32_t Storm::any_connection() {
  const auto working = world_.network().working();
  return working.empty() ? 0 : working[chance_.below(working.size())];
}

bool Storm::reset(bool tell_page, bool tell_gateway) {
  const std::uint32_t connection = any_connection();
  if (connection == 0) return false;
  world_.network().reset(connection, tell_page, tell_gateway);
  return true;
}

bool Storm::stop_gateway(Fault how) {
  if (gateway_down_) return false;
  gateway_down_ = true;
  Gateway& gateway = world_.gateway();
  const double grace_ms = chance_.between(0, 3'000);
  if (how == Fault::restart_gateway)
    gateway.leave(grace_ms);
  else
    gateway.kill(how == Fault::kill_machine);
  const double away_ms = chance_.happens(0.7) ? chance_.between(200, 5'000) : chance_.between(5'000, 40'000);
  lasting(grace_ms + away_ms, [this, &gateway] {
    gateway_down_ = false;
    if (!gateway.running()) gateway.start();
  });
  return true;
}

// Connections of the network that is gone are never heard of again.
bool Storm::offline(double span_ms, bool told) {
  Browser& browser = any_browser();
  if (!browser.online || browser.line.swallowing_until_ms > world_.clock().now_ms()) return false;
  for (const std::uint32_t connection : world_.network().working(&browser.line))
    world_.network().mute(connection);
  browser.line.swallowing_until_ms = world_.clock().now_ms() + span_ms;
  const auto tell = [this, &browser](bool online) {
    browser.online = online;
    for (Page& page : world_.pages())
      if (&page.browser() == &browser && page.alive()) page.go_online(online);
  };
  if (!told) return true;
  tell(false);
  lasting(span_ms, [tell] { tell(true); });
  return true;
}

bool Storm::leave_page(Fault how) {
  Page* page = any_page();
  if (!page || page->tab().page != page) return false;
  Browser& browser = page->browser();
  Tab& tab = page->tab();
  switch (how) {
    case Fault::kill_tab:
      page->end(false);
      world_.clock().in(chance_.between(500, 6'000), [this, &browser, &tab] {
        if (tab.open && !tab.page) world_.load(browser, tab);
      });
      return true;
    case Fault::close_tab:
      if (world_.open_tabs(browser) < 2) return false;
      page->end(true);
      world_.close_tab(browser, tab);
      return true;
    case Fault::back_and_forth:
      // A page with a microphone open is not kept.
      if (page->engine()) return false;
      page->hide_away();
      world_.load(browser, tab);
      world_.clock().in(chance_.between(1'000, 90'000), [page, &tab] {
        if (!page->alive()) return;
        if (!tab.open) return page->end(false);
        if (tab.page) tab.page->end(true);
        page->come_back();
        page->show(true);
      });
      return true;
    default:  // reload, follow_link
      page->end(true);
      world_.load(browser, tab);
      return true;
  }
}

bool Storm::sleep() {
  Browser& browser = any_browser();
  if (asleep(browser)) return false;
  const double span_ms =
      chance_.happens(0.3) ? chance_.between(300'000, 3'600'000) : chance_.between(5'000, 300'000);
  browser.asleep_until_ms = browser.line.frozen_until_ms = world_.clock().now_ms() + span_ms;
  // On some systems the monotonic clock stands still meanwhile. It is right again before anybody reads it.
  if (chance_.happens(0.5)) world_.clock().in(span_ms, [&browser, span_ms] { browser.slept_ms += span_ms; });
  for (Page& page : world_.pages())
    if (&page.browser() == &browser && page.runs()) page.freeze(span_ms);
  // After a long sleep, and after some short ones, the connections are dead without a word.
  if (span_ms > 120'000 || chance_.happens(0.5))
    for (const std::uint32_t connection : world_.network().working(&browser.line))
      world_.network().mute(connection);
  return true;
}

bool Storm::fire(Fault fault) {
  const double now_ms = world_.clock().now_ms();
  Network& network = world_.network();
  Gateway& gateway = world_.gateway();
  switch (fault) {
    case Fault::reset:
      return reset(true, true);
    case Fault::reset_only_page_knows:
      return reset(true, false);
    case Fault::reset_only_gateway_knows:
      return reset(false, true);
    case Fault::half_open: {
      const std::uint32_t connection = any_connection();
      if (connection != 0) network.mute(connection);
      return connection != 0;
    }
    case Fault::freeze_line: {
      Browser& browser = any_browser();
      browser.line.frozen_until_ms = now_ms + chance_.between(1'000, 25'000);
      return !network.working(&browser.line).empty();
    }
    case Fault::blip_untold:
      return offline(2'000, false);
    case Fault::offline:
      return offline(chance_.between(2'000, 60'000), true);
    case Fault::change_network:
      return offline(chance_.between(50, 800), true);
    case Fault::slow_line: {
      Line& line = any_browser().line;
      line.latency_ms = chance_.between(200, 1'500);
      line.jitter_ms = chance_.between(0, 500);
      lasting(60'000, [&line] { line.latency_ms = 20, line.jitter_ms = 5; });
      return true;
    }
    case Fault::thin_line: {
      Line& line = any_browser().line;
      line.bytes_per_ms = chance_.between(1, 10);
      lasting(60'000, [this, &line] {
        line.bytes_per_ms = 1'000;
        world_.network().widened(line);
      });
      return true;
    }
    case Fault::slices: {
      Line& line = any_browser().line;
      line.slice_ms = chance_.between(20, 400);
      lasting(60'000, [&line] { line.slice_ms = 0; });
      return true;
    }
    case Fault::slow_close: {
      Line& line = any_browser().line;
      line.slow_close_ms = chance_.between(2'000, 30'000);
      lasting(60'000, [&line] { line.slow_close_ms = 0; });
      return true;
    }
    case Fault::refuse_dials:
      any_browser().line.refusing_until_ms = now_ms + chance_.between(2'000, 20'000);
      return true;
    case Fault::swallow_dials:
      any_browser().line.swallowing_until_ms = now_ms + chance_.between(2'000, 20'000);
      return true;
    case Fault::kill_gateway:
    case Fault::kill_machine:
    case Fault::restart_gateway:
      return stop_gateway(fault);
    case Fault::stall_gateway:
      if (gateway.running()) gateway.stall(chance_.between(1'000, 45'000));
      return gateway.running();
    case Fault::slow_store:
      gateway.store_slow_until_ms = now_ms + 30'000;
      return true;
    case Fault::failing_store:
      gateway.store_failing_until_ms = now_ms + chance_.between(2'000, 20'000);
      return true;
    case Fault::forget_session:
      // One that runs would have it in memory, too.
      if (gateway.store().sessions.size() < 2) return false;
      stop_gateway(Fault::kill_gateway);
      return gateway.forget_session();
    case Fault::crowded:
      gateway.crowded_until_ms = now_ms + chance_.between(2'000, 20'000);
      return true;
    case Fault::break_answer:
      gateway.answers_break_until_ms = now_ms + chance_.between(5'000, 40'000);
      return true;
    case Fault::shop_hangs_up:
      if (!gateway.hang_up()) return false;
      world_.ledger().shop_hangs_up();
      return true;
    case Fault::reload:
    case Fault::follow_link:
    case Fault::back_and_forth:
    case Fault::kill_tab:
    case Fault::close_tab:
      return leave_page(fault);
    case Fault::open_tab:
    case Fault::copy_tab: {
      if (world_.widgets() >= widgets_max) return false;
      Browser& browser = any_browser();
      const Page* page = world_.shown(browser);
      Tab& tab = world_.open_tab(browser);
      if (fault == Fault::copy_tab && page) tab.storage = browser.tabs[browser.visible].storage;
      world_.load(browser, tab);
      world_.show_tab(browser, browser.tabs.size() - 1);
      return true;
    }
    case Fault::switch_tab: {
      Browser& browser = any_browser();
      if (world_.open_tabs(browser) < 2) return false;
      world_.show_tab(browser, chance_.below(browser.tabs.size()));
      return true;
    }
    case Fault::hide: {
      Page* page = any_page();
      if (!page || !page->visible()) return false;
      page->show(false);
      lasting(chance_.between(1'000, 120'000), [this, page] {
        if (page->alive() && world_.shown(page->browser()) == page) page->show(true);
      });
      return true;
    }
    case Fault::freeze_page: {
      Page* page = any_page();
      if (page) page->freeze(chance_.between(2'000, 200'000));
      return page != nullptr;
    }
    case Fault::block_page: {
      Page* page = any_page();
      if (page) page->block(chance_.between(300, 8'000));
      return page != nullptr;
    }
    case Fault::sleep:
      return sleep();
    case Fault::jump_clock: {
      Browser& browser = any_browser();
      browser.wall_ahead_ms += chance_.between(-7'200'000, 7'200'000);
      return browser.household.clock_jumped = true;
    }
    case Fault::fill_storage: {
      Browser& browser = any_browser();
      browser.household.storage_full = true;
      lasting(chance_.between(5'000, 40'000), [&browser] { browser.household.storage_full = false; });
      return true;
    }
    case Fault::fail_writes: {
      Browser& browser = any_browser();
      browser.writes_pass = chance_.below(8);
      browser.writes_fail = 1 + chance_.below(4);
      return true;
    }
    case Fault::clear_storage: {
      Browser& browser = any_browser();
      world_.ledger().excuse_pending(browser.number);
      browser.household.storage.clear();
      browser.household.cleared = true;
      return true;
    }
    case Fault::trap_core: {
      Page* page = any_page();
      // What it does to a call is not for the network to judge.
      if (!page || page->engine()) return false;
      page->trap();
      return true;
    }
    case Fault::kill_engine:
      return std::ranges::any_of(world_.pages(), [&](Page& page) {
        return page.runs() && !asleep(page.browser()) && page.crash_engine();
      });
    case Fault::count_:
      break;
  }
  return false;
}

}  // namespace shopbell::simulation
