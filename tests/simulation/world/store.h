// Store: what the gateway's database holds. It outlives the gateway's process.
//
// The rules are those of tools/gateway/sockets/conversation.mjs: a message is one message by its id for as
// long as its session is kept; an answer that failed or was cut is made again when its message comes again.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "registry/commands.h"
#include "registry/events.h"

namespace shopbell::simulation {

struct StoredSession {
  std::string secret_hash{};
  std::uint32_t epoch = 0;
  double created_ms = 0;
  std::vector<registry::Row> rows{};  // oldest first

  registry::Row* row(const std::string& id) {
    for (registry::Row& one : rows)
      if (one.id == id) return &one;
    return nullptr;
  }
};

struct StoredMessage {
  enum State : std::uint8_t { running, answered, failed };
  std::string text{};
  double at_ms = 0;
  bool voice = false;
  State state = running;
};

struct Store {
  std::map<std::string, StoredSession> sessions{};
  std::map<std::pair<std::string, std::string>, StoredMessage> messages{};  // by session and id

  bool has(const registry::command::StoreMessage& message) const {
    return messages.contains({message.session, message.id});
  }
  // Keeps the message, unless it is there already; what the registry is told of it.
  registry::event::MessageStored commit(const registry::command::StoreMessage& message, double at_ms);
  void put(const registry::command::StoreRow& row);
  void put(const registry::command::CreateSession& create);
  void put(const registry::command::SaveEpoch& save) { sessions[save.session].epoch = save.epoch; }
  // `follow(id)`: what has come so far of the answer to that message, which the registry hears of from now on; null: nobody makes
  // it any more, so that it is broken.
  template <class Follow>
  registry::event::SessionLoaded load(const registry::command::LoadSession& load, Follow follow) const {
    registry::event::SessionLoaded loaded = stored(load);
    for (registry::Row& row : loaded.rows) {
      if (row.state != registry::RowState::streaming) continue;
      if (const std::string* text = follow(answered_by(row)))
        row.text = *text;
      else
        row.state = registry::RowState::broken;
    }
    return loaded;
  }

  void answer_begins(const std::string& session, const std::string& id);
  void answer_ends(const std::string& session, const std::string& id, const std::string& text,
                   registry::RowState state);

 private:
  // Of an answer's row: the message that it answers.
  static std::string answered_by(const registry::Row& row);
  registry::event::SessionLoaded stored(const registry::command::LoadSession& load) const;
};

}  // namespace shopbell::simulation
