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
  static constexpr auto fields() {
    return std::tuple{field("name", &Setting::name), field("value", &Setting::value),
                      field("type", &Setting::type)};
  }
};

struct Entry {
  static constexpr std::string_view type_name = "Entry";
  std::string key;
  std::string value;
  static constexpr auto fields() {
    return std::tuple{field("key", &Entry::key), field("value", &Entry::value)};
  }
};

struct Header {
  static constexpr std::string_view type_name = "Header";
  std::string name;  // in responses lower case
  std::string value;
  static constexpr auto fields() {
    return std::tuple{field("name", &Header::name), field("value", &Header::value)};
  }
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

enum class AgentActivity : std::uint8_t { listening, thinking, speaking };
template <>
struct EnumNames<AgentActivity> {
  static constexpr std::string_view title = "AgentActivity";
  static constexpr std::string_view names[] = {"listening", "thinking", "speaking"};
};

enum class Device : std::uint8_t { microphone, speaker };
template <>
struct EnumNames<Device> {
  static constexpr std::string_view title = "Device";
  static constexpr std::string_view names[] = {"microphone", "speaker"};
};

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
  static constexpr auto fields() {
    return std::tuple{field("settings", &Start::settings), field("seed", &Start::seed),
                      field("snapshot", &Start::snapshot), field("script_origin", &Start::script_origin),
                      field("online", &Start::online),     field("visible", &Start::visible),
                      field("locks", &Start::locks)};
  }
};

// The answer to `storage_load`. `refused`: empty, or why the browser gave nothing (an exception's name).
struct StorageLoaded {
  static constexpr std::string_view type_name = "storage_loaded";
  Area area = Area::shop;
  std::string prefix;
  std::vector<Entry> entries;
  std::string refused;
  static constexpr auto fields() {
    return std::tuple{field("area", &StorageLoaded::area), field("prefix", &StorageLoaded::prefix),
                      field("entries", &StorageLoaded::entries), field("refused", &StorageLoaded::refused)};
  }
};

// A `storage_set` failed. `full`: the quota is used up; else access is denied.
struct StorageRefused {
  static constexpr std::string_view type_name = "storage_refused";
  std::string key;
  bool full = false;
  static constexpr auto fields() {
    return std::tuple{field("key", &StorageRefused::key), field("full", &StorageRefused::full)};
  }
};

// Another page of this shop has changed this key of the area `shop`. What stands there now is read by
// `storage_load`.
struct StorageChanged {
  static constexpr std::string_view type_name = "storage_changed";
  std::string key;
  static constexpr auto fields() { return std::tuple{field("key", &StorageChanged::key)}; }
};

// The Web Lock asked for by `lock_take` is now held by this page.
struct LockTaken {
  static constexpr std::string_view type_name = "lock_taken";
  std::string lock;
  static constexpr auto fields() { return std::tuple{field("lock", &LockTaken::lock)}; }
};

struct LauncherPressed {
  static constexpr std::string_view type_name = "launcher_pressed";
  static constexpr auto fields() { return std::tuple{}; }
};

struct ClosePressed {
  static constexpr std::string_view type_name = "close_pressed";
  static constexpr auto fields() { return std::tuple{}; }
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
  static constexpr auto fields() {
    return std::tuple{field("key", &KeyPressed::key), field("text", &KeyPressed::text),
                      field("in_box", &KeyPressed::in_box), field("shift", &KeyPressed::shift),
                      field("composing", &KeyPressed::composing)};
  }
};

// The box's text changed by typing, pasting, dictation or undo.
struct DraftChanged {
  static constexpr std::string_view type_name = "draft_changed";
  std::string text;
  static constexpr auto fields() { return std::tuple{field("text", &DraftChanged::text)}; }
};

struct SendPressed {
  static constexpr std::string_view type_name = "send_pressed";
  std::string text;  // what the box holds
  static constexpr auto fields() { return std::tuple{field("text", &SendPressed::text)}; }
};

