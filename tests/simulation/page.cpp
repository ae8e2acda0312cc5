#include "page.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "backends/registry.h"
#include "registry/registry.h"

namespace shopbell::simulation {
namespace {

constexpr std::uint32_t code_replaced = 4409;
constexpr double core_loads_ms = 20;
constexpr double throttled_hard_after_ms = 300'000;
// A pending message may wait for a server's hint (120 s, jittered), no longer.
constexpr double deadline_ms_max = 121'000;
// Rows that are over, messages that wait, replies in the making.
constexpr std::size_t rows_max = limits::rows_kept_max + 2 * limits::outbox_messages_max;
constexpr std::string_view marked = "marked";
constexpr std::size_t engines_a_page_max = 64;

bool is_wish_to_talk(const Event& event) {
  if (const auto* press = std::get_if<event::RowActionPressed>(&event))
    return press->action == RowAction::take_over || press->action == RowAction::retry;
  if (const auto* key = std::get_if<event::KeyPressed>(&event)) return key->key == "Enter";
  return std::holds_alternative<event::PageSend>(event) || std::holds_alternative<event::MicPressed>(event) ||
         std::holds_alternative<event::PageShown>(event);
}

std::string text_after(std::string_view head, std::string_view frame) {
  const std::size_t at = frame.find(head);
  if (at == std::string_view::npos) return {};
  frame.remove_prefix(at + head.size());
  return std::string(frame.substr(0, frame.find('"')));
}
std::string id_of_say(std::string_view frame) {
  return frame.starts_with(R"({"t":"say")") ? text_after(R"("id":")", frame) : std::string();
}
// The id of the message that a key of storage is of; empty: of none.
std::string message_of(const std::string& key) {
  const std::size_t at = key.find(".out.");
  return at == std::string::npos ? std::string() : key.substr(at + 5);
}
std::string tab_in(std::string_view message) { return text_after(R"("tab":")", message); }
std::string session_in(std::string_view frame) {
  return frame.starts_with(R"({"t":"welcome")") ? text_after(R"("session":")", frame) : std::string();
}

}  // namespace

Page::Page(std::uint32_t number, const Around& around, Browser& browser, Tab& tab)
    : number_(number),
      clock_(around.clock),
      network_(around.network),
      ledger_(around.ledger),
      recorder_(around.recorder),
      chance_(around.chance),
      browser_(browser),
      tab_(tab) {}

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
  start.online = online_ = browser_.online;
  start.visible = visible_;
  start.locks = browser_.have_locks;
  widget_ = std::make_unique<Widget>(parts_of_this_build());
  attempt_ = 0;
  replaced_ = false;  // a core that was made anew knows nothing of it
  forget_name();
  has_core_ = true;
  answers_ = {start};
  dispatch(event::Tick{});
}

// What belongs to a connection that the core has closed meanwhile is not told any more (shim/socket.ts).
void Page::post(Event event, std::uint32_t connection) {
  if (!runs()) return;
  if (!awake()) return posted_.push_back({std::move(event), connection});
  if (connection != 0 && connection != connection_) return;
  if (std::holds_alternative<event::SocketOpened>(event)) is_open_ = true;
  if (const auto* frame = std::get_if<event::SocketFrame>(&event)) {
    if (const std::string session = session_in(frame->bytes.data); !session.empty()) {
      welcomed_ = true;
      session_ = session;
    }
  }
  if (const auto* end = std::get_if<event::SocketClosed>(&event)) {
    connection_ = 0;
    welcomed_ = false;
    replaced_ = end->code == code_replaced;
  }
  dispatch(std::move(event));
}

// What it takes up again, it stamps with its new name.
void Page::forget_name() {
  name_.clear();
  owned_.clear();
  stamped_.clear();
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
    for (const std::string& id : owned_) ledger_.excuse_order(id);
    answers_.clear();
    let_go();
    clock_.in(core_loads_ms, [this] { start(snapshot_); });
    return;
  }
  ++events_;
  if (is_wish_to_talk(event)) replaced_ = false;
  if (std::holds_alternative<event::PageHidden>(event)) put_aside_ = true;
  if (std::holds_alternative<event::PageShown>(event)) {
    put_aside_ = false;
    forget_name();
  }
  if (const auto* change = std::get_if<event::OnlineChanged>(&event)) online_ = change->online;
  if (std::holds_alternative<event::HangupPressed>(event)) hung_up_ = true;
  if (std::holds_alternative<event::MicPressed>(event) && !in_call())
    browser_.call_pressed_ms = clock_.now_ms();
  if (const auto* heard = std::get_if<event::CallMic>(&event))
    mic_granted_ = mic_granted_ || heard->outcome == MicOutcome::granted;
  recorder_.told(number_, event, now());
  for (const Command& command : widget_->handle(event, now()).list()) {
    recorder_.wants(number_, command);
    std::visit([&](const auto& one) { on(one); }, command);
  }
  if (std::exchange(came_back_, false) && replaced_)
    ledger_.breach(Breach::came_back, "nobody asked for it", number_);
  set_timer(widget_->deadline());
  look(event);
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
  browser_.locks.drop_all(*this);
  if (engine_) engine_->leave();
  engine_ = nullptr;
}

