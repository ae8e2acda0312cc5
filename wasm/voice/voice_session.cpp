#include "voice/voice_session.h"

#include <algorithm>

namespace shopbell::voice {
namespace {

// libopus gives packets of one or two bytes for frames that need not be sent.
constexpr std::size_t dtx_bytes_max = 2;
constexpr std::uint32_t samples_per_ms = clock_hz / 1000;

}  // namespace

VoiceSession::VoiceSession(const SessionSettings& settings)
    : link_(out_, counters_, settings.seed), push_to_talk_(settings.push_to_talk), muted_(settings.muted) {
  EncoderSettings encoder;
  encoder.bitrate_bps = rate_.bitrate_bps();
  usable_ = packer_.start(settings.capture_rate_hz) && detector_.start(static_cast<int>(clock_hz)) &&
            encoder_.start(encoder) && playback_.start(settings.playback_rate_hz);
}

// --- connection
// -----------------------------------------------------------------------------------------------------------------

void VoiceSession::connect(std::string_view url, std::string_view ticket, Mono now) {
  if (!link_.connect(url, ticket, now)) counters_.add(Counter::stale);
  tell(now);
}

void VoiceSession::socket_opened(std::uint32_t attempt, Mono now) {
  if (link_.opened(attempt, playback_.expected(), muted_, now)) hello_muted_ = muted_;
  waiting_bytes_ = 0;
}

void VoiceSession::socket_closed(std::uint32_t attempt, std::uint32_t code, Mono now) {
  link_.closed(attempt, code, now);
  tell(now);
}

void VoiceSession::socket_frame(std::uint32_t attempt, std::span<const std::uint8_t> bytes, Mono now) {
  if (!link_.frame_arrived(attempt, now)) return;
  Frame one;
  const auto fault = read_frame(Sender::server, bytes, one);
  counters_.fault(fault);
  if (fault == FrameFault::none) frame(one, now);
  tell(now);
}

void VoiceSession::frame(const Frame& frame, Mono now) {
  if (frame.kind == FrameKind::welcome) return welcomed(frame, now);
  if (frame.kind == FrameKind::ended) return link_.ended(frame.reason, now);
  // Before its welcome the server has nothing to say.
  if (!link_.live()) return counters_.add(Counter::forged);
  switch (frame.kind) {
    case FrameKind::agent_audio:
      return playback_.put(frame, now);
    case FrameKind::end:
      return playback_.end(frame.stream, frame.timestamp_48k, now);
    case FrameKind::flush:
      playback_.drop(frame.stream, now);
      return report_playout(now);
    case FrameKind::agent:
      return out_.agent(frame.agent);
    case FrameKind::server_ping:
      return link_.pinged(frame.n);
    default:
      return;  // a pong: that it came was all it had to say
  }
}

void VoiceSession::welcomed(const Frame& welcome, Mono now) {
  if (!link_.welcomed(welcome, now)) return;
  playback_.reconnected(welcome.on);
  if (!uplink_.resume(welcome.sequence)) counters_.add(Counter::forged);
  if (muted_ != hello_muted_) send(FrameKind::mute, muted_, 0);
  if (interrupt_unsent_) interrupt_unsent_ = !send(FrameKind::interrupt, interrupt_at_);
  report_playout(now);
  if (speech_unsent_ || detector_.speaking()) {
    speech_unsent_ = false;
    send(FrameKind::speech, true, speech_began_48k_);
    if (!detector_.speaking()) send(FrameKind::speech, false, speech_ended_48k_);
  }
  pump();
}

void VoiceSession::online(bool online, Mono now) { link_.online(online, now); }
void VoiceSession::bye(Mono) { link_.bye(); }

bool VoiceSession::send(FrameKind kind, bool on, std::uint32_t timestamp_48k) {
  Frame frame;
  frame.kind = kind;
  frame.on = on;
  frame.timestamp_48k = timestamp_48k;
  return link_.live() && link_.send(frame);
}

bool VoiceSession::send(FrameKind kind, Heard heard) {
  Frame frame;
  frame.kind = kind;
  frame.stream = heard.stream;
  frame.timestamp_48k = heard.timestamp_48k;
  return link_.live() && link_.send(frame);
}

// --- microphone
// -----------------------------------------------------------------------------------------------------------------

void VoiceSession::buffered(std::uint32_t bytes) { waiting_bytes_ = bytes; }

void VoiceSession::captured(std::span<const float> pcm, std::size_t channels, double captured_ms, Mono now) {
  packer_.push(pcm, channels, captured_ms, [&](const CapturedFrame& frame) { captured(frame, now); });
  tell(now);
}

void VoiceSession::captured(const CapturedFrame& frame, Mono now) {
  if (gated()) {
    spurt_goes_on_ = false;
    return;
  }
  levels_.hear(frame.samples);
  speech(detector_.process(frame.samples, playback_.audible(now)), frame.timestamp_48k + frame_samples_48k,
         now);
  if (rate_.observe(waiting_bytes_, now)) encoder_.set_bitrate(rate_.bitrate_bps());
  encode(frame);
  pump();
}

void VoiceSession::speech(SpeechChange change, std::uint32_t frame_end_48k, Mono now) {
  if (change == SpeechChange::none) return;
  const bool on = change == SpeechChange::on;
  const std::uint32_t edge_48k = frame_end_48k - detector_.edge_ago_ms() * samples_per_ms;
  (on ? speech_began_48k_ : speech_ended_48k_) = edge_48k;
  if (on) barge_in(now);
  if (!send(FrameKind::speech, on, edge_48k)) speech_unsent_ = true;
}

// Speech that a closing gate cut off.
void VoiceSession::stop_speech(Mono) {
  const bool was_speaking = detector_.speaking();
  detector_.reset();
  if (!was_speaking) return;
  speech_ended_48k_ = packer_.timestamp_48k();
  if (!send(FrameKind::speech, false, speech_ended_48k_)) speech_unsent_ = true;
}

void VoiceSession::encode(const CapturedFrame& frame) {
  std::array<std::uint8_t, limits::uplink_packet_bytes_max> packet;
  const std::size_t size = encoder_.encode(frame.samples, packet);
  const bool is_sent = size > dtx_bytes_max;
  const bool is_comfort = encoder_.last_was_dtx();
  if (is_sent) {
    std::uint8_t flags = is_comfort ? audio_comfort : 0;
    if (!is_comfort && !spurt_goes_on_) flags |= audio_first_of_spurt;
    uplink_.push(frame.timestamp_48k, frame.captured_ms, flags, std::span(packet).first(size));
  }
  spurt_goes_on_ = is_sent && !is_comfort;
}

void VoiceSession::pump() {
  if (!link_.live()) return;
  for (const UplinkPacket* packet; waiting_bytes_ < limits::socket_bytes_max && (packet = uplink_.next());) {
    Frame frame;
    frame.kind = FrameKind::audio;
    frame.flags = packet->flags;
    frame.sequence = packet->sequence;
    frame.timestamp_48k = packet->timestamp_48k;
    frame.payload = packet->payload();
    if (!link_.send(frame, packet->captured_ms)) return;
    waiting_bytes_ += audio_header_bytes + packet->size;
    uplink_.sent();
  }
}

void VoiceSession::mute(bool on, Mono now) {
  if (on == muted_) return;
  muted_ = on;
  if (on) stop_speech(now);
  send(FrameKind::mute, on, 0);
}

void VoiceSession::talk(bool down, Mono now) {
  if (!push_to_talk_ || down == talking_) return;
  talking_ = down;
  if (!down) return stop_speech(now);
  if (!muted_) barge_in(now);
}

// --- speaker
// --------------------------------------------------------------------------------------------------------------------

void VoiceSession::played(std::uint32_t queued_samples, double played_samples, Mono now) {
  playback_.reported(queued_samples, played_samples, now);
  tell(now);
}

void VoiceSession::barge_in(Mono now) {
  if (!playback_.audible(now) || !playback_.heard(now, interrupt_at_)) return;
  playback_.flush(now);
  counters_.add(Counter::interrupts);
  interrupt_unsent_ = !send(FrameKind::interrupt, interrupt_at_);
}

void VoiceSession::report_playout(Mono now) {
  Heard heard;
  if (playback_.heard(now, heard)) send(FrameKind::playout, heard);
  playout_at_ = now + limits::playout_every;
}

// --- time
// -----------------------------------------------------------------------------------------------------------------------

void VoiceSession::tick(Mono now) {
  link_.tick(now);
  playback_.feed(now);
  tell(now);
}

Mono VoiceSession::deadline() const { return std::min(link_.deadline(), playback_.deadline()); }

// What is said now and then, whatever woke us.
void VoiceSession::tell(Mono now) {
  Heard finished;
  if (playback_.take_finished(now, finished)) {
    send(FrameKind::playout, finished);
    playout_at_ = now + limits::playout_every;
    playback_.feed(now);
  } else if (now >= playout_at_ && playback_.audible(now)) {
    report_playout(now);
  }
  levels_.tell(playback_.level(), now, out_);
}

std::uint32_t VoiceSession::stat(std::uint32_t which) const {
  switch (static_cast<Gauge>(which)) {
    case Gauge::state:
      return static_cast<std::uint32_t>(link_.state());
    case Gauge::bitrate_bps:
      return static_cast<std::uint32_t>(rate_.bitrate_bps());
    case Gauge::jitter_target_ms:
      return static_cast<std::uint32_t>(playback_.jitter().target().value);
    case Gauge::buffered_packets:
      return playback_.jitter().buffered();
    case Gauge::unsent_packets:
      return uplink_.unsent();
  }
  return Session::stat(which);
}

}  // namespace shopbell::voice
