#include "voice/wire/frames.h"

#include <algorithm>

namespace shopbell::voice {
namespace {

// One walk over a frame's fields, for both directions: `Source` takes them from bytes, `Sink` puts them
// there.

class Source {
 public:
  explicit Source(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  template <class T>
  void number(T& value) {
    if (bytes_.size() < sizeof(T)) return stop(FrameFault::truncated);
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) sum |= std::uint32_t{bytes_[i]} << (8 * i);
    value = static_cast<T>(sum);
    bytes_ = bytes_.subspan(sizeof(T));
  }
  template <class T>
  void ranged(T& value, std::uint8_t least, std::uint8_t most) {
    std::uint8_t byte = 0;
    number(byte);
    check(byte >= least && byte <= most);
    value = static_cast<T>(byte);
  }
  void bytes(std::span<const std::uint8_t>& value, std::size_t count) {
    if (bytes_.size() < count) return stop(FrameFault::truncated);
    value = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
  }
  void counted(std::span<const std::uint8_t>& value) {
    std::uint8_t count = 0;
    number(count);
    bytes(value, count);
  }
  void rest(std::span<const std::uint8_t>& value) { bytes(value, bytes_.size()); }

  void check(bool holds, FrameFault fault = FrameFault::forged) {
    if (!holds) stop(fault);
  }
  void leave_rest() { bytes_ = {}; }
  FrameFault fault() const {
    return fault_ == FrameFault::none && !bytes_.empty() ? FrameFault::oversized : fault_;
  }

 private:
  // The first fault is the one that is told; nothing is read after it.
  void stop(FrameFault fault) {
    if (fault_ == FrameFault::none) fault_ = fault;
    bytes_ = {};
  }
  std::span<const std::uint8_t> bytes_;
  FrameFault fault_ = FrameFault::none;
};

class Sink {
 public:
  explicit Sink(std::span<std::uint8_t> out) : out_(out) {}

  template <class T>
  void number(const T& value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      byte(static_cast<std::uint8_t>(static_cast<std::uint32_t>(value) >> (8 * i)));
  }
  template <class T>
  void ranged(const T& value, std::uint8_t least, std::uint8_t most) {
    const auto one = static_cast<std::uint8_t>(value);
    check(one >= least && one <= most);
    byte(one);
  }
  void rest(std::span<const std::uint8_t> value) {
    for (const auto one : value) byte(one);
  }
  void counted(std::span<const std::uint8_t> value) {
    byte(static_cast<std::uint8_t>(value.size()));
    rest(value);
  }

  void check(bool holds, FrameFault = FrameFault::forged) { good_ = good_ && holds; }
  void leave_rest() {}
  std::size_t size() const { return good_ ? size_ : 0; }

 private:
  void byte(std::uint8_t value) {
    check(size_ < out_.size());
    if (good_) out_[size_++] = value;
  }
  std::span<std::uint8_t> out_;
  std::size_t size_ = 0;
  bool good_ = true;
};

bool is_ticket(std::span<const std::uint8_t> ticket) {
  return ticket.size() <= ticket_bytes_max && std::ranges::all_of(ticket, [](std::uint8_t c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                  c == '_';
         });
}

template <class Walker, class F>
void walk_audio(Walker& at, F& frame) {
  std::uint8_t reserved = 0;
  at.number(frame.stream);
  at.ranged(frame.flags, 0, audio_first_of_spurt | audio_comfort);
  at.ranged(reserved, 0, 0);
  at.number(frame.sequence);
  at.number(frame.timestamp_48k);
  at.rest(frame.payload);
  at.check(!frame.payload.empty(), FrameFault::truncated);
  at.check(frame.payload.size() <= payload_bytes_max, FrameFault::oversized);
}

// False: there is no such kind.
template <class Walker, class F>
bool walk(Walker& at, F& frame) {
  switch (frame.kind) {
    case FrameKind::hello:
      at.ranged(frame.version, 1, 255);
      at.ranged(frame.oldest, 1, frame.version);
      at.counted(frame.ticket);
      at.check(!frame.ticket.empty() && is_ticket(frame.ticket));
      at.number(frame.sequence);
      at.ranged(frame.flags, 0, frame.version > protocol_version ? 255 : hello_muted);
      if (frame.version > protocol_version) at.leave_rest();
      return true;
    case FrameKind::welcome:
      at.ranged(frame.version, 1, 255);
      at.ranged(frame.on, 0, 1);
      at.number(frame.heartbeat_ms);
      at.check(frame.heartbeat_ms >= heartbeat_ms_min);
      at.number(frame.sequence);
      at.counted(frame.ticket);
      at.check(is_ticket(frame.ticket));
      if (frame.version > protocol_version) at.leave_rest();
      return true;
    case FrameKind::audio:
    case FrameKind::agent_audio:
      walk_audio(at, frame);
      return true;
    case FrameKind::speech:
      at.ranged(frame.on, 0, 1);
      at.number(frame.timestamp_48k);
      return true;
    case FrameKind::interrupt:
    case FrameKind::playout:
    case FrameKind::end:
      at.number(frame.stream);
      at.number(frame.timestamp_48k);
      return true;
    case FrameKind::mute:
      at.ranged(frame.on, 0, 1);
      return true;
    case FrameKind::ping:
    case FrameKind::pong:
    case FrameKind::server_ping:
    case FrameKind::server_pong:
      at.number(frame.n);
      return true;
    case FrameKind::bye:
      return true;
    case FrameKind::agent:
      at.ranged(frame.agent, 0, static_cast<std::uint8_t>(AgentState::speaking));
      return true;
    case FrameKind::flush:
      at.number(frame.stream);
      return true;
    case FrameKind::ended:
      at.ranged(frame.reason, static_cast<std::uint8_t>(EndReason::by_shop),
                static_cast<std::uint8_t>(EndReason::going_away));
      return true;
  }
  return false;
}

}  // namespace

FrameFault read_frame(Sender sender, std::span<const std::uint8_t> bytes, Frame& out) {
  if (bytes.empty()) return FrameFault::truncated;
  if (bytes.size() > frame_bytes_max) return FrameFault::oversized;
  const bool from_server = bytes[0] >= 0x80;
  if (from_server != (sender == Sender::server)) return FrameFault::unknown;
  Frame frame;
  frame.kind = static_cast<FrameKind>(bytes[0]);
  Source source(bytes.subspan(1));
  if (!walk(source, frame)) return FrameFault::unknown;
  if (const auto fault = source.fault(); fault != FrameFault::none) return fault;
  out = frame;
  return FrameFault::none;
}

std::size_t write_frame(const Frame& frame, std::span<std::uint8_t> out) {
  if (out.empty()) return 0;
  out[0] = static_cast<std::uint8_t>(frame.kind);
  Sink sink(out.subspan(1));
  if (!walk(sink, frame)) return 0;
  const auto size = sink.size();
  // A bye has no fields, so no fields is no failure there.
  return size == 0 && frame.kind != FrameKind::bye ? 0 : size + 1;
}

}  // namespace shopbell::voice
