// Listener: what a back end's codec says (codec.h), one call for each kind: frames, which are to go out, and
// signals, which are what the server has told. A driver listens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/private.h"
#include "core/vocabulary/ask.h"
#include "core/vocabulary/errors.h"
#include "core/vocabulary/events.h"
#include "core/vocabulary/row.h"
#include "core/vocabulary/voice_offer.h"

namespace shopbell {

struct HttpRequest {
  std::string method;
  std::string url;
  std::vector<Header> headers;
  std::string body;
};

// The server knows who speaks, and in which session.
struct Welcome {
  std::string session;
  Private<std::string> secret;  // empty: as before
  std::uint32_t epoch = 0;
  std::uint32_t seq = 0;    // of the last frame that the history holds
  bool resumed = false;     // what was missed follows
  double heartbeat_ms = 0;  // how often the server says something by itself; 0: silence means nothing
  VoiceOffer voice;         // without an address: none
  std::optional<std::vector<Row>> history;  // takes the place of the rows there are
};

// What a failure says about the message itself.
enum class Fate : std::uint8_t {
  not_taken,  // surely not: may be sent again by itself
  refused,    // surely not, and the same message would be refused again
  unknown,    // it may or may not have arrived
  taken,      // it has arrived; only the reply is missing or broken
};
struct Failure {
  ErrorCode code = ErrorCode::none;
  Fate fate = Fate::unknown;
  double retry_after_s = -1;  // the server's hint; -1: none
  std::string detail;         // for the console: server's words about fields, never the shopper's text
};

// What the agent is at.
// `waiting`: for the word that wakes it.
enum class AgentState : std::uint8_t { idle, listening, thinking, speaking, waiting };
// As a call shows it.
constexpr AgentActivity activity_of(AgentState state) {
  constexpr AgentActivity activities[] = {AgentActivity::listening, AgentActivity::listening,
                                          AgentActivity::thinking, AgentActivity::speaking,
                                          AgentActivity::waiting};
  return activities[static_cast<std::size_t>(state)];
}

// What the end of a connection asks for.
enum class Closing : std::uint8_t {
  broke,     // without a word
  again,     // the server went away, or wants a fresh start
  later,     // the server is too busy
  replaced,  // a newer page took this conversation over
  refused,   // it will not get better by itself; `code` says why
};
struct Close {
  Closing closing = Closing::again;
  ErrorCode code = ErrorCode::none;
  double retry_after_s = 0;  // the server's hint
};

// Each is heard by the drivers that can hear it, and nothing to the others. `row` names a row, `message` what
// the shopper said.
class Listener {
 public:
  // Frames
  virtual void request(HttpRequest&&) {}
  virtual void send(std::string&& /*frame*/) {}
  virtual void send_binary(std::string&& /*frame*/) {}

  // The number of the frame that is being read; 0: it has none. False: it does not count, and nothing of it
  // is to be said.
  virtual bool counts(std::uint32_t /*seq*/) { return true; }
  virtual void welcome(Welcome&&) {}

  // Messages. `taken`: the server has it (durably, where it says so), and it must not be sent again as a new
  // one. `failed`: what became of it, or of its answer.
  virtual void taken(const std::string& /*message*/) {}
  virtual void failed(const std::string& /*message*/, const Failure&) {}

  // Rows: one that is complete, or one that grows. It begins with its first delta; `at`: the byte where this
  // one goes on, or `at_end`. A checkpoint is the whole text so far. `done` is the row's last word: `text` is
  // the whole of it, `stopped` and `broken` are states too.
  static constexpr std::uint32_t at_end = ~std::uint32_t{0};
  virtual void row(Row&&) {}
  virtual void delta(const std::string& /*row*/, std::uint32_t /*at*/, std::string_view /*text*/) {}
  virtual void checkpoint(const std::string& /*row*/, std::string_view /*text*/) {}
  virtual void products(const std::string& /*row*/, std::vector<Product>&&) {}
  virtual void done(const std::string& /*row*/, RowState, const std::string& /*text*/) {}
  // It is made anew, from its first word of this exchange.
  virtual void restarted(const std::string& /*row*/) {}
  // The exchange is over, and the answer goes on when these are answered: then the message is said again, with all that
  // was asked. In place of `done`.
  virtual void asks(std::vector<Ask>&&) {}
  // What came of a call that the shopper has allowed.
  virtual void result(const std::string& /*call*/, std::string_view /*content*/) {}
  // Something is being done about it.
  virtual void progress(const std::string& /*row*/) {}

  // Calls
  virtual void caption(Row&&) {}
  virtual void agent(AgentState) {}
  virtual void ticket(VoiceOffer&&) {}
  virtual void ticket_refused() {}
  // To be heard, where the call's sound comes this way: a WAV file.
  virtual void sound(std::string&& /*wav*/) {}

  // Words for the console: of what went wrong, and of what goes well.
  virtual void trouble(std::string_view /*words*/) {}
  virtual void note(std::string_view /*words*/) {}

 protected:
  ~Listener() = default;
};

}  // namespace shopbell
