// Codec: what the core knows of a back end. It stands between this vocabulary and bytes, and has no clock, no
// randomness, no I/O.
//
// Theory of operation. Each back end has its folder in wasm/backends and one line in backends.def. What
// happened is told to its codec, one call for each kind: the shopper's wishes and what the wire brought. What
// follows from that the codec says to a `Listener`, one call for each kind: frames (what is to go out) and
// signals (what the server has told). When, how often and whether anything is said or sent is the core's
// business alone: the driver of the codec's transport (core/drivers) is the listener.
//
//   wish or bytes -> Codec -> Listener: frames, signals
//
// A listener does not call the codec back. Texts and ids are the codec's own, for the time of the call.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/private.h"
#include "core/vocabulary/ask.h"
#include "core/vocabulary/errors.h"
#include "core/vocabulary/events.h"
#include "core/vocabulary/row.h"
#include "core/vocabulary/voice_offer.h"

namespace shopbell {

// ---- what the core says

// One turn of the conversation so far.
struct Turn {
  std::string id;  // its row's
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
  // The page's tools (Toolbox::tools), and how far the agent has come with its answer. Null: none.
  const std::string* tools = nullptr;
  const std::vector<Ask>* asks = nullptr;
};

// Which connection of which conversation this is.
struct Joining {
  std::string client;
  // The last session, or empty: none.
  std::string session;
  Private<std::string> secret;
  std::uint32_t epoch = 0;
  std::uint32_t seq = 0;  // everything up to here is known
};

// ---- what a codec says

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

// What a back end has. Drivers adapt to it, and never ask its name.
struct Capabilities {
  bool resend_by_key = false;         // a repeated id joins or replays the same answer
  std::size_t text_utf16_max = 1000;  // longest message
  // Over a socket: a message is said to be taken once it is stored, and its answer comes by itself, whenever it comes. Else one
  // message is on the wire until its answer is over.
  bool acks = false;
  bool replies = true;  // each message is answered
};

// The checked options a back end may read.
struct BackendOptions {
  std::string api_url;  // no trailing slash
  Private<std::string> api_key;
  bool idempotency = false;
  // JSON of objects, of the page's scripts alone.
  Private<std::string> agent_headers{};
  Private<std::string> forwarded_props{};
};

class Codec {
 public:
  virtual ~Codec() = default;
  virtual Capabilities capabilities() const = 0;

  // Before anything else: what is wrong with its options is told to the owner.
  virtual void begin(Listener&) {}

  // Wishes. Over HTTP `say` begins a new exchange and forgets the one before, but for what a resend of the
  // same id may use (Last-Event-ID).
  virtual void say(const Outgoing&, Listener&) = 0;
  virtual void stop(const std::string& /*message*/, Listener&) {}
  virtual void ask_for_ticket(Listener&) {}
  // A call begins, or ends, whose sound comes and goes over this connection.
  virtual void call(bool /*on*/, Listener&) {}
  // Some of what the shopper says in it: 16-bit samples, little endian, mono, 16 kHz; empty: he has ended.
  virtual void speech(std::string_view /*samples*/, Listener&) {}
  // Whether the peer is still there; the server answers `number`.
  virtual void ping(double /*number*/, Listener&) {}

  // The wire: a frame of a socket (of text; most have no other), or a part of a body.
  virtual void received(std::string_view /*bytes*/, Listener&) = 0;
  virtual void received_binary(std::string_view /*bytes*/, Listener&) {}

  // A socket's connection.
  virtual std::string url() const { return {}; }
  virtual std::vector<std::string> protocols() const { return {}; }
  virtual void opened(const Joining&, Listener&) {}
  virtual Close closed(std::uint32_t /*code*/, std::string_view /*reason*/) const { return {}; }

  // An HTTP exchange. It ends with one `done` or `failed`; what comes after that gives nothing.
  virtual void head(std::uint32_t /*status*/, const std::vector<Header>&, Listener&) {}
  virtual void ended(Listener&) {}
  // The connection broke, or the core ended it (`code` says why).
  virtual void cut(ErrorCode /*code*/, Listener&) {}
};

}  // namespace shopbell
