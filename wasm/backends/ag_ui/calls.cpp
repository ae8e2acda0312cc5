#include "backends/ag_ui/calls.h"

#include <algorithm>

#include "core/vocabulary/limits.h"

namespace shopbell::ag_ui {
namespace {

const Ask* with_id(const std::vector<Ask>& asks, std::string_view id) {
  for (const Ask& ask : asks)
    if (ask.id == id) return &ask;
  return nullptr;
}

bool is_in(const wire::Reader& list, std::string_view text) {
  for (const wire::Reader item : list)
    if (item.text() == text) return true;
  return false;
}

}  // namespace

bool read_text(const wire::Reader& reader, std::string_view& out, bool needed) {
  if (!reader.present() || (!needed && reader.is_null())) return !needed;
  const auto text = reader.text();
  if (text) out = *text;
  return text.has_value();
}

Ask* Calls::find(std::string_view id) { return const_cast<Ask*>(with_id(calls_, id)); }

// One that begins twice has no arguments that could be told from each other.
void Calls::started(std::string_view id, std::string_view name, std::string_view message) {
  if (Ask* call = find(id)) {
    call->arguments.set("twice");
    return;
  }
  Ask& call = calls_.emplace_back();
  call.id = call.call = id;
  call.name = name;
  call.message = message;
}

void Calls::argued(std::string_view id, std::string_view delta) {
  Ask* call = find(id);
  // Beyond the bound it need not be complete to be refused.
  if (call && call->arguments.reveal().size() <= limits::arguments_bytes_max)
    call->arguments.set(std::string(call->arguments.reveal()).append(delta));
}

bool Calls::answered(std::string_view id) {
  Ask* call = find(id);
  if (call) call->state = AskState::done;
  return call;
}

bool Calls::waiting(const wire::Reader& outcome, std::string_view offered, std::vector<Ask>& asks) const {
  const bool interrupted = outcome["type"].text() == "interrupt";
  for (const wire::Reader interrupt : outcome["interrupts"]) {
    std::string_view id, words, about, expires;
    const bool readable =
        interrupted && read_text(interrupt["id"], id) && read_text(interrupt["message"], words, false) &&
        read_text(interrupt["toolCallId"], about, false) && read_text(interrupt["expiresAt"], expires, false);
    if (!readable || id.empty() || with_id(asks, id)) return false;
    const Ask* call = with_id(calls_, about);
    Ask& ask = asks.emplace_back(call ? *call : Ask{});
    ask.kind = AskKind::approval;
    ask.id = id;
    ask.about.set(words);
    ask.expires_ms = time_ms(expires);
  }
  if (interrupted && asks.empty()) return false;
  const wire::Reader pending = outcome["pendingToolCallIds"];
  const wire::Document tools = wire::parse(offered);
  const auto is_offered = [&](std::string_view name) {
    for (const wire::Reader tool : tools.root())
      if (tool["name"].text() == name) return true;
    return false;
  };
  for (const Ask& call : calls_) {
    const bool waits = pending.is_array() ? is_in(pending, call.id) : is_offered(call.name);
    const bool asked =
        std::any_of(asks.begin(), asks.end(), [&](const Ask& ask) { return ask.call == call.id; });
    if (waits && !asked && call.state != AskState::done) asks.push_back(call);
  }
  return true;
}

// YYYY-MM-DDThh:mm:ss, a fraction that counts for nothing, and Z or +00:00. Of another zone nothing is known: the agent
// has its own clock for it.
double time_ms(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
  int numbers[6] = {};
  std::size_t count = 0;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const char c = i < text.size() ? text[i] : ' ';
    if (form[i] != 'd' && c != form[i]) return 0;
    if (form[i] != 'd')
      ++count;
    else if (c >= '0' && c <= '9')
      numbers[count] = numbers[count] * 10 + (c - '0');
    else
      return 0;
  }
  if (!(text.ends_with('Z') || text.ends_with("+00:00"))) return 0;
  const auto [year, month, day, hour, minute, second] = numbers;
  // Days since 1970 of the Gregorian calendar; years begin with March, so that the leap day is their last.
  const int y = year - (month <= 2);
  const int days = y * 365 + y / 4 - y / 100 + y / 400 + ((month + 9) % 12 * 153 + 2) / 5 + day - 719'469;
  return ((days * 24.0 + hour) * 60 + minute) * 60'000 + second * 1'000;
}

}  // namespace shopbell::ag_ui
