#include "small/page.h"

#include <algorithm>
#include <utility>

#include "backends/registry.h"
#include "core/drivers/socket_driver.h"
#include "core/machines/call.h"
#include "small/draws.h"

namespace shopbell::simulation::small {
namespace {}  // namespace

Page::Page(std::uint32_t number, const Around& around)
    : number_(number),
      around_(around),
      origin_ms_(around.browser.now_ms),
      witness_(number, around.ledger, around.browser.household),
      widget_(std::make_unique<Widget>(parts_of_this_build())) {}

Page::~Page() {
  if (wire_ != 0) around_.wires.page_leaves(wire_, false);
  if (engine_) engine_->die();
  around_.wires.forget_page(number_);
  witness_.left();
}

Now Page::now() const {
  const Browser& browser = around_.browser;
  return {Mono{browser.now_ms - origin_ms_}, Wall{1.7e12 + browser.now_ms + browser.wall_ahead_ms}};
}

void Page::begin() {
  witness_.arrived();
  witness_.core_made(true);
  event::Start start;
  start.settings = {{"backend", "shopbell", "string"},
                    {"voice", around_.calls ? "shopbell" : "off", "string"}};
  start.seed.data = seed_of(next_number());
  start.script_origin = "https://shop.example";
  start.online = start.visible = start.locks = true;
  tell(std::move(start));
}

void Page::tell(Event event) {
  waiting_.push_back(std::move(event));
  drain();
}

void Page::drain() {
  if (std::exchange(draining_, true)) return;
  while (!answers_.empty() || !waiting_.empty()) {
    auto& queue = answers_.empty() ? waiting_ : answers_;
    const Event next = std::move(queue.front());
    queue.pop_front();
    step(next);
  }
  draining_ = false;
}

std::uint64_t Page::next_number() {
  Browser& browser = around_.browser;
  const std::uint64_t event = ++browser.events[around_.tab];
  return browser.draws << 40 | std::uint64_t{around_.tab} << 32 | event;
}

void Page::step(const Event& event) {
  widget_->random() = Random(seed_of(next_number()));
  const double now_ms = around_.browser.now_ms;
  witness_.told(event, now(), now_ms);
  around_.recorder.told(number_, event, now());
  for (const Command& command : widget_->handle(event, now()).list()) {
    around_.recorder.wants(number_, command);
    witness_.wants(command, now_ms);
    std::visit([&](const auto& one) { on(one); }, command);
  }
  witness_.handled(event, *widget_, now(), !mail_.empty());
}

// ---- what comes from outside

void Page::hears(std::uint32_t wire, const WireItem& item) {
  const Wire* from = around_.wires.find(wire);
  if (!from) return;
  if (from->kind == WireKind::voice) {
    if (engine_) engine_->hears(wire, item);
    return drain();
  }
  const std::uint32_t attempt = from->attempt;
  if (item.what == WireItem::close && wire == wire_) wire_ = 0;
  switch (item.what) {
    case WireItem::open:
      return tell(event::SocketOpened{attempt});
    case WireItem::frame:
      return tell(event::SocketFrame{attempt, Bytes{item.bytes}});
    case WireItem::close:
      return tell(event::SocketClosed{attempt, item.code, {}});
  }
}

void Page::post(Mail mail) {
  const auto same = [&](const Mail& other) { return other.what == mail.what && other.text == mail.text; };
  if (mail.what == Mail::storage && std::ranges::any_of(mail_, same)) return;
  mail_.push_back(std::move(mail));
}

void Page::hear_mail() {
  for (std::size_t count = mail_.size(); count > 0; --count) {
    const Mail mail = std::move(mail_.front());
    mail_.pop_front();
    switch (mail.what) {
      case Mail::storage:
        tell(event::StorageChanged{mail.text});
        break;
      case Mail::lock:
        tell(event::LockTaken{mail.text});
        break;
      case Mail::microphone:
        tell(event::CallMic{mail.attempt, MicOutcome::granted, {}});
        break;
      case Mail::engine:
        if (engine_ && engine_->attempt() == mail.attempt)
          tell(event::CallEngine{mail.attempt, EngineNews::ready, CallReason::none});
        break;
    }
  }
}

bool Page::tick() {
  const bool of_core = widget_->deadline() <= now().mono;
  if (of_core) tell(event::Tick{});
  const bool of_engine = engine_ && engine_->deadline_ms() <= around_.browser.now_ms;
  if (of_engine) engine_->tick();
  drain();
  return of_core || of_engine;
}

double Page::deadline_ms() const {
  const double core_ms = widget_->deadline().ms + origin_ms_;
  return engine_ ? std::min(core_ms, engine_->deadline_ms()) : core_ms;
}

bool Page::offers_anything() const {
  return std::ranges::any_of(witness_.rows(), [](const auto& one) {
    return std::ranges::any_of(one.second.actions, [](RowAction action) {
      return action == RowAction::take_over || action == RowAction::retry;
    });
  });
}

void Page::press_what_is_offered() {
  std::vector<std::pair<std::string, RowAction>> presses;
  for (const auto& [id, row] : witness_.rows())
    for (const RowAction action : row.actions) {
      if (action != RowAction::take_over && action != RowAction::retry) continue;
      presses.emplace_back(id, action);
      if (action == RowAction::retry) around_.ledger.pressed_again(id, row.state);
    }
  for (const auto& [id, action] : presses) tell(event::RowActionPressed{id, action});
}

// ---- storage

void Page::answer(const command::StorageLoad& load) {
  const Entries& entries = area(load.area);
  around_.recorder.loaded(number_, load.area, load.prefix, entries);
  event::StorageLoaded loaded{load.area, load.prefix, {}, {}};
  for (const auto& [key, value] : entries)
    if (key.starts_with(load.prefix)) loaded.entries.push_back({key, value});
  answers_.push_back(std::move(loaded));
}

void Page::on(const command::StorageSet& set) {
  std::string& value = area(set.area)[set.key];
  // Browsers tell of changes only.
  if (std::exchange(value, set.value) == set.value || set.area != Area::shop) return;
  witness_.stored(set.key);
  around_.browser.wrote(*this, set.key);
}

void Page::on(const command::StorageRemove& remove) {
  if (area(remove.area).erase(remove.key) == 0 || remove.area != Area::shop) return;
  witness_.stored(remove.key);
  around_.browser.wrote(*this, remove.key);
}

// ---- sockets and calls

void Page::on(const command::SocketOpen& open) {
  wire_ = around_.wires.dial(WireKind::text, around_.tab, number_, open.attempt);
}

void Page::on(const command::SocketSend& send) {
  if (wire_ != 0) around_.wires.page_sends(wire_, send.bytes.data);
}

// What comes of it later the shim tells nobody. Here the core is told: its numbers must be enough.
void Page::on(const command::SocketClose& close) {
  if (close.attempt == witness_.attempt() && wire_ != 0)
    around_.wires.page_leaves(std::exchange(wire_, 0), true);
}

void Page::on(const command::CallOpen& open) {
  if (engine_) engine_->die();
  const Browser& browser = around_.browser;
  engine_ = std::make_unique<Engine>(
      Engine::Around{around_.wires, around_.ledger, around_.tab, number_, browser.now_ms,
                     [this](Event event) { waiting_.push_back(std::move(event)); }},
      open);
  witness_.has(engine_.get());
  post({Mail::microphone, {}, open.attempt});
  post({Mail::engine, {}, open.attempt});
}

void Page::on(const command::CallConnect& connect) {
  if (engine_) engine_->connect(connect);
}

void Page::on(const command::CallMute& mute) {
  if (engine_) engine_->mute(mute.muted);
}

void Page::on(const command::CallClose& close) {
  if (!engine_ || engine_->attempt() != close.attempt) return;
  engine_->leave();
  witness_.has(nullptr);
  engine_.reset();
}

// ---- what it comes to

std::string Page::describe() const {
  std::string text = "page " + std::to_string(number_);
  text += witness_.describe(wire_ != 0, widget_->deadline() - now().mono);
  for (const auto& [id, row] : witness_.rows())
    if (!is_over(row.state))
      text += ", row " + id + ' ' + std::string(to_name(row.state)) + " with " +
              std::to_string(row.actions.size()) + " buttons";
  return text;
}

// The kinds of driver and call are those of `shopbell`.
void Page::digest(Digest& into) const {
  const auto& [number, around, origin_ms, witness, widget, answers, events, draining, mail, wire, engine] =
      *this;
  into.at(now());
  into.number('p', number);
  into.number('s', wire);
  widget->digest(into);
  if (const auto* driver = static_cast<const SocketDriver*>(widget->driver())) driver->digest(into);
  if (const auto* voice = static_cast<const Call*>(widget->voice())) voice->digest(into);
  witness.digest(into);
  into.is(mail.size());
  for (const auto& [what, text, attempt] : mail) {
    into.is(what);
    into.text(text);
  }
  into.is(engine != nullptr);
  if (!engine) return;
  // By its own clock.
  into.at({Mono{around.browser.now_ms}, now().wall});
  engine->digest(into);
}

}  // namespace shopbell::simulation::small
