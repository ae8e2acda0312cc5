// Store: what the gateway's database holds. It outlives the gateway's process.
//
// The rules are those of tools/gateway/sockets/conversation.mjs: a message is one message by its id for as
// long as its session is kept; an answer that failed or was cut is made again when its message comes again.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

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
  std::map<std::string, StoredSession> sessions;
  std::map<std::pair<std::string, std::string>, StoredMessage> messages;  // by session and id
};

}  // namespace shopbell::simulation
