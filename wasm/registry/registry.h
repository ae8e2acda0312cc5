// Registry: the server side of shopbell.v1. Who is here, what they may do, and what they are told.
//
// Theory of operation. A machine without I/O: sockets, the store, the assistant and a call's agent are
// outside. What happens there comes in as events with both clocks, and each event gives commands that the
// outside carries out in their order; the same events at the same times with the same seed give the same
// commands. The promises that live here:
//
// - An ack is sent only after the store told back that the message is in it, and a message id is answered
//   once: a repeated one is acknowledged again and nothing more.
// - Sequenced frames of one epoch have no holes (resume_log.h): a page that comes back with its place gets
//   exactly what it missed, or the history.
// - A session belongs to whoever holds its secret, and the newest of them replaces the others (4409). A known
//   id without the secret gets a new session.
// - Nothing a peer sends ends anything but its own socket; on the voice socket not even that, short of a
//   flood.
//
// The machines: Socket (socket.h), Session (session.h), Call (call.h). What each file of this folder does:
// registry.cpp dispatch, sockets and clocks · joining.cpp hello and welcome · messages.cpp messages and
// replies · calls.cpp the voice socket.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/time.h"
#include "registry/commands.h"
#include "registry/events.h"
#include "registry/frames/page_frames.h"
#include "registry/parts/call.h"
#include "registry/parts/callers.h"
#include "registry/parts/secrets.h"
#include "registry/parts/session.h"
#include "registry/parts/socket.h"
#include "registry/parts/tickets.h"
#include "registry/parts/timers.h"
#include "registry/parts/versions.h"
#include "voice/wire/frames.h"

namespace shopbell {
class Digest;
}

namespace shopbell::registry {

struct RegistryOptions {
  static constexpr std::string_view type_name = "RegistryOptions";
  std::string seed;                     // 32 random bytes or more, as hex digits; drawn anew at every start
  std::vector<std::string> key_hashes;  // SHA-256 of the accepted API keys, hex
  double heartbeat_ms = 15'000;
  double call_max_ms = 3'600'000;
  // 0: no bound (callers.h)
  std::uint32_t calls_max = 0;
  std::uint32_t calls_an_address_max = 0;
  std::uint32_t calls_an_hour_max = 0;
  std::uint32_t version_newest = voice::protocol_version;
  std::uint32_t version_oldest = voice::protocol_oldest;
  SHOPBELL_FIELDS(RegistryOptions, seed, key_hashes, heartbeat_ms, call_max_ms, calls_max,
                  calls_an_address_max, calls_an_hour_max, version_newest, version_oldest)
};

namespace close_code {
inline constexpr std::uint32_t bye = 1000;
inline constexpr std::uint32_t restart = 1012;
inline constexpr std::uint32_t try_later = 1013;
inline constexpr std::uint32_t bad_frame = 4400;
inline constexpr std::uint32_t not_let_in = 4401;
inline constexpr std::uint32_t origin = 4403;
inline constexpr std::uint32_t timeout = 4408;
inline constexpr std::uint32_t replaced = 4409;
inline constexpr std::uint32_t too_big = 4413;
inline constexpr std::uint32_t version = 4426;
inline constexpr std::uint32_t too_fast = 4429;
}  // namespace close_code

class Registry {
 public:
  explicit Registry(const RegistryOptions& options);

  // `payload`: the bytes of a frame or an Opus packet, for the events that have them.
  Output handle(const Event& event, std::string_view payload, Now now);
  // When `tick` is due.
  Mono deadline() const { return timers_.next(); }

  std::size_t text_sockets() const { return sockets_of(SocketKind::text); }
  std::size_t voice_sockets() const { return sockets_of(SocketKind::voice); }
  std::size_t sessions() const { return sessions_.size(); }
  std::size_t calls() const { return calls_.size(); }
  // Cross-checks of all that is kept twice, and that all that waits has its timer; for tests and the fuzzer.
  bool consistent() const;
  void digest(shopbell::Digest& into) const;