struct StopPressed {
  static constexpr std::string_view type_name = "stop_pressed";
  static constexpr auto fields() { return std::tuple{}; }
};

struct RowActionPressed {
  static constexpr std::string_view type_name = "row_action_pressed";
  std::string row;
  RowAction action = RowAction::retry;
  static constexpr auto fields() {
    return std::tuple{field("row", &RowActionPressed::row), field("action", &RowActionPressed::action)};
  }
};

// The page's own calls on the handle that Shopbell.init gave.
struct PageOpen {
  static constexpr std::string_view type_name = "page_open";
  static constexpr auto fields() { return std::tuple{}; }
};
struct PageClose {
  static constexpr std::string_view type_name = "page_close";
  static constexpr auto fields() { return std::tuple{}; }
};
struct PageSend {
  static constexpr std::string_view type_name = "page_send";
  std::string text;
  static constexpr auto fields() { return std::tuple{field("text", &PageSend::text)}; }
};

// What became of `http_send`: head, any number of bodies, then end; or `http_failed` at any point. Other
// attempts are dropped.
struct HttpHead {
  static constexpr std::string_view type_name = "http_head";
  std::uint32_t attempt = 0;
  std::uint32_t status = 0;
  std::vector<Header> headers;
  static constexpr auto fields() {
    return std::tuple{field("attempt", &HttpHead::attempt), field("status", &HttpHead::status),
                      field("headers", &HttpHead::headers)};
  }
};
struct HttpBody {
  static constexpr std::string_view type_name = "http_body";
  std::uint32_t attempt = 0;
  Bytes bytes;
  static constexpr auto fields() {
    return std::tuple{field("attempt", &HttpBody::attempt), field("bytes", &HttpBody::bytes)};
  }
};
struct HttpEnd {
  static constexpr std::string_view type_name = "http_end";
  std::uint32_t attempt = 0;
  static constexpr auto fields() { return std::tuple{field("attempt", &HttpEnd::attempt)}; }
};
struct HttpFailed {
  static constexpr std::string_view type_name = "http_failed";
  std::uint32_t attempt = 0;
  std::string reason;  // for the console only
  static constexpr auto fields() {
    return std::tuple{field("attempt", &HttpFailed::attempt), field("reason", &HttpFailed::reason)};
  }
};

// The deadline that the core named has come. Late, early or twice is harmless.
struct Tick {
  static constexpr std::string_view type_name = "tick";
  static constexpr auto fields() { return std::tuple{}; }
};

struct OnlineChanged {
  static constexpr std::string_view type_name = "online_changed";
  bool online = true;
  static constexpr auto fields() { return std::tuple{field("online", &OnlineChanged::online)}; }
};
struct VisibleChanged {
  static constexpr std::string_view type_name = "visible_changed";
  bool visible = true;
  static constexpr auto fields() { return std::tuple{field("visible", &VisibleChanged::visible)}; }
};
// `pagehide`: the page goes away, perhaps into the back-forward cache. What must survive is written now,
// synchronously.
struct PageHidden {
  static constexpr std::string_view type_name = "page_hidden";
  static constexpr auto fields() { return std::tuple{}; }
};
// `pageshow` of a page that comes back from the back-forward cache. Nobody told it there that the network
// went or came.
struct PageShown {
  static constexpr std::string_view type_name = "page_shown";
  bool online = true;
  static constexpr auto fields() { return std::tuple{field("online", &PageShown::online)}; }
};
struct MarkdownFailed {
  static constexpr std::string_view type_name = "markdown_failed";
  std::string reason;
  static constexpr auto fields() { return std::tuple{field("reason", &MarkdownFailed::reason)}; }
};

