#include "voice/command_list.h"

#include <cstring>

namespace shopbell::voice {
namespace {

constexpr std::size_t header_bytes = 8;
constexpr std::size_t send_bytes = 16;  // attempt, 0, captured_ms
constexpr std::size_t sound_bytes_max = limits::out_bytes_max - limits::out_bytes_kept;

constexpr std::size_t padded(std::size_t bytes) { return (bytes + 3) / 4 * 4; }

}  // namespace

bool CommandList::has_room(std::size_t payload_bytes) const {
  return size_ + header_bytes + send_bytes + padded(payload_bytes) <= sound_bytes_max;
}

void CommandList::add(CommandKind kind, Part first, Part second) {
  const auto payload = static_cast<std::uint32_t>(first.size + second.size);
  if (size_ + header_bytes + padded(payload) > bytes_.size()) return;
  std::memcpy(&bytes_[size_], &kind, sizeof kind);
  std::memcpy(&bytes_[size_ + 4], &payload, sizeof payload);
  size_ += header_bytes;
  if (first.size > 0) std::memcpy(&bytes_[size_], first.bytes, first.size);
  if (second.size > 0) std::memcpy(&bytes_[size_ + first.size], second.bytes, second.size);
  size_ += padded(payload);
}

void CommandList::add_numbers(CommandKind kind, std::uint32_t first, std::uint32_t second) {
  const std::uint32_t numbers[] = {first, second};
  add(kind, {numbers, sizeof numbers});
}

void CommandList::open(std::uint32_t attempt, std::span<const std::uint8_t> url) {
  add(CommandKind::open, {&attempt, sizeof attempt}, {url.data(), url.size()});
}

bool CommandList::send(std::uint32_t attempt, std::span<const std::uint8_t> frame, double captured_ms) {
  const bool is_audio = captured_ms == captured_ms;
  if (is_audio && !has_room(frame.size())) return false;
  std::uint8_t head[send_bytes] = {};
  std::memcpy(head, &attempt, sizeof attempt);
  std::memcpy(head + 8, &captured_ms, sizeof captured_ms);
  add(CommandKind::send, {head, sizeof head}, {frame.data(), frame.size()});
  return true;
}

void CommandList::close(std::uint32_t attempt, std::uint32_t code) {
  add_numbers(CommandKind::close, attempt, code);
}

bool CommandList::play(std::span<const float> samples) {
  if (!has_room(samples.size_bytes())) return false;
  add(CommandKind::play, {samples.data(), samples.size_bytes()});
  return true;
}

void CommandList::flush() { add(CommandKind::flush); }

void CommandList::state(EngineState state, EngineReason reason) {
  add_numbers(CommandKind::state, static_cast<std::uint32_t>(state), static_cast<std::uint32_t>(reason));
}

void CommandList::agent(AgentState state) {
  const auto number = static_cast<std::uint32_t>(state);
  add(CommandKind::agent, {&number, sizeof number});
}

void CommandList::level(float microphone, float agent) {
  add(CommandKind::level, {&microphone, sizeof microphone}, {&agent, sizeof agent});
}

bool CommandList::data(std::span<const std::int16_t> first, std::span<const std::int16_t> second) {
  const std::size_t bytes = first.size_bytes() + second.size_bytes();
  if (bytes > 0 && !has_room(bytes)) return false;
  add(CommandKind::data, {first.data(), first.size_bytes()}, {second.data(), second.size_bytes()});
  return true;
}

void CommandList::more() { add(CommandKind::more); }

}  // namespace shopbell::voice