 private:
  // registry.cpp
  void on(const event::TextOpened& event);
  void on(const event::VoiceOpened& event);
  void on(const event::Frame& event);
  void on(const event::Control& event);
  void on(const event::Closed& event);
  void on(const event::Congested& event);
  void on(const event::Tick& event);
  void on(const event::Closing& event);
  Socket* opened(std::uint32_t id, SocketKind kind, bool origin_allowed, bool too_fast);
  void text_frame(Socket& socket, std::string_view bytes);
  void beat(Socket& socket);
  void socket_due(std::uint32_t id);
  void session_due(std::uint32_t handle);
  void schedule(const Socket& socket);
  // The socket is gone after these.
  void close(std::uint32_t socket, std::uint32_t code);
  void forget(std::uint32_t socket);
  std::size_t sockets_of(SocketKind kind) const;
  Ms dead_after() const { return heartbeat_ * limits::dead_after_heartbeats; }

  // joining.cpp
  void hello(Socket& socket, const page::Hello& hello);
  void on(const event::SessionLoaded& event);
  std::string scope_of(const Socket& socket, const page::Hello& hello) const;
  std::uint32_t add_session(Session session);
  void join_new(Socket& socket);
  void join_known(Socket& socket, std::uint32_t handle);
  void load(Socket& socket, std::uint32_t log_place);
  void welcome(Socket& socket, std::uint32_t handle, frame::Welcome welcome);
  void detach(std::uint32_t handle);
  std::vector<Row> within_frame(std::vector<Row> rows) const;

  // messages.cpp
  void say(Socket& socket, const page::Say& say);
  void stop(Socket& socket, const page::Stop& stop);
  void store_message(Session& session, std::uint32_t socket, const std::string& address,
                     const std::string& id, const std::string& text, bool voice);
  void on(const event::MessageStored& event);
  void on(const event::RowStored& event);
  void on(const event::ReplyDelta& event);
  void on(const event::ReplyProducts& event);
  void on(const event::ReplyTool& event);
  void on(const event::ReplyDone& event);
  void refuse(Session& session, const std::string& id, bool voice, Refusal code, double retry_after_s);
  void make_durable(Session& session);
  template <class F>
  void push(Session& session, F frame, std::string_view reply = {});
  Session* session_named(std::string_view id);

  // calls.cpp
  void voice_frame(Socket& socket, std::string_view bytes);
  void voice_hello(Socket& socket, const voice::Frame& frame);
  void call_frame(Socket& socket, const voice::Frame& frame);
  void heard(std::uint32_t id, Call& call, const voice::Frame& frame);
  void mute(std::uint32_t id, Call& call, bool on);
  void ticket_wanted(Socket& socket);
  void unasked(Session& session, Row row);
  void on(const event::CallAudio& event, std::string_view packet);
  void on(const event::CallEnd& event);
  void on(const event::CallFlush& event);
  void on(const event::CallAgent& event);
  void on(const event::CallCaption& event);
  void on(const event::CallRow& event);
  void on(const event::CallSaid& event);
  void on(const event::CallHangUp& event);
  void park(std::uint32_t id);
  void end_call(std::uint32_t id, LeaveReason reason);
  void call_due(std::uint32_t id);
  void schedule_call(std::uint32_t id, const Call& call);
  void send_voice(std::uint32_t socket, const voice::Frame& frame);
  Call* live_call(std::uint32_t id);

  // what every part uses
  void send_text(std::uint32_t socket, std::string_view frame);
  template <class F>
  void send(std::uint32_t socket, const F& frame) {
    send_text(socket, frame_text(frame));
  }
  // `client`: whose it is, of what is told by version.
  void count(Counted what, std::uint32_t n = 1, const std::string& client = {});
  void log(Notice notice, const Session& session, std::uint32_t call = 0, std::string_view reason = {});
  void command(Command command) { out_->commands.push_back(std::move(command)); }

  const Versions versions_;
  const std::vector<std::string> key_hashes_;
  const Ms heartbeat_;
  const Ms call_max_;
  Secrets secrets_;
  Timers timers_;
  Tickets tickets_;
  Callers callers_;
  bool closing_ = false;

  std::map<std::uint32_t, Socket> sockets_;
  std::map<std::uint32_t, Session> sessions_;  // by handle
  std::unordered_map<std::string, std::uint32_t> handles_;
  std::map<std::uint32_t, Call> calls_;
  std::uint32_t last_handle_ = 0;
  std::uint32_t last_call_ = 0;

  // The event in hand.
  Now now_;
  Output* out_ = nullptr;
};

template <class F>
void Registry::push(Session& session, F frame, std::string_view reply) {
  frame.seq = session.log.next();
  std::string text = frame_text(frame);
  if (session.socket != 0) send_text(session.socket, text);
  session.log.add(std::move(text), reply);
}

}  // namespace shopbell::registry
