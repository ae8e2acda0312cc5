#include "storm/shopper.h"

#include "core/conversation/conversation.h"

namespace shopbell::simulation {
namespace {

constexpr double tries_again_ms = 1'500;

}  // namespace

void Shopper::will_say(std::size_t messages, double within_ms) {
  to_say_ += messages;
  for (std::size_t i = 0; i < messages; ++i) world_.clock().in(within_ms * chance_.unit(), [this] { say(); });
}

// Enter is refused while an answer is awaited (the page's own send is not): then the shopper waits.
void Shopper::say() {
  Page* page = world_.shown(browser_);
  const auto again = [this] { world_.clock().in(tries_again_ms, [this] { say(); }); };
  if (!page || !page->awake()) return again();
  std::string text = "marked-" + std::to_string(browser_.number) + '-' + std::to_string(said_ + 1);
  if (chance_.happens(0.05)) text += std::string(800, 'x');
  const std::size_t before = world_.ledger().wishes();
  if (chance_.happens(0.3))
    page->post(event::KeyPressed{"Enter", text, true, false, false});
  else
    page->post(event::PageSend{text});
  if (world_.ledger().wishes() == before) return again();
  ++said_;
  --to_say_;
}

void Shopper::will_look() {
  world_.clock().in(chance_.between(2'000, 8'000), [this] {
    if (resting_) return;
    if (Page* page = world_.shown(browser_); page && page->awake()) {
      look(*page);
      if (chance_.happens(0.02)) page->post(event::StopPressed{});
    }
    will_look();
  });
}

void Shopper::look(Page& page) {
  std::vector<std::pair<std::string, RowAction>> presses;
  for (const auto& [id, row] : page.seen().rows())
    for (const RowAction action : row.actions) {
      if (action != RowAction::take_over && action != RowAction::retry) continue;
      presses.emplace_back(id, action);
      if (action == RowAction::retry) world_.ledger().pressed_again(id, row.state);
    }
  for (const auto& [id, action] : presses) page.post(event::RowActionPressed{id, action});
}

void Shopper::will_call(double in_ms) {
  ++calls_to_make_;
  world_.clock().in(in_ms, [this] { call(); });
}

void Shopper::call() {
  Page* page = world_.shown(browser_);
  const auto again = [this] { world_.clock().in(tries_again_ms, [this] { call(); }); };
  if (resting_) return;
  if (!page || !page->awake() || !browser_.online) return again();
  // One that came from a tab that has gone, and that nobody speaks in.
  if (page->engine()) return speaking_ ? again() : speak(page, world_.clock().now_ms() + 20'000);
  // People press more than once.
  for (std::size_t presses = 1 + chance_.below(5); presses > 0; --presses) page->post(event::MicPressed{});
  speak(page, world_.clock().now_ms() + chance_.between(20'000, 50'000));
}

// A call may go on with the next page of its tab.
void Shopper::speak(Page* page, double until_ms, bool was_live) {
  speaking_ = true;
  world_.clock().in(chance_.between(3'000, 7'000), [this, page, until_ms, was_live] {
    Page* now_at = page->alive() ? page : page->tab().page;
    if (!now_at || !now_at->engine())
      for (Tab& tab : browser_.tabs)
        if (tab.page && tab.page->engine()) now_at = tab.page;
    CallEngine* engine = now_at ? now_at->engine() : nullptr;
    const bool live = was_live || page->seen().was_live();
    if (engine && world_.clock().now_ms() < until_ms) {
      if (chance_.happens(0.1)) now_at->post(event::MutePressed{});
      engine->talk(chance_.between(800, 2'500));
      return speak(now_at, until_ms, live);
    }
    speaking_ = false;
    if (live) {
      ++calls_;
      --calls_to_make_;
    } else {
      world_.clock().in(tries_again_ms, [this] { call(); });
    }
    if (engine) now_at->post(event::HangupPressed{});
  });
}

void Shopper::hang_up() {
  for (Page& page : world_.pages())
    if (&page.browser() == &browser_ && page.runs() && page.engine()) page.post(event::HangupPressed{});
}

}  // namespace shopbell::simulation
