// SocketLink: the life of a connection over a WebSocket.
//
// Theory of operation. Each connection has an attempt number; what another number brings is dropped here. A
// connection counts from the server's `welcome` on: until then nothing is sent over it but our greeting.
//
//   idle        nobody wants it yet
//   connecting  the socket is being opened   \  15 s together, then it is given up
//   welcoming   the greeting is on its way   /
//   live        frames flow; silence is asked about, and no answer is a dead peer
//   waiting     lost; the next try is at `due`
//   replaced    a newer page has taken the conversation: only a wish of the shopper's takes it back
//   refused     trying again would bring the same answer
//
// When the next try is due depends on whose affair it is. A connection that was good and broke without a word
// (a blip, another network, a suspended machine) is tried again within 250 ms, and so is any other as soon as
// the shopper asks for it or the device says that its network is back (`hurry`). A server that does not
// answer or says that it goes away is asked after a moment out of a quarter of the time that it has been
// away, but of 2 s at least and 30 s at most. So whoever waited for it waits little longer than it took, and
// the longer it takes the less it is asked; the whole of the moment is drawn, so that a server that comes
// back is not met by everybody at once. Where it says how long it wants to be left alone, that comes first. A
// connection that broke soon after its welcome is tried again out of 2 s, however often that happens, and so
// is one after `hurry`: what was learned of the network before may be no longer true. It never gives up.
//
// Silence is not believed at once: a page that was frozen hears its timer before the frames that wait for it.
// So a silent peer is asked first (`probe`), and is dead when it does not answer that. How long a silence may
// be depends on who would notice: while the page is seen, 8 s; behind a hidden one, whose timers come once a
// minute, 70 s. Of a server that says nothing by itself, and answers no such question, silence means nothing
// (heartbeat 0).
#pragma once

#include <cstdint>

#include "core/base/fields.h"
#include "core/base/random.h"
#include "core/base/table.h"
#include "core/base/time.h"
#include "core/vocabulary/limits.h"

namespace shopbell {

class Digest;

enum class SocketState : std::uint8_t { idle, connecting, welcoming, live, waiting, replaced, refused };
template <>
struct EnumNames<SocketState> {
  static constexpr std::string_view title = "SocketState";
  static constexpr std::string_view names[] = {"idle",    "connecting", "welcoming", "live",
                                               "waiting", "replaced",   "refused"};
};
enum class SocketMove : std::uint8_t { dial, open, welcome, lose, replace, refuse, insist, close };
template <>
struct EnumNames<SocketMove> {
  static constexpr std::string_view title = "SocketMove";
  static constexpr std::string_view names[] = {"dial",    "open",   "welcome", "lose",
                                               "replace", "refuse", "insist",  "close"};
};

inline constexpr Transition<SocketState, SocketMove> socket_table[] = {
    {SocketState::idle, SocketMove::dial, SocketState::connecting},
    {SocketState::waiting, SocketMove::dial, SocketState::connecting},
    {SocketState::connecting, SocketMove::open, SocketState::welcoming},
    {SocketState::welcoming, SocketMove::welcome, SocketState::live},
    {SocketState::connecting, SocketMove::lose, SocketState::waiting},
    {SocketState::welcoming, SocketMove::lose, SocketState::waiting},
    {SocketState::live, SocketMove::lose, SocketState::waiting},
    {SocketState::connecting, SocketMove::refuse, SocketState::refused},
    {SocketState::welcoming, SocketMove::refuse, SocketState::refused},
    {SocketState::live, SocketMove::refuse, SocketState::refused},
    {SocketState::connecting, SocketMove::replace, SocketState::replaced},
    {SocketState::welcoming, SocketMove::replace, SocketState::replaced},
    {SocketState::live, SocketMove::replace, SocketState::replaced},
    {SocketState::replaced, SocketMove::insist, SocketState::idle},
    {SocketState::refused, SocketMove::insist, SocketState::idle},
    {SocketState::connecting, SocketMove::close, SocketState::idle},
    {SocketState::welcoming, SocketMove::close, SocketState::idle},
    {SocketState::live, SocketMove::close, SocketState::idle},
    {SocketState::waiting, SocketMove::close, SocketState::idle},
};

// Who is to blame for a loss.
enum class Blame : std::uint8_t { nobody, server };

class SocketLink {
 public:
  SocketState state() const { return state_; }
  bool live() const { return state_ == SocketState::live; }
  // There is a socket.
  bool open() const {
    return state_ == SocketState::connecting || state_ == SocketState::welcoming || live();
  }
  bool was_live() const { return live_at_ != Mono{}; }
  std::uint32_t attempt() const { return attempt_; }

  bool may_dial(Mono now) const {
    return state_ == SocketState::idle || (state_ == SocketState::waiting && now >= due_);
  }
  std::uint32_t dial(Mono now);
  // Each is true when the event belongs to this connection and fits its state.
  bool opened(std::uint32_t attempt);
  bool heard(std::uint32_t attempt, Mono now);
  bool closed(std::uint32_t attempt) const { return attempt == attempt_ && open(); }
  bool welcome(Ms heartbeat, Mono now);

  // `at_least`: how long the server wants to be left alone.
  void lose(Blame blame, Ms at_least, Mono now, Random& random);
  void replace() { move(SocketMove::replace); }
  void refuse() { move(SocketMove::refuse); }
  bool insist();
  void close(Mono now);
  // A wait is cut short, and the next ones begin anew.
  void hurry(Mono now, Random& random);
  // True: an opening takes so long that a new one may be the faster way, and is given up. The next one has
  // twice as long, for the line may be slow.
  bool stalls(Mono now);
  // The network may be another one. True: ask the peer whether it is there.
  bool doubt(Mono now);
  void seen(bool by_the_shopper) { seen_ = by_the_shopper; }

  // Asked once for each silence.
  bool wants_probe(Mono now);
  bool dead(Mono now) const;
  // `dialling`: a try would be made when it is due.
  Mono deadline(bool dialling) const;
  // Since when there is no connection, of one that was wanted; `never`: there is one, or none was.
  Mono lost_at() const { return lost_at_; }
  bool consistent() const;
  void digest(Digest& into) const;

 private:
  bool move(SocketMove move);
  bool good(Mono now) const { return live() && now >= live_at_ + limits::proves_good_after; }
  Ms grace() const;
  Mono probe_due() const;

  SocketState state_ = SocketState::idle;
  std::uint32_t attempt_ = 0;
  Ms stalls_after_ = limits::dial_stalls_after;
  Ms heartbeat_;
  Mono dialled_at_;
  Mono live_at_;
  Mono heard_at_;
  Mono probed_at_ = never;
  Mono due_;
  Mono lost_at_ = never;
  Mono away_since_ = never;  // the server; `never`: since a connection last proved good there was no loss
  bool seen_ = true;
};

}  // namespace shopbell