void Page::end(bool with_pagehide) {
  if (!alive_) return;
  if (with_pagehide && awake()) dispatch(event::PageHidden{});
  alive_ = false;
  if (connection_ != 0) network_.page_closes(std::exchange(connection_, 0));
  browser_.locks.drop_all(*this);
  if (engine_) engine_->die();
  engine_ = nullptr;
  if (tab_.page == this) tab_.page = nullptr;
}

void Page::hide_away() {
  if (awake()) dispatch(event::PageHidden{});
  cached_ = true;
  posted_.clear();
  browser_.locks.drop_all(*this);
  // The gateway hears of it at once, the page when it is back.
  if (connection_ != 0) network_.page_closes(connection_);
  if (tab_.page == this) tab_.page = nullptr;
}

void Page::come_back() {
  cached_ = false;
  tab_.page = this;
  if (core_due_) start(snapshot_);
  const std::uint32_t was = connection_;
  const bool close_first = chance_.happens(0.5);
  if (was != 0 && close_first) closed(was, broken_code);
  post(event::PageShown{online_ = browser_.online});
  if (was != 0 && !close_first) closed(was, broken_code);
  timer_ms_ = -1;
  if (has_core_) set_timer(widget_->deadline());
  // Back in a machine that sleeps: the page hears of it with the machine.
  if (!awake()) clock_.at(browser_.asleep_until_ms, [this] { wake(); });
}

void Page::trap() { trapping_ = true; }

// ---- sockets

void Page::on(const command::SocketOpen& open) {
  if (connection_ != 0) ledger_.breach(Breach::two_sockets, "a second socket beside the first", number_);
  if (open.attempt != attempt_ + 1) ledger_.breach(Breach::two_sockets, "attempts are not counted", number_);
  if (engine_) replaced_ = false;  // a call that goes on here has taken the connection
  came_back_ = replaced_;
  attempt_ = open.attempt;
  welcomed_ = is_open_ = false;
  connection_ = network_.dial(browser_.line, SocketKind::text, *this);
}

void Page::on(const command::SocketSend& send) {
  if (send.attempt != attempt_ || connection_ == 0 || !is_open_)
    return ledger_.breach(Breach::two_sockets, "sent over a socket that is not open", number_);
  if (const std::string id = id_of_say(send.bytes.data); !id.empty()) {
    const bool kept = std::any_of(browser_.storage.begin(), browser_.storage.end(),
                                  [&](const auto& entry) { return entry.first.ends_with(".out." + id); });
    if (!kept && !browser_.storage_full && ledger_.is_wish(id) && !ledger_.is_excused(id))
      ledger_.breach(Breach::not_stored, "on the wire before it was kept: " + id, number_);
  }
  network_.page_sends(connection_, send.bytes.data);
}

void Page::on(const command::SocketClose& close) {
  if (close.attempt != attempt_ || connection_ == 0) return;
  network_.page_closes(std::exchange(connection_, 0));
}

void Page::opened(std::uint32_t connection) { post(event::SocketOpened{attempt_}, connection); }

void Page::frame(std::uint32_t connection, const std::string& bytes) {
  post(event::SocketFrame{attempt_, Bytes{bytes}}, connection);
}

