#include "small/engine.h"

#include <algorithm>
#include <utility>

#include "small/arena.h"

namespace shopbell::simulation::small {

Engine::Engine(Around around, const command::CallOpen& open)
    : around_(std::move(around)), attempt_(open.attempt) {
  voice::SessionSettings settings;
  settings.muted = open.muted;
  const Arena::FarScope apart;
  session_ = std::make_unique<voice::VoiceSession>(settings);
}

void Engine::connect(const command::CallConnect& connect) {
  changing().connect(connect.url, connect.ticket, now());
  carry_out();
}

void Engine::mute(bool on) {
  changing().mute(on, now());
  carry_out();
}

void Engine::tick() {
  changing().tick(now());
  carry_out();
}

void Engine::leave() {
  leaving_ = true;
  changing().bye(now());
  carry_out();
  die();
}

void Engine::die() {
  over_ = true;
  if (wire_ != 0) around_.wires.page_leaves(std::exchange(wire_, 0), false);
}

void Engine::hears(std::uint32_t wire, const WireItem& item) {
  if (wire != wire_ || over_) return;
  voice::VoiceSession& session = changing();
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(item.bytes.data());
  switch (item.what) {
    case WireItem::open:
      session.socket_opened(socket_, now());
      break;
    case WireItem::frame:
      session.socket_frame(socket_, std::span(bytes, item.bytes.size()), now());
      break;
    case WireItem::close:
      wire_ = 0;
      session.socket_closed(socket_, item.code, now());
      break;
  }
  carry_out();
}

// It lies apart in the world's memory (arena.h).
voice::VoiceSession& Engine::changing() {
  Arena::mine().touched();
  return *session_;
}

void Engine::carry_out() {
  Arena::mine().touched();
  each_command(session_, [this](const VoiceCommand& command) { one(command); });
  // As in world/call_engine.cpp: whoever waits has a time for it.
  const auto state =
      static_cast<voice::VoiceLinkState>(session_->stat(static_cast<std::uint32_t>(voice::Gauge::state)));
  using enum voice::VoiceLinkState;
  const bool waits = state == opening || state == greeting || state == live || state == waiting;
  if (waits && session_->deadline() == never && !over_)
    around_.ledger.breach(Breach::no_deadline, "the voice socket", around_.page);
}

void Engine::one(const VoiceCommand& command) {
  const auto& [kind, first, second, payload] = command;
  switch (kind) {
    case voice::CommandKind::open:
      if (wire_ != 0) around_.wires.page_leaves(wire_, false);
      if (first != socket_ + 1)
        around_.ledger.breach(Breach::two_sockets, "voice attempts are not counted", around_.page);
      socket_ = first;
      wire_ = around_.wires.dial(WireKind::voice, around_.tab, around_.page, first);
      break;
    case voice::CommandKind::send:
      if (first == socket_ && wire_ != 0)
        around_.wires.page_sends(
            wire_, std::string(reinterpret_cast<const char*>(payload.data()) + 16, payload.size() - 16));
      break;
    case voice::CommandKind::close:
      if (first == socket_ && wire_ != 0) around_.wires.page_leaves(std::exchange(wire_, 0), false);
      break;
    case voice::CommandKind::state:
      if (!leaving_)
        around_.tell(
            event::CallEngine{attempt_, static_cast<EngineNews>(first), static_cast<CallReason>(second)});
      break;
    case voice::CommandKind::agent:
      around_.tell(event::CallAgent{attempt_, static_cast<AgentActivity>(first)});
      break;
    default:  // sound
      break;
  }
}

void Engine::digest(Digest& into) const {
  const auto& [around, attempt, session, wire, socket, leaving, over] = *this;
  into.number('s', wire);
  into.is(leaving, over);
  session->digest(into);
}

}  // namespace shopbell::simulation::small
