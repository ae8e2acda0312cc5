// Everything the widget can ask of the shim and the view: one handler each, carried out in order, no decision
// in any of them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/fields.h"
#include "core/base/packed.h"
#include "core/vocabulary/events.h"
#include "core/vocabulary/row.h"

namespace shopbell {

enum class Level : std::uint8_t { debug, info, warn, error };
template <>
struct EnumNames<Level> {
  static constexpr std::string_view title = "Level";
  static constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
};

enum class Focus : std::uint8_t { stay, box, launcher };
template <>
struct EnumNames<Focus> {
  static constexpr std::string_view title = "Focus";
  static constexpr std::string_view names[] = {"stay", "box", "launcher"};
};

// The typing indicator: the agent is thinking, or has been silent for long ("still working").
enum class Typing : std::uint8_t { none, thinking, still_working };
template <>
struct EnumNames<Typing> {
  static constexpr std::string_view title = "Typing";
  static constexpr std::string_view names[] = {"none", "thinking", "still_working"};
};

// What the owner can listen to with handle.on(name, callback).
enum class PageEvent : std::uint8_t { ready, open, close, message, sent, reply, error };
template <>
struct EnumNames<PageEvent> {
  static constexpr std::string_view title = "PageEvent";
  static constexpr std::string_view names[] = {"ready", "open", "close", "message", "sent", "reply", "error"};
};

// A call as the shopper sees it.
enum class CallPhase : std::uint8_t { idle, asking, connecting, live, reconnecting, ended, failed };
template <>
struct EnumNames<CallPhase> {
  static constexpr std::string_view title = "CallPhase";
  static constexpr std::string_view names[] = {"idle",         "asking", "connecting", "live",
                                               "reconnecting", "ended",  "failed"};
};

// What carries a call's sound.
//
//   socket  a voice socket of its own, which it keeps alive by itself; it is let in by tickets
//   frames  the back end's own connection: what is said comes as `call_data`, what is to be heard goes by `call_send`
//   peer, room  WebRTC: of back ends that come with later versions
enum class Engine : std::uint8_t { none, socket, frames, peer, room };
template <>
struct EnumNames<Engine> {
  static constexpr std::string_view title = "Engine";
  static constexpr std::string_view names[] = {"none", "socket", "frames", "peer", "room"};
};

namespace command {

// Asks for all entries whose key begins with `prefix`; answered by `storage_loaded` before the next event.
struct StorageLoad {
  static constexpr std::string_view type_name = "storage_load";
  static constexpr bool urgent = true;
  Area area = Area::shop;
  std::string prefix;
  SHOPBELL_FIELDS(StorageLoad, area, prefix)
};
// Synchronous, so that what it stores outlives the commands after it. Failure comes back as
// `storage_refused`.
struct StorageSet {
  static constexpr std::string_view type_name = "storage_set";
  static constexpr bool urgent = true;
  Area area = Area::shop;
  std::string key;
  std::string value;
  SHOPBELL_FIELDS(StorageSet, area, key, value)
};
struct StorageRemove {
  static constexpr std::string_view type_name = "storage_remove";
  static constexpr bool urgent = true;
  Area area = Area::shop;
  std::string key;
  SHOPBELL_FIELDS(StorageRemove, area, key)
};

// Waits for the Web Lock (exclusive) and tells by `lock_taken`; held until `lock_drop` or the page's end.
struct LockTake {
  static constexpr std::string_view type_name = "lock_take";
  static constexpr bool urgent = true;
  std::string lock;
  SHOPBELL_FIELDS(LockTake, lock)
};
struct LockDrop {
  static constexpr std::string_view type_name = "lock_drop";
  static constexpr bool urgent = true;
  std::string lock;
  SHOPBELL_FIELDS(LockDrop, lock)
};

// A request of attempt number `attempt`: no credentials, no cache, redirects followed.
struct HttpSend {
  static constexpr std::string_view type_name = "http_send";
  static constexpr bool urgent = true;
  static constexpr bool says = true;
  std::uint32_t attempt = 0;
  std::string method;
  std::string url;
  std::vector<Header> headers;
  Bytes body;
  SHOPBELL_FIELDS(HttpSend, attempt, method, url, headers, body)
};
struct HttpAbort {
  static constexpr std::string_view type_name = "http_abort";
  static constexpr bool urgent = true;
  std::uint32_t attempt = 0;
  SHOPBELL_FIELDS(HttpAbort, attempt)
};

// preventDefault() on the key event being handled.
struct KeyConsumed {
  static constexpr std::string_view type_name = "key_consumed";
  static constexpr bool urgent = true;
  SHOPBELL_FIELDS(KeyConsumed)
};

struct Console {
  static constexpr std::string_view type_name = "console";
  Level level = Level::info;
  std::string text;
  SHOPBELL_FIELDS(Console, level, text)
};

// Tells the owner's listeners. Fields that do not apply are empty.
struct Emit {
  static constexpr std::string_view type_name = "emit";
  PageEvent event = PageEvent::ready;
  std::string id;
  std::string text;
  ErrorCode code = ErrorCode::none;
  SHOPBELL_FIELDS(Emit, event, id, text, code)
};

// The shim keeps these bytes in memory for `start` after a trap.
struct KeepSnapshot {
  static constexpr std::string_view type_name = "keep_snapshot";
  Bytes state;
  SHOPBELL_FIELDS(KeepSnapshot, state)
};

// The checked options that concern looks; empty texts mean the view's own (localised) default.
struct Look {
  static constexpr std::string_view type_name = "look";
  std::string position;      // bottom-right | bottom-left
  std::string color_scheme;  // auto | light | dark
  std::string primary_color;
  std::string bot_name;
  std::string bot_subtitle;
  std::string placeholder;
  std::string greeting;
  bool voice = false;
  SHOPBELL_FIELDS(Look, position, color_scheme, primary_color, bot_name, bot_subtitle, placeholder, greeting,
                  voice)
};

// The view forgets all it was told: rows, typing, banner, badge. The first command of every core's life.
struct ViewReset {
  static constexpr std::string_view type_name = "view_reset";
  SHOPBELL_FIELDS(ViewReset)
};

struct Panel {
  static constexpr std::string_view type_name = "panel";
  bool open = false;
  Focus focus = Focus::stay;
  SHOPBELL_FIELDS(Panel, open, focus)
};

// Inserts the row, or replaces the row of the same id.
struct RowPut {
  static constexpr std::string_view type_name = "row_put";
  Row row;
  SHOPBELL_FIELDS(RowPut, row)
};
// Appends to the text of a streaming row.
struct RowAppend {
  static constexpr std::string_view type_name = "row_append";
  std::string row;
  std::string text;
  SHOPBELL_FIELDS(RowAppend, row, text)
};
struct RowRemove {
  static constexpr std::string_view type_name = "row_remove";
  std::string row;
  SHOPBELL_FIELDS(RowRemove, row)
};

struct ShowTyping {
  static constexpr std::string_view type_name = "show_typing";
  Typing typing = Typing::none;
  SHOPBELL_FIELDS(ShowTyping, typing)
};

// Replaces the box's text.
struct BoxSet {
  static constexpr std::string_view type_name = "box_set";
  std::string text;
  SHOPBELL_FIELDS(BoxSet, text)
};

// The state of the box and its buttons. `busy` is drawn by aria-disabled, never by `disabled`.
struct Composer {
  static constexpr std::string_view type_name = "composer";
  bool busy = false;      // the send button would do nothing now
  bool can_stop = false;  // the stop button is shown
  bool counting = false;  // the limit counter is shown
  double units_left = 0;  // UTF-16 code units; negative when over
  SHOPBELL_FIELDS(Composer, busy, can_stop, counting, units_left)
  bool operator==(const Composer&) const = default;
};

// A line above the box; `none` takes it away.
struct Banner {
  static constexpr std::string_view type_name = "banner";
  ErrorCode code = ErrorCode::none;
  SHOPBELL_FIELDS(Banner, code)
};

// For screen readers: a row that is whole, as it reads once it is drawn, or a state in words. Never a delta.
struct Announce {
  static constexpr std::string_view type_name = "announce";
  std::string row;
  ErrorCode code = ErrorCode::none;
  SHOPBELL_FIELDS(Announce, row, code)
};

// Replies that came while the panel was closed; drawn on the launcher.
struct Unread {
  static constexpr std::string_view type_name = "unread";
  std::uint32_t count = 0;
  SHOPBELL_FIELDS(Unread, count)
};

// Load markdown.wasm now, if it is not there yet; rows with `markdown` are redrawn when it is.
struct MarkdownLoad {
  static constexpr std::string_view type_name = "markdown_load";
  SHOPBELL_FIELDS(MarkdownLoad)
};

// Runs a tool of the page, once; what becomes of it is told by `tool_ended`. `call`: {name, arguments} as JSON.
struct ToolRun {
  static constexpr std::string_view type_name = "tool_run";
  std::string id;
  std::string call;
  SHOPBELL_FIELDS(ToolRun, id, call)
};

// A WebSocket of attempt number `attempt`; what becomes of it is told by `socket_opened`, `socket_frame`,
// `socket_closed`.
struct SocketOpen {
  static constexpr std::string_view type_name = "socket_open";
  static constexpr bool urgent = true;
  std::uint32_t attempt = 0;
  std::string url;
  std::vector<std::string> protocols;  // RFC 6455, section 1.9; mostly none
  SHOPBELL_FIELDS(SocketOpen, attempt, url, protocols)
};
// One frame; of text, unless it is `binary`.
struct SocketSend {
  static constexpr std::string_view type_name = "socket_send";
  static constexpr bool urgent = true;
  static constexpr bool says = true;
  std::uint32_t attempt = 0;
  Bytes bytes;
  bool binary = false;
  SHOPBELL_FIELDS(SocketSend, attempt, bytes, binary)
};
// Nothing more is told about the attempt.
struct SocketClose {
  static constexpr std::string_view type_name = "socket_close";
  static constexpr bool urgent = true;
  std::uint32_t attempt = 0;
  std::uint32_t code = 0;
  SHOPBELL_FIELDS(SocketClose, attempt, code)
};

// Begins call number `attempt`, in the press's own task: make and resume the AudioContext, ask for the
// microphone, load what voice needs. Device ids as in MediaDeviceInfo; empty: the browser's choice.
struct CallOpen {
  static constexpr std::string_view type_name = "call_open";
  static constexpr bool urgent = true;
  std::uint32_t attempt = 0;
  Engine engine = Engine::none;
  std::string microphone;
  std::string speaker;
  bool push_to_talk = false;
  bool muted = false;
  SHOPBELL_FIELDS(CallOpen, attempt, engine, microphone, speaker, push_to_talk, muted)
};
// The voice socket's address and a ticket that is good for one connection. May come again in a call: the
// engine asked for a new ticket.
struct CallConnect {
  static constexpr std::string_view type_name = "call_connect";
  std::uint32_t attempt = 0;
  std::string url;
  std::string ticket;
  SHOPBELL_FIELDS(CallConnect, attempt, url, ticket)
};
// For the engine, from the back end. To `frames`: a sound to be heard, as a WAV file; or nothing: silence, at once.
struct CallSend {
  static constexpr std::string_view type_name = "call_send";
  std::uint32_t attempt = 0;
  Bytes bytes;
  SHOPBELL_FIELDS(CallSend, attempt, bytes)
};
struct CallMute {
  static constexpr std::string_view type_name = "call_mute";
  std::uint32_t attempt = 0;
  bool muted = false;
  SHOPBELL_FIELDS(CallMute, attempt, muted)
};
struct CallTalk {
  static constexpr std::string_view type_name = "call_talk";
  std::uint32_t attempt = 0;
  bool down = false;
  SHOPBELL_FIELDS(CallTalk, attempt, down)
};
struct CallDevice {
  static constexpr std::string_view type_name = "call_device";
  std::uint32_t attempt = 0;
  Device kind = Device::microphone;
  std::string id;
  SHOPBELL_FIELDS(CallDevice, attempt, kind, id)
};
// Ends the call: the microphone is off when this returns. Nothing more is told about the attempt.
struct CallClose {
  static constexpr std::string_view type_name = "call_close";
  static constexpr bool urgent = true;
  std::uint32_t attempt = 0;
  SHOPBELL_FIELDS(CallClose, attempt)
};
// The call as it is to be drawn. `code`: why it ended, failed or waits.
struct ShowCall {
  static constexpr std::string_view type_name = "show_call";
  CallPhase state = CallPhase::idle;
  bool running = false;  // from the press until it is over
  AgentActivity agent = AgentActivity::listening;
  bool muted = false;
  bool push_to_talk = false;
  ErrorCode code = ErrorCode::none;
  SHOPBELL_FIELDS(ShowCall, state, running, agent, muted, push_to_talk, code)
  bool operator==(const ShowCall&) const = default;
};

}  // namespace command

using Command =
    std::variant<command::StorageLoad, command::StorageSet, command::StorageRemove, command::LockTake,
                 command::LockDrop, command::HttpSend, command::HttpAbort, command::KeyConsumed,
                 command::Console, command::Emit, command::KeepSnapshot, command::Look, command::Panel,
                 command::RowPut, command::RowAppend, command::RowRemove, command::ShowTyping,
                 command::BoxSet, command::Composer, command::Banner, command::Announce, command::Unread,
                 command::MarkdownLoad, command::ViewReset, command::SocketOpen, command::SocketSend,
                 command::SocketClose, command::CallOpen, command::CallConnect, command::CallMute,
                 command::CallTalk, command::CallDevice, command::CallClose, command::CallSend,
                 command::ShowCall, command::ToolRun>;

// What a step wants done, in the form in which the page reads it (base/packed.h): each command is written down as
// it is said, and never moved. Storage, locks and the wire do not wait for the view: what is `urgent` comes
// first, in its own order.
class Commands {
 public:
  template <class C>
  void put(const C& command) {
    constexpr bool urgent = requires { C::urgent; };
    constexpr bool says = requires { C::says; };
    saying_ = saying_ || says;
    put(urgent ? urgent_ : others_, packed::Alternatives<Command>::index_of<C>(), &command,
        layout::Layout<C, false>::table);
  }

  // One of them puts on the wire what the shopper has said.
  bool saying() const { return saying_; }
  void clear();
  // u32 how many, then each.
  std::string take();

  // For those who carry them out natively, one by one.
  std::vector<Command> list() const;

 private:
  void put(packed::Sink& into, std::size_t index, const void* command, const layout::Object& layout);

  packed::Sink urgent_;
  packed::Sink others_;
  std::uint32_t count_ = 0;
  bool saying_ = false;
};

}  // namespace shopbell
