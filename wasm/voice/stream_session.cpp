#include "voice/stream_session.h"

namespace shopbell::voice {

StreamSession::StreamSession(const SessionSettings& settings)
    : push_to_talk_(settings.push_to_talk),
      muted_(settings.muted),
      gated_(settings.muted || settings.push_to_talk) {
  usable_ = packer_.start(settings.capture_rate_hz, limits::spurt_rate_hz) &&
            detector_.start(limits::spurt_rate_hz) && playback_.start(settings.playback_rate_hz);
}

// ---- microphone

void StreamSession::captured(std::span<const float> pcm, std::size_t channels, double captured_ms, Mono now) {
  packer_.push(pcm, channels, captured_ms, [&](const CapturedFrame& frame) { captured(frame, now); });
  tell(now);
}

void StreamSession::captured(const CapturedFrame& frame, Mono now) {
  if (gated_) return;
  levels_.hear(frame.samples);
  uplink_.push(frame.samples);
  if (push_to_talk_) return;
  const SpeechChange change = detector_.process(frame.samples, playback_.audible(now));
  if (change == SpeechChange::on) speak(detector_.edge_ago_ms(), now);
  if (change == SpeechChange::off) uplink_.pause();
}

void StreamSession::speak(std::uint32_t onset_ago_ms, Mono now) {
  barge_in(now);
  uplink_.begin(onset_ago_ms);
}

void StreamSession::mute(bool on, Mono now) {
  muted_ = on;
  gate(now);
}

void StreamSession::talk(bool down, Mono now) {
  talking_ = down;
  gate(now);
}

void StreamSession::gate(Mono now) {
  const bool gated = muted_ || (push_to_talk_ && !talking_);
  if (gated == gated_) return;
  gated_ = gated;
  detector_.reset();
  if (gated) {
    uplink_.end();
  } else {
    uplink_.shut_out();
    if (push_to_talk_) speak(0, now);
  }
  tell(now);
}

// ---- speaker

void StreamSession::barge_in(Mono now) {
  if (playback_.flush(now)) counters_.add(Counter::interrupts);
}

void StreamSession::sound_waits(std::uint32_t bytes, Mono now) {
  playback_.waits(now);
  if (bytes == 0 || uplink_.open()) playback_.flush(now);
  tell(now);
}

void StreamSession::sound(std::span<const std::uint8_t> bytes, bool last, Mono now) {
  playback_.piece(bytes, last, now);
  tell(now);
}

void StreamSession::played(std::uint32_t queued_samples, double played_samples, Mono now) {
  playback_.reported(queued_samples, played_samples, now);
  tell(now);
}

void StreamSession::tick(Mono now) {
  playback_.feed(now);
  tell(now);
}

void StreamSession::tell(Mono now) { levels_.tell(playback_.level(), now, out_); }

}  // namespace shopbell::voice
