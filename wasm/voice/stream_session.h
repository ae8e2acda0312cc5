// StreamSession: one call's sound over the back end's own connection, which the page holds. Speech leaves as
// bare samples, and what the agent says comes as WAV files.
//
//   microphone -> FramePacker -> SpeechDetector -> SpurtUplink -> `data` records
//   speaker    <- SoundPlayback (WavReader, PlayoutQueue)     <- pieces of sounds that are held outside
//
// What a speech detector decides over a voice socket at the other end is decided here, since a server of this
// kind takes whatever comes for speech and answers when nothing comes any more. So silence is never sent. The
// session's own decisions:
//
//   speech    goes up from before its onset until the detector says that it has ended; that is told when it was
//             no pause. With push-to-talk the button says so instead, and nothing of before the press leaves
//   barge-in  speech that begins while the agent is heard, or is about to be, silences him in the same call.
//             A sound that comes while the shopper speaks is not heard: it answers what he said before
//   gate      muted, or push-to-talk not pressed: nothing is detected or sent. Speech that it cuts off has
//             ended
//
// The connection is none of its business: what goes up while that is away is not sent, and the call tells so.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/time.h"
#include "voice/session.h"
#include "voice/sound/frame_packer.h"
#include "voice/sound/level_teller.h"
#include "voice/sound/speech_detector.h"
#include "voice/sound_playback.h"
#include "voice/wire/spurt_uplink.h"

namespace shopbell::voice {

class StreamSession final : public Session {
 public:
  explicit StreamSession(const SessionSettings& settings);

  bool usable() const override { return usable_; }
  void captured(std::span<const float> pcm, std::size_t channels, double captured_ms, Mono now) override;
  void played(std::uint32_t queued_samples, double played_samples, Mono now) override;
  void mute(bool on, Mono now) override;
  void talk(bool down, Mono now) override;
  void tick(Mono now) override;
  Mono deadline() const override { return playback_.deadline(); }

  // A sound of so many bytes is held outside, behind those that were told before. Of no bytes: silence, at
  // once.
  void sound_waits(std::uint32_t bytes, Mono now);
  // The answer to `more`: the next bytes of the first one that is held. `last`: they are its last, and it is
  // held no more.
  void sound(std::span<const std::uint8_t> bytes, bool last, Mono now);

 private:
  void captured(const CapturedFrame& frame, Mono now);
  void speak(std::uint32_t onset_ago_ms, Mono now);
  void gate(Mono now);
  void barge_in(Mono now);
  void tell(Mono now);

  bool usable_ = false;
  FramePacker packer_;
  SpeechDetector detector_;
  SpurtUplink uplink_{out_, counters_};
  SoundPlayback playback_{out_, counters_};
  LevelTeller levels_;

  bool push_to_talk_ = false;
  bool talking_ = false;
  bool muted_ = false;
  bool gated_ = false;  // nothing of the microphone leaves
};

}  // namespace shopbell::voice