// What became of `socket_open`: opened, any number of frames, then closed (also when it was never open;
// `code` is then 1006). Other attempts are dropped.
struct SocketOpened {
  static constexpr std::string_view type_name = "socket_opened";
  std::uint32_t attempt = 0;
  static constexpr auto fields() { return std::tuple{field("attempt", &SocketOpened::attempt)}; }
};
struct SocketFrame {
  static constexpr std::string_view type_name = "socket_frame";
  std::uint32_t attempt = 0;
  Bytes bytes;
  static constexpr auto fields() {
    return std::tuple{field("attempt", &SocketFrame::attempt), field("bytes", &SocketFrame::bytes)};
  }
};
struct SocketClosed {
  static constexpr std::string_view type_name = "socket_closed";
  std::uint32_t attempt = 0;
  std::uint32_t code = 0;  // RFC 6455, section 7.4, and the back end's own
  std::string reason;      // a number at its front: how many seconds the server wants to be left alone
  static constexpr auto fields() {
    return std::tuple{field("attempt", &SocketClosed::attempt), field("code", &SocketClosed::code),
                      field("reason", &SocketClosed::reason)};
  }
};

// The call's buttons.
struct MicPressed {
  static constexpr std::string_view type_name = "mic_pressed";
  static constexpr auto fields() { return std::tuple{}; }
};
struct HangupPressed {
  static constexpr std::string_view type_name = "hangup_pressed";
  static constexpr auto fields() { return std::tuple{}; }
};
struct MutePressed {
  static constexpr std::string_view type_name = "mute_pressed";
  static constexpr auto fields() { return std::tuple{}; }
};
// Push-to-talk: the button is held down, or let go.
struct Talk {
  static constexpr std::string_view type_name = "talk";
  bool down = false;
  static constexpr auto fields() { return std::tuple{field("down", &Talk::down)}; }
};
// `id` as in MediaDeviceInfo.deviceId; empty: the browser's choice.
struct DevicePicked {
  static constexpr std::string_view type_name = "device_picked";
  Device kind = Device::microphone;
  std::string id;
  static constexpr auto fields() {
    return std::tuple{field("kind", &DevicePicked::kind), field("id", &DevicePicked::id)};
  }
};

// What the voice engine of call number `attempt` says. Other attempts are dropped.
struct CallMic {
  static constexpr std::string_view type_name = "call_mic";
  std::uint32_t attempt = 0;
  MicOutcome outcome = MicOutcome::granted;
  std::string detail;  // for the console only
  static constexpr auto fields() {
    return std::tuple{field("attempt", &CallMic::attempt), field("outcome", &CallMic::outcome),
                      field("detail", &CallMic::detail)};
  }
};
struct CallEngine {
  static constexpr std::string_view type_name = "call_engine";
  std::uint32_t attempt = 0;
  EngineNews state = EngineNews::ready;
  CallReason reason = CallReason::none;
  static constexpr auto fields() {
    return std::tuple{field("attempt", &CallEngine::attempt), field("state", &CallEngine::state),
                      field("reason", &CallEngine::reason)};
  }
};
struct CallAgent {
  static constexpr std::string_view type_name = "call_agent";
  std::uint32_t attempt = 0;
  AgentActivity state = AgentActivity::listening;
  static constexpr auto fields() {
    return std::tuple{field("attempt", &CallAgent::attempt), field("state", &CallAgent::state)};
  }
};

}  // namespace event

using Event = std::variant<
    event::Start, event::StorageLoaded, event::StorageRefused, event::StorageChanged, event::LockTaken,
    event::LauncherPressed, event::ClosePressed, event::KeyPressed, event::DraftChanged, event::SendPressed,
    event::StopPressed, event::RowActionPressed, event::PageOpen, event::PageClose, event::PageSend,
    event::HttpHead, event::HttpBody, event::HttpEnd, event::HttpFailed, event::Tick, event::OnlineChanged,
    event::VisibleChanged, event::PageHidden, event::PageShown, event::MarkdownFailed, event::SocketOpened,
    event::SocketFrame, event::SocketClosed, event::MicPressed, event::HangupPressed, event::MutePressed,
    event::Talk, event::DevicePicked, event::CallMic, event::CallEngine, event::CallAgent>;

}  // namespace shopbell
