// Session: one shopper's conversation as it lies in memory. The store has all that must last; here is what a
// connection needs: the resume log, replies that are being made, and who is connected.
//
//   detached <--leave-- attached          attached --join--> attached   (the older socket is closed: 4409)
//   detached --join--> attached           detached --forget--> (gone from memory; the store remembers)
//
// Epoch: which life of the log this is. It grows by one each time the session is loaded from the store, so a
// page's place in an older log never fits a newer one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/private.h"
#include "core/base/time.h"
#include "registry/frames/server_frames.h"
#include "registry/limits.h"
#include "registry/parts/resume_log.h"
#include "registry/parts/token_bucket.h"

namespace shopbell::registry {

// A reply in the making; its row's id is `<message id>.reply`.
struct Reply {
  std::string text{};
  std::uint32_t deltas = 0;  // since the last checkpoint
  std::size_t checkpoint_bytes = 0;
};

// A message that is being stored.
struct Unstored {
  Private<std::string> text{};
  std::uint32_t socket = 0;  // that said it; 0: a call
  bool voice = false;
  bool stopped = false;  // its reply is not wanted any more
};

struct Session {
  std::string id{};
  std::string scope{};
  std::string secret_hash{};
  std::uint32_t epoch = 1;
  Wall created_at;
  bool durable = false;  // the store has it
  std::uint32_t socket = 0;
  std::uint32_t call = 0;
  std::string client{};
  ResumeLog log;
  // What the agent said before the shopper said anything: stored only if the shopper does.
  std::vector<Row> unasked;
  std::map<std::string, Unstored, std::less<>> unstored;
  std::map<std::string, Reply, std::less<>> replies;  // by the message's id
  TokenBucket says{limits::says_per_minute / 60, limits::says_burst};
  TokenBucket tickets{limits::tickets_per_minute / 60, limits::tickets_burst};
  Mono idle_since;

  bool over(Wall now) const { return now >= created_at + limits::session_age_max; }
  bool busy() const { return socket != 0 || call != 0 || !unstored.empty() || !replies.empty(); }
  // A session in which nothing was said leaves nothing behind, so it may go early.
  Ms forget_after() const { return durable ? limits::forget_after : limits::ticket_life; }
};

}  // namespace shopbell::registry
