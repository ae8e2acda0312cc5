#include "core/machines/asks.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/wire/copy.h"

namespace shopbell {
namespace {

// For the agent's model.
constexpr std::string_view not_there = "The page has no such tool.";
constexpr std::string_view not_readable = "The arguments are no JSON object, or too long.";
constexpr std::string_view other_call = "Another call has this id.";
constexpr std::string_view not_allowed = "The shopper did not allow this.";
constexpr std::string_view not_known =
    "Cut off: it may have been done or not. Ask the shopper before you repeat it.";
constexpr std::string_view not_in_time = "No answer in time.";
constexpr std::string_view too_long = "Done. The answer is too long to be sent.";

bool is_open(const Ask& ask) { return !is_over(ask.state); }

void cut(Private<std::string>& text, std::size_t bytes_max) {
  if (text.reveal().size() > bytes_max)
    text.set(std::string(text.reveal(), 0, whole_characters(text.reveal(), bytes_max)));
}

}  // namespace

void Asks::begin(std::string message) {
  record_ = {};
  record_.message = std::move(message);
}

bool Asks::restore(AskRecord&& record, bool unheard, Mono now) {
  if (record.asks.empty() || record.asks.size() > limits::asks_max * limits::rounds_max) return false;
  record_ = std::move(record);
  since_ = now;
  for (Ask& ask : record_.asks) {
    const bool last_round = ask.round == record_.asks.back().round;
    if (ask.read_only) follow(ask_table, ask.state, AskMove::run_again);
    end(ask, AskMove::lose, not_known);
    if (unheard && last_round && ask.kind == AskKind::approval)
      follow(ask_table, ask.state, AskMove::ask_again);
  }
  return true;
}

bool Asks::add(std::vector<Ask>&& asks, const Toolbox& tools, Now now) {
  const std::uint32_t rounds = record_.asks.empty() ? 0 : record_.asks.back().round;
  if (rounds >= limits::rounds_max || asks.size() > limits::asks_max) return false;
  for (const Ask& ask : asks)
    if (std::max({ask.id.size(), ask.call.size(), ask.name.size(), ask.message.size()}) >
        limits::ask_id_bytes_max)
      return false;
  if (rounds == 0) record_.at_ms = now.wall.ms;
  for (Ask& ask : asks) {
    ask.round = rounds + 1;
    settle_at_once(ask, tools);
    record_.asks.push_back(std::move(ask));
  }
  since_ = now.mono;
  return true;
}

// What needs no word of the shopper's.
void Asks::settle_at_once(Ask& ask, const Toolbox& tools) {
  std::string arguments = wire::object_in(ask.arguments.empty() ? "{}" : ask.arguments.reveal());
  const bool readable = !arguments.empty() && std::max(arguments.size(), ask.arguments.reveal().size()) <=
                                                  limits::arguments_bytes_max;
  // What the agent does with a yes is what it wrote, to the letter.
  if (!readable || ask.kind == AskKind::tool)
    ask.arguments.set(readable ? std::string_view(arguments) : "{}");
  if (ask.kind == AskKind::approval) {
    cut(ask.about, limits::ask_words_bytes_max);
    if (!readable) end(ask, AskMove::refuse, {});
    return;
  }
  for (const Ask& before : record_.asks) {
    if (before.kind != ask.kind || before.id != ask.id) continue;
    const bool same = before.name == ask.name && before.arguments == ask.arguments && is_over(before.state);
    ask.state = same ? before.state : AskState::failed;
    ask.answer.set(same ? std::string_view(before.answer.reveal()) : other_call);
    return;
  }
  const bool there = readable && tools.has(ask.name, &ask);
  if (ask.read_only) follow(ask_table, ask.state, AskMove::allow);
  if (!there) end(ask, AskMove::fail, readable ? not_there : not_readable);
}

void Asks::result(std::string_view call, std::string_view content) {
  for (Ask& ask : record_.asks) {
    if (ask.kind != AskKind::approval || ask.call != call || ask.state != AskState::done) continue;
    ask.answer.set(content);
    cut(ask.answer, limits::tool_answer_bytes_max);
  }
}

const Ask* Asks::current() const {
  for (const Ask& ask : record_.asks)
    if (is_open(ask)) return &ask;
  return nullptr;
}

std::size_t Asks::number() const {
  const Ask* ask = current();
  return ask ? static_cast<std::size_t>(ask - record_.asks.data()) + 1 : 0;
}

Mono Asks::deadline(Now now) const {
  const Ask* ask = current();
  if (!ask) return never;
  if (ask->state == AskState::allowed) return since_ + limits::tool_offered_within;
  if (ask->state == AskState::running) return since_ + limits::tool_run_max;
  return ask->expires_ms > 0 ? now.mono + (Wall{ask->expires_ms} - now.wall) : never;
}

// ---- of the current one

bool Asks::end(Ask& ask, AskMove move, std::string_view answer) {
  if (!follow(ask_table, ask.state, move)) return false;
  ask.answer.set(answer);
  return true;
}

bool Asks::allow(Mono now) {
  Ask* ask = turn();
  since_ = now;
  return ask &&
         follow(ask_table, ask->state, ask->kind == AskKind::approval ? AskMove::approve : AskMove::allow);
}

bool Asks::refuse() {
  Ask* ask = turn();
  return ask && ask->state == AskState::asked && end(*ask, AskMove::refuse, not_allowed);
}

bool Asks::run(Mono now) {
  Ask* ask = turn();
  since_ = now;
  return ask && follow(ask_table, ask->state, AskMove::run);
}

bool Asks::ended(bool failed, std::string_view content) {
  Ask* ask = turn();
  if (!ask || ask->state != AskState::running) return false;
  return end(*ask, failed ? AskMove::fail : AskMove::finish,
             content.size() > limits::tool_answer_bytes_max ? too_long : content);
}

bool Asks::expire(Now now) {
  if (now.mono < deadline(now)) return false;
  Ask& ask = *turn();
  return end(ask, AskMove::expire, not_allowed) || (!ask.read_only && end(ask, AskMove::lose, not_known)) ||
         end(ask, AskMove::fail, ask.state == AskState::allowed ? not_there : not_in_time);
}

void Asks::stop() {
  for (Ask& ask : record_.asks)
    if (!end(ask, AskMove::lose, not_known)) end(ask, AskMove::refuse, not_allowed);
}

// What runs is alone, and all before it is over.
bool Asks::consistent() const {
  for (const Ask& ask : record_.asks)
    if (ask.state == AskState::running && &ask != current()) return false;
  return record_.asks.empty() || !record_.message.empty();
}

}  // namespace shopbell
