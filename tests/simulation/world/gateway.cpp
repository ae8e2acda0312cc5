#include "world/gateway.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "world/packets.h"
#include "world/registry_step.h"

namespace shopbell::simulation {
namespace {

namespace registry_event = registry::event;
namespace registry_command = registry::command;

constexpr std::string_view voice_url = "wss://shop.example/shopbell/v1/voice";
constexpr std::size_t congested_bytes = 1'000'000;
constexpr double restart_hint_s = 2;

}  // namespace

// ---- the process

void Gateway::start() {
  machine_runs_ = true;
  registry::RegistryOptions options;
  options.seed = chance_.name(32);
  registry_.emplace(options);
  // What the last process took and did not answer; its pages are told when they are back.
  for (const auto& [key, message] : store_.messages)
    if (message.state == StoredMessage::running) start_run(key.first, key.second, false);
}

void Gateway::kill(bool machine) {
  ++life_;
  registry_.reset();
  queue_.clear();
  stalled_until_ms_ = timer_ms_ = store_free_at_ms_ = 0;
  runs_.clear();
  agents_.clear();
  machine_runs_ = !machine;
  network_.gateway_died(machine);
}

void Gateway::leave(double grace_ms) {
  tell(registry_event::Closing{false});
  later(grace_ms, [this] {
    tell(registry_event::Closing{true});
    kill(false);
  });
}

void Gateway::stall(double span_ms) {
  stalled_until_ms_ = std::max(stalled_until_ms_, clock_.now_ms() + span_ms);
  later(span_ms, [this] { work(); });
}

void Gateway::later(double span_ms, std::function<void()> what) {
  clock_.in(span_ms, [this, life = life_, what = std::move(what)] {
    if (life == life_) what();
  });
}

void Gateway::tell(registry::Event event, std::string payload) {
  if (!registry_) return;
  queue_.emplace_back(std::move(event), std::move(payload));
  work();
}

void Gateway::work() {
  if (working_ || clock_.now_ms() < stalled_until_ms_) return;
  working_ = true;
  while (registry_ && !queue_.empty()) {
    const auto [event, payload] = std::move(queue_.front());
    queue_.pop_front();
    handle(event, payload);
  }
  working_ = false;
  if (registry_) set_timer();
}

void Gateway::handle(const registry::Event& event, const std::string& payload) {
  const double now_ms = clock_.now_ms();
  step(*registry_, event, payload, {Mono{now_ms}, Wall{1.7e12 + now_ms}}, ledger_,
       [this](const auto& command, std::string_view bytes) { on(command, bytes); });
}

void Gateway::set_timer() {
  const double due_ms = std::max(registry_->deadline().ms, clock_.now_ms());
  if (due_ms == never.ms || (timer_ms_ > clock_.now_ms() && timer_ms_ <= due_ms)) return;
  timer_ms_ = due_ms + 1;
  later(timer_ms_ - clock_.now_ms(), [this, timer_ms = timer_ms_] {
    if (timer_ms_ == timer_ms) tell(registry_event::Tick{});
  });
}

// ---- sockets

void Gateway::opened(std::uint32_t connection, SocketKind kind) {
  const bool crowded = clock_.now_ms() < crowded_until_ms;
  if (kind == SocketKind::voice) return tell(registry_event::VoiceOpened{connection, true, crowded});
  tell(registry_event::TextOpened{connection, true, false, crowded, std::string(voice_url)});
}

void Gateway::frame(std::uint32_t connection, const std::string& bytes) {
  tell(registry_event::Frame{connection, network_.at(connection).kind == SocketKind::voice}, bytes);
}

void Gateway::closed(std::uint32_t connection) { tell(registry_event::Closed{connection}); }

void Gateway::on(const registry_command::Send& send, std::string_view bytes) {
  network_.gateway_sends(send.socket, std::string(bytes));
  if (network_.waiting_to_page(send.socket) > congested_bytes) tell(registry_event::Congested{send.socket});
}

void Gateway::on(const registry_command::Close& close, std::string_view) {
  network_.gateway_closes(close.socket, close.code);
}

// ---- the store

void Gateway::on(const registry_command::LoadSession& load, std::string_view) {
  tell(store_.load(load, [&](const std::string& id) -> const std::string* {
    const auto run = runs_.find(key_of(load.session, id));
    if (run == runs_.end()) return nullptr;
    run->second.followed = true;
    return &run->second.text;
  }));
}

// One insert after the other, as a database does; between an insert and its word the process may die.
void Gateway::on(const registry_command::StoreMessage& message, std::string_view) {
  const bool slow = clock_.now_ms() < store_slow_until_ms;
  const double takes_ms = slow ? chance_.between(200, 4'000) : chance_.between(0, 4);
  store_free_at_ms_ = std::max(store_free_at_ms_, clock_.now_ms()) + takes_ms;
  later(store_free_at_ms_ - clock_.now_ms(), [this, message] { commit(message); });
}

void Gateway::commit(const registry_command::StoreMessage& message) {
  registry_event::MessageStored told;
  if (!store_.has(message) && clock_.now_ms() < store_failing_until_ms) {
    const bool busy = chance_.happens(0.5);
    told.session = message.session;
    told.id = message.id;
    told.outcome = registry::Stored::refused;
    told.code = busy ? registry::Refusal::busy : registry::Refusal::failed;
    told.retry_after_s = busy ? restart_hint_s : 0;
  } else {
    told = store_.commit(message, 1.7e12 + clock_.now_ms());
    if (told.outcome == registry::Stored::stored) ledger_.stored(message.id, message.text, message.voice);
  }
  later(chance_.happens(0.2) ? chance_.between(0, 200) : 0, [this, told] { tell(told); });
}

void Gateway::on(const registry_command::StoreRow& store, std::string_view) {
  store_.put(store);
  if (!store.told) tell(registry_event::RowStored{store.session, store.row});
}

// ---- answers

void Gateway::on(const registry_command::Answer& answer, std::string_view) {
  StoredMessage& message = store_.messages[{answer.session, answer.id}];
  const std::string key = key_of(answer.session, answer.id);
  if (message.state == StoredMessage::answered || runs_.contains(key))
    ledger_.breach(Breach::doubled, "answered a second time: " + answer.id);
  start_run(answer.session, answer.id, true);
}

void Gateway::start_run(const std::string& session, const std::string& id, bool followed) {
  store_.answer_begins(session, id);
  Run run;
  run.session = session;
  run.id = id;
  run.followed = followed;
  run.number = ++last_run_;
  const std::size_t parts = chance_.happens(0.1) ? 40 + chance_.below(40) : 1 + chance_.below(15);
  for (std::size_t i = 0; i < parts; ++i) run.parts.push_back("word" + std::to_string(i) + ' ');
  const std::string key = key_of(session, id);
  runs_[key] = std::move(run);
  later(chance_.between(50, 1'500), [this, key, number = last_run_] { step_run(key, number); });
}

void Gateway::step_run(const std::string& key, std::uint32_t number) {
  const auto found = runs_.find(key);
  if (found == runs_.end() || found->second.number != number) return;
  Run& run = found->second;
  if (clock_.now_ms() < answers_break_until_ms) return end_run(run, registry::RowState::broken);
  if (run.stopped) return end_run(run, registry::RowState::stopped);
  if (run.next == run.parts.size()) return end_run(run, registry::RowState::done);
  const std::string part = run.parts[run.next++];
  run.text += part;
  later(chance_.between(20, 150), [this, key, number] { step_run(key, number); });
  if (run.followed) tell(registry_event::ReplyDelta{run.session, run.id, part});
}

void Gateway::end_run(Run& ended, registry::RowState state) {
  const Run run = std::move(ended);
  runs_.erase(key_of(run.session, run.id));
  store_.answer_ends(run.session, run.id, run.text, state);
  if (run.followed) tell(registry_event::ReplyDone{run.session, run.id, run.text, state});
  if (!store_.messages[{run.session, run.id}].voice) return;
  for (const auto& [call, agent] : agents_)
    if (run.id.starts_with(agent->name() + '-')) agent->answered();
}

void Gateway::on(const registry_command::StopAnswer& stop, std::string_view) {
  const auto found = runs_.find(key_of(stop.session, stop.id));
  if (found != runs_.end()) found->second.stopped = true;
}

// ---- calls

CallAgent* Gateway::agent_of(std::uint32_t call) {
  const auto found = agents_.find(call);
  return found == agents_.end() ? nullptr : found->second.get();
}

void Gateway::on(const registry_command::CallOpen& open, std::string_view) {
  const std::uint32_t call = open.call;
  auto tell_registry = [this](registry::Event event, std::string payload) {
    tell(std::move(event), std::move(payload));
  };
  auto in_its_life = [this, call](double span_ms, std::function<void()> what) {
    later(span_ms, [this, call, what = std::move(what)] {
      if (agent_of(call) != nullptr) what();
    });
  };
  const std::string name = "call-" + std::to_string(life_) + '-' + std::to_string(call);
  agents_[call] = std::make_unique<CallAgent>(call, name, chance_, utterances_, tell_registry, in_its_life);
  agents_[call]->begin();
}

void Gateway::on(const registry_command::CallHeard& heard, std::string_view packet) {
  CallAgent* agent = agent_of(heard.call);
  if (agent == nullptr) return;
  const std::uint32_t engine = engine_of(packet);
  const std::uint32_t before = agent->hears(engine, heard.sequence);
  if (before >= heard.sequence)
    ledger_.breach(Breach::doubled, "the agent hears packet " + std::to_string(heard.sequence) +
                                        " of engine " + std::to_string(engine) + " after " +
                                        std::to_string(before));
}
void Gateway::on(const registry_command::CallSpeech& speech, std::string_view) {
  if (CallAgent* agent = agent_of(speech.call)) agent->speech(speech.on);
}
void Gateway::on(const registry_command::CallInterrupted& interrupted, std::string_view) {
  if (CallAgent* agent = agent_of(interrupted.call)) agent->interrupted();
}
void Gateway::on(const registry_command::CallPlayout& playout, std::string_view) {
  if (CallAgent* agent = agent_of(playout.call)) agent->playout(playout.stream, playout.heard_timestamp_48k);
}
void Gateway::on(const registry_command::CallPark& park, std::string_view) {
  if (CallAgent* agent = agent_of(park.call)) agent->park();
}
void Gateway::on(const registry_command::CallResume& resume, std::string_view) {
  if (CallAgent* agent = agent_of(resume.call)) agent->resume();
}
void Gateway::on(const registry_command::CallClose& close, std::string_view) { agents_.erase(close.call); }

bool Gateway::forget_session() {
  if (running() || store_.sessions.size() < 2) return false;
  const auto gone =
      std::next(store_.sessions.begin(), static_cast<std::ptrdiff_t>(chance_.below(store_.sessions.size())));
  for (const registry::Row& row : gone->second.rows) ledger_.forgotten(row.id);
  std::erase_if(store_.messages, [&](const auto& entry) { return entry.first.first == gone->first; });
  store_.sessions.erase(gone);
  return true;
}

bool Gateway::hang_up() {
  if (agents_.empty()) return false;
  tell(registry_event::CallHangUp{agents_.begin()->first});
  return true;
}

}  // namespace shopbell::simulation
