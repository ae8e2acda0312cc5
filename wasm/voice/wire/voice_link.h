// VoiceLink: the voice socket, kept alive. It opens, greets, hears when the connection is dead and comes back
// by itself.
//
// Theory of operation. A connection is made with a ticket, which is good for one hello. A welcome brings the
// next ticket, so that a lost connection can be made again without asking anyone; only when no usable ticket
// is left (refused, or too old) does the link say `needs_ticket` and wait for one, and says so again every
// 20 s. It never gives up by itself: the shopper and the shop end calls, networks do not.
//
//   idle       before the first connect
//   opening    a socket is being opened
//   greeting   it is open and the hello is sent; the ticket may be used up from here on
//   live       welcomed: sound flows
//   waiting    lost; tried again at `retry_at_`, 250 ms after the first loss and up to 4 s later on, jittered
//   wanting    lost, and without a usable ticket
//   gone       ended for good: by either side, replaced, or of no use (another version)
//
// Every socket has an attempt number; what belongs to an older one is dropped, whatever it says. A ticket
// whose hello was sent but never answered is tried again: perhaps the hello never arrived, and if it did, the
// server's refusal says so. A server that was silent for 7 s is asked with a ping, and so is one when the
// device says that its network is back, because a socket of the old network can look alive for minutes. Who
// does not answer within 1.8 s is gone.
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include "core/base/fields.h"
#include "core/base/random.h"
#include "core/base/table.h"
#include "core/base/time.h"
#include "voice/command_list.h"
#include "voice/limits.h"
#include "voice/wire/counters.h"
#include "voice/wire/frames.h"

namespace shopbell {

class Digest;

namespace voice {

enum class VoiceLinkState : std::uint8_t { idle, opening, greeting, live, waiting, wanting, gone };
enum class VoiceLinkMove : std::uint8_t { connect, opened, welcomed, lost, starved, retry, end };

}  // namespace voice

template <>
struct EnumNames<voice::VoiceLinkState> {
  static constexpr std::string_view title = "VoiceLinkState";
  static constexpr std::string_view names[] = {"idle",    "opening", "greeting", "live",
                                               "waiting", "wanting", "gone"};
};
template <>
struct EnumNames<voice::VoiceLinkMove> {
  static constexpr std::string_view title = "VoiceLinkMove";
  static constexpr std::string_view names[] = {"connect", "opened", "welcomed", "lost",
                                               "starved", "retry",  "end"};
};

namespace voice {

inline constexpr Transition<VoiceLinkState, VoiceLinkMove> voice_link_table[] = {
    {VoiceLinkState::idle, VoiceLinkMove::connect, VoiceLinkState::opening},
    {VoiceLinkState::opening, VoiceLinkMove::opened, VoiceLinkState::greeting},
    {VoiceLinkState::opening, VoiceLinkMove::lost, VoiceLinkState::waiting},
    {VoiceLinkState::opening, VoiceLinkMove::starved, VoiceLinkState::wanting},
    {VoiceLinkState::greeting, VoiceLinkMove::welcomed, VoiceLinkState::live},
    {VoiceLinkState::greeting, VoiceLinkMove::lost, VoiceLinkState::waiting},
    {VoiceLinkState::greeting, VoiceLinkMove::starved, VoiceLinkState::wanting},
    {VoiceLinkState::live, VoiceLinkMove::lost, VoiceLinkState::waiting},
    {VoiceLinkState::live, VoiceLinkMove::starved, VoiceLinkState::wanting},
    {VoiceLinkState::waiting, VoiceLinkMove::retry, VoiceLinkState::opening},
    {VoiceLinkState::waiting, VoiceLinkMove::connect, VoiceLinkState::opening},
    {VoiceLinkState::waiting, VoiceLinkMove::starved, VoiceLinkState::wanting},
    {VoiceLinkState::wanting, VoiceLinkMove::connect, VoiceLinkState::opening},
    {VoiceLinkState::idle, VoiceLinkMove::end, VoiceLinkState::gone},
    {VoiceLinkState::opening, VoiceLinkMove::end, VoiceLinkState::gone},
    {VoiceLinkState::greeting, VoiceLinkMove::end, VoiceLinkState::gone},
    {VoiceLinkState::live, VoiceLinkMove::end, VoiceLinkState::gone},
    {VoiceLinkState::waiting, VoiceLinkMove::end, VoiceLinkState::gone},
    {VoiceLinkState::wanting, VoiceLinkMove::end, VoiceLinkState::gone},
};

class VoiceLink {
 public:
  VoiceLink(CommandList& out, Counters& counters, std::string_view seed)
      : out_(out), counters_(counters), random_(seed) {}

  VoiceLinkState state() const { return state_; }
  bool live() const { return state_ == VoiceLinkState::live; }

  // A fresh ticket from outside. False where it can't be used: a connection is there, or it is too long.
  bool connect(std::string_view url, std::string_view ticket, Mono now);

  // Each is false, and changes nothing, when the event belongs to an older attempt or does not fit the state.
  bool opened(std::uint32_t attempt, std::uint32_t next_sequence, bool muted, Mono now);
  bool frame_arrived(std::uint32_t attempt, Mono now);
  bool welcomed(const Frame& welcome, Mono now);
  bool closed(std::uint32_t attempt, std::uint32_t code, Mono now);

  // Answers at once, and only what a welcomed server asks.
  void pinged(std::uint32_t n);
  void ended(EndReason reason, Mono now);
  void bye();
  void online(bool online, Mono now);
  void tick(Mono now);
  Mono deadline() const;

  // A frame on the wire, if there is one.
  bool send(const Frame& frame, double captured_ms = no_clock);
  void digest(Digest& into) const;

  static constexpr double no_clock = std::numeric_limits<double>::quiet_NaN();

 private:
  bool move(VoiceLinkMove move);
  void open(Mono now);
  void lose(EngineReason reason, Ms at_least, Mono now);
  void drop(std::uint32_t code, EngineReason reason, Mono now);
  void end(EngineReason reason);
  void want(EngineReason reason, Mono now);
  void probe(Mono now);
  Mono due_at() const;
  std::span<const std::uint8_t> ticket() const { return std::span(ticket_).first(ticket_bytes_); }

  CommandList& out_;
  Counters& counters_;
  Random random_;
  VoiceLinkState state_ = VoiceLinkState::idle;
  std::uint32_t attempt_ = 0;
  std::uint32_t tries_ = 0;  // since a connection last held
  bool was_live_ = false;    // in this call
  bool told_lost_ = false;   // the shim knows that we are reconnecting
  Mono opened_at_{0};        // when the socket was asked for
  Mono welcomed_at_{0};
  Mono frame_at_{0};
  Mono retry_at_ = never;  // or, without a ticket, to be asked for again
  Mono probe_until_ = never;
  Mono ticket_until_ = never;
  std::size_t url_bytes_ = 0;
  std::size_t ticket_bytes_ = 0;
  std::array<std::uint8_t, limits::url_bytes_max> url_{};
  std::array<std::uint8_t, ticket_bytes_max> ticket_{};
};

}  // namespace voice
}  // namespace shopbell
