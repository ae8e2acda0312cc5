// Any bytes as a sequence of what may happen to a call: it never traps, every record of its commands is
// whole, it sends nothing that the server would refuse, and what it plays are numbers.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "core/base/invariant.h"
#include "voice/voice_session.h"

namespace {

using namespace shopbell;
using namespace shopbell::voice;

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : in_(data, size) {}
  bool empty() const { return in_.empty(); }
  std::uint8_t one() { return in_.empty() ? std::uint8_t{0} : take(1)[0]; }
  std::uint32_t number() {
    std::uint32_t n = 0;
    for (int i = 0; i < 4; ++i) n = n << 8 | one();
    return n;
  }
  std::span<const std::uint8_t> take(std::size_t count) {
    const auto head = in_.first(std::min(count, in_.size()));
    in_ = in_.subspan(head.size());
    return head;
  }

 private:
  std::span<const std::uint8_t> in_;
};

class Call {
 public:
  explicit Call(std::uint8_t flags)
      : session_(std::make_unique<VoiceSession>(SessionSettings{.capture_rate_hz = rates[flags >> 4 & 3],
                                                                .playback_rate_hz = rates[flags >> 6],
                                                                .push_to_talk = (flags & 1) != 0,
                                                                .muted = (flags & 2) != 0})) {
    SHOPBELL_INVARIANT(session_->usable());
  }

  void one(Input& in) {
    const auto what = in.one();
    now_ = now_ + Ms{static_cast<double>(in.one()) * (what & 0x80 ? 100 : 1)};
    switch (what & 15) {
      case 0:
        session_->connect("ws://shop.example", "ticket", now_);
        break;
      case 1:
        session_->socket_opened(attempt_ - (in.one() == 0), now_);
        break;
      case 2:
        session_->socket_closed(attempt_, in.one() & 1 ? 1006 : 4400 + in.one() % 30, now_);
        break;
      case 3:
        session_->socket_frame(attempt_, std::array<std::uint8_t, 11>{0x81, 1, 1, 100, 0, 1, 0, 0, 0, 1, 'a'},
                               now_);
        break;
      case 4:
        session_->socket_frame(attempt_, in.take(in.one()), now_);
        break;
      case 5:
      case 6:
        audio(in);
        break;
      case 7:
        session_->socket_frame(
            attempt_, std::array<std::uint8_t, 6>{0x85, in.one(), in.one(), in.one(), in.one(), 0}, now_);
        break;
      case 8:
      case 9:
        capture(in);
        break;
      case 10:
        session_->played(in.one() & 1 ? 0 : in.number(), in.one() & 1 ? std::nan("") : taken_ += in.one() * 8,
                         now_);
        break;
      case 11:
        session_->mute((in.one() & 1) != 0, now_);
        break;
      case 12:
        session_->talk((in.one() & 1) != 0, now_);
        break;
      case 13:
        session_->online((in.one() & 1) != 0, now_);
        break;
      case 14:
        session_->buffered(in.number());
        break;
      default:
        session_->tick(now_);
        if (in.one() == 77) session_->bye(now_);
    }
    SHOPBELL_INVARIANT(!std::isnan(session_->deadline().ms));
    read_commands();
  }

 private:
  // Sequences and timestamps near each other, mostly, so that they reach the jitter buffer.
  void audio(Input& in) {
    const auto how = in.one();
    sequence_ += how & 1 ? 1 : static_cast<std::uint32_t>(static_cast<std::int8_t>(in.one()));
    if (how == 255) sequence_ = in.number();
    timestamp_ += how & 2 ? 960 : static_cast<std::uint32_t>(static_cast<std::int8_t>(in.one()) * 960);
    Frame frame;
    frame.kind = FrameKind::agent_audio;
    frame.stream = static_cast<std::uint8_t>(how >> 6);
    frame.sequence = sequence_;
    frame.timestamp_48k = timestamp_;
    frame.payload = in.take(1 + in.one() % 40);
    std::array<std::uint8_t, frame_bytes_max> bytes;
    session_->socket_frame(attempt_, std::span(bytes).first(write_frame(frame, bytes)), now_);
  }

  void capture(Input& in) {
    const std::size_t channels = 1 + in.one() % 2, samples = in.one() * 4;
    const float gain = static_cast<float>(in.one()) / 64, step = static_cast<float>(in.one()) / 500;
    for (std::size_t i = 0; i < samples * channels; ++i) pcm_[i] = gain * std::sin(phase_ += step);
    session_->captured(std::span(pcm_).first(samples * channels), channels, now_.ms, now_);
  }

  void read_commands() {
    const auto bytes = session_->out().bytes();
    for (std::size_t at = 0; at < bytes.size();) {
      std::uint32_t head[3] = {};
      SHOPBELL_INVARIANT(bytes.size() - at >= 8);
      std::memcpy(head, &bytes[at], 8);
      SHOPBELL_INVARIANT(head[1] <= bytes.size() - at - 8);
      const auto payload = bytes.subspan(at + 8, head[1]);
      const auto kind = static_cast<CommandKind>(head[0]);
      if (kind == CommandKind::open) std::memcpy(&attempt_, payload.data(), 4);
      if (kind == CommandKind::send) {
        Frame frame;
        SHOPBELL_INVARIANT(read_frame(Sender::page, payload.subspan(16), frame) == FrameFault::none);
      }
      if (kind == CommandKind::play)
        for (std::size_t i = 0; i < payload.size(); i += 4) {
          float sample = 0;
          std::memcpy(&sample, &payload[i], 4);
          SHOPBELL_INVARIANT(std::isfinite(sample));
        }
      at += 8 + (payload.size() + 3) / 4 * 4;
    }
    session_->out().taken();
  }

  static constexpr int rates[] = {48'000, 16'000, 44'100, 96'000};
  std::unique_ptr<VoiceSession> session_;
  Mono now_{0};
  std::uint32_t attempt_ = 0;
  std::uint32_t sequence_ = 0;
  std::uint32_t timestamp_ = 0;
  double taken_ = 0;
  float phase_ = 0;
  std::array<float, 4'096> pcm_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in(data, size);
  Call call(in.one());
  while (!in.empty()) call.one(in);
  return 0;
}
