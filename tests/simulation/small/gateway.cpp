#include "small/gateway.h"

#include <algorithm>

#include "core/base/digest.h"
#include "world/registry_step.h"

namespace shopbell::simulation::small {
namespace {

namespace registry_event = registry::event;
namespace registry_command = registry::command;

constexpr std::string_view voice_address = "wss://shop.example/shopbell/v1/voice";
constexpr std::string_view the_answer = "word ";

}  // namespace

Gateway::Gateway(Wires& wires, Ledger& ledger, const double& now_ms)
    : wires_(wires), ledger_(ledger), now_ms_(now_ms) {
  start();
}

void Gateway::start() {
  registry::RegistryOptions options;
  options.seed = "life " + std::to_string(++life_);  // names and secrets that no other life draws
  registry_.emplace(options);
  // What the last process took and did not answer; its pages are told when they are back.
  for (const auto& [key, message] : store_.messages)
    if (message.state == StoredMessage::running) start_run(key.first, key.second, false);
}

void Gateway::crash() {
  registry_.reset();
  queue_.clear();
  jobs_.clear();
  runs_.clear();
  wires_.gateway_died();
  start();
}

void Gateway::tell(registry::Event event, std::string payload) {
  queue_.emplace_back(std::move(event), std::move(payload));
  if (std::exchange(working_, true)) return;
  while (!queue_.empty()) {
    const auto [next, bytes] = std::move(queue_.front());
    queue_.pop_front();
    handle(next, bytes);
  }
  working_ = false;
}

void Gateway::handle(const registry::Event& event, const std::string& payload) {
  step(*registry_, event, payload, now(), ledger_,
       [this](const auto& command, std::string_view bytes) { on(command, bytes); });
}

bool Gateway::tick() {
  if (deadline_ms() > now_ms_) return false;
  tell(registry_event::Tick{});
  return true;
}

void Gateway::hears(std::uint32_t wire, WireKind kind, const WireItem& item) {
  const bool voice = kind == WireKind::voice;
  switch (item.what) {
    case WireItem::open:
      return voice ? tell(registry_event::VoiceOpened{wire, true, false})
                   : tell(registry_event::TextOpened{wire, true, false, false, std::string(voice_address)});
    case WireItem::frame:
      return tell(registry_event::Frame{wire, voice}, item.bytes);
    case WireItem::close:
      return tell(registry_event::Closed{wire});
  }
}

void Gateway::on(const registry_command::Send& send, std::string_view bytes) {
  wires_.gateway_sends(send.socket, std::string(bytes));
}

void Gateway::on(const registry_command::Close& close, std::string_view) {
  wires_.gateway_closes(close.socket, close.code);
}

// ---- the store

void Gateway::on(const registry_command::LoadSession& load, std::string_view) {
  tell(store_.load(load, [&](const std::string& id) -> const std::string* {
    Run* run = run_of(load.session, id);
    if (!run) return nullptr;
    run->followed = true;
    return &run->text;
  }));
}

void Gateway::on(const registry_command::StoreMessage& message, std::string_view) {
  jobs_.push_back({message, message.session, message.id});
}

void Gateway::on(const registry_command::StoreRow& row, std::string_view) {
  store_.put(row);
  if (!row.told) tell(registry_event::RowStored{row.session, row.row});
}

void Gateway::work() {
  const Job job = std::move(jobs_.front());
  jobs_.pop_front();
  job.message ? commit(*job.message) : answer(job.session, job.id);
}

void Gateway::commit(const registry_command::StoreMessage& message) {
  const registry_event::MessageStored told = store_.commit(message, now().wall.ms);
  if (told.outcome == registry::Stored::stored) ledger_.stored(message.id, message.text, message.voice);
  tell(told);
}

// ---- answers

Gateway::Run* Gateway::run_of(const std::string& session, const std::string& id) {
  const auto found =
      std::ranges::find_if(runs_, [&](const Run& run) { return run.session == session && run.id == id; });
  return found == runs_.end() ? nullptr : &*found;
}

void Gateway::on(const registry_command::Answer& answer, std::string_view) {
  const bool answered = store_.messages[{answer.session, answer.id}].state == StoredMessage::answered;
  if (answered || run_of(answer.session, answer.id))
    ledger_.breach(Breach::doubled, "answered a second time: " + answer.id);
  start_run(answer.session, answer.id, true);
}

void Gateway::start_run(const std::string& session, const std::string& id, bool followed) {
  store_.answer_begins(session, id);
  runs_.push_back({session, id, {}, followed, false});
  jobs_.push_back({{}, session, id});
}

// Its text, and then its end.
void Gateway::answer(const std::string& session, const std::string& id) {
  Run* run = run_of(session, id);
  if (!run) return;
  if (run->text.empty() && !run->stopped) {
    run->text = the_answer;
    jobs_.push_back({{}, session, id});
    if (run->followed) tell(registry_event::ReplyDelta{session, id, run->text});
    return;
  }
  const Run ended = std::move(*run);
  runs_.erase(runs_.begin() + (run - runs_.data()));
  const auto state = ended.stopped ? registry::RowState::stopped : registry::RowState::done;
  store_.answer_ends(session, id, ended.text, state);
  if (ended.followed) tell(registry_event::ReplyDone{session, id, ended.text, state});
}

void Gateway::on(const registry_command::StopAnswer& stop, std::string_view) {
  if (Run* run = run_of(stop.session, stop.id)) run->stopped = true;
}

// ---- what it comes to

void Gateway::digest(Digest& into) const {
  const auto& [wires, ledger, now_ms, store, life, registry, queue, working, jobs, runs] = *this;
  into.at(now());
  registry->digest(into);
  into.is(jobs.size(), runs.size());
  for (const auto& [message, session, id] : jobs) {
    into.is(message.has_value());
    into.name(session);
    into.name(id);
    if (!message) continue;
    into.is(message->text);
    into.name(message->client);
  }
  for (const auto& [session, id, text, followed, stopped] : runs) {
    into.name(session);
    into.name(id);
    into.is(text, followed, stopped);
  }
  const auto by_id = [&](const auto& entry) { into.name(entry.first); };
  into.any_order(store.sessions, by_id, [&](const auto& entry) {
    const auto& [secret_hash, epoch, created_ms, rows] = entry.second;
    into.name(entry.first);
    into.is(epoch, rows.size());
    into.hours(Wall{created_ms});
    for (const registry::Row& row : rows) {
      into.text(row.id);
      into.is(row.who, row.text, row.state);
      into.order(row.at_ms);
    }
  });
  const auto by_key = [&](const auto& entry) {
    into.name(entry.first.first);
    into.name(entry.first.second);
  };
  into.any_order(store.messages, by_key, [&](const auto& entry) {
    const auto& [text, at_ms, voice, state] = entry.second;
    by_key(entry);
    into.is(text, voice, state);
    into.order(at_ms);
  });
}

}  // namespace shopbell::simulation::small
