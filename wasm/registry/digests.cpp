// What of the registry decides (core/base/digest.h). Named and not fed: its options, what is kept twice, the chain
// that secrets are drawn from, and what the last number of anything was.
#include "core/base/digest.h"
#include "registry/registry.h"

namespace shopbell::registry {
namespace {

// The kinds of numbers.
constexpr char a_socket = 's';
constexpr char a_session = 'h';
constexpr char a_call = 'c';

void feed(shopbell::Digest& into, const Row& row) {
  const auto& [id, who, text, at_ms, state, voice, products] = row;
  into.text(id);
  into.is(who, text, state, voice, products.size());
  into.order(at_ms);
}

void feed(shopbell::Digest& into, const page::Hello& hello) {
  const auto& [v, oldest, client, widget, key, session, secret, epoch, seq] = hello;
  into.is(v, oldest, key.has_value(), epoch, seq);
  into.name(client);
  into.name(widget);
  into.name(session);
  into.secret(secret.reveal());
}

void feed(shopbell::Digest& into, const Socket& socket, Ms dead_after) {
  const auto& [id, kind, state, opened_at, heard_at, ping_at, pings, frames, address, key_needed, voice_url,
               session, hello, scope, version, log_place, held, call] = socket;
  into.number(a_socket, id);
  into.is(kind, state, address, key_needed, voice_url, scope, version, held.size());
  if (state == SocketState::waiting) into.moment(opened_at, limits::hello_within);
  into.moment(heard_at, dead_after);
  into.moment(ping_at);
  frames.digest(into);
  into.number(a_session, session);
  into.number(a_call, call);
  if (state != SocketState::loading) return;
  feed(into, hello);
  into.is(log_place);
  for (const std::string& frame : held) into.text(frame);
}

void feed(shopbell::Digest& into, const Session& session) {
  const auto& [id, scope, secret_hash, epoch, created_at, durable, socket, call, client, log, unasked,
               unstored, replies, says, tickets, idle_since] = session;
  into.name(id);
  into.name(secret_hash);
  into.is(scope, epoch, durable);
  into.hours(created_at + limits::session_age_max);
  into.number(a_socket, socket);
  into.number(a_call, call);
  into.name(client);
  log.digest(into);
  into.is(unasked.size());
  for (const Row& row : unasked) feed(into, row);
  const auto by_name = [&](const auto& entry) { into.name(entry.first); };
  into.any_order(unstored, by_name, [&](const auto& entry) {
    const auto& [text, said_by, voice, stopped] = entry.second;
    into.name(entry.first);
    into.is(text, voice, stopped);
    into.number(a_socket, said_by);
  });
  into.any_order(replies, by_name, [&](const auto& entry) {
    const auto& [text, deltas, checkpoint_bytes] = entry.second;
    into.name(entry.first);
    into.is(text, deltas, checkpoint_bytes);
  });
  says.digest(into);
  tickets.digest(into);
  if (socket == 0) into.moment(idle_since, session.forget_after());
}

void feed(shopbell::Digest& into, const Call& call) {
  const auto& [state, session, socket, address, muted, mood, gate, agent_sequence, park_until, ends_at] =
      call;
  into.is(state, address, muted, mood, agent_sequence);
  into.number(a_session, session);
  into.number(a_socket, socket);
  gate.digest(into);
  into.moment(park_until);
  into.moment(ends_at);
}

}  // namespace

void Registry::digest(shopbell::Digest& into) const {
  const auto& [versions, key_hashes, heartbeat, call_max, secrets, timers, tickets, callers, closing, sockets,
               sessions, handles, calls, last_handle, last_call, now, out] = *this;
  into.is(closing, sockets.size(), sessions.size(), calls.size(), callers.calls());
  // Which of them is the older one decides nothing.
  into.any_order(
      sockets, [&](const auto& entry) { into.number(a_socket, entry.first); },
      [&](const auto& entry) { feed(into, entry.second, dead_after()); });
  const auto by_id = [&](const auto& entry) { into.name(entry.second.id); };
  into.any_order(sessions, by_id, [&](const auto& entry) {
    into.number(a_session, entry.first);
    feed(into, entry.second);
  });
  for (const auto& [id, call] : calls) {
    into.number(a_call, id);
    feed(into, call);
  }
  tickets.digest(into);
  timers.digest(into);
}

void Timers::digest(shopbell::Digest& into) const {
  const auto& [due, at] = *this;
  const auto by_key = [&](const auto& entry) {
    const auto& [kind, id] = entry.first;
    into.is(kind);
    into.number(kind == Timed::socket ? a_socket : kind == Timed::session ? a_session : a_call, id);
  };
  into.any_order(at, by_key, [&](const auto& entry) {
    by_key(entry);
    into.moment(entry.second);
  });
}

void Tickets::digest(shopbell::Digest& into) const {
  const auto& [by_hash, by_holder] = *this;
  const auto& tickets = by_hash;  // a binding can't be captured (clang 14)
  into.is(tickets.size());
  const auto by_key = [&](const auto& entry) {
    into.number(a_session, entry.first.first);
    into.is(entry.first.second);
  };
  into.any_order(by_holder, by_key, [&](const auto& entry) {
    const auto& [holder, hash] = entry;
    by_key(entry);
    into.name_made(hex(hash.data(), hash.size()));
    into.moment(tickets.at(hash).until);
  });
}

// Enough for all that whoever compares states lets happen is enough.
void TokenBucket::digest(shopbell::Digest& into) const {
  constexpr double enough = 16;
  const auto& [per_s, burst, tokens, filled, filled_at] = *this;
  const Ms since = filled ? into.now().mono - filled_at : 0_ms;
  const double there = std::min(burst, tokens + std::max(0.0, since.value) / 1000 * per_s);
  into.is(std::min(enough, std::floor(there * 16) / 16));
}

void ResumeLog::digest(shopbell::Digest& into) const {
  const auto& [bounds, entries, bytes, last] = *this;
  into.is(entries.size(), last);
  for (const auto& [frame, reply] : entries) {
    into.text(frame);
    into.text(reply);
  }
}

void AudioGate::digest(shopbell::Digest& into) const {
  const auto& [any_begins, expected, seen, timed, last_timestamp_48k] = *this;
  into.is(any_begins, expected, seen, timed, last_timestamp_48k);
}

}  // namespace shopbell::registry
