// What the registry is told: sockets, the store's answers, replies as they are made, and what a call's agent
// wants. Audio and frames travel beside, as bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "registry/frames/server_frames.h"

namespace shopbell::registry {

enum class Stored : std::uint8_t { stored, repeated, answer_again, conflict, refused };

}  // namespace shopbell::registry

namespace shopbell {

template <>
struct EnumNames<registry::Stored> {
  static constexpr std::string_view names[] = {"stored", "repeated", "answer_again", "conflict", "refused"};
};

}  // namespace shopbell

namespace shopbell::registry::event {

// --- sockets; `socket` is the outside's number and never used twice

struct TextOpened {
  static constexpr std::string_view type_name = "text_opened";
  std::uint32_t socket = 0;
  bool origin_allowed = false;
  bool key_needed = true;
  bool too_fast = false;  // too many sockets of this address
  std::string voice_url;  // absolute; empty: no voice
  std::string address{};  // whom its calls and messages count for
  SHOPBELL_FIELDS(TextOpened, socket, origin_allowed, key_needed, too_fast, voice_url, address)
};

struct VoiceOpened {
  static constexpr std::string_view type_name = "voice_opened";
  std::uint32_t socket = 0;
  bool origin_allowed = false;
  bool too_fast = false;
  std::string address{};
  SHOPBELL_FIELDS(VoiceOpened, socket, origin_allowed, too_fast, address)
};

// The payload is the frame.
struct Frame {
  static constexpr std::string_view type_name = "frame";
  std::uint32_t socket = 0;
  bool binary = false;
  SHOPBELL_FIELDS(Frame, socket, binary)
};

// A ping or pong of the WebSocket itself (RFC 6455, section 5.5): it says nothing and has its cost.
struct Control {
  static constexpr std::string_view type_name = "control";
  std::uint32_t socket = 0;
  SHOPBELL_FIELDS(Control, socket)
};

struct Closed {
  static constexpr std::string_view type_name = "closed";
  std::uint32_t socket = 0;
  SHOPBELL_FIELDS(Closed, socket)
};

// More is waiting to be sent than the outside keeps.
struct Congested {
  static constexpr std::string_view type_name = "congested";
  std::uint32_t socket = 0;
  SHOPBELL_FIELDS(Congested, socket)
};

// --- the store's answers

struct SessionLoaded {
  static constexpr std::string_view type_name = "session_loaded";
  std::uint32_t socket = 0;  // that asked
  bool found = false;
  std::string secret_hash;
  std::uint32_t epoch = 0;
  double created_ms = 0;
  std::vector<Row> rows;  // the last ones, oldest first; running replies with their text so far
  SHOPBELL_FIELDS(SessionLoaded, socket, found, secret_hash, epoch, created_ms, rows)
};

struct MessageStored {
  static constexpr std::string_view type_name = "message_stored";
  std::string session;
  std::string id;
  Stored outcome = Stored::stored;
  Refusal code = Refusal::failed;  // when refused
  double retry_after_s = 0;
  double at_ms = 0;
  SHOPBELL_FIELDS(MessageStored, session, id, outcome, code, retry_after_s, at_ms)
};

struct RowStored {
  static constexpr std::string_view type_name = "row_stored";
  std::string session;
  Row row;
  SHOPBELL_FIELDS(RowStored, session, row)
};

// --- a reply as it is made; `id` is the message's

struct ReplyDelta {
  static constexpr std::string_view type_name = "reply_delta";
  std::string session;
  std::string id;
  std::string text;
  SHOPBELL_FIELDS(ReplyDelta, session, id, text)
};

struct ReplyProducts {
  static constexpr std::string_view type_name = "reply_products";
  std::string session;
  std::string id;
  std::vector<ProductCard> products;
  SHOPBELL_FIELDS(ReplyProducts, session, id, products)
};

struct ReplyTool {
  static constexpr std::string_view type_name = "reply_tool";
  std::string session;
  std::string id;
  std::string name;
  ToolState state = ToolState::running;
  SHOPBELL_FIELDS(ReplyTool, session, id, name, state)
};

struct ReplyDone {
  static constexpr std::string_view type_name = "reply_done";
  std::string session;
  std::string id;
  std::string text;
  RowState state = RowState::done;
  SHOPBELL_FIELDS(ReplyDone, session, id, text, state)
};

// --- what a call's agent wants

// The payload is the Opus packet.
struct CallAudio {
  static constexpr std::string_view type_name = "call_audio";
  std::uint32_t call = 0;
  std::uint32_t stream = 0;
  std::uint32_t flags = 0;
  std::uint32_t timestamp_48k = 0;
  SHOPBELL_FIELDS(CallAudio, call, stream, flags, timestamp_48k)
};

struct CallEnd {
  static constexpr std::string_view type_name = "call_end";
  std::uint32_t call = 0;
  std::uint32_t stream = 0;
  std::uint32_t timestamp_48k = 0;
  SHOPBELL_FIELDS(CallEnd, call, stream, timestamp_48k)
};

struct CallFlush {
  static constexpr std::string_view type_name = "call_flush";
  std::uint32_t call = 0;
  std::uint32_t stream = 0;
  SHOPBELL_FIELDS(CallFlush, call, stream)
};

struct CallAgent {
  static constexpr std::string_view type_name = "call_agent";
  std::uint32_t call = 0;
  AgentMood state = AgentMood::listening;
  SHOPBELL_FIELDS(CallAgent, call, state)
};

struct CallCaption {
  static constexpr std::string_view type_name = "call_caption";
  std::uint32_t call = 0;
  std::string id;
  Who who = Who::self;
  std::string text;
  SHOPBELL_FIELDS(CallCaption, call, id, who, text)
};

// A final caption: a row of the transcript. With the id of an older one it takes that one's place.
struct CallRow {
  static constexpr std::string_view type_name = "call_row";
  std::uint32_t call = 0;
  std::string id;
  Who who = Who::agent;
  std::string text;
  RowState state = RowState::done;
  SHOPBELL_FIELDS(CallRow, call, id, who, text, state)
};

// What the shopper said aloud, to be answered like a typed message.
struct CallSaid {
  static constexpr std::string_view type_name = "call_said";
  std::uint32_t call = 0;
  std::string id;
  std::string text;
  SHOPBELL_FIELDS(CallSaid, call, id, text)
};

struct CallHangUp {
  static constexpr std::string_view type_name = "call_hang_up";
  std::uint32_t call = 0;
  SHOPBELL_FIELDS(CallHangUp, call)
};

// --- the process

struct Tick {
  static constexpr std::string_view type_name = "tick";
  SHOPBELL_FIELDS(Tick)
};

// The gateway is going to end: nobody is let in and nothing is taken any more; when that is `final`, every
// socket is closed.
struct Closing {
  static constexpr std::string_view type_name = "closing";
  bool final = false;
  SHOPBELL_FIELDS(Closing, final)
};

}  // namespace shopbell::registry::event

namespace shopbell::registry {

using Event =
    std::variant<event::TextOpened, event::VoiceOpened, event::Frame, event::Control, event::Closed,
                 event::Congested, event::SessionLoaded, event::MessageStored, event::RowStored,
                 event::ReplyDelta, event::ReplyProducts, event::ReplyTool, event::ReplyDone,
                 event::CallAudio, event::CallEnd, event::CallFlush, event::CallAgent, event::CallCaption,
                 event::CallRow, event::CallSaid, event::CallHangUp, event::Tick, event::Closing>;

}  // namespace shopbell::registry
