// VoiceSession: one call's sound, from microphone to socket and from socket to speaker. It runs where the
// socket is (a worker), so that neither an interruption nor a reconnect waits for the page.
//
// Sans-IO: samples, frames and times come in by calls, what is to be done goes out as records
// (command_list.h), and `deadline()` says when `tick` is wanted. All times are of one monotonic clock;
// `captured_ms` is another clock that is only carried along. Nothing allocates after the constructor.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/time.h"
#include "voice/command_list.h"
#include "voice/counters.h"
#include "voice/frames.h"
#include "voice/voice_link.h"

namespace shopbell::voice {

struct SessionSettings {
  int capture_rate_hz = 48'000;
  int playback_rate_hz = 48'000;
  bool push_to_talk = false;
  bool muted = false;
  std::string_view seed{};  // 32 random bytes: jitter of reconnects only, no secret
};

// The numbers of voice_stat that are no counters.
enum class Gauge : std::uint32_t { state = 100, bitrate_bps, jitter_target_ms, buffered_packets, queued_ms };

class VoiceSession {
 public:
  explicit VoiceSession(const SessionSettings& settings);

  // False: a rate is out of range, or memory was short.
  bool usable() const { return usable_; }

  void connect(std::string_view url, std::string_view ticket, Mono now);
  void socket_opened(std::uint32_t attempt, Mono now);
  void socket_frame(std::uint32_t attempt, std::span<const std::uint8_t> bytes, Mono now);
  void socket_closed(std::uint32_t attempt, std::uint32_t code, Mono now);
  // Bytes that wait in the socket.
  void buffered(std::uint32_t bytes);

  // Planar: all of channel 0, then all of channel 1. `captured_ms` is the clock of the first sample.
  void captured(std::span<const float> pcm, std::size_t channels, double captured_ms, Mono now);
  // The playback worklet's report: samples waiting in it, and samples taken from its queue since the start.
  void played(std::uint32_t queued_samples, double played_samples, Mono now);

  void mute(bool on, Mono now);
  void talk(bool down, Mono now);
  void online(bool online, Mono now);
  void bye(Mono now);
  void tick(Mono now);
  Mono deadline() const;

  CommandList& out() { return out_; }
  std::uint32_t stat(std::uint32_t which) const;

 private:
  void frame(const Frame& frame, Mono now);

  CommandList out_;
  Counters counters_;
  VoiceLink link_;
  bool usable_ = false;
  bool muted_ = false;
};

}  // namespace shopbell::voice