void Page::closed(std::uint32_t connection, std::uint32_t code) {
  post(event::SocketClosed{attempt_, code, {}}, connection);
}

// ---- storage and locks

// The first is that of its own name.
void Page::on(const command::LockTake& take) {
  if (name_.empty()) name_ = take.lock;
  browser_.locks.take(take.lock, *this);
}

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
  const std::string message = message_of(set.key);
  if (!message.empty()) {
    const auto before = entries.find(set.key);
    if (browser_.have_locks && !name_.ends_with("." + tab_in(set.value))) {
      owned_.erase(message);  // left to others
      stamped_.erase(message);
    } else {
      // Who takes over what a tab that has gone has left may take the connection too. Who only goes on with
      // what a page of another connection says too may not.
      owned_.insert(message);
      const bool anew = stamped_.insert(message).second;
      if (browser_.have_locks && anew && before != entries.end() &&
          tab_in(before->second) != tab_in(set.value))
        replaced_ = false;
    }
  }
  const auto known = entries.find(set.key);
  const bool fresh = known == entries.end();
  const bool longer = fresh || set.value.size() > known->second.size();
  if (set.area == Area::shop && ((browser_.storage_full && fresh) || browser_.refuses_write(longer))) {
    if (!message.empty() && fresh) ledger_.excuse(message);
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
  const std::string message = message_of(key);
  for (const Tab& tab : browser_.tabs) {
    if (!tab.page || tab.page == this) continue;
    if (!message.empty()) tab.page->owned_.erase(message);
    clock_.in(1, [page = tab.page, key] { page->post(event::StorageChanged{key}); });
  }
}

// ---- calls

void Page::on(const command::CallOpen& open) {
  if (engine_ && !engine_->over()) ledger_.breach(Breach::two_calls, "a second one at one page", number_);
  const CallEngine::Around around{clock_, network_, ledger_, chance_, browser_.line};
  // A core that is made anew counts its calls anew; engines have numbers that no other has.
  const auto engine = static_cast<std::uint32_t>(number_ * engines_a_page_max + engines_.size());
  engine_ =
      &engines_.emplace_back(around, number_, engine, open, [this](Event event) { post(std::move(event)); });
  mic_granted_ = false;
  if (!was_live_) {
    browser_.last_call = std::uint64_t{number_} << 32 | open.attempt;
    ever_live_ = hung_up_ = false;
  }
  engine_->begin(online_);
}

