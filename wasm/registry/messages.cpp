// Messages and replies: stored first, then acknowledged, then answered; what is said of them goes through the
// session's log.
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/text.h"
#include "registry/registry.h"

namespace shopbell::registry {
namespace {

bool is_message_id(std::string_view id) {
  return id.size() >= limits::id_bytes_min && id.size() <= limits::id_bytes_max &&
         std::ranges::all_of(id, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                  c == '-';
         });
}

std::string reply_row(std::string_view id) { return std::string(id) + ".reply"; }

}  // namespace

Session* Registry::session_named(std::string_view id) {
  const auto handle = handles_.find(std::string(id));
  return handle == handles_.end() ? nullptr : &sessions_.at(handle->second);
}

void Registry::say(Socket& socket, const page::Say& say) {
  // Without an id there is nothing that a refusal could name.
  if (!is_message_id(say.id)) return close(socket.id, close_code::bad_frame);
  Session& session = sessions_.at(socket.session);
  const std::string& text = say.text.reveal();
  const auto no = [&](Refusal code, double retry_after_s = 0) {
    refuse(session, say.id, false, code, retry_after_s);
  };
  if (trimmed(text).empty()) return no(Refusal::bad);
  if (utf16_units(text) > limits::text_utf16_max) return no(Refusal::too_long);
  const auto unstored = session.unstored.find(say.id);
  if (unstored != session.unstored.end()) {
    // Its ack is on the way.
    if (unstored->second.text.reveal() != text) no(Refusal::conflict);
    return;
  }
  // It goes to the next process: a refusal would be repeated until the page gives the message up.
  if (closing_) return close(socket.id, close_code::restart);
  if (!session.says.take(now_.mono)) return no(Refusal::too_fast, std::ceil(session.says.wait_s(now_.mono)));
  if (session.unstored.size() + session.replies.size() >= limits::unanswered_max)
    return no(Refusal::busy, limits::busy_retry_s);
  store_message(session, socket.id, socket.address, say.id, text, false);
}

void Registry::store_message(Session& session, std::uint32_t socket, const std::string& address,
                             const std::string& id, const std::string& text, bool voice) {
  make_durable(session);
  session.unstored[id] = {.text = Private<std::string>(text), .socket = socket, .voice = voice};
  command(command::StoreMessage{address, session.id, session.scope, id, text, session.client, voice});
}

void Registry::make_durable(Session& session) {
  if (session.durable) return;
  session.durable = true;
  command(command::CreateSession{session.id, session.scope, session.secret_hash, session.epoch,
                                 session.created_at.ms});
  for (Row& row : std::exchange(session.unasked, {}))
    command(command::StoreRow{session.id, session.scope, std::move(row), true});
}

void Registry::refuse(Session& session, const std::string& id, bool voice, Refusal code,
                      double retry_after_s) {
  count(Counted::refused, 1, session.client);
  if (voice) return command(command::CallRefused{session.call, id, code});
  if (session.socket == 0) return;
  frame::Refused frame{id, code, {}};
  if (retry_after_s > 0) frame.retry_after_s = retry_after_s;
  send(session.socket, frame);
}

void Registry::on(const event::MessageStored& event) {
  Session* session = session_named(event.session);
  if (session == nullptr) return;
  const auto unstored = session->unstored.find(event.id);
  if (unstored == session->unstored.end()) return;
  const auto [text, socket, voice, stopped] = std::exchange(unstored->second, {});
  session->unstored.erase(unstored);

  if (event.outcome == Stored::conflict) return refuse(*session, event.id, voice, Refusal::conflict, 0);
  if (event.outcome == Stored::refused)
    return refuse(*session, event.id, voice, event.code, event.retry_after_s);
  if (event.outcome == Stored::stored) {
    frame::RowFrame row{
        .row = {
            .id = event.id, .who = Who::self, .text = text.reveal(), .at_ms = event.at_ms, .voice = voice}};
    if (session->socket != 0 && session->socket == socket) {
      // Who typed it has the row already. The log keeps the row: who resumes may be another page.
      row.seq = session->log.next();
      send(socket, frame::Ack{.seq = row.seq, .id = event.id, .at_ms = event.at_ms});
      session->log.add(frame_text(row));
    } else {
      push(*session, std::move(row));
    }
  } else if (!voice && session->socket != 0) {
    send(session->socket, frame::Ack{.id = event.id, .at_ms = event.at_ms});
  }
  if (event.outcome == Stored::repeated) return;
  if (event.outcome == Stored::answer_again && !session->replies.contains(event.id)) {
    // What the page has of the answer that failed makes way for the new one.
    const std::string row = reply_row(event.id);
    session->log.supersede(row);
    push(*session, frame::Checkpoint{.id = row}, row);
  }
  session->replies.try_emplace(event.id);
  command(command::Answer{session->id, session->scope, event.id, session->call, voice});
  if (stopped) command(command::StopAnswer{session->id, event.id});
}

void Registry::on(const event::RowStored& event) {
  Session* session = session_named(event.session);
  if (session == nullptr) return;
  frame::RowFrame row{.row = event.row};
  row.row.text = shown(event.row.text);
  push(*session, std::move(row));
}

void Registry::stop(Socket& socket, const page::Stop& stop) {
  Session& session = sessions_.at(socket.session);
  const auto unstored = session.unstored.find(stop.id);
  if (unstored != session.unstored.end()) unstored->second.stopped = true;
  if (session.replies.contains(stop.id)) command(command::StopAnswer{session.id, stop.id});
}

void Registry::on(const event::ReplyDelta& event) {
  Session* session = session_named(event.session);
  if (session == nullptr) return;
  const auto found = session->replies.find(event.id);
  if (found == session->replies.end()) return;
  Reply& reply = found->second;
  const std::size_t at = reply.text.size();
  reply.text += event.text;
  reply.text.resize(shown(reply.text).size());
  if (reply.text.size() == at) return;
  const std::string row = reply_row(event.id);
  push(*session, frame::Delta{.id = row, .at = static_cast<std::uint32_t>(at), .text = reply.text.substr(at)},
       row);
  ++reply.deltas;
  // The text must also have grown by a quarter, or a long answer's checkpoints would outweigh it many times.
  if (reply.deltas < limits::checkpoint_deltas || reply.text.size() * 4 < reply.checkpoint_bytes * 5) return;
  reply.deltas = 0;
  reply.checkpoint_bytes = reply.text.size();
  session->log.supersede(row);
  push(*session, frame::Checkpoint{.id = row, .text = reply.text}, row);
}

void Registry::on(const event::ReplyProducts& event) {
  Session* session = session_named(event.session);
  if (session == nullptr || !session->replies.contains(event.id)) return;
  frame::Products frame{.id = reply_row(event.id), .products = event.products};
  while (frame_text(frame).size() > limits::history_bytes_max) frame.products.pop_back();
  push(*session, std::move(frame));
}

void Registry::on(const event::ReplyTool& event) {
  Session* session = session_named(event.session);
  if (session != nullptr && session->replies.contains(event.id))
    push(*session, frame::Tool{.id = reply_row(event.id), .name = event.name, .state = event.state});
}

void Registry::on(const event::ReplyDone& event) {
  Session* session = session_named(event.session);
  if (session == nullptr || session->replies.erase(event.id) == 0) return;
  const std::string row = reply_row(event.id);
  session->log.supersede(row);
  push(*session, frame::Done{.id = row, .text = std::string(shown(event.text)), .state = event.state});
}

}  // namespace shopbell::registry
