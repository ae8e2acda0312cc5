// A call without devices and without a network: VoiceSession between a microphone and a speaker that are made
// of samples, and a scripted server that speaks the frames. Time is stepped by 10 ms.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "voice/voice_session.h"
#include "voice_sound.h"

namespace shopbell::voice {

using Bytes = std::vector<std::uint8_t>;

inline std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

struct Command {
  CommandKind kind{};
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  double captured_ms = 0;
  Bytes bytes;    // open: the URL; send: the frame
  Sound samples;  // play; data, as -1..1
};

inline std::vector<Command> commands_of(std::span<const std::uint8_t> bytes) {
  std::vector<Command> out;
  const auto u32 = [&](std::size_t at) {
    std::uint32_t number = 0;
    std::memcpy(&number, &bytes[at], sizeof number);
    return number;
  };
  for (std::size_t at = 0; at < bytes.size();) {
    Command one;
    one.kind = static_cast<CommandKind>(u32(at));
    const std::size_t size = u32(at + 4);
    const auto payload = bytes.subspan(at + 8, size);
    if (size >= 4) one.first = u32(at + 8);
    if (size >= 8) one.second = u32(at + 12);
    if (one.kind == CommandKind::open) one.bytes.assign(payload.begin() + 4, payload.end());
    if (one.kind == CommandKind::send) {
      std::memcpy(&one.captured_ms, &payload[8], sizeof one.captured_ms);
      one.bytes.assign(payload.begin() + 16, payload.end());
    }
    if (one.kind == CommandKind::play) {
      one.samples.resize(size / sizeof(float));
      std::memcpy(one.samples.data(), payload.data(), size);
    }
    if (one.kind == CommandKind::data)
      for (std::size_t i = 0; i < size; i += 2) {
        std::int16_t sample = 0;
        std::memcpy(&sample, &payload[i], sizeof sample);
        one.samples.push_back(static_cast<float>(sample) / 32'767);
      }
    out.push_back(std::move(one));
    at += 8 + (size + 3) / 4 * 4;
  }
  return out;
}

// The player in the worklet.
struct Speaker {
  explicit Speaker(int rate) : rate_hz(rate) {}
  void take(double ms) {
    const auto want = static_cast<std::size_t>(rate_hz * ms / 1000);
    const auto count = std::min(want, queue.size());
    heard.insert(heard.end(), queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(count));
    heard.insert(heard.end(), want - count, 0.0f);
    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(count));
    taken += static_cast<double>(count);
    if (count < want) dry_ms += static_cast<double>(want - count) * 1000 / rate_hz;
  }
  void flush() {
    if (counts_flushed) taken += static_cast<double>(queue.size());
    queue.clear();
  }
  double queued_ms() const { return static_cast<double>(queue.size()) * 1000 / rate_hz; }

  int rate_hz;
  bool counts_flushed = false;
  Sound queue;
  Sound heard;  // with the silence of an empty queue
  double taken = 0;
  double dry_ms = 0;
};

// A frame that came to the server, with what it points at.
struct Received {
  Frame frame;
  Bytes payload;
  std::string ticket;
  double at_ms;
  double captured_ms;
};

class Rig {
 public:
  explicit Rig(SessionSettings settings = {})
      : speaker(settings.playback_rate_hz), capture_rate_hz_(settings.capture_rate_hz) {
    session = std::make_unique<VoiceSession>(settings);
    EXPECT_TRUE(session->usable());
    EXPECT_TRUE(agent_encoder_.start({.bitrate_bps = 32'000, .dtx = false}));
  }

  // Carries out what the session wants. The socket opens at once, unless `reachable` says otherwise.
  void settle() {
    for (;;) {
      const auto list = commands_of(session->out().bytes());
      session->out().taken();
      if (list.empty()) return;
      for (const auto& one : list) carry_out(one);
    }
  }

  void connect() {
    session->connect("ws://shop.example/voice", "first-ticket", now);
    settle();
  }
  // Connected and welcomed.
  void begin() {
    connect();
    welcome();
  }
  void welcome(bool resumed = false, std::uint32_t next_sequence = 0,
               std::string_view ticket = "next-ticket") {
    Frame frame;
    frame.kind = FrameKind::welcome;
    frame.on = resumed;
    frame.heartbeat_ms = 15'000;
    frame.sequence = next_sequence;
    frame.ticket = bytes_of(ticket);
    tell(frame);
  }

  void tell(const Frame& frame) {
    std::array<std::uint8_t, frame_bytes_max> bytes;
    const auto size = write_frame(frame, bytes);
    ASSERT_GT(size, 0u);
    tell_bytes(std::span(bytes).first(size));
  }
  void tell_bytes(std::span<const std::uint8_t> bytes) {
    session->socket_frame(socket, bytes, now);
    settle();
  }
  void tell(FrameKind kind, std::uint8_t stream = 0, std::uint32_t timestamp_48k = 0) {
    Frame frame;
    frame.kind = kind;
    frame.stream = stream;
    frame.timestamp_48k = timestamp_48k;
    tell(frame);
  }

  // The next 20 ms of the agent's utterance.
  Frame agent_frame(std::uint8_t stream, std::span<const float> samples) {
    agent_packet_.resize(payload_bytes_max);
    agent_packet_.resize(agent_encoder_.encode(samples, agent_packet_));
    Frame frame;
    frame.kind = FrameKind::agent_audio;
    frame.stream = stream;
    frame.sequence = agent_sequence++;
    frame.timestamp_48k = agent_timestamp_48k;
    frame.payload = agent_packet_;
    agent_timestamp_48k += frame_samples_48k;
    return frame;
  }

  // The agent says `sound` (48 kHz) as its utterance `stream`, `lead_ms` ahead of real time, from now on.
  void say(std::uint8_t stream, Sound sound, double lead_ms = 100) {
    saying_ = std::move(sound);
    saying_stream_ = stream;
    said_ = 0;
    say_from_ms_ = now.ms - lead_ms;
    agent_timestamp_48k = 0;
  }
  void stop_saying() { saying_.clear(); }

  // `microphone` at the capture rate; after it, silence.
  void run(double ms, const Sound& microphone = {}) {
    const auto block = static_cast<std::size_t>(capture_rate_hz_ / 100);
    std::size_t from = 0;
    for (double at = 0; at < ms; at += 10) {
      Sound pcm(block);
      for (std::size_t i = 0; i < block && from + i < microphone.size(); ++i) pcm[i] = microphone[from + i];
      from += block;
      step(pcm);
    }
  }

  // Time alone: no microphone, no speaker.
  void idle(double ms) {
    for (const Mono until{now.ms + ms}; now < until;) {
      now = now + 10_ms;
      if (now >= session->deadline()) session->tick(now);
      settle();
    }
  }

  void step(const Sound& pcm) {
    const double captured_ms = now.ms + clock_offset_ms;
    now = now + 10_ms;
    speak();
    session->buffered(waiting_bytes);
    session->captured(pcm, 1, captured_ms, now);
    settle();
    speaker.take(10);
    if (reports) session->played(static_cast<std::uint32_t>(speaker.queue.size()), speaker.taken, now);
    settle();
    if (now >= session->deadline()) session->tick(now);
    settle();
  }

  void lose(std::uint32_t code = 1006) {
    session->socket_closed(std::exchange(socket, 0), code, now);
    settle();
  }

  std::vector<Received> received_of(FrameKind kind) const {
    std::vector<Received> out;
    for (const auto& one : received)
      if (one.frame.kind == kind) out.push_back(one);
    return out;
  }
  // What the server was told of the shopper's speech.
  std::vector<bool> speech() const {
    std::vector<bool> out;
    for (const auto& one : received_of(FrameKind::speech)) out.push_back(one.frame.on);
    return out;
  }
  std::uint32_t counted(Counter what) const { return session->stat(static_cast<std::uint32_t>(what)); }

  static constexpr double clock_offset_ms = 1.7e12;  // the capture clock is another one

  std::unique_ptr<VoiceSession> session;
  Mono now{1'000};
  Speaker speaker;
  bool reports = true;
  bool reachable = true;
  std::uint32_t unreachable_code = 1006;
  bool welcomes = false;  // by itself, with what it knows
  std::uint32_t waiting_bytes = 0;
  std::uint32_t socket = 0;  // the attempt that is open
  std::uint32_t opens = 0;
  std::uint32_t agent_sequence = 1;
  std::uint32_t agent_timestamp_48k = 0;
  std::vector<Received> received;
  std::vector<std::pair<EngineState, EngineReason>> states;
  std::vector<AgentState> agents;
  std::vector<std::uint32_t> closes;
  std::vector<std::pair<float, float>> levels;
  std::uint32_t flushes = 0;
  double flushed_at_ms = 0;

 private:
  void speak() {
    while (said_ + frame_samples_48k <= saying_.size() &&
           say_from_ms_ + static_cast<double>(said_) / 48 <= now.ms) {
      const auto frame = agent_frame(saying_stream_, std::span(saying_).subspan(said_, frame_samples_48k));
      said_ += frame_samples_48k;
      if (socket != 0 && !(lose_frame && lose_frame(frame.sequence))) tell(frame);
      if (said_ + frame_samples_48k > saying_.size() && socket != 0)
        tell(FrameKind::end, saying_stream_, agent_timestamp_48k);
    }
  }

  void carry_out(const Command& one) {
    switch (one.kind) {
      case CommandKind::open:
        ++opens;
        if (!reachable) {
          session->socket_closed(one.first, unreachable_code, now);
          break;
        }
        socket = one.first;
        session->socket_opened(one.first, now);
        break;
      case CommandKind::send:
        EXPECT_EQ(one.first, socket) << "a frame for a socket that is not open";
        receive(one);
        break;
      case CommandKind::close:
        closes.push_back(one.second);
        if (one.first == socket) socket = 0;
        break;
      case CommandKind::play:
        speaker.queue.insert(speaker.queue.end(), one.samples.begin(), one.samples.end());
        break;
      case CommandKind::flush:
        ++flushes;
        flushed_at_ms = now.ms;
        speaker.flush();
        break;
      case CommandKind::state:
        states.emplace_back(static_cast<EngineState>(one.first), static_cast<EngineReason>(one.second));
        break;
      case CommandKind::agent:
        agents.push_back(static_cast<AgentState>(one.first));
        break;
      case CommandKind::level: {
        std::pair<float, float> level;
        std::memcpy(&level.first, &one.first, sizeof(float));
        std::memcpy(&level.second, &one.second, sizeof(float));
        levels.push_back(level);
        break;
      }
      case CommandKind::data:
      case CommandKind::more:
        ADD_FAILURE() << "of another session";
    }
  }

  void receive(const Command& one) {
    Frame frame;
    ASSERT_EQ(read_frame(Sender::page, one.bytes, frame), FrameFault::none)
        << "the page sends nothing that is refused";
    received.push_back({frame,
                        {frame.payload.begin(), frame.payload.end()},
                        std::string(frame.ticket.begin(), frame.ticket.end()),
                        now.ms,
                        one.captured_ms});
    if (frame.kind == FrameKind::audio) next_expected_ = frame.sequence + 1;
    if (frame.kind == FrameKind::hello && welcomes) welcome(next_expected_ != 0, next_expected_);
  }

  int capture_rate_hz_;
  Encoder agent_encoder_;
  Bytes agent_packet_;
  Sound saying_;
  std::uint8_t saying_stream_ = 0;
  std::size_t said_ = 0;
  double say_from_ms_ = 0;
  std::uint32_t next_expected_ = 0;

 public:
  std::function<bool(std::uint32_t sequence)> lose_frame;
};

}  // namespace shopbell::voice
