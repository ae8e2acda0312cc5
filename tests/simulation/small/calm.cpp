// How a small world calms down, and what must hold then.
#include <algorithm>

#include "judge/verdict.h"
#include "small/world.h"

namespace shopbell::simulation::small {
namespace {

constexpr double calm_ms_max = 600'000;
// What nobody waits for may still come to something: a page that dials into silence, and again after its longest
// wait, is back by then.
constexpr double rest_ms_min = 45'000;
// Silence is found within 2.5 heartbeats, and a call whose socket was silent is parked for 30 s then.
constexpr double zombies_leave_ms = 75'000;
constexpr int rounds_max = 1'000;
constexpr int presses_max = 3;
constexpr std::size_t wires_max = 100;

bool waits_for_shopper(const Page& page) {
  return page.seen().pending() + page.seen().left_over() > 0 && page.offers_anything();
}

}  // namespace

// All that is under way, in turns, until nothing is. What is broken already need not go on, and may go on for ever.
void World::deliver_all() {
  for (int round = 0; round < rounds_max; ++round) {
    bool any = false;
    if (wires_.all().size() > wires_max) ledger_.breach(Breach::unbounded, "sockets");
    if (is_broken()) return;
    const auto did = [&](Thing thing, std::size_t whose = 0) {
      happen({thing, static_cast<std::uint8_t>(whose)});
      any = true;
    };
    for (std::size_t i = 0; i < wires_.all().size(); ++i)
      if (!wires_.all()[i].to_gateway.empty()) did(Thing::arrive_at_gateway, i);
    if (gateway_.has_work()) did(Thing::work);
    for (std::size_t i = 0; i < wires_.all().size(); ++i)
      if (!wires_.all()[i].to_page.empty()) did(Thing::arrive_at_page, i);
    for (std::size_t i = 0; i < tabs_.size(); ++i)
      if (tabs_[i].page && tabs_[i].page->has_mail()) did(Thing::hear_mail, i);
    if (!any) return;
  }
  ledger_.breach(Breach::unbounded, "what is under way never ends");
}

bool World::is_calm() const {
  if (ledger_.pending() > 0 || gateway_.answering()) return false;
  return std::ranges::none_of(tabs_, [](const Tab& tab) { return tab.page && unfinished(tab.page->seen()); });
}

void World::calm_down() {
  messages_left_ = calls_left_ = 0;
  const double until_ms = now_ms + calm_ms_max;
  deliver_all();
  for (const double rest_ms = now_ms + rest_ms_min;
       (!is_calm() || now_ms < rest_ms) && now_ms < until_ms && !is_broken();) {
    // A shopper who sees that something was not sent does what is offered there: one page at a time, for they
    // take the connection from each other, and until nothing more is offered, for a page that was replaced
    // says what became of a message only when it has the connection back.
    for (const Tab& tab : tabs_)
      for (int press = 0; tab.page && press < presses_max && waits_for_shopper(*tab.page); ++press) {
        tab.page->press_what_is_offered();
        settle();
        deliver_all();
      }
    pass_time(until_ms);
    deliver_all();
  }
  // A call that was left is taken up within 25 s, or never.
  for (const double left_ms = now_ms + zombies_leave_ms; now_ms < left_ms && !is_broken();) {
    for (const Tab& tab : tabs_)
      if (tab.page && tab.page->engine()) tab.page->tell(event::HangupPressed{});
    settle();
    deliver_all();
    pass_time(left_ms);
    deliver_all();
  }
  judge();
}

void World::judge() {
  ledger_.close();
  std::size_t connected = 0;
  for (const Tab& tab : tabs_) {
    if (!tab.page) continue;
    const Witness& seen = tab.page->seen();
    connected += seen.connected();
    const auto session = gateway_.store().sessions.find(seen.session());
    const bool kept = session != gateway_.store().sessions.end();
    judge_page(ledger_, seen, tab.page->describe(), kept ? &session->second.rows : nullptr);
  }
  judge_registry(ledger_, gateway_.registry(), connected);
}

}  // namespace shopbell::simulation::small
