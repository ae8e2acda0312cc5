#include "world/call_engine.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "world/packets.h"

namespace shopbell::simulation {
namespace {

constexpr double frame_ms = 20;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

CallEngine::CallEngine(const Around& around, std::uint32_t page, std::uint32_t number,
                       const command::CallOpen& open, Tell tell)
    : clock_(around.clock),
      network_(around.network),
      ledger_(around.ledger),
      chance_(around.chance),
      line_(around.line),
      page_(page),
      attempt_(open.attempt),
      number_(number),
      tell_(std::move(tell)),
      muted_(open.muted) {}

void CallEngine::begin(bool online) {
  const auto ready = [this] {
    if (session_ && granted_) say(EngineNews::ready);
  };
  clock_.in(chance_.between(100, 2'000), [this, ready] {
    run([this, ready] {
      granted_ = true;
      tell_(event::CallMic{attempt_, MicOutcome::granted, {}});
      ready();
    });
  });
  clock_.in(chance_.between(50, 1'500), [this, ready, online] {
    run([this, ready, online] {
      voice::SessionSettings settings;
      settings.muted = muted_;
      const std::string seed = chance_.name(Random::seed_bytes);
      settings.seed = seed;
      session_ = std::make_unique<voice::VoiceSession>(settings);
      if (!online) session_->online(false, now());
      quantum();
      ready();
    });
  });
}

void CallEngine::say(EngineNews state, CallReason reason) {
  if (!leaving_) tell_(event::CallEngine{attempt_, state, reason});
}

void CallEngine::run(std::function<void()> what) {
  if (over_) return;
  if (frozen_) return held_.push_back(std::move(what));
  what();
  carry_out();
}

void CallEngine::freeze(bool frozen) {
  frozen_ = frozen;
  while (!frozen_ && !held_.empty()) {
    const auto what = std::move(held_.front());
    held_.pop_front();
    run(what);
  }
}

void CallEngine::connect(const command::CallConnect& connect) {
  run([this, connect] {
    if (session_) session_->connect(connect.url, connect.ticket, now());
  });
}

void CallEngine::mute(bool on) {
  muted_ = on;
  run([this, on] {
    if (session_) session_->mute(on, now());
  });
}

void CallEngine::online(bool on) {
  run([this, on] {
    if (session_) session_->online(on, now());
  });
}

void CallEngine::leave() {
  leaving_ = true;
  run([this] {
    if (session_) session_->bye(now());
  });
  die();
}

void CallEngine::die() {
  over_ = true;
  if (connection_ != 0) network_.page_closes(std::exchange(connection_, 0));
  // Memory of a call, a megabyte, is not kept for the rest of the seed.
  session_.reset();
  held_.clear();
}

// shim/voice/threads.ts asks every 2 s whether the worker is there, and believes the fourth silence.
bool CallEngine::crash() {
  if (over_ || frozen_ || !session_) return false;
  die();
  telling_ = true;
  clock_.in(chance_.happens(0.5) ? 1 : chance_.between(6'000, 8'000), [this] {
    telling_ = false;
    say(EngineNews::gone, CallReason::not_loaded);
  });
  return true;
}

bool CallEngine::live() const {
  return session_ && session_->stat(static_cast<std::uint32_t>(voice::Gauge::state)) ==
                         static_cast<std::uint32_t>(voice::VoiceLinkState::live);
}

// ---- the socket

void CallEngine::opened(std::uint32_t connection) {
  run([this, connection] {
    if (connection == connection_) session_->socket_opened(socket_, now());
  });
}

void CallEngine::frame(std::uint32_t connection, const std::string& bytes) {
  run([this, connection, bytes] {
    if (connection == connection_) session_->socket_frame(socket_, bytes_of(bytes), now());
  });
}

void CallEngine::closed(std::uint32_t connection, std::uint32_t code) {
  run([this, connection, code] {
    if (connection != connection_) return;
    connection_ = 0;
    session_->socket_closed(socket_, code, now());
  });
}

// ---- sound

void CallEngine::quantum() {
  if (over_) return;
  clock_.in(frame_ms, [this] { quantum(); });
  if (frozen_) return;
  // One buffer for all: a frame is made of one number.
  static thread_local std::array<float, voice::frame_samples_48k> frame;
  const bool loud = clock_.now_ms() < talks_until_ms_;
  frame.fill(loud ? microphone_sample(number_) : 0.0f);
  session_->buffered(connection_ == 0 ? 0
                                      : static_cast<std::uint32_t>(network_.waiting_to_gateway(connection_)));
  session_->captured(frame, 1, clock_.now_ms(), now());
  carry_out();
  if (over_) return;
  const double taken = std::min<double>(queued_samples_, voice::frame_samples_48k);
  queued_samples_ -= taken;
  taken_samples_ += taken;
  session_->played(static_cast<std::uint32_t>(queued_samples_), taken_samples_, now());
  carry_out();
}

void CallEngine::play(std::span<const float> samples) {
  queued_samples_ += static_cast<double>(samples.size());
  const std::uint32_t heard = heard_in(samples[0]);
  if (heard == 0) return;
  const bool same_utterance = heard >> 16 == last_heard_ >> 16;
  if (same_utterance && heard <= last_heard_)
    ledger_.breach(Breach::doubled, "the agent's speech is heard twice or out of order", page_);
  last_heard_ = heard;
}

void CallEngine::wake_at_deadline() {
  const Mono deadline = session_->deadline();
  const auto state =
      static_cast<voice::VoiceLinkState>(session_->stat(static_cast<std::uint32_t>(voice::Gauge::state)));
  using enum voice::VoiceLinkState;
  if (deadline == never) {
    if (state == opening || state == greeting || state == live || state == waiting)
      ledger_.breach(Breach::no_deadline, "the voice socket", page_);
    return;
  }
  if (wake_ms_ >= clock_.now_ms() && wake_ms_ <= deadline.ms) return;
  wake_ms_ = std::max(deadline.ms, clock_.now_ms());
  clock_.at(wake_ms_, [this, wake_ms = wake_ms_] {
    if (wake_ms_ != wake_ms) return;
    wake_ms_ = -1;
    run([this] { session_->tick(now()); });
  });
}

// ---- what the session wants

void CallEngine::carry_out() {
  each_command(session_, [this](const VoiceCommand& command) { one(command); });
  if (session_) wake_at_deadline();
}

void CallEngine::one(const VoiceCommand& command) {
  const auto& [kind, first, second, payload] = command;
  switch (kind) {
    case voice::CommandKind::open:
      // shim/voice/sockets.ts closes what is still there.
      if (connection_ != 0) network_.page_closes(connection_);
      if (first != socket_ + 1) ledger_.breach(Breach::two_sockets, "voice attempts are not counted", page_);
      socket_ = first;
      connection_ = network_.dial(line_, SocketKind::voice, *this);
      break;
    case voice::CommandKind::send:
      if (first == socket_ && connection_ != 0)
        network_.page_sends(connection_, std::string(reinterpret_cast<const char*>(payload.data()) + 16,
                                                     payload.size() - 16));
      break;
    case voice::CommandKind::close:
      if (first == socket_ && connection_ != 0) network_.page_closes(std::exchange(connection_, 0));
      break;
    case voice::CommandKind::play:
      play(std::span(reinterpret_cast<const float*>(payload.data()), payload.size() / sizeof(float)));
      break;
    case voice::CommandKind::flush:
      queued_samples_ = 0;
      break;
    case voice::CommandKind::state:
      // The session's numbers are those of the core's words.
      say(static_cast<EngineNews>(first), static_cast<CallReason>(second));
      break;
    case voice::CommandKind::agent:
      tell_(event::CallAgent{attempt_, static_cast<AgentActivity>(first)});
      break;
    case voice::CommandKind::level:
    case voice::CommandKind::data:  // of a call over the text connection: not this one
    case voice::CommandKind::more:
      break;
  }
}

}  // namespace shopbell::simulation
