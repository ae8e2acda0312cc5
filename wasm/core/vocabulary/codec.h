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
#include <string>
#include <string_view>
#include <vector>

#include "core/base/private.h"
#include "core/vocabulary/ask.h"
#include "core/vocabulary/events.h"
#include "core/vocabulary/listener.h"

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
  std::string version;  // the widget's, as released; empty: a build for development
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
  // What has happened in a call's room, as its engine tells it.
  virtual void happened(std::string_view /*json*/, Listener&) {}
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
