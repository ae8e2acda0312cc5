#include "registry/registry.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/wire/utf8.h"

namespace shopbell::registry {

Registry::Registry(const RegistryOptions& options)
    : versions_{options.version_newest, options.version_oldest},
      key_hashes_(options.key_hashes),
      heartbeat_{options.heartbeat_ms},
      call_max_{options.call_max_ms},
      secrets_(options.seed),
      callers_({options.calls_max, options.calls_an_address_max, options.calls_an_hour_max}) {}

Output Registry::handle(const Event& event, std::string_view payload, Now now) {
  Output out;
  out_ = &out;
  now_ = now;
  std::visit(
      [&](const auto& one) {
        using One = std::remove_cvref_t<decltype(one)>;
        if constexpr (std::is_same_v<One, event::Frame>) {
          const auto found = sockets_.find(one.socket);
          if (found == sockets_.end()) return;
          Socket& socket = found->second;
          // One kind of frame on each socket; a peer that mixes them speaks something else.
          if (one.binary != (socket.kind == SocketKind::voice))
            return close(socket.id, close_code::bad_frame);
          if (!socket.frames.take(now_.mono)) return close(socket.id, close_code::too_fast);
          socket.heard_at = now_.mono;
          one.binary ? voice_frame(socket, payload) : text_frame(socket, payload);
        } else if constexpr (std::is_same_v<One, event::CallAudio>) {
          on(one, payload);
        } else {
          on(one);
        }
      },
      event);
  out_ = nullptr;
  return out;
}

// --- sockets -----------------------------------------------------------------------------------------------

Socket* Registry::opened(std::uint32_t id, SocketKind kind, bool origin_allowed, bool too_fast) {
  // The browser cannot read why an upgrade failed, so the upgrade succeeds and the close code says it.
  const auto refuse = [&](std::uint32_t code) {
    command(command::Close{id, code});
    return nullptr;
  };
  if (id == 0 || sockets_.contains(id)) return nullptr;  // 0 is no socket
  if (!origin_allowed) return refuse(close_code::origin);
  if (closing_) return refuse(close_code::restart);
  if (too_fast) return refuse(close_code::too_fast);
  if (sockets_.size() >= limits::sockets_max) return refuse(close_code::try_later);
  Socket& socket = sockets_.emplace(id, Socket(id, kind, now_.mono)).first->second;
  schedule(socket);
  return &socket;
}

void Registry::on(const event::TextOpened& event) {
  Socket* socket = opened(event.socket, SocketKind::text, event.origin_allowed, event.too_fast);
  if (socket == nullptr) return;
  socket->key_needed = event.key_needed;
  socket->voice_url = event.voice_url;
  socket->address = event.address;
}

void Registry::on(const event::VoiceOpened& event) {
  Socket* socket = opened(event.socket, SocketKind::voice, event.origin_allowed, event.too_fast);
  if (socket != nullptr) socket->address = event.address;
}

void Registry::on(const event::Control& event) {
  const auto found = sockets_.find(event.socket);
  if (found != sockets_.end() && !found->second.frames.take(now_.mono))
    close(event.socket, close_code::too_fast);
}

void Registry::on(const event::Closed& event) { forget(event.socket); }

void Registry::on(const event::Congested& event) {
  if (sockets_.contains(event.socket)) close(event.socket, close_code::try_later);
}

void Registry::close(std::uint32_t socket, std::uint32_t code) {
  command(command::Close{socket, code});
  forget(socket);
}

void Registry::forget(std::uint32_t id) {
  const auto found = sockets_.find(id);
  if (found == sockets_.end()) return;
  const std::uint32_t session = found->second.session;
  const std::uint32_t call = found->second.call;
  sockets_.erase(found);
  timers_.clear({Timed::socket, id});
  if (session != 0) detach(session);
  if (call != 0) park(call);
}

void Registry::text_frame(Socket& socket, std::string_view bytes) {
  if (bytes.size() > limits::text_frame_bytes_max) return close(socket.id, close_code::too_big);
  if (socket.state == SocketState::loading) {
    if (socket.held.size() >= limits::held_frames_max) return close(socket.id, close_code::too_fast);
    socket.held.emplace_back(bytes);
    return;
  }
  const wire::Document document = wire::parse(bytes);
  const auto type = document["t"].text();
  if (!type) return close(socket.id, close_code::bad_frame);
  const auto read = [&](auto& frame) { return get(document.root(), frame); };

  if (socket.state == SocketState::waiting) {
    if (*type != "hello") return close(socket.id, close_code::not_let_in);
    page::Hello frame;
    return read(frame) ? hello(socket, frame) : close(socket.id, close_code::bad_frame);
  }
  if (*type == "say") {
    page::Say frame;
    return read(frame) ? say(socket, frame) : close(socket.id, close_code::bad_frame);
  }
  if (*type == "stop") {
    page::Stop frame;
    return read(frame) ? stop(socket, frame) : close(socket.id, close_code::bad_frame);
  }
  if (*type == "ping") {
    page::Beat frame;
    return read(frame) ? send(socket.id, frame::Pong{frame.n}) : close(socket.id, close_code::bad_frame);
  }
  if (*type == "call") return ticket_wanted(socket);
  if (*type == "bye") return close(socket.id, close_code::bye);
  // A pong was heard already, a second hello says nothing new, and what is unknown comes from a newer page.
}

// --- clocks ------------------------------------------------------------------------------------------------

void Registry::on(const event::Tick&) {
  while (const auto due = timers_.take(now_.mono)) {
    const auto [kind, id] = *due;
    if (kind == Timed::socket) socket_due(id);
    if (kind == Timed::session) session_due(id);
    if (kind == Timed::call) call_due(id);
  }
}

void Registry::socket_due(std::uint32_t id) {
  const auto found = sockets_.find(id);
  if (found == sockets_.end()) return;
  Socket& socket = found->second;
  const bool said_hello = socket.state != SocketState::waiting;
  const bool dead = said_hello ? now_.mono >= socket.heard_at + dead_after()
                               : now_.mono >= socket.opened_at + limits::hello_within;
  if (dead) return close(id, close_code::timeout);
  if (socket.state == SocketState::joined && now_.mono >= socket.ping_at) beat(socket);
  schedule(socket);
}

void Registry::beat(Socket& socket) {
  socket.ping_at = now_.mono + heartbeat_;
  ++socket.pings;
  if (socket.kind == SocketKind::text) return send(socket.id, frame::Ping{double(socket.pings)});
  send_voice(socket.id, {.kind = voice::FrameKind::server_ping, .n = socket.pings});
}

void Registry::schedule(const Socket& socket) {
  const Mono end = socket.state == SocketState::waiting ? socket.opened_at + limits::hello_within
                                                        : socket.heard_at + dead_after();
  timers_.set({Timed::socket, socket.id}, std::min(end, socket.ping_at));
}

void Registry::session_due(std::uint32_t handle) {
  const auto found = sessions_.find(handle);
  if (found == sessions_.end()) return;
  const Session& session = found->second;
  const Mono due = session.idle_since + session.forget_after();
  if (session.busy() || now_.mono < due) {
    // While it is attached nothing is due: `detach` sets the next one.
    if (session.socket == 0) timers_.set({Timed::session, handle}, std::max(due, now_.mono + 10_s));
    return;
  }
  tickets_.revoke(handle, Purpose::join);
  tickets_.revoke(handle, Purpose::reconnect);
  handles_.erase(session.id);
  sessions_.erase(found);
}

void Registry::on(const event::Closing& event) {
  closing_ = true;
  if (!event.final) return;
  while (!calls_.empty()) {
    const auto& [id, call] = *calls_.begin();
    const std::uint32_t socket = call.socket;
    // Not `ended`: that would end the call for the page too. It comes back to the next process.
    end_call(id, LeaveReason::going_away);
    if (socket != 0) close(socket, close_code::restart);
  }
  while (!sockets_.empty()) close(sockets_.begin()->first, close_code::restart);
}

// --- what every part uses ----------------------------------------------------------------------------------

void Registry::send_text(std::uint32_t socket, std::string_view frame) {
  const std::uint32_t at = out_->lay(frame);
  command(command::Send{socket, false, at, static_cast<std::uint32_t>(frame.size())});
}

void Registry::count(Counted what, std::uint32_t n, const std::string& client) {
  command(command::Count{what, n, client});
}

void Registry::log(Notice notice, const Session& session, std::uint32_t call, std::string_view reason) {
  command(command::Log{notice, short_hash(session.id), call, std::string(reason)});
}

std::size_t Registry::sockets_of(SocketKind kind) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(sockets_, [&](const auto& entry) { return entry.second.kind == kind; }));
}