// Not again within a minute: a call whose engines die three times in one is given up (call.h).
bool Page::crash_engine() {
  if (!engine_ || !was_live_ || clock_.now_ms() < engine_crashed_ms_ + 60'000 || !engine_->crash())
    return false;
  engine_crashed_ms_ = clock_.now_ms();
  return true;
}

void Page::on(const command::CallConnect& connect) {
  browser_.last_caller = number_;
  if (engine_) engine_->connect(connect);
}

void Page::on(const command::CallMute& mute) {
  if (engine_) engine_->mute(mute.muted);
}

void Page::on(const command::CallClose& close) {
  if (!engine_ || engine_->attempt() != close.attempt) return;
  engine_->leave();
  engine_ = nullptr;
}

// Once live, a call ends when the shopper or the shop ends it, when another page of this browser takes it
// over, or when it is too long; nothing else ends it. The page that takes it over need not be the one whose
// button was pressed last: of two that begin a call at once, the one that the server hears last has it, and
// may hang up before the other hears of it.
void Page::on(const command::ShowCall& show) {
  call_ = show;
  if (show.state == CallPhase::live) was_live_ = ever_live_ = true;
  const bool over = show.state == CallPhase::ended || show.state == CallPhase::failed;
  if (!over || !std::exchange(was_live_, false)) return;
  const bool another = browser_.last_call >> 32 != number_ || browser_.last_caller != number_ ||
                       std::any_of(browser_.tabs.begin(), browser_.tabs.end(), [&](const Tab& tab) {
                         return tab.page && tab.page != this && tab.page->in_call();
                       });
  const bool by_another = show.code == ErrorCode::call_replaced && another;
  const bool by_shop = show.code == ErrorCode::call_ended_by_shop && ledger_.shop_hung_up();
  const bool by_limit = show.code == ErrorCode::call_too_long &&
                        clock_.now_ms() >= browser_.call_pressed_ms + registry::RegistryOptions{}.call_max_ms;
  if (!hung_up_ && !by_another && !by_shop && !by_limit)
    ledger_.breach(Breach::call_ended, std::string(to_name(show.code)), number_);
}

// ---- what is shown and told

void Page::on(const command::Emit& emit) {
  if (emit.event == PageEvent::message) ledger_.wished(emit.id, emit.text, browser_.number, number_);
}

void Page::on(const command::Console& line) {
  if (line.text.find(marked) != std::string::npos)
    ledger_.breach(Breach::private_text, "a message's text in a console line", number_);
}

void Page::on(const command::ViewReset&) {
  rows_.clear();
  pending_.clear();
  typing_ = Typing::none;
  banner_ = ErrorCode::none;
}

void Page::on(const command::RowPut& put) {
  const Row& row = put.row;
  rows_[row.id] = row;
  if (row.author.kind != AuthorKind::self) return;
  if (row.state == RowState::sent) ledger_.shown_as_sent(row.id, number_);
  if (row.state == RowState::waiting || row.state == RowState::sending)
    pending_.insert(row.id);
  else
    pending_.erase(row.id);
}

void Page::on(const command::RowRemove& remove) {
  rows_.erase(remove.row);
  pending_.erase(remove.row);
}

// ---- what can be judged at any moment

void Page::look(const Event& event) {
  const bool stays_away = replaced_ || put_aside_ || banner_ == ErrorCode::unauthorized ||
                          banner_ == ErrorCode::forbidden || banner_ == ErrorCode::link_version;
  const double wait_ms = widget_->deadline().ms - now().mono.ms;
  const bool pending = std::ranges::any_of(pending_, [&](const auto& id) { return owned_.contains(id); });
  if (pending && online_ && !stays_away && wait_ms > deadline_ms_max)
    ledger_.breach(Breach::no_deadline, "messages are pending, after event " + std::to_string(event.index()),
                   number_);
  // What would wake a machine may lie in the mail that the page has not read yet.
  if (const std::string_view waits = waiting(); posted_.empty() && !waits.empty())
    ledger_.breach(Breach::no_deadline, std::string(waits) + ", after event " + std::to_string(event.index()),
                   number_);
  if (rows_.size() > rows_max) ledger_.breach(Breach::unbounded, "rows", number_);
}

// The machine, if any, that waits for what may never come, and that nothing of its own would wake. The
// microphone's question waits for a person, and without a network nothing is due.
std::string_view Page::waiting() const {
  const Driver* driver = widget_->driver();
  const Voice* voice = widget_->voice();
  if (!driver || !voice) return {};
  const bool driver_wakes = driver->deadline() != never;
  const bool voice_wakes = voice->deadline() != never;
  if (connection_ != 0 && !driver_wakes) return "a socket";
  switch (call_.state) {
    case CallPhase::asking:
      return mic_granted_ && !voice_wakes ? "a call's engine that loads" : "";
    case CallPhase::connecting:
      return voice_wakes ? "" : "a call that connects";
    case CallPhase::live:
    case CallPhase::reconnecting: {
      const bool asks = voice->needs_offer() && driver_wakes;
      const bool carried = (engine_ && engine_->wakes()) || voice_wakes || asks;
      return online_ && !carried ? "a call that nobody carries" : "";
    }
    default:
      return "";
  }
}

std::size_t Page::left_over() const {
  return static_cast<std::size_t>(std::ranges::count_if(rows_, [](const auto& one) {
    return one.second.state == RowState::unconfirmed || one.second.state == RowState::failed;
  }));
}

std::string Page::describe() const {
  std::string text = "page " + std::to_string(number_) + " of browser " + std::to_string(browser_.number);
  if (!visible_) text += ", hidden";
  if (replaced_) text += ", replaced";
  text += connection_ == 0 ? ", no socket" : is_open_ ? ", socket open" : ", socket opening";
  text += ", " + std::to_string(pending_.size()) + " pending, deadline in " +
          std::to_string(widget_->deadline().ms - now().mono.ms) + " ms, call " +
          std::string(to_name(call_.state));
  return text;
}

}  // namespace shopbell::simulation
