// Hello and welcome: from an open socket to a session, new, known in memory, or loaded from the store.
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/text.h"
#include "registry/registry.h"

namespace shopbell::registry {
namespace {

// HTTP callers name their sessions themselves; apart from them, a session of ours has no other way in.
constexpr std::string_view scope_ending = "/shopbell";

bool is_session_id(std::string_view id) {
  return id.size() == 32 &&
         std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_plain(std::string_view word, std::size_t bytes_max) {
  return !word.empty() && word.size() <= bytes_max && std::ranges::all_of(word, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == '.';
  });
}

// A word for the logs and figures, as the HTTP side takes it from X-Client-Source.
std::string client_word(const page::Hello& hello) {
  if (is_plain(hello.widget, 64)) return "widget/" + hello.widget;
  return is_plain(hello.client, 40) ? hello.client : std::string("widget");
}

}  // namespace

// What sessions are kept apart by: the key, as a short hash. Empty: not let in.
std::string Registry::scope_of(const Socket& socket, const page::Hello& hello) const {
  std::string hash = hello.key ? sha256_hex(hello.key->reveal()) : std::string();
  if (!hash.empty() && std::ranges::find(key_hashes_, hash) != key_hashes_.end())
    return hash.substr(0, 16) + std::string(scope_ending);
  return socket.key_needed ? std::string() : sha256_hex("").substr(0, 16) + std::string(scope_ending);
}

void Registry::hello(Socket& socket, const page::Hello& hello) {
  socket.version = agreed_version(versions_, {hello.v, hello.oldest});
  if (socket.version == 0) return close(socket.id, close_code::version);
  socket.scope = scope_of(socket, hello);
  if (socket.scope.empty()) return close(socket.id, close_code::not_let_in);
  if (closing_) return close(socket.id, close_code::restart);
  socket.hello = hello;

  if (!is_session_id(hello.session) || hello.secret.empty()) return join_new(socket);
  const auto found = handles_.find(hello.session);
  if (found == handles_.end()) return load(socket, 0);
  join_known(socket, found->second);
}

void Registry::load(Socket& socket, std::uint32_t log_place) {
  socket.move(SocketMove::load);
  socket.log_place = log_place;
  command(command::LoadSession{socket.id, socket.hello.session, socket.scope,
                               static_cast<std::uint32_t>(limits::history_rows_max)});
}

void Registry::join_known(Socket& socket, std::uint32_t handle) {
  Session& session = sessions_.at(handle);
  const bool proven = session.scope == socket.scope &&
                      session.secret_hash == sha256_hex(socket.hello.secret.reveal()) &&
                      !session.over(now_.wall);
  if (!proven) return join_new(socket);
  const std::uint32_t place = socket.hello.seq;
  if (socket.hello.epoch == session.epoch && session.log.covers(place)) {
    const auto missed = session.log.after(place);
    count(Counted::resumed);
    const std::uint32_t id = socket.id;
    welcome(socket, handle, {.seq = place, .resumed = true});
    for (const auto& frame : missed) send_text(id, frame);
    return;
  }
  load(socket, session.log.last());
}

void Registry::join_new(Socket& socket) {
  if (sessions_.size() >= limits::sessions_max) return close(socket.id, close_code::try_later);
  const std::string secret = secrets_.draw();
  Session session;
  session.id = secrets_.draw();
  session.scope = socket.scope;
  session.secret_hash = sha256_hex(secret);
  session.created_at = now_.wall;
  const std::uint32_t handle = add_session(std::move(session));
  welcome(socket, handle, {.secret = secret, .history = std::vector<Row>()});
}

std::uint32_t Registry::add_session(Session session) {
  const std::uint32_t handle = ++last_handle_;
  handles_[session.id] = handle;
  sessions_.emplace(handle, std::move(session));
  return handle;
}

void Registry::on(const event::SessionLoaded& event) {
  const auto waiting = sockets_.find(event.socket);
  if (waiting == sockets_.end() || waiting->second.state != SocketState::loading) return;
  Socket& socket = waiting->second;
  const page::Hello& hello = socket.hello;
  const auto known = handles_.find(hello.session);
  std::uint32_t handle = known == handles_.end() ? 0 : known->second;
  std::uint32_t place = socket.log_place;
  const std::string secret_hash = sha256_hex(hello.secret.reveal());

  if (handle != 0) {
    const Session& session = sessions_.at(handle);
    // Another socket may have brought it into memory in the meantime.
    if (session.scope != socket.scope || session.secret_hash != secret_hash) return join_new(socket);
  } else {
    const Wall created_at{event.created_ms};
    const bool proven =
        event.found && event.secret_hash == secret_hash && now_.wall < created_at + limits::session_age_max;
    if (!proven || sessions_.size() >= limits::sessions_max) return join_new(socket);
    Session session;
    session.id = hello.session;
    session.scope = socket.scope;
    session.secret_hash = secret_hash;
    session.epoch = event.epoch + 1;
    session.created_at = created_at;
    session.durable = true;
    for (const Row& row : event.rows) {
      constexpr std::string_view ending = ".reply";
      if (row.state != RowState::streaming || !row.id.ends_with(ending)) continue;
      session.replies[row.id.substr(0, row.id.size() - ending.size())] = {.text =
                                                                              std::string(shown(row.text))};
    }
    command(command::SaveEpoch{session.id, session.scope, session.epoch});
    handle = add_session(std::move(session));
    place = 0;
  }

  const ResumeLog& log = sessions_.at(handle).log;
  // What came into the log while the rows were on their way. A row twice does no harm, a row missing would.
  if (!log.covers(place)) place = log.last();
  const auto since = log.after(place);
  const std::uint32_t id = socket.id;
  const auto held = std::move(socket.held);
  std::vector<Row> rows = event.rows;
  std::ranges::copy(sessions_.at(handle).unasked, std::back_inserter(rows));
  welcome(socket, handle, {.seq = place, .history = within_frame(std::move(rows))});
  for (const auto& frame : since) send_text(id, frame);
  for (const auto& frame : held) {
    const auto still = sockets_.find(id);
    if (still != sockets_.end()) text_frame(still->second, frame);
  }
}

// The newest rows that fit into a frame.
std::vector<Row> Registry::within_frame(std::vector<Row> rows) const {
  std::size_t bytes = 0;
  std::size_t first = rows.size();
  while (first > 0) {
    rows[first - 1].text.resize(shown(rows[first - 1].text).size());
    bytes += frame_text(frame::RowFrame{0, rows[first - 1]}).size();
    if (bytes > limits::history_bytes_max) break;
    --first;
  }
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(first));
  return rows;
}

