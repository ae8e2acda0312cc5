#include "world/agent.h"

#include "voice/wire/frames.h"
#include "world/packets.h"

namespace shopbell::simulation {
namespace {

constexpr std::uint32_t frames_at_once = 3;
constexpr double pace_ms = 60;
constexpr double thinks_ms = 300;

}  // namespace

void CallAgent::mood(registry::AgentMood mood) { tell_(registry::event::CallAgent{call_, mood}, {}); }

void CallAgent::speak(std::uint32_t frames) {
  stop();
  if (parked_) return;
  ++stream_;
  utterance_ = ++utterances_;
  frame_ = heard_ = 0;
  frames_ = frames;
  mood(registry::AgentMood::speaking);
  pace(stream_);
}

void CallAgent::pace(std::uint32_t stream) {
  if (stream != stream_ || frames_ == 0) return;
  for (std::uint32_t i = 0; i < frames_at_once && frame_ < frames_; ++i, ++frame_) {
    const std::uint32_t flags = frame_ == 0 ? voice::audio_first_of_spurt : 0;
    tell_(registry::event::CallAudio{call_, stream & 0xff, flags, frame_ * voice::frame_samples_48k},
          agent_packet(utterance_, frame_));
  }
  if (frame_ < frames_) return later_(pace_ms, [this, stream] { pace(stream); });
  tell_(registry::event::CallEnd{call_, stream & 0xff, frame_ * voice::frame_samples_48k}, {});
  mood(registry::AgentMood::listening);
}

void CallAgent::stop() {
  if (frames_ > 0 && frame_ < frames_) mood(registry::AgentMood::listening);
  frames_ = 0;
}

void CallAgent::playout(std::uint32_t stream, std::uint32_t timestamp_48k) {
  if (stream == (stream_ & 0xff)) heard_ = timestamp_48k / voice::frame_samples_48k;
}

void CallAgent::park() {
  parked_ = true;
  // What was not heard is said again, as an utterance of its own.
  const std::uint32_t rest = frames_ > heard_ ? frames_ - heard_ : 0;
  stop();
  frames_ = 0;
  heard_ = rest;
}

void CallAgent::resume() {
  parked_ = false;
  if (const std::uint32_t rest = heard_; rest > 0) speak(rest);
}

// A turn is over a little after its last word.
void CallAgent::speech(bool on) {
  if (on) return;
  const std::uint32_t turn = ++turns_;
  later_(thinks_ms, [this, turn] {
    if (turn != turns_ || parked_) return;
    mood(registry::AgentMood::thinking);
    tell_(registry::event::CallSaid{call_, name_ + "-turn-" + std::to_string(turn),
                                    "spoken " + name_ + " " + std::to_string(turn)},
          {});
  });
}

}  // namespace shopbell::simulation
