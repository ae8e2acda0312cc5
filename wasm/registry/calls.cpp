// The voice socket: tickets in, audio both ways, and calls that are parked when their socket is lost.
#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.h"
#include "registry/registry.h"

namespace shopbell::registry {
namespace {

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Counted counted(voice::FrameFault fault) {
  switch (fault) {
    case voice::FrameFault::truncated:
      return Counted::frames_truncated;
    case voice::FrameFault::oversized:
      return Counted::frames_oversized;
    case voice::FrameFault::forged:
      return Counted::frames_forged;
    default:
      return Counted::frames_unknown;
  }
}

Counted counted(AudioVerdict verdict) {
  switch (verdict) {
    case AudioVerdict::replayed:
      return Counted::frames_replayed;
    case AudioVerdict::reordered:
      return Counted::frames_reordered;
    default:
      return Counted::frames_forged;
  }
}

}  // namespace

void Registry::ticket_wanted(Socket& socket) {
  Session& session = sessions_.at(socket.session);
  if (socket.voice_url.empty())
    return send(socket.id, frame::Error{"no_voice", "There are no calls at this shop."});
  const bool full = session.call == 0 && !callers_.may_begin(socket.address, now_.mono);
  if (full || !session.tickets.take(now_.mono))
    return send(socket.id,
                frame::Error{"too_fast", "There are too many calls at the moment; try again later."});
  send(socket.id, frame::Ticket{socket.voice_url, tickets_.issue(socket.session, Purpose::join,
                                                                 now_.mono + limits::ticket_life, secrets_)});
}

void Registry::voice_frame(Socket& socket, std::string_view bytes) {
  voice::Frame frame;
  const voice::FrameFault fault = voice::read_frame(voice::Sender::page, as_bytes(bytes), frame);
  if (fault != voice::FrameFault::none) count(counted(fault));
  if (socket.state == SocketState::joined) {
    if (fault == voice::FrameFault::none) call_frame(socket, frame);
    return;
  }
  if (fault != voice::FrameFault::none || frame.kind != voice::FrameKind::hello)
    return close(socket.id, close_code::not_let_in);
  voice_hello(socket, frame);
}

void Registry::voice_hello(Socket& socket, const voice::Frame& frame) {
  const std::uint32_t version = agreed_version(versions_, {frame.version, frame.oldest});
  if (version == 0) return close(socket.id, close_code::version);
  if (closing_) return close(socket.id, close_code::restart);
  const auto used = tickets_.use(as_text(frame.ticket), now_.mono);
  if (!used) return close(socket.id, close_code::not_let_in);

  const std::uint32_t handle = used->session;
  Session& session = sessions_.at(handle);
  const bool resumed = session.call != 0;
  // Whose ticket is good for nothing asks for another one, and is told there that it is too much.
  if (!resumed && !callers_.may_begin(socket.address, now_.mono))
    return close(socket.id, close_code::not_let_in);
  if (!resumed) {
    session.call = ++last_call_;
    Call call;
    call.session = handle;
    call.address = socket.address;
    callers_.begun(call.address, now_.mono);
    call.ends_at = now_.mono + call_max_;
    calls_.emplace(session.call, std::move(call));
    count(Counted::calls);
  }
  const std::uint32_t id = session.call;
  Call& call = calls_.at(id);
  if (call.socket != 0) {
    // The older connection's agent state ends here, so that both ways of coming back are the same to it.
    const std::uint32_t older = call.socket;
    send_voice(older, {.kind = voice::FrameKind::ended, .reason = voice::EndReason::replaced});
    close(older, close_code::replaced);
  }
  const bool was_parked = call.state == CallState::parked;
  call.move(CallMove::join);
  call.socket = socket.id;
  call.park_until = never;
  // Only the page that was let in last holds the ticket for a reconnect. One with another ticket may have had
  // the call before that: it has heard the agent, and yet its microphone's numbers are not those heard last.
  call.gate.rejoined(used->purpose == Purpose::join);
  // What went into a connection that was lost comes again, under the numbers that the page waits for.
  if (frame.sequence != 0) call.agent_sequence = frame.sequence - 1;
  schedule_call(id, call);

  socket.move(SocketMove::join);
  socket.call = id;
  socket.ping_at = now_.mono + heartbeat_;
  schedule(socket);

  const std::string ticket = tickets_.issue(handle, Purpose::reconnect, never, secrets_);
  voice::Frame welcome{.kind = voice::FrameKind::welcome, .version = static_cast<std::uint8_t>(version)};
  welcome.on = resumed;
  welcome.heartbeat_ms = static_cast<std::uint16_t>(std::min(heartbeat_.value, 65'535.0));
  welcome.sequence = call.gate.expected();
  welcome.ticket = as_bytes(ticket);
  send_voice(socket.id, welcome);

  const bool muted = (frame.flags & voice::hello_muted) != 0;
  if (!resumed) {
    call.muted = muted;
    log(Notice::call_joined, session, id);
    command(command::CallOpen{id, session.id, call.address, session.client, muted});
  } else if (was_parked) {
    log(Notice::call_resumed, session, id);
    command(command::CallResume{id});
    if (call.muted != muted) mute(id, call, muted);
  }
}

void Registry::call_frame(Socket& socket, const voice::Frame& frame) {
  const std::uint32_t id = socket.call;
  Call& call = calls_.at(id);
  switch (frame.kind) {
    case voice::FrameKind::audio:
      return heard(id, call, frame);
    case voice::FrameKind::speech:
      return command(command::CallSpeech{id, frame.on, frame.timestamp_48k});
    case voice::FrameKind::interrupt:
      return command(command::CallInterrupted{id, frame.stream, frame.timestamp_48k});
    case voice::FrameKind::playout:
      return command(command::CallPlayout{id, frame.stream, frame.timestamp_48k});
    case voice::FrameKind::mute:
      return mute(id, call, frame.on);
    case voice::FrameKind::ping:
      return send_voice(socket.id, {.kind = voice::FrameKind::server_pong, .n = frame.n});
    case voice::FrameKind::bye: {
      const std::uint32_t number = socket.id;
      end_call(id, LeaveReason::bye);
      return close(number, close_code::bye);
    }
    default:  // a pong was heard already, a second hello says nothing new
      return;
  }
}

void Registry::heard(std::uint32_t id, Call& call, const voice::Frame& frame) {
  std::uint32_t missing = 0;
  const AudioVerdict verdict = call.gate.check(frame, missing);
  if (verdict != AudioVerdict::good) return count(counted(verdict));
  if (missing > 0) count(Counted::frames_missing, missing);
  const std::uint32_t at = out_->lay(as_text(frame.payload));
  command(command::CallHeard{id, frame.stream, frame.sequence, frame.timestamp_48k, frame.flags, at,
                             static_cast<std::uint32_t>(frame.payload.size())});
}

void Registry::mute(std::uint32_t id, Call& call, bool on) {
  if (call.muted == on) return;
  call.muted = on;
  log(on ? Notice::track_muted : Notice::track_unmuted, sessions_.at(call.session), id);
  command(command::CallMuted{id, on});
}

// --- what the agent wants ----------------------------------------------------------------------------------

Call* Registry::live_call(std::uint32_t id) {
  const auto found = calls_.find(id);
  return found == calls_.end() || found->second.state != CallState::live ? nullptr : &found->second;
}

void Registry::on(const event::CallAudio& event, std::string_view packet) {
  Call* call = live_call(event.call);
  // While the call is parked nobody hears it: the agent is told to stop, and what was on its way ends here.
  if (call == nullptr) return;
  voice::Frame frame{.kind = voice::FrameKind::agent_audio};
  frame.stream = static_cast<std::uint8_t>(event.stream & 0xff);
  frame.flags = static_cast<std::uint8_t>(event.flags & 3);
  frame.sequence = ++call->agent_sequence;
  frame.timestamp_48k = event.timestamp_48k;
  frame.payload = as_bytes(packet);
  send_voice(call->socket, frame);
}

void Registry::on(const event::CallEnd& event) {
  if (const Call* call = live_call(event.call)) {
    voice::Frame frame{.kind = voice::FrameKind::end};
    frame.stream = static_cast<std::uint8_t>(event.stream & 0xff);
    frame.timestamp_48k = event.timestamp_48k;
    send_voice(call->socket, frame);
  }
}

void Registry::on(const event::CallFlush& event) {
  if (const Call* call = live_call(event.call)) {
    voice::Frame frame{.kind = voice::FrameKind::flush};
    frame.stream = static_cast<std::uint8_t>(event.stream & 0xff);
    send_voice(call->socket, frame);
  }
}

void Registry::on(const event::CallAgent& event) {
  const auto found = calls_.find(event.call);
  if (found == calls_.end()) return;
  Call& call = found->second;
  call.mood = event.state;
  const std::uint32_t text_socket = sessions_.at(call.session).socket;
  if (text_socket != 0) send(text_socket, frame::Agent{event.state});
  if (call.state != CallState::live || event.state == AgentMood::idle) return;
  voice::Frame frame{.kind = voice::FrameKind::agent};
  frame.agent = event.state == AgentMood::thinking   ? voice::AgentState::thinking
                : event.state == AgentMood::speaking ? voice::AgentState::speaking
                                                     : voice::AgentState::listening;
  send_voice(call.socket, frame);
}

void Registry::on(const event::CallCaption& event) {
  const auto call = calls_.find(event.call);
  if (call == calls_.end()) return;
  const std::uint32_t text_socket = sessions_.at(call->second.session).socket;
  if (text_socket != 0)
    send(text_socket, frame::Caption{event.id, event.who, std::string(shown(event.text))});
}

void Registry::on(const event::CallRow& event) {
  const auto call = calls_.find(event.call);
  if (call == calls_.end() || event.id.empty()) return;
  Session& session = sessions_.at(call->second.session);
  Row row{.id = event.id,
          .who = event.who,
          .text = event.text,
          .at_ms = now_.wall.ms,
          .state = event.state,
          .voice = true};
  if (!session.durable && event.who != Who::self) return unasked(session, std::move(row));
  make_durable(session);
  command(command::StoreRow{session.id, session.scope, std::move(row)});
}

// A greeting alone is no conversation: it is shown, and stored once the shopper has said something.
void Registry::unasked(Session& session, Row row) {
  push(session, frame::RowFrame{.row = row});
  const auto known = std::ranges::find(session.unasked, row.id, &Row::id);
  if (known != session.unasked.end()) {
    row.at_ms = known->at_ms;
    *known = std::move(row);
    return;
  }
  if (session.unasked.size() >= limits::unasked_rows_max) session.unasked.erase(session.unasked.begin());
  session.unasked.push_back(std::move(row));
}

void Registry::on(const event::CallSaid& event) {
  const auto call = calls_.find(event.call);
  if (call == calls_.end()) return command(command::CallRefused{event.call, event.id, Refusal::failed});
  Session& session = sessions_.at(call->second.session);
  const auto no = [&](Refusal code) { refuse(session, event.id, true, code, 0); };
  if (event.id.empty() || trimmed(event.text).empty()) return no(Refusal::bad);
  if (utf16_units(event.text) > limits::text_utf16_max) return no(Refusal::too_long);
  if (session.unstored.contains(event.id)) return no(Refusal::conflict);
  if (closing_ || session.unstored.size() + session.replies.size() >= limits::unanswered_max)
    return no(Refusal::busy);
  store_message(session, 0, call->second.address, event.id, event.text, true);
}

void Registry::on(const event::CallHangUp& event) {
  const auto found = calls_.find(event.call);
  if (found == calls_.end()) return;
  const std::uint32_t socket = found->second.socket;
  if (socket != 0) send_voice(socket, {.kind = voice::FrameKind::ended, .reason = voice::EndReason::by_shop});
  end_call(event.call, LeaveReason::by_shop);
  if (socket != 0) close(socket, close_code::bye);
}

// --- parked and ended --------------------------------------------------------------------------------------

void Registry::park(std::uint32_t id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  Call& call = found->second;
  call.socket = 0;
  call.move(CallMove::lose);
  call.park_until = now_.mono + limits::park_max;
  tickets_.expire_at(call.session, Purpose::reconnect, now_.mono + limits::ticket_life);
  schedule_call(id, call);
  log(Notice::call_parked, sessions_.at(call.session), id);
  command(command::CallPark{id});
}

void Registry::call_due(std::uint32_t id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  const Call& call = found->second;
  const std::uint32_t socket = call.socket;
  if (now_.mono >= call.park_until) return end_call(id, LeaveReason::not_back);
  if (now_.mono < call.ends_at) return schedule_call(id, call);
  if (socket != 0)
    send_voice(socket, {.kind = voice::FrameKind::ended, .reason = voice::EndReason::too_long});
  end_call(id, LeaveReason::too_long);
  if (socket != 0) close(socket, close_code::bye);
}

void Registry::schedule_call(std::uint32_t id, const Call& call) {
  timers_.set({Timed::call, id}, std::min(call.park_until, call.ends_at));
}

void Registry::end_call(std::uint32_t id, LeaveReason reason) {
  const auto found = calls_.find(id);
  const Call call = found->second;
  calls_.erase(found);
  callers_.ended(call.address);
  timers_.clear({Timed::call, id});
  Session& session = sessions_.at(call.session);
  session.call = 0;
  if (call.socket != 0) sockets_.at(call.socket).call = 0;
  // Whose call ran out while parked may still come back with its ticket, to a new call.
  if (reason != LeaveReason::not_back) tickets_.revoke(call.session, Purpose::reconnect);
  if (session.socket != 0) send(session.socket, frame::Agent{AgentMood::idle});
  log(Notice::call_left, session, id, to_name(reason));
  command(command::CallClose{id, reason});
}

void Registry::send_voice(std::uint32_t socket, const voice::Frame& frame) {
  std::array<std::uint8_t, voice::frame_bytes_max> buffer;
  const std::size_t size = voice::write_frame(frame, buffer);
  if (size == 0) return;  // the agent gave a packet that no page would take
  const std::uint32_t at = out_->lay(as_text({buffer.data(), size}));
  command(command::Send{socket, true, at, static_cast<std::uint32_t>(size)});
}

}  // namespace shopbell::registry
