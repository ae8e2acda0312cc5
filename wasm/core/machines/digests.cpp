// What of each machine of this room decides (base/digest.h). What is named and not fed: counters that only tell one
// attempt from another, and what is set once by the page's options.
#include "core/base/digest.h"
#include "core/machines/call.h"
#include "core/machines/call_place.h"
#include "core/machines/join.h"
#include "core/machines/outbox.h"
#include "core/machines/session.h"
#include "core/machines/socket_link.h"
#include "core/machines/transcript.h"

namespace shopbell {
namespace {

void feed(Digest& into, const Message& message) {
  const auto& [id, text, at_ms, order, tab, state, taken, note, tries, session, shared, not_before, refusals,
               said_once] = message;
  into.name(id);
  into.is(text, state, taken, note, tries, shared, refusals, said_once);
  into.order(at_ms);
  into.order(order);
  into.name(tab);
  into.name(session);
  into.moment(not_before);
}

void feed(Digest& into, const Row& row) {
  const auto& [id, author, kind, state, text, markdown, at_ms, order, note, wait_s, actions, products] = row;
  into.text(id);
  into.is(author.id, author.name, author.kind, kind, state, text, markdown, note, wait_s, actions,
          products.size());
  into.order(at_ms);
  into.order(order);
}

}  // namespace

void SocketLink::digest(Digest& into) const {
  const auto& [state, attempt, stalls_after, heartbeat, dialled_at, live_at, heard_at, probed_at, due,
               lost_at, away_since, seen] = *this;
  into.is(state, seen);
  into.moment(lost_at, limits::loss_told_after);
  // A wait grows with the time away, up to 30 s.
  into.moment(away_since, limits::backoff_max * (1 / limits::redial_part));
  into.moment(due, limits::backoff_max);
  if (live()) {
    into.is(heartbeat.value);
    into.moment(live_at, limits::proves_good_after);
    into.moment(heard_at, limits::silence_hidden_min);
    into.moment(probed_at, limits::probe_grace);
  } else if (open()) {
    into.moment(dialled_at, limits::dial_max);
  }
  into.is(stalls_after.value, was_live(), attempt > 0);
}

void Outbox::digest(Digest& into) const {
  const auto& [messages, counted, next_count, changed, resend_by_key, keeps_asking] = *this;
  into.is(messages.size(), changed, resend_by_key, keeps_asking);
  for (const Message& message : messages) feed(into, message);
  for (std::size_t i = 0; i < counted.size(); ++i) into.moment(counted[(next_count + i) % counted.size()]);
}

void Session::digest(Digest& into) const {
  const auto& [record] = *this;
  const auto& [client_id, session_id, expires_ms, secret, epoch, seq] = record;
  into.name(client_id);
  into.name(session_id);
  into.hours(Wall{expires_ms});
  into.secret(secret.reveal());
  into.is(epoch, seq, live(into.now().wall));
}

void Join::digest(Digest& into) const {
  const auto& [state] = *this;
  into.is(state);
}

void Transcript::digest(Digest& into) const {
  const auto& [rows, last_order, held_count, markdown_asked] = *this;
  into.is(rows.size(), markdown_asked);
  for (const Row& row : rows) feed(into, row);
  into.order(last_order);
  into.order(held_from);
  into.order(held_from + held_count);
}

void Call::digest(Digest& into) const {
  const auto& [engine, phase, attempt, agent, silent, muted, push_to_talk, code, advice, wait, due, tries,
               reopened_at, prefix, microphone, speaker, told] = *this;
  into.is(engine, phase, agent, silent, muted, push_to_talk, code, advice, wait, tries, microphone, speaker);
  into.is(told.state, told.agent, told.muted, told.code, attempt > 0);
  into.moment(due);
  for (const Mono at : reopened_at) into.moment(at, limits::call_reopened_within);
}

void CallPlace::digest(Digest& into) const {
  const auto& [state, record, begun_ms, due, lasted] = *this;
  const auto& [tab, muted, at_ms, record_begun_ms] = record;
  into.is(state, muted, at_ms == 0, lasted);
  into.name(tab);
  into.moment(Wall{at_ms}, limits::call_left_max);
  // Whether a call was left before this page began.
  into.moment(Mono{}, limits::call_left_max);
  into.order(begun_ms);
  into.order(record_begun_ms);
  into.moment(due);
}

}  // namespace shopbell