void Registry::welcome(Socket& socket, std::uint32_t handle, frame::Welcome welcome) {
  Session& session = sessions_.at(handle);
  if (session.socket != 0) {
    log(Notice::session_replaced, session, 0, "new_join_request");
    count(Counted::replaced);
    close(session.socket, close_code::replaced);
  }
  socket.move(SocketMove::join);
  socket.session = handle;
  socket.ping_at = now_.mono + heartbeat_;
  session.socket = socket.id;
  session.client = client_word(socket.hello);
  timers_.clear({Timed::session, handle});
  schedule(socket);
  count(Counted::joined);
  log(Notice::session_joined, session);

  welcome.v = socket.version;
  welcome.session = session.id;
  welcome.epoch = session.epoch;
  welcome.heartbeat_ms = heartbeat_.value;
  welcome.expires_ms = (session.created_at + limits::session_age_max).ms;
  if (!socket.voice_url.empty()) {
    welcome.voice = {socket.voice_url,
                     tickets_.issue(handle, Purpose::join, now_.mono + limits::ticket_life, secrets_)};
  }
  // The hello was read: its secret and key are not kept.
  socket.hello = {};
  send(socket.id, welcome);
}

void Registry::detach(std::uint32_t handle) {
  Session& session = sessions_.at(handle);
  session.socket = 0;
  session.idle_since = now_.mono;
  timers_.set({Timed::session, handle}, now_.mono + session.forget_after());
  log(Notice::session_left, session);
}

}  // namespace shopbell::registry
