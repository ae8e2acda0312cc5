// JitterBuffer: the agent's packets in order and at an even pace, whatever the network did to them.
//
// Theory of operation. Packets lie in a ring by their sequence. An utterance (stream) begins to play when as
// much of it is here as the network is usually late: the target, which is the lateness that all but 3 % of
// the last few seconds' packets kept, at least 20 ms. From then on `pull` gives one frame at a time:
//
//   packet   the next one
//   lost     it is missing although later ones are here: to be heard from the next packet's copy of it,
//            or made up
//   silence  the agent's DTX left a pause: sequences go on, timestamps jump
//   starved  nothing is here. Over TCP that means late, not lost: what comes is played then, and no
//            word is skipped
//   over     the stream's end, once for each stream
//
//   empty --packet--> filling --target reached--> playing --starved for long--> filling
//                                                 playing --over--> filling or empty
//
// A sequence far from the others is forged, unless the next one follows it: then the server began anew.
// Timestamps that were here before (a server that repeats itself after a reconnect) are dropped.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/base/fields.h"
#include "core/base/table.h"
#include "core/base/time.h"
#include "voice/limits.h"
#include "voice/wire/counters.h"
#include "voice/wire/frames.h"

namespace shopbell {
namespace voice {

enum class JitterState : std::uint8_t { empty, filling, playing };
enum class JitterMove : std::uint8_t { fill, play, rest, clear };

}  // namespace voice

template <>
struct EnumNames<voice::JitterState> {
  static constexpr std::string_view title = "JitterState";
  static constexpr std::string_view names[] = {"empty", "filling", "playing"};
};
template <>
struct EnumNames<voice::JitterMove> {
  static constexpr std::string_view title = "JitterMove";
  static constexpr std::string_view names[] = {"fill", "play", "rest", "clear"};
};

namespace voice {

inline constexpr Transition<JitterState, JitterMove> jitter_table[] = {
    {JitterState::empty, JitterMove::fill, JitterState::filling},
    {JitterState::filling, JitterMove::play, JitterState::playing},
    {JitterState::filling, JitterMove::clear, JitterState::empty},
    {JitterState::playing, JitterMove::rest, JitterState::filling},
    {JitterState::playing, JitterMove::clear, JitterState::empty},
};

struct Pulled {
  enum Kind : std::uint8_t { nothing, packet, lost, silence, starved, over };
  Kind kind = nothing;
  std::uint8_t stream = 0;
  std::uint32_t timestamp_48k = 0;  // of the frame; over: the stream's end
  std::span<const std::uint8_t>
      payload{};  // packet; lost: the one that follows, if it is here. Holds until the next `put`
};

class JitterBuffer {
 public:
  explicit JitterBuffer(Counters& counters) : counters_(counters) {}

  void put(const Frame& audio, Mono now);
  void end(std::uint8_t stream, std::uint32_t timestamp_48k);
  // `urgent`: the speaker runs dry, so that what is missing is waited for no longer.
  Pulled pull(bool urgent, Mono now);
  // The caller has nothing to play any more and made up a frame often enough: fill up again before going on.
  void rest();

  // What is here of a stream is dropped, and what still comes of it, until another one begins.
  void drop(std::uint8_t stream);
  void drop_all();
  // A new connection: what it brings is late because it is new. Unless the server resumed, its sequences
  // begin anew.
  void reconnected(bool resumed);

  JitterState state() const { return state_; }
  std::uint8_t stream() const { return stream_; }
  // The sequence that is to come next, 0: none came yet.
  std::uint32_t expected() const { return anchored_ ? highest_ + 1 : 0; }
  std::uint32_t buffered() const { return used_; }
  Ms target() const;
  // When `pull` has something to say without a further packet.
  Mono deadline() const;

 private:
  struct Slot {
    std::uint32_t sequence;
    std::uint32_t timestamp_48k;
    std::uint16_t size;  // 0: nothing to be heard, its place only
    std::uint8_t stream;
    bool used;
    std::array<std::uint8_t, payload_bytes_max> bytes;
    std::span<const std::uint8_t> payload() const { return std::span(bytes).first(size); }
  };
  static constexpr int no_stream = -1;
  static constexpr std::size_t lateness_bins = 25;  // of 20 ms

  Slot& at(std::uint32_t sequence) { return slots_[sequence % slots_.size()]; }
  bool here(std::uint32_t sequence) { return at(sequence).used && at(sequence).sequence == sequence; }
  bool anchor(std::uint32_t sequence);
  bool accept(const Frame& audio);
  void free(Slot& slot);
  void skip_to(std::uint32_t sequence);
  void skip_places();
  void clear();
  void observe(const Frame& audio, Mono now);
  bool move(JitterMove move);
  bool ended(std::uint8_t stream) const { return end_known_ && end_stream_ == stream; }
  Pulled say_over();

  Counters& counters_;
  JitterState state_ = JitterState::empty;
  bool anchored_ = false;
  bool stream_open_ = false;  // some of `stream_` was given out, its end was not
  std::uint8_t stream_ = 0;
  std::uint32_t next_ = 0;     // the sequence that `pull` gives next
  std::uint32_t highest_ = 0;  // that was ever here
  std::uint32_t outsider_ = 0;
  bool outsider_known_ = false;
  std::uint32_t used_ = 0;
  std::uint32_t next_timestamp_ = 0;   // of the frame that `pull` gives next, in this stream
  std::uint32_t first_timestamp_ = 0;  // of the newest stream
  std::uint32_t newest_timestamp_ = 0;
  int newest_stream_ = no_stream;
  int dropped_stream_ = no_stream;
  bool end_known_ = false;
  std::uint8_t end_stream_ = 0;
  std::uint32_t end_timestamp_ = 0;
  Mono filling_since_{0};
  std::uint32_t gap_ = 0;  // the missing sequence that is waited for
  Mono gap_since_{0};

  // Lateness: of a packet against the most punctual ones of its stream.
  bool punctual_known_ = false;
  double punctual_ms_ = 0;
  std::array<float, lateness_bins> lateness_{0, 1};

  std::array<Slot, limits::jitter_packets_max> slots_{};
};

}  // namespace voice
}  // namespace shopbell
