#include "world/store.h"

#include <algorithm>

#include "core/vocabulary/row.h"

namespace shopbell::simulation {

std::string Store::answered_by(const registry::Row& row) { return replied_to(row.id); }

registry::event::MessageStored Store::commit(const registry::command::StoreMessage& message, double at_ms) {
  registry::event::MessageStored told;
  told.session = message.session;
  told.id = message.id;
  told.at_ms = at_ms;
  const auto [place, fresh] = messages.try_emplace({message.session, message.id});
  StoredMessage& kept = place->second;
  if (!fresh) {
    if (kept.text != message.text) {
      told.outcome = registry::Stored::conflict;
      return told;
    }
    told.at_ms = kept.at_ms;
    told.outcome =
        kept.state == StoredMessage::failed ? registry::Stored::answer_again : registry::Stored::repeated;
    return told;
  }
  kept = {message.text, at_ms, message.voice};
  auto& rows = sessions[message.session].rows;
  rows.push_back({.id = message.id,
                  .who = registry::Who::self,
                  .text = message.text,
                  .at_ms = at_ms,
                  .voice = message.voice});
  rows.push_back({.id = reply_to(message.id),
                  .who = registry::Who::agent,
                  .at_ms = at_ms,
                  .state = registry::RowState::streaming,
                  .voice = message.voice});
  told.outcome = registry::Stored::stored;
  return told;
}

void Store::put(const registry::command::StoreRow& store) {
  StoredSession& session = sessions[store.session];
  if (registry::Row* known = session.row(store.row.id))
    *known = store.row;
  else
    session.rows.push_back(store.row);
}

void Store::put(const registry::command::CreateSession& create) {
  sessions[create.session] = {create.secret_hash, create.epoch, create.created_ms};
}

registry::event::SessionLoaded Store::stored(const registry::command::LoadSession& load) const {
  registry::event::SessionLoaded loaded;
  loaded.socket = load.socket;
  const auto found = sessions.find(load.session);
  if (found == sessions.end()) return loaded;
  const StoredSession& session = found->second;
  loaded.found = true;
  loaded.secret_hash = session.secret_hash;
  loaded.epoch = session.epoch;
  loaded.created_ms = session.created_ms;
  const std::size_t skipped = session.rows.size() - std::min<std::size_t>(session.rows.size(), load.rows_max);
  loaded.rows.assign(session.rows.begin() + static_cast<std::ptrdiff_t>(skipped), session.rows.end());
  return loaded;
}

void Store::answer_begins(const std::string& session, const std::string& id) {
  messages[{session, id}].state = StoredMessage::running;
  registry::Row* row = sessions[session].row(reply_to(id));
  if (!row) return;
  row->state = registry::RowState::streaming;
  row->text.clear();
}

void Store::answer_ends(const std::string& session, const std::string& id, const std::string& text,
                        registry::RowState state) {
  messages[{session, id}].state =
      state == registry::RowState::broken ? StoredMessage::failed : StoredMessage::answered;
  registry::Row* row = sessions[session].row(reply_to(id));
  if (!row) return;
  row->text = text;
  row->state = state;
}

}  // namespace shopbell::simulation
