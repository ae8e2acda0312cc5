// Everything that can happen to the widget. The shim makes these and decides nothing about them.
//
// Text from the page is well-formed UTF-8 (the shim's encoder replaces lone surrogates); network bodies are
// raw bytes. An event that does not fit the state is dropped, never an error of the caller.
#pragma once

#include <cstdint>
#include <variant>

#include "core/base/fields.h"
#include "core/vocabulary/row.h"

namespace shopbell {

// Where a stored entry lives: `shop` is localStorage (all tabs of the shop), `tab` is sessionStorage.
enum class Area : std::uint8_t { shop, tab };
template <>
struct EnumNames<Area> {
  static constexpr std::string_view title = "Area";
  static constexpr std::string_view names[] = {"shop", "tab"};
};

// One option of the tag or of Shopbell.init, as the page gave it. `type` is JavaScript's typeof, or "color"
// for a text that the browser takes as one; `name` is in kebab case ("api-url").
struct Setting {
  static constexpr std::string_view type_name = "Setting";
  std::string name;
  std::string value;
  std::string type;
  SHOPBELL_FIELDS(Setting, name, value, type)
};

struct Entry {
  static constexpr std::string_view type_name = "Entry";
  std::string key;
  std::string value;
  SHOPBELL_FIELDS(Entry, key, value)
};

struct Header {
  static constexpr std::string_view type_name = "Header";
  std::string name;  // in responses lower case
  std::string value;
  SHOPBELL_FIELDS(Header, name, value)
};

// ---- words of a call

// What became of the request for the microphone, now or later in the call (a device that is unplugged, a
// permission that is taken back).
enum class MicOutcome : std::uint8_t { granted, denied, dismissed, missing, busy, insecure, failed };
template <>
struct EnumNames<MicOutcome> {
  static constexpr std::string_view title = "MicOutcome";
  static constexpr std::string_view names[] = {"granted", "denied",   "dismissed", "missing",
                                               "busy",    "insecure", "failed"};
};

// What the voice engine says of itself. `ready`: everything is loaded and the microphone flows.
enum class EngineNews : std::uint8_t { ready, live, reconnecting, back, needs_ticket, gone };
template <>
struct EnumNames<EngineNews> {
  static constexpr std::string_view title = "EngineNews";
  static constexpr std::string_view names[] = {"ready", "live",         "reconnecting",
                                               "back",  "needs_ticket", "gone"};
};

enum class CallReason : std::uint8_t {
  none,
  by_shop,
  replaced,
  too_long,
  going_away,
  refused,
  version,
  network,
  protocol,
  unsupported,
  not_loaded,
  refused_by_policy
};
template <>
struct EnumNames<CallReason> {
  static constexpr std::string_view title = "CallReason";
  static constexpr std::string_view names[] = {
      "none",    "by_shop", "replaced", "too_long",    "going_away", "refused",
      "version", "network", "protocol", "unsupported", "not_loaded", "refused_by_policy"};
};

// `waiting`: for the word that wakes it.
enum class AgentActivity : std::uint8_t { listening, thinking, speaking, waiting };
template <>
struct EnumNames<AgentActivity> {
  static constexpr std::string_view title = "AgentActivity";
  static constexpr std::string_view names[] = {"listening", "thinking", "speaking", "waiting"};
};

enum class Device : std::uint8_t { microphone, speaker };
template <>
struct EnumNames<Device> {
  static constexpr std::string_view title = "Device";
  static constexpr std::string_view names[] = {"microphone", "speaker"};
};

// Whose event it is, where its struct says so: the wire's are the driver's, a call's are the voice's, all
// others the widget's own.
template <class E>
constexpr bool is_of_wire = requires { E::of_wire; };
template <class E>
constexpr bool is_of_call = requires { E::of_call; };

namespace event {

// The first event of a widget's life. `seed`: 32 bytes from crypto.getRandomValues. `snapshot`: empty, or
// what the last `keep_snapshot` command held, when the core is rebuilt after a trap. `locks`: the page has
// Web Locks.
struct Start {
  static constexpr std::string_view type_name = "start";
  std::vector<Setting> settings;
  Bytes seed;
  Bytes snapshot;
  std::string script_origin;  // where the widget's files come from; api-url defaults to it
  bool online = true;
  bool visible = true;
  bool locks = true;
  SHOPBELL_FIELDS(Start, settings, seed, snapshot, script_origin, online, visible, locks)
};

// The answer to `storage_load`. `refused`: empty, or why the browser gave nothing (an exception's name).
struct StorageLoaded {
  static constexpr std::string_view type_name = "storage_loaded";
  Area area = Area::shop;
  std::string prefix;
  std::vector<Entry> entries;
  std::string refused;
  SHOPBELL_FIELDS(StorageLoaded, area, prefix, entries, refused)
};

// A `storage_set` failed. `full`: the quota is used up; else access is denied.
struct StorageRefused {
  static constexpr std::string_view type_name = "storage_refused";
  std::string key;
  bool full = false;
  SHOPBELL_FIELDS(StorageRefused, key, full)
};

// Another page of this shop has changed this key of the area `shop`. What stands there now is read by
// `storage_load`.
struct StorageChanged {
  static constexpr std::string_view type_name = "storage_changed";
  std::string key;
  SHOPBELL_FIELDS(StorageChanged, key)
};

// The Web Lock asked for by `lock_take` is now held by this page.
struct LockTaken {
  static constexpr std::string_view type_name = "lock_taken";
  std::string lock;
  SHOPBELL_FIELDS(LockTaken, lock)
};

// It can't be had. `denied`: the browser allows no locks here, as where the shopper forbids storage.
struct LockRefused {
  static constexpr std::string_view type_name = "lock_refused";
  std::string lock;
  bool denied = false;
  SHOPBELL_FIELDS(LockRefused, lock, denied)
};

struct LauncherPressed {
  static constexpr std::string_view type_name = "launcher_pressed";
  SHOPBELL_FIELDS(LauncherPressed)
};

struct ClosePressed {
  static constexpr std::string_view type_name = "close_pressed";
  SHOPBELL_FIELDS(ClosePressed)
};

// A key went down inside the widget. `key` as in KeyboardEvent.key. `text`: what the box holds. `in_box`: the
// box has the focus. When the commands contain `key_consumed`, the shim calls preventDefault() on it.
struct KeyPressed {
  static constexpr std::string_view type_name = "key_pressed";
  std::string key;
  std::string text;
  bool in_box = false;
  bool shift = false;
  bool composing = false;  // an input method (IME) is at work: Enter belongs to it
  SHOPBELL_FIELDS(KeyPressed, key, text, in_box, shift, composing)
};

// The box's text changed by typing, pasting, dictation or undo.
struct DraftChanged {
  static constexpr std::string_view type_name = "draft_changed";
  std::string text;
  SHOPBELL_FIELDS(DraftChanged, text)
};

struct SendPressed {
  static constexpr std::string_view type_name = "send_pressed";
  std::string text;  // what the box holds
  SHOPBELL_FIELDS(SendPressed, text)
};

struct StopPressed {
  static constexpr std::string_view type_name = "stop_pressed";
  SHOPBELL_FIELDS(StopPressed)
};

// `still_ms`: for how long the conversation had not moved on the screen when it was pressed.
struct RowActionPressed {
  static constexpr std::string_view type_name = "row_action_pressed";
  std::string row;
  RowAction action = RowAction::retry;
  double still_ms = 0;
  SHOPBELL_FIELDS(RowActionPressed, row, action, still_ms)
};

// The page's own calls on the handle that Shopbell.init gave.
struct PageOpen {
  static constexpr std::string_view type_name = "page_open";
  SHOPBELL_FIELDS(PageOpen)
};
struct PageClose {
  static constexpr std::string_view type_name = "page_close";
  SHOPBELL_FIELDS(PageClose)
};
struct PageSend {
  static constexpr std::string_view type_name = "page_send";
  std::string text;
  SHOPBELL_FIELDS(PageSend, text)
};

// What became of `http_send`: head, any number of bodies, then end; or `http_failed` at any point. Other
// attempts are dropped.
struct HttpHead {
  static constexpr std::string_view type_name = "http_head";
  static constexpr bool of_wire = true;
  std::uint32_t attempt = 0;
  std::uint32_t status = 0;
  std::vector<Header> headers;
  SHOPBELL_FIELDS(HttpHead, attempt, status, headers)
};
struct HttpBody {
  static constexpr std::string_view type_name = "http_body";
  static constexpr bool of_wire = true;
  std::uint32_t attempt = 0;
  Bytes bytes;
  SHOPBELL_FIELDS(HttpBody, attempt, bytes)
};
struct HttpEnd {
  static constexpr std::string_view type_name = "http_end";
  static constexpr bool of_wire = true;
  std::uint32_t attempt = 0;
  SHOPBELL_FIELDS(HttpEnd, attempt)
};
struct HttpFailed {
  static constexpr std::string_view type_name = "http_failed";
  static constexpr bool of_wire = true;
  std::uint32_t attempt = 0;
  std::string reason;  // for the console only
  SHOPBELL_FIELDS(HttpFailed, attempt, reason)
};

// All the tools that the page offers now: a JSON object of {description, parameters, readOnly} by name.
struct ToolsOffered {
  static constexpr std::string_view type_name = "tools_offered";
  static constexpr bool of_wire = true;
  std::string tools;
  SHOPBELL_FIELDS(ToolsOffered, tools)
};
// What became of `tool_run`. `content`: what the tool gave, or why it failed.
struct ToolEnded {
  static constexpr std::string_view type_name = "tool_ended";
  static constexpr bool of_wire = true;
  std::string id;
  std::string content;
  bool failed = false;
  SHOPBELL_FIELDS(ToolEnded, id, content, failed)
};

// The deadline that the core named has come. Late, early or twice is harmless.
struct Tick {
  static constexpr std::string_view type_name = "tick";
  SHOPBELL_FIELDS(Tick)
};

struct OnlineChanged {
  static constexpr std::string_view type_name = "online_changed";
  bool online = true;
  SHOPBELL_FIELDS(OnlineChanged, online)
};
struct VisibleChanged {
  static constexpr std::string_view type_name = "visible_changed";
  bool visible = true;
  SHOPBELL_FIELDS(VisibleChanged, visible)
};
// `pagehide`: the page goes away, perhaps into the back-forward cache. What must survive is written now,
// synchronously.
struct PageHidden {
  static constexpr std::string_view type_name = "page_hidden";
  SHOPBELL_FIELDS(PageHidden)
};
// `pageshow` of a page that comes back from the back-forward cache. Nobody told it there that the network
// went or came.
struct PageShown {
  static constexpr std::string_view type_name = "page_shown";
  bool online = true;
  SHOPBELL_FIELDS(PageShown, online)
};
// The page takes the widget away; nothing comes after it.
struct PageDestroy {
  static constexpr std::string_view type_name = "page_destroy";
  SHOPBELL_FIELDS(PageDestroy)
};
struct MarkdownFailed {
  static constexpr std::string_view type_name = "markdown_failed";
  std::string reason;
  SHOPBELL_FIELDS(MarkdownFailed, reason)
};

// What became of `socket_open`: opened, any number of frames, then closed (also when it was never open;
// `code` is then 1006). Other attempts are dropped.
struct SocketOpened {
  static constexpr std::string_view type_name = "socket_opened";
  static constexpr bool of_wire = true;
  std::uint32_t attempt = 0;
  SHOPBELL_FIELDS(SocketOpened, attempt)
};
struct SocketFrame {
  static constexpr std::string_view type_name = "socket_frame";
  static constexpr bool of_wire = true;
  std::uint32_t attempt = 0;
  Bytes bytes;
  bool binary = false;
  SHOPBELL_FIELDS(SocketFrame, attempt, bytes, binary)
};
struct SocketClosed {
  static constexpr std::string_view type_name = "socket_closed";
  static constexpr bool of_wire = true;
  std::uint32_t attempt = 0;
  std::uint32_t code = 0;  // RFC 6455, section 7.4, and the back end's own
  std::string reason;      // a number at its front: how many seconds the server wants to be left alone
  SHOPBELL_FIELDS(SocketClosed, attempt, code, reason)
};

// The call's buttons.
struct MicPressed {
  static constexpr std::string_view type_name = "mic_pressed";
  static constexpr bool of_call = true;
  SHOPBELL_FIELDS(MicPressed)
};
struct HangupPressed {
  static constexpr std::string_view type_name = "hangup_pressed";
  static constexpr bool of_call = true;
  SHOPBELL_FIELDS(HangupPressed)
};
struct MutePressed {
  static constexpr std::string_view type_name = "mute_pressed";
  static constexpr bool of_call = true;
  SHOPBELL_FIELDS(MutePressed)
};
// Push-to-talk: the button is held down, or let go.
struct Talk {
  static constexpr std::string_view type_name = "talk";
  static constexpr bool of_call = true;
  bool down = false;
  SHOPBELL_FIELDS(Talk, down)
};
// `id` as in MediaDeviceInfo.deviceId; empty: the browser's choice.
struct DevicePicked {
  static constexpr std::string_view type_name = "device_picked";
  static constexpr bool of_call = true;
  Device kind = Device::microphone;
  std::string id;
  SHOPBELL_FIELDS(DevicePicked, kind, id)
};

// What the voice engine of call number `attempt` says. Other attempts are dropped.
struct CallMic {
  static constexpr std::string_view type_name = "call_mic";
  static constexpr bool of_call = true;
  std::uint32_t attempt = 0;
  MicOutcome outcome = MicOutcome::granted;
  std::string detail;  // for the console only
  SHOPBELL_FIELDS(CallMic, attempt, outcome, detail)
};
struct CallEngine {
  static constexpr std::string_view type_name = "call_engine";
  static constexpr bool of_call = true;
  std::uint32_t attempt = 0;
  EngineNews state = EngineNews::ready;
  CallReason reason = CallReason::none;
  SHOPBELL_FIELDS(CallEngine, attempt, state, reason)
};
struct CallAgent {
  static constexpr std::string_view type_name = "call_agent";
  static constexpr bool of_call = true;
  std::uint32_t attempt = 0;
  AgentActivity state = AgentActivity::listening;
  SHOPBELL_FIELDS(CallAgent, attempt, state)
};
// What the engine has for the back end. Of `frames`: some of the shopper's speech, as 16-bit samples, little endian,
// mono, 16 kHz, at most 1,280 of them; or nothing: it has ended.
struct CallData {
  static constexpr std::string_view type_name = "call_data";
  static constexpr bool of_call = true;
  std::uint32_t attempt = 0;
  Bytes bytes;
  SHOPBELL_FIELDS(CallData, attempt, bytes)
};

}  // namespace event

using Event = std::variant<
    event::Start, event::StorageLoaded, event::StorageRefused, event::StorageChanged, event::LockTaken,
    event::LauncherPressed, event::ClosePressed, event::KeyPressed, event::DraftChanged, event::SendPressed,
    event::StopPressed, event::RowActionPressed, event::PageOpen, event::PageClose, event::PageSend,
    event::HttpHead, event::HttpBody, event::HttpEnd, event::HttpFailed, event::Tick, event::OnlineChanged,
    event::VisibleChanged, event::PageHidden, event::PageShown, event::MarkdownFailed, event::SocketOpened,
    event::SocketFrame, event::SocketClosed, event::MicPressed, event::HangupPressed, event::MutePressed,
    event::Talk, event::DevicePicked, event::CallMic, event::CallEngine, event::CallAgent, event::CallData,
    event::LockRefused, event::PageDestroy, event::ToolsOffered, event::ToolEnded>;

}  // namespace shopbell
