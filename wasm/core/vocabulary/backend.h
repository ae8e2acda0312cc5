// What the core knows of a back end: a pure codec between this vocabulary and bytes. No clock, no randomness,
// no I/O.
//
// Each back end has its folder in wasm/backends and one line in backends.def. An HTTP back end turns an
// `Outgoing` into a request and the response's bytes into `Answer`s; when, how often and whether to send is
// the core's business alone.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/base/private.h"
#include "core/vocabulary/errors.h"
#include "core/vocabulary/events.h"
#include "core/vocabulary/row.h"
#include "core/vocabulary/voice_offer.h"

namespace shopbell {

// One turn of the conversation so far.
struct Turn {
  bool agent = false;
  Private<std::string> text;
};

// A message on its way out. `history` holds the turns before it, oldest first.
struct Outgoing {
  std::string id;  // drawn once; the idempotency key where the back end takes one
  std::string session_id;
  Private<std::string> text;
  std::vector<Turn> history;
  Private<std::string> image;  // an http(s) or data:image address, or empty: none
};

struct HttpRequest {
  std::string method;
  std::string url;
  std::vector<Header> headers;
  std::string body;
  // The reply goes on where the last exchange of this id ended (its deltas so far will not come again).
  bool resumes = false;
};

// What the response means for the message and the conversation.
namespace answer {

// The server has the message (durably, where it says so): it must not be sent again as a new one.
struct Taken {};
// The reply comes anew from its first word, although this exchange was to resume it: the server made it
// again.
struct Restarted {};
// The reply goes on with this text.
struct Delta {
  std::string text;
};
struct Products {
  std::vector<Product> products;
};
// The reply is complete; `text` is the whole of it and replaces what was streamed.
struct Done {
  std::string text;
};

// What a failure says about the message itself.
enum class Fate : std::uint8_t {
  not_taken,  // surely not: may be sent again by itself
  refused,    // surely not, and the same message would be refused again
  unknown,    // it may or may not have arrived
  taken,      // it has arrived; only the reply is missing or broken
};
struct Failed {
  ErrorCode code = ErrorCode::none;
  Fate fate = Fate::unknown;
  double retry_after_s = -1;  // the server's hint; -1: none
  std::string detail;         // for the console: server's words about fields, never the shopper's text
};

}  // namespace answer

using Answer = std::variant<answer::Taken, answer::Restarted, answer::Delta, answer::Products, answer::Done,
                            answer::Failed>;
using Answers = std::vector<Answer>;

struct Capabilities {
  bool resend_by_key = false;         // a repeated id joins or replays the same answer
  std::size_t text_utf16_max = 1000;  // longest message
};

// The checked options a back end may read.
struct BackendOptions {
  std::string api_url;  // no trailing slash
  Private<std::string> api_key;
  bool idempotency = false;
};

class HttpBackend {
 public:
  virtual ~HttpBackend() = default;
  virtual Capabilities capabilities() const = 0;

  // Begins a new exchange and forgets the one before, but for what a resend of the same id may use
  // (Last-Event-ID).
  virtual HttpRequest request(const Outgoing& outgoing) = 0;
  // After `Done` or `Failed` the exchange is over and further calls give nothing.
  virtual void head(std::uint32_t status, const std::vector<Header>& headers, Answers& out) = 0;
  virtual void body(std::string_view bytes, Answers& out) = 0;
  virtual void end(Answers& out) = 0;
  // The connection broke, or the core ended it (`code` says why).
  virtual void cut(ErrorCode code, Answers& out) = 0;
};

// ---- back ends over a socket

// Which connection of which conversation this is.
struct Joining {
  std::string client;
  // The last session, or empty: none.
  std::string session;
  Private<std::string> secret;
  std::uint32_t epoch = 0;
  std::uint32_t seq = 0;  // everything up to here is known
};

// What the agent is at.
enum class AgentState : std::uint8_t { idle, listening, thinking, speaking };

// One frame from the server. Which members mean something depends on `what`.
struct Signal {
  enum class What : std::uint8_t {
    nothing,     // of a later version, or unreadable: ignored
    welcome,     // session, secret (empty: as before), epoch, seq, resumed, heartbeat_ms, voice; rows are the
                 // history where `has_rows`
    ack,         // id: the message is stored
    row,         // rows[0], complete
    delta,       // id: the row goes on at byte `at` with text
    checkpoint,  // id: the row's whole text so far
    products,    // id, products
    progress,    // something is being done about a reply
    done,        // id: the row is over in `state`; text is the whole of it
    caption,     // rows[0], not final
    agent,       // agent
    refused,     // id (empty: a call's ticket) and why
    ticket,      // voice
    ping,        // number
    pong,
    trouble,  // text, for the console
  };
  What what = What::nothing;
  std::uint32_t seq = 0;  // 0: not sequenced
  std::string id;
  std::string text;
  std::uint32_t at = 0;
  double number = 0;
  RowState state = RowState::done;
  AgentState agent = AgentState::idle;
  std::vector<Row> rows;
  bool has_rows = false;
  std::vector<Product> products;
  answer::Failed why;
  std::string session;
  Private<std::string> secret;
  std::uint32_t epoch = 0;
  bool resumed = false;
  double heartbeat_ms = 0;
  VoiceOffer voice;
};

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

class SocketBackend {
 public:
  virtual ~SocketBackend() = default;
  virtual Capabilities capabilities() const = 0;
  virtual std::string url() const = 0;
  virtual Signal read(std::string_view frame) = 0;
  virtual Close closed(std::uint32_t code, std::string_view reason) const = 0;
  // Frames.
  virtual std::string hello(const Joining& joining) const = 0;
  virtual std::string say(const std::string& id, const Private<std::string>& text) const = 0;
  virtual std::string stop(const std::string& id) const = 0;
  virtual std::string ask_for_ticket() const = 0;
  virtual std::string ping(double number) const = 0;
  virtual std::string pong(double number) const = 0;
};

}  // namespace shopbell