bool Registry::consistent() const {
  for (const auto& [id, socket] : sockets_) {
    if (!timers_.has({Timed::socket, id})) return false;
    if (socket.session != 0) {
      const auto session = sessions_.find(socket.session);
      if (session == sessions_.end() || session->second.socket != id) return false;
    }
    if (socket.call != 0) {
      const auto call = calls_.find(socket.call);
      if (call == calls_.end() || call->second.socket != id) return false;
    }
  }
  for (const auto& [handle, session] : sessions_) {
    const auto found = handles_.find(session.id);
    if (found == handles_.end() || found->second != handle) return false;
    if (session.socket != 0 && !sockets_.contains(session.socket)) return false;
    if (session.socket == 0 && !timers_.has({Timed::session, handle})) return false;
    if (session.call != 0 && !calls_.contains(session.call)) return false;
  }
  for (const auto& [id, call] : calls_) {
    const auto session = sessions_.find(call.session);
    if (session == sessions_.end() || session->second.call != id) return false;
    if ((call.state == CallState::live) != (call.socket != 0)) return false;
    if (call.socket != 0 && !sockets_.contains(call.socket)) return false;
    if (!timers_.has({Timed::call, id})) return false;
  }
  return handles_.size() == sessions_.size() && callers_.calls() == calls_.size() &&
         tickets_.size() <= 2 * sessions_.size();
}

}  // namespace shopbell::registry
