#include "core/machines/call.h"

#include <algorithm>
#include <utility>

#include "core/base/backoff.h"
#include "core/vocabulary/limits.h"

namespace shopbell {
namespace {

ErrorCode code_of(MicOutcome outcome) {
  constexpr ErrorCode codes[] = {ErrorCode::none,        ErrorCode::mic_denied, ErrorCode::mic_dismissed,
                                 ErrorCode::mic_missing, ErrorCode::mic_busy,   ErrorCode::mic_insecure,
                                 ErrorCode::mic_failed};
  return codes[static_cast<std::size_t>(outcome)];
}

void log(Commands& out, std::string_view what, std::string_view why = {}) {
  std::string line = "[Shopbell] call " + std::string(what);
  if (!why.empty()) line += ": " + std::string(why);
  out.put(command::Console{Level::info, std::move(line)});
}

}  // namespace

void Call::configure(bool push_to_talk, const std::string& storage_prefix) {
  push_to_talk_ = push_to_talk;
  storage_prefix_ = storage_prefix;
  told_.push_to_talk = push_to_talk;
}

bool Call::active() const {
  return phase_ == CallPhase::asking || phase_ == CallPhase::connecting || phase_ == CallPhase::live ||
         phase_ == CallPhase::reconnecting;
}

bool Call::move(CallMove move, Commands& out) {
  if (!follow(call_table, phase_, move)) return false;
  log(out, to_name(phase_), code_ == ErrorCode::none ? std::string_view() : to_name(code_));
  return true;
}

void Call::handle(const Event& event, Mono now, Commands& out) {
  if (std::holds_alternative<event::MicPressed>(event)) {
    begin(false, out);
  } else if (std::holds_alternative<event::HangupPressed>(event)) {
    hang_up(out);
  } else if (std::holds_alternative<event::MutePressed>(event)) {
    if (!active()) return;
    muted_ = !muted_;
    out.put(command::CallMute{attempt_, muted_});
  } else if (const auto* talk = std::get_if<event::Talk>(&event)) {
    if (active() && push_to_talk_) out.put(command::CallTalk{attempt_, talk->down});
  } else if (const auto* picked = std::get_if<event::DevicePicked>(&event)) {
    pick(*picked, out);
  } else if (const auto* heard = std::get_if<event::CallMic>(&event)) {
    if (heard->attempt == attempt_ && active()) mic(*heard, now, out);
  } else if (const auto* said = std::get_if<event::CallEngine>(&event)) {
    if (said->attempt == attempt_ && active()) engine(*said, now, out);
  } else if (const auto* agent = std::get_if<event::CallAgent>(&event)) {
    // Also while the way back is looked for: what he has sent before is heard to its end.
    if (agent->attempt == attempt_ && lasts()) is_at(agent->state, out);
  }
}

void Call::is_at(AgentActivity activity, Commands& out) {
  if (activity == AgentActivity::listening && agent_ != activity)
    out.put(command::Console{Level::info, "[Voice] Listening..."});
  agent_ = activity;
}

void Call::advise(ErrorCode advice, Commands& out) {
  const ErrorCode before = std::exchange(advice_, advice);
  if (before == advice || (code_ != ErrorCode::none && code_ != before)) return;
  code_ = advice;
  if (advice != ErrorCode::none) out.put(command::Announce{{}, advice});
}

void Call::begin(bool muted, Commands& out) {
  const ErrorCode before = std::exchange(code_, ErrorCode::none);
  if (!move(CallMove::press, out)) {
    code_ = before;
    return;
  }
  muted_ = muted;
  reopened_at_ = long_ago;
  open(out);
  due_ = never;
}

void Call::open(Commands& out) {
  ++attempt_;
  agent_ = AgentActivity::listening;
  tries_ = 0;
  wait_ = CallWait::engine;
  out.put(command::CallOpen{attempt_, engine_, microphone_, speaker_, push_to_talk_, muted_});
}

void Call::open_again(Mono now, Commands& out) {
  if (now < reopened_at_[0] + limits::call_reopened_within)
    return finish(CallMove::fail, ErrorCode::call_lost, out);
  reopened_at_ = {reopened_at_[1], now};
  move(CallMove::lose, out);
  out.put(command::CallClose{attempt_});
  open(out);
  due_ = now + limits::call_load_max;
}

void Call::change(Engine engine, Mono now, Commands& out) {
  move(CallMove::lose, out);
  out.put(command::CallClose{attempt_});
  engine_ = engine;
  open(out);
  due_ = now + limits::call_load_max;
}

void Call::await(CallWait what, Mono until) {
  wait_ = what;
  due_ = until;
}

void Call::finish(CallMove how, ErrorCode code, Commands& out) {
  if (!after(call_table, phase_, how)) return;
  code_ = code;
  move(how, out);
  await(CallWait::nothing, never);
  out.put(command::CallClose{attempt_});
  if (code != ErrorCode::none) out.put(command::Announce{{}, code});
}

void Call::mic(const event::CallMic& heard, Mono now, Commands& out) {
  const ErrorCode code = code_of(heard.outcome);
  if (phase_ == CallPhase::asking) {
    if (code != ErrorCode::none) return finish(CallMove::fail, code, out);
    due_ = now + limits::call_load_max;
    return;
  }
  // A microphone that goes away does not end the call: the agent can still be heard and written to.
  code_ = code;
  if (code != ErrorCode::none) out.put(command::Announce{{}, code});
}

void Call::engine(const event::CallEngine& said, Mono now, Commands& out) {
  switch (said.state) {
    case EngineNews::ready:
      if (wait_ == CallWait::engine && move(CallMove::ready, out))
        await(way_in(), now + limits::call_connect_max);
      break;
    case EngineNews::live:
    case EngineNews::back:
      is_live(out);
      break;
    case EngineNews::reconnecting:
      if (move(CallMove::lose, out)) await(CallWait::word, now + word_max());
      break;
    case EngineNews::needs_ticket:
      needs_ticket(said.reason, now, out);
      break;
    case EngineNews::gone:
      gone(said.reason, now, out);
      break;
  }
}

void Call::is_live(Commands& out) {
  if (!move(CallMove::live, out)) return;
  tries_ = 0;
  await(CallWait::nothing, never);
  out.put(command::Console{Level::info, "[Voice] Listening..."});
}

void Call::needs_ticket(CallReason reason, Mono now, Commands& out) {
  // It does not know that one is on the way, or is not loaded yet.
  if (needs_offer() || wait_ == CallWait::pause || wait_ == CallWait::engine) return;
  const bool first = tries_++ == 0;
  if (phase_ == CallPhase::connecting) {
    if (!first && reason == CallReason::refused) return finish(CallMove::fail, ErrorCode::call_refused, out);
    return await(CallWait::ticket, due_);
  }
  move(CallMove::lose, out);
  if (first) return await(CallWait::ticket, now + limits::call_connect_max);
  pause(now);
}

void Call::gone(CallReason reason, Mono now, Commands& out) {
  switch (reason) {
    case CallReason::by_shop:
      return finish(CallMove::end, ErrorCode::call_ended_by_shop, out);
    case CallReason::replaced:
      return finish(CallMove::end, ErrorCode::call_replaced, out);
    case CallReason::too_long:
      return finish(CallMove::end, ErrorCode::call_too_long, out);
    case CallReason::unsupported:
      return finish(CallMove::fail, ErrorCode::call_unsupported, out);
    case CallReason::refused_by_policy:
      return finish(CallMove::fail, ErrorCode::call_not_loaded, out);
    case CallReason::version:
      return finish(CallMove::fail, ErrorCode::link_version, out);
    default:
      break;
  }
  if (lasts()) return open_again(now, out);
  const bool loaded = phase_ == CallPhase::connecting && reason != CallReason::not_loaded;
  finish(CallMove::fail, loaded ? ErrorCode::call_lost : ErrorCode::call_not_loaded, out);
}

void Call::pause(Mono now) {
  const std::uint32_t times = std::max(tries_, 2u) - 2;
  await(CallWait::pause, now + doubled(limits::backoff_base, times, limits::backoff_max));
}

void Call::take(const VoiceOffer& offer, Mono now, Commands& out) {
  await(CallWait::word, phase_ == CallPhase::connecting ? due_ : now + word_max());
  out.put(command::CallConnect{attempt_, offer.url, offer.ticket.reveal()});
}

void Call::refused(Mono now, Commands& out) {
  if (phase_ == CallPhase::connecting) return finish(CallMove::fail, ErrorCode::call_refused, out);
  ++tries_;
  pause(now);
}

void Call::carried(bool up, AgentActivity agent, Mono now, Commands& out) {
  silent_ = agent;
  if (up && wait_ == CallWait::carrier) is_live(out);
  if (!up && phase_ == CallPhase::live && move(CallMove::lose, out))
    await(CallWait::carrier, now + limits::call_connect_max);
}

void Call::play(std::string sound, Commands& out) {
  if (lasts()) out.put(command::CallSend{attempt_, Bytes{std::move(sound)}});
}

// Nobody has said what was waited for.
void Call::overdue(Mono now, Commands& out) {
  if (phase_ == CallPhase::asking) return finish(CallMove::fail, ErrorCode::call_not_loaded, out);
  if (phase_ == CallPhase::connecting) return finish(CallMove::fail, ErrorCode::call_lost, out);
  switch (wait_) {
    case CallWait::ticket:
      ++tries_;
      return pause(now);
    case CallWait::pause:
      return await(CallWait::ticket, now + limits::call_connect_max);
    case CallWait::carrier:
      return await(CallWait::carrier, now + limits::call_connect_max);
    case CallWait::word:
      if (engine_ == Engine::room) return await(CallWait::ticket, now + limits::call_connect_max);
      return await(CallWait::last_word, now + limits::call_last_word_max);
    default:
      return open_again(now, out);
  }
}

void Call::pick(const event::DevicePicked& picked, Commands& out) {
  device(picked.kind) = picked.id;
  out.put(command::StorageSet{Area::shop, storage_prefix_ + std::string(to_name(picked.kind)), picked.id});
  if (active()) out.put(command::CallDevice{attempt_, picked.kind, picked.id});
}

void Call::refresh(Mono now, Commands& out) {
  if (now >= due_) overdue(now, out);
  const AgentActivity agent =
      agent_ == AgentActivity::speaking || engine_ != Engine::frames ? agent_ : silent_;
  const command::ShowCall show{phase_, active(), agent, muted_, push_to_talk_, code_};
  if (show == told_) return;
  told_ = show;
  out.put(show);
}

Mono Call::deadline() const { return due_; }

// What is waited for has an end; only the shopper may take his time to grant the microphone.
bool Call::consistent() const {
  const bool waits = wait_ != CallWait::nothing;
  const bool ends = due_ != never;
  switch (phase_) {
    case CallPhase::idle:
    case CallPhase::live:
    case CallPhase::ended:
    case CallPhase::failed:
      return !waits && !ends;
    case CallPhase::asking:
      return wait_ == CallWait::engine;
    case CallPhase::connecting:
    case CallPhase::reconnecting:
      return waits && ends;
  }
  return false;
}

}  // namespace shopbell
