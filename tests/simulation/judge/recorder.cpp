#include "judge/recorder.h"

#include <cmath>

#include "../../transcripts/json_of.h"

namespace shopbell::simulation {
namespace {

using script::json_of;

// Fields that have their default are left out, as in the transcripts that people write.
template <class Struct>
std::string text_of(const Struct& value) {
  std::string text(Struct::type_name);
  std::map<std::string_view, std::string> usual;
  const Struct fresh{};
  each_field<Struct>(fresh,
                     [&](std::string_view name, const auto& member) { usual[name] = json_of(member); });
  each_field<Struct>(value, [&](std::string_view name, const auto& member) {
    const std::string json = json_of(member);
    if (json != usual[name]) text += ' ' + std::string(name) + '=' + json;
  });
  return text;
}

std::string signed_ms(double ms) {
  std::string text = std::to_string(ms);
  return (ms >= 0 ? "+" : "") + text;
}

bool leaves_the_page(const Command& command) {
  return std::holds_alternative<command::SocketOpen>(command) ||
         std::holds_alternative<command::SocketSend>(command) ||
         std::holds_alternative<command::SocketClose>(command) ||
         std::holds_alternative<command::LockTake>(command) ||
         std::holds_alternative<command::LockDrop>(command) ||
         std::holds_alternative<command::CallOpen>(command) ||
         std::holds_alternative<command::CallConnect>(command) ||
         std::holds_alternative<command::CallClose>(command) ||
         std::holds_alternative<command::ShowCall>(command);
}

}  // namespace

void Recorder::told(std::uint32_t page, const Event& event, Now now) {
  if (!on_ || std::holds_alternative<event::StorageLoaded>(event)) return;
  Life& life = lives_[page];
  const double mono_ms = now.mono.ms - life.now.mono.ms;
  const double jump_ms = now.wall.ms - life.now.wall.ms - mono_ms;
  if (mono_ms != 0) life.lines.push_back("@ " + signed_ms(mono_ms));
  if (std::abs(jump_ms) > 0.5) life.lines.push_back("~ " + signed_ms(jump_ms));
  life.now = now;
  life.last_event = life.lines.size();
  life.lines.push_back("> " + std::visit([](const auto& one) { return text_of(one); }, event));
}

void Recorder::wants(std::uint32_t page, const Command& command) {
  if (!on_) return;
  Life& life = lives_[page];
  if (const auto* set = std::get_if<command::StorageSet>(&command))
    life.stored[static_cast<int>(set->area)][set->key] = set->value;
  if (const auto* gone = std::get_if<command::StorageRemove>(&command))
    life.stored[static_cast<int>(gone->area)].erase(gone->key);
  if (leaves_the_page(command))
    life.lines.push_back("< " + std::visit([](const auto& one) { return text_of(one); }, command));
}

void Recorder::loaded(std::uint32_t page, Area area, std::string_view prefix,
                      const std::map<std::string, std::string>& entries) {
  if (!on_) return;
  Life& life = lives_[page];
  auto& stored = life.stored[static_cast<int>(area)];
  std::vector<std::string> changed;
  const std::string name(to_name(area));
  std::erase_if(stored, [&](const auto& entry) {
    const bool gone = entry.first.starts_with(prefix) && !entries.contains(entry.first);
    if (gone) changed.push_back("- " + name + ' ' + entry.first);
    return gone;
  });
  for (const auto& [key, value] : entries) {
    if (!key.starts_with(prefix)) continue;
    const auto known = stored.find(key);
    if (known != stored.end() && known->second == value) continue;
    stored[key] = value;
    changed.push_back("= " + name + ' ' + key + ' ' + value);
  }
  life.lines.insert(life.lines.begin() + static_cast<std::ptrdiff_t>(life.last_event), changed.begin(),
                    changed.end());
  life.last_event += changed.size();
}

std::string Recorder::text(std::uint32_t page) const {
  const auto life = lives_.find(page);
  if (life == lives_.end()) return {};
  std::string text;
  for (const std::string& line : life->second.lines) text += line + '\n';
  return text;
}

}  // namespace shopbell::simulation
