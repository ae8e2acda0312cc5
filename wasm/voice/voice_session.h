// VoiceSession: one call's sound, from microphone to socket and from socket to speaker. It runs where the
// socket is (a worker), so that neither an interruption nor a reconnect waits for the page. Its manners are
// those of every session (session.h).
//
//   microphone -> FramePacker -> SpeechDetector -> Encoder -> Uplink -> VoiceLink -> socket
//   speaker    <- Playback (JitterBuffer, Decoder, Resampler)        <- VoiceLink <- socket
//
// The session itself joins them. Its own decisions:
//
//   barge-in   speech that begins while the agent is heard empties the speaker's queue in the same call,
//              and the server is told up to where the agent was heard. A press of push-to-talk is such
//              speech. What still comes of that utterance is dropped.
//   gate       muted, or push-to-talk not pressed: nothing is encoded, detected or kept, and only
//              timestamps go on.
//   away       while there is no connection, packets wait in the uplink and speech, interruptions and
//              playout positions are kept in their latest form; a welcome sends all of it, so that the
//              server knows what it would have known.
//   pressure   what waits in the socket lowers the bitrate; past 16 kB packets wait in the uplink instead,
//              where old ones make way.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/time.h"
#include "voice/playback.h"
#include "voice/session.h"
#include "voice/sound/codec.h"
#include "voice/sound/frame_packer.h"
#include "voice/sound/level_teller.h"
#include "voice/sound/speech_detector.h"
#include "voice/wire/frames.h"
#include "voice/wire/link_rate.h"
#include "voice/wire/uplink.h"
#include "voice/wire/voice_link.h"

namespace shopbell {
class Digest;
}

namespace shopbell::voice {

// The numbers of voice_stat that are no counters.
enum class Gauge : std::uint32_t {
  state = 100,
  bitrate_bps,
  jitter_target_ms,
  buffered_packets,
  unsent_packets
};

class VoiceSession final : public Session {
 public:
  explicit VoiceSession(const SessionSettings& settings);

  bool usable() const override { return usable_; }

  void connect(std::string_view url, std::string_view ticket, Mono now);
  void socket_opened(std::uint32_t attempt, Mono now);
  void socket_frame(std::uint32_t attempt, std::span<const std::uint8_t> bytes, Mono now);
  void socket_closed(std::uint32_t attempt, std::uint32_t code, Mono now);
  // Bytes that wait in the socket.
  void buffered(std::uint32_t bytes);

  void captured(std::span<const float> pcm, std::size_t channels, double captured_ms, Mono now) override;
  void played(std::uint32_t queued_samples, double played_samples, Mono now) override;

  void mute(bool on, Mono now) override;
  void talk(bool down, Mono now) override;
  void online(bool online, Mono now);
  void bye(Mono now);
  void tick(Mono now) override;
  Mono deadline() const override;
  std::uint32_t stat(std::uint32_t which) const override;
  void digest(Digest& into) const;

 private:
  void frame(const Frame& frame, Mono now);
  void welcomed(const Frame& welcome, Mono now);
  void captured(const CapturedFrame& frame, Mono now);
  void speech(SpeechChange change, std::uint32_t frame_end_48k, Mono now);
  void stop_speech(Mono now);
  void encode(const CapturedFrame& frame);
  void pump();
  void barge_in(Mono now);
  void report_playout(Mono now);
  void tell(Mono now);
  bool send(FrameKind kind, bool on, std::uint32_t timestamp_48k);
  bool send(FrameKind kind, Heard heard);

  // Nothing of the microphone leaves.
  bool gated() const { return muted_ || (push_to_talk_ && !talking_); }

  VoiceLink link_;
  bool usable_ = false;

  FramePacker packer_;
  SpeechDetector detector_;
  Encoder encoder_;
  LinkRate rate_;
  Uplink uplink_{counters_};
  LevelTeller levels_;
  Playback playback_{out_, counters_};

  bool push_to_talk_ = false;
  bool talking_ = false;
  bool muted_ = false;
  bool hello_muted_ = false;    // what this connection's hello said
  bool spurt_goes_on_ = false;  // the last frame was sent, and as sound
  std::size_t waiting_bytes_ = 0;

  // The last talk spurt, and whether the server knows of it.
  std::uint32_t speech_began_48k_ = 0;
  std::uint32_t speech_ended_48k_ = 0;
  bool speech_unsent_ = false;
  bool interrupt_unsent_ = false;
  Heard interrupt_at_{};

  Mono playout_at_{0};
};

}  // namespace shopbell::voice
