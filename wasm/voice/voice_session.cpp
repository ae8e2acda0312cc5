#include "voice/voice_session.h"

namespace shopbell::voice {

VoiceSession::VoiceSession(const SessionSettings& settings)
    : link_(out_, counters_, settings.seed), muted_(settings.muted) {
  usable_ = true;
}

void VoiceSession::connect(std::string_view url, std::string_view ticket, Mono now) {
  if (!link_.connect(url, ticket, now)) counters_.add(Counter::forged);
}

void VoiceSession::socket_opened(std::uint32_t attempt, Mono now) { link_.opened(attempt, 0, muted_, now); }

void VoiceSession::socket_frame(std::uint32_t attempt, std::span<const std::uint8_t> bytes, Mono now) {
  if (!link_.frame_arrived(attempt, now)) return;
  Frame one;
  const auto fault = read_frame(Sender::server, bytes, one);
  counters_.fault(fault);
  if (fault == FrameFault::none) frame(one, now);
}

void VoiceSession::frame(const Frame& frame, Mono now) {
  // Before the welcome nothing else counts: the server has not let us in.
  if (frame.kind == FrameKind::welcome) {
    link_.welcomed(frame, now);
    return;
  }
  if (frame.kind == FrameKind::ended) return link_.ended(frame.reason, now);
  if (!link_.live()) return counters_.add(Counter::forged);
  switch (frame.kind) {
    case FrameKind::server_ping:
      return link_.pinged(frame.n);
    case FrameKind::agent:
      return out_.agent(frame.agent);
    default:
      return;
  }
}

void VoiceSession::socket_closed(std::uint32_t attempt, std::uint32_t code, Mono now) {
  link_.closed(attempt, code, now);
}

void VoiceSession::buffered(std::uint32_t) {}
void VoiceSession::captured(std::span<const float>, std::size_t, double, Mono) {}
void VoiceSession::played(std::uint32_t, double, Mono) {}

void VoiceSession::mute(bool on, Mono) {
  if (on == muted_) return;
  muted_ = on;
  Frame frame;
  frame.kind = FrameKind::mute;
  frame.on = on;
  if (link_.live()) link_.send(frame);
}

void VoiceSession::talk(bool, Mono) {}
void VoiceSession::online(bool online, Mono now) { link_.online(online, now); }
void VoiceSession::bye(Mono) { link_.bye(); }
void VoiceSession::tick(Mono now) { link_.tick(now); }
Mono VoiceSession::deadline() const { return link_.deadline(); }

std::uint32_t VoiceSession::stat(std::uint32_t which) const {
  if (which < static_cast<std::uint32_t>(Counter::count_))
    return counters_.total(static_cast<Counter>(which));
  return which == static_cast<std::uint32_t>(Gauge::state) ? static_cast<std::uint32_t>(link_.state()) : 0;
}

}  // namespace shopbell::voice
