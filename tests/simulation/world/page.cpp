#include "world/page.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "backends/registry.h"

namespace shopbell::simulation {
namespace {

constexpr double core_loads_ms = 20;
constexpr double throttled_hard_after_ms = 300'000;
constexpr std::size_t engines_a_page_max = 64;

}  // namespace

Page::Page(std::uint32_t number, const Around& around, Browser& browser, Tab& tab)
    : number_(number),
      clock_(around.clock),
      network_(around.network),
      ledger_(around.ledger),
      recorder_(around.recorder),
      chance_(around.chance),
      browser_(browser),
      tab_(tab),
      witness_(number, ledger_, browser.household) {}

Now Page::now() const {
  const double now_ms = clock_.now_ms();
  return {Mono{browser_.mono_ms(now_ms) - origin_ms_}, browser_.wall(now_ms)};
}

bool Page::awake() const {
  return runs() && clock_.now_ms() >= std::max(busy_until_ms_, browser_.asleep_until_ms);
}

// ---- the loop

void Page::begin() {
  alive_ = true;
  origin_ms_ = browser_.mono_ms(clock_.now_ms());
  tab_.page = this;
  witness_.arrived();
  hidden_since_ms_ = clock_.now_ms();
  start({});
}

void Page::start(const Bytes& snapshot) {
  if (!alive_) return;
  core_due_ = !awake();  // nothing runs in a page that is put aside
  if (core_due_) return;
  event::Start start;
  start.settings = {{"backend", "shopbell", "string"}, {"voice", "shopbell", "string"}};
  start.seed.data = chance_.name(Random::seed_bytes);
  start.snapshot = snapshot;
  start.script_origin = "https://shop.example";
  start.online = browser_.online;
  start.visible = visible_;
  start.locks = browser_.household.have_locks;
  widget_ = std::make_unique<Widget>(parts_of_this_build());
  witness_.core_made(browser_.online);
  has_core_ = true;
  answers_ = {start};
  dispatch(event::Tick{});
}

// What belongs to a connection that the core has closed meanwhile is not told any more (shim/socket.ts).
void Page::post(Event event, std::uint32_t connection) {
  if (!runs()) return;
  if (!awake()) return posted_.push_back({std::move(event), connection});
  if (connection != 0 && connection != connection_) return;
  if (std::holds_alternative<event::SocketClosed>(event)) connection_ = 0;
  dispatch(std::move(event));
}

void Page::dispatch(Event event) {
  events_waiting_.push_back(std::move(event));
  if (draining_) return;
  draining_ = true;
  while (has_core_ && alive_) {
    auto& queue = answers_.empty() ? events_waiting_ : answers_;
    if (queue.empty()) break;
    const Event next = std::move(queue.front());
    queue.pop_front();
    step(next);
  }
  draining_ = false;
}

void Page::step(const Event& event) {
  if (trapping_ && !std::holds_alternative<event::Start>(event)) {
    trapping_ = has_core_ = false;
    // Another tab may send what it held before the new core is there.
    witness_.lost_core();
    answers_.clear();
    let_go();
    clock_.in(core_loads_ms, [this] { start(snapshot_); });
    return;
  }
  ++events_;
  witness_.told(event, now(), clock_.now_ms());
  recorder_.told(number_, event, now());
  for (const Command& command : widget_->handle(event, now()).list()) {
    recorder_.wants(number_, command);
    witness_.wants(command, clock_.now_ms());
    std::visit([&](const auto& one) { on(one); }, command);
  }
  set_timer(widget_->deadline());
  witness_.handled(event, *widget_, now(), !posted_.empty());
}

void Page::set_timer(Mono deadline) {
  if (deadline.ms == timer_ms_) return;
  timer_ms_ = deadline.ms;
  const std::uint64_t number = ++timer_number_;
  if (deadline == never) return;
  const double now_ms = clock_.now_ms();
  double when_ms = now_ms + std::max(0.0, deadline.ms - now().mono.ms) + 4 * chance_.unit();
  if (!visible_) {
    const double every_ms = now_ms > hidden_since_ms_ + throttled_hard_after_ms ? 60'000 : 1'000;
    when_ms = std::ceil(when_ms / every_ms) * every_ms;
  }
  clock_.at(when_ms, [this, number] {
    if (number == timer_number_) fire_timer();
  });
}

void Page::fire_timer() {
  if (!awake()) {
    timer_due_ = true;
    return;
  }
  timer_ms_ = -1;
  dispatch(event::Tick{});
}

// ---- the page's life

void Page::show(bool visible) {
  if (visible == visible_) return;
  visible_ = visible;
  hidden_since_ms_ = clock_.now_ms();
  post(event::VisibleChanged{visible});
}

void Page::go_online(bool online) {
  post(event::OnlineChanged{online});
  if (engine_) engine_->online(online);
}

void Page::busy(double span_ms) {
  busy_until_ms_ = std::max(busy_until_ms_, clock_.now_ms() + span_ms);
  clock_.at(busy_until_ms_, [this] { wake(); });
}

void Page::block(double span_ms) { busy(span_ms); }

void Page::freeze(double span_ms) {
  busy(span_ms);
  if (engine_) engine_->freeze(true);
}

// Whatever waits comes in one batch; the timer is heard before the mail, or after it.
void Page::wake() {
  if (!awake()) return;
  if (core_due_) start(snapshot_);
  const bool timer_first = chance_.happens(0.5);
  const bool timer_due = std::exchange(timer_due_, false);
  if (timer_due) timer_ms_ = -1;
  if (timer_due && timer_first) dispatch(event::Tick{});
  while (!posted_.empty()) {
    Posted posted = std::move(posted_.front());
    posted_.pop_front();
    post(std::move(posted.event), posted.connection);
  }
  if (timer_due && !timer_first) dispatch(event::Tick{});
  // A clock that stood still while the machine slept makes the timer's time wrong.
  timer_ms_ = -1;
  if (has_core_) set_timer(widget_->deadline());
  if (engine_) engine_->freeze(false);
}

void Page::let_go() {
  if (connection_ != 0) network_.page_closes(std::exchange(connection_, 0));
  witness_.socket_gone();
  browser_.locks.drop_all(*this);
  if (engine_) engine_->leave();
  witness_.has(engine_ = nullptr);
}

void Page::end(bool with_pagehide) {
  if (!alive_) return;
  if (with_pagehide && awake()) dispatch(event::PageHidden{});
  alive_ = false;
  if (connection_ != 0) network_.page_closes(std::exchange(connection_, 0));
  witness_.socket_gone();
  witness_.left();
  browser_.locks.drop_all(*this);
  if (engine_) engine_->die();
  witness_.has(engine_ = nullptr);
  if (tab_.page == this) tab_.page = nullptr;
}

void Page::hide_away() {
  if (awake()) dispatch(event::PageHidden{});
  cached_ = true;
  posted_.clear();
  browser_.locks.drop_all(*this);
  // The gateway hears of it at once, the page when it is back.
  if (connection_ != 0) network_.page_closes(connection_);
  witness_.left();
  if (tab_.page == this) tab_.page = nullptr;
}

void Page::come_back() {
  cached_ = false;
  tab_.page = this;
  witness_.arrived();
  if (core_due_) start(snapshot_);
  const std::uint32_t was = connection_;
  const bool close_first = chance_.happens(0.5);
  if (was != 0 && close_first) closed(was, broken_code);
  post(event::PageShown{browser_.online});
  if (was != 0 && !close_first) closed(was, broken_code);
  timer_ms_ = -1;
  if (has_core_) set_timer(widget_->deadline());
  // Back in a machine that sleeps: the page hears of it with the machine.
  if (!awake()) clock_.at(browser_.asleep_until_ms, [this] { wake(); });
}

void Page::trap() { trapping_ = true; }

// ---- sockets

void Page::on(const command::SocketOpen&) {
  connection_ = network_.dial(browser_.line, SocketKind::text, *this);
}

void Page::on(const command::SocketSend& send) {
  if (connection_ != 0) network_.page_sends(connection_, send.bytes.data);
}

void Page::on(const command::SocketClose& close) {
  if (close.attempt != witness_.attempt() || connection_ == 0) return;
  network_.page_closes(std::exchange(connection_, 0));
}

void Page::opened(std::uint32_t connection) { post(event::SocketOpened{witness_.attempt()}, connection); }

void Page::frame(std::uint32_t connection, const std::string& bytes) {
  post(event::SocketFrame{witness_.attempt(), Bytes{bytes}}, connection);
}

void Page::closed(std::uint32_t connection, std::uint32_t code) {
  post(event::SocketClosed{witness_.attempt(), code, {}}, connection);
}

// ---- storage and locks

void Page::on(const command::StorageLoad& load) {
  const Entries& entries = area(load.area);
  recorder_.loaded(number_, load.area, load.prefix, entries);
  event::StorageLoaded loaded{load.area, load.prefix, {}, {}};
  for (const auto& [key, value] : entries)
    if (key.starts_with(load.prefix)) loaded.entries.push_back({key, value});
  answers_.push_back(std::move(loaded));
}

void Page::on(const command::StorageSet& set) {
  Entries& entries = area(set.area);
  const auto known = entries.find(set.key);
  const bool fresh = known == entries.end();
  const bool longer = fresh || set.value.size() > known->second.size();
  if (set.area == Area::shop &&
      ((browser_.household.storage_full && fresh) || browser_.refuses_write(longer))) {
    witness_.refused(set.key, fresh);
    answers_.push_back(event::StorageRefused{set.key, true});
    return;
  }
  entries[set.key] = set.value;
  if (set.area == Area::shop) tell_others(set.key);
  // Each page keeps 50 rows of those that it knows.
  const std::size_t entries_max =
      (limits::rows_stored_max + limits::outbox_messages_max) * (browser_.tabs.size() + 1) + 10;
  if (entries.size() > entries_max) ledger_.breach(Breach::unbounded, "storage", number_);
}

void Page::on(const command::StorageRemove& remove) {
  area(remove.area).erase(remove.key);
  if (remove.area == Area::shop) tell_others(remove.key);
}

void Page::tell_others(const std::string& key) {
  witness_.stored(key);
  for (const Tab& tab : browser_.tabs)
    if (tab.page && tab.page != this)
      clock_.in(1, [page = tab.page, key] { page->post(event::StorageChanged{key}); });
}

// ---- calls

void Page::on(const command::CallOpen& open) {
  const CallEngine::Around around{clock_, network_, ledger_, chance_, browser_.line};
  // A core that is made anew counts its calls anew; engines have numbers that no other has.
  const auto engine = static_cast<std::uint32_t>(number_ * engines_a_page_max + engines_.size());
  engine_ =
      &engines_.emplace_back(around, number_, engine, open, [this](Event event) { post(std::move(event)); });
  witness_.has(engine_);
  engine_->begin(witness_.online());
}

// Not again within a minute: a call whose engines die three times in one is given up (call.h).
bool Page::crash_engine() {
  if (!engine_ || !witness_.live() || clock_.now_ms() < engine_crashed_ms_ + 60'000 || !engine_->crash())
    return false;
  engine_crashed_ms_ = clock_.now_ms();
  return true;
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
  witness_.has(engine_ = nullptr);
}

std::string Page::describe() const {
  std::string text = "page " + std::to_string(number_) + " of browser " + std::to_string(browser_.number);
  if (!visible_) text += ", hidden";
  text += witness_.describe(connection_ != 0, widget_->deadline() - now().mono);
  return text;
}

}  // namespace shopbell::simulation
