// What the registry wants done, in this order. Frames and audio lie beside, in one buffer: `at`, `bytes`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "registry/frames/server_frames.h"

namespace shopbell::registry {

enum class LeaveReason : std::uint8_t { bye, by_shop, not_back, too_long, going_away };
// Log lines of a call's life and of joins; the outside writes the words.
enum class Notice : std::uint8_t {
  session_joined,
  session_replaced,
  session_left,
  call_joined,
  call_parked,
  call_resumed,
  call_left,
  track_muted,
  track_unmuted,
};
// What is counted for /metrics.
enum class Counted : std::uint8_t {
  frames_truncated,
  frames_oversized,
  frames_forged,
  frames_unknown,
  frames_replayed,
  frames_reordered,
  frames_missing,
  refused,  // messages
  joined,
  resumed,
  replaced,
  calls,
};

}  // namespace shopbell::registry

namespace shopbell {

template <>
struct EnumNames<registry::LeaveReason> {
  static constexpr std::string_view names[] = {"bye", "by_shop", "not_back", "too_long", "going_away"};
};
template <>
struct EnumNames<registry::Notice> {
  static constexpr std::string_view names[] = {"session_joined", "session_replaced", "session_left",
                                               "call_joined",    "call_parked",      "call_resumed",
                                               "call_left",      "track_muted",      "track_unmuted"};
};
template <>
struct EnumNames<registry::Counted> {
  static constexpr std::string_view names[] = {"frames_truncated", "frames_oversized", "frames_forged",
                                               "frames_unknown",   "frames_replayed",  "frames_reordered",
                                               "frames_missing",   "refused",          "joined",
                                               "resumed",          "replaced",         "calls"};
};

}  // namespace shopbell

namespace shopbell::registry::command {

struct Send {
  static constexpr std::string_view type_name = "send";
  std::uint32_t socket = 0;
  bool binary = false;
  std::uint32_t at = 0;
  std::uint32_t bytes = 0;
  SHOPBELL_FIELDS(Send, socket, binary, at, bytes)
};

struct Close {
  static constexpr std::string_view type_name = "close";
  std::uint32_t socket = 0;
  std::uint32_t code = 1000;
  SHOPBELL_FIELDS(Close, socket, code)
};

// --- the store. What it holds of `session` is asked for on behalf of `socket`

struct LoadSession {
  static constexpr std::string_view type_name = "load_session";
  std::uint32_t socket = 0;
  std::string session;
  std::string scope;
  std::uint32_t rows_max = 0;
  SHOPBELL_FIELDS(LoadSession, socket, session, scope, rows_max)
};

struct CreateSession {
  static constexpr std::string_view type_name = "create_session";
  std::string session;
  std::string scope;
  std::string secret_hash;
  std::uint32_t epoch = 0;
  double created_ms = 0;
  SHOPBELL_FIELDS(CreateSession, session, scope, secret_hash, epoch, created_ms)
};

struct SaveEpoch {
  static constexpr std::string_view type_name = "save_epoch";
  std::string session;
  std::string scope;
  std::uint32_t epoch = 0;
  SHOPBELL_FIELDS(SaveEpoch, session, scope, epoch)
};

struct StoreMessage {
  static constexpr std::string_view type_name = "store_message";
  std::string address;  // who pays for its answer: whoever said it, or began the call
  std::string session;
  std::string scope;
  std::string id;
  std::string text;
  std::string client;
  bool voice = false;
  SHOPBELL_FIELDS(StoreMessage, address, session, scope, id, text, client, voice)
};

struct StoreRow {
  static constexpr std::string_view type_name = "store_row";
  std::string session;
  std::string scope;
  Row row;
  bool told = false;  // the pages have it already
  SHOPBELL_FIELDS(StoreRow, session, scope, row, told)
};

// --- replies

struct Answer {
  static constexpr std::string_view type_name = "answer";
  std::string session;
  std::string scope;
  std::string id;
  std::uint32_t call = 0;  // the session's call; 0: none
  bool voice = false;      // said aloud
  SHOPBELL_FIELDS(Answer, session, scope, id, call, voice)
};

struct StopAnswer {
  static constexpr std::string_view type_name = "stop_answer";
  std::string session;
  std::string id;
  SHOPBELL_FIELDS(StopAnswer, session, id)
};

// What a call's agent said could not be answered.
struct CallRefused {
  static constexpr std::string_view type_name = "call_refused";
  std::uint32_t call = 0;
  std::string id;
  Refusal code = Refusal::failed;
  SHOPBELL_FIELDS(CallRefused, call, id, code)
};

// --- the call's agent

struct CallOpen {
  static constexpr std::string_view type_name = "call_open";
  std::uint32_t call = 0;
  std::string session;
  std::string address;  // of whoever began it, and pays for it
  std::string client;
  bool muted = false;
  SHOPBELL_FIELDS(CallOpen, call, session, address, client, muted)
};

struct CallHeard {
  static constexpr std::string_view type_name = "call_heard";
  std::uint32_t call = 0;
  std::uint32_t stream = 0;
  std::uint32_t sequence = 0;
  std::uint32_t timestamp_48k = 0;
  std::uint32_t flags = 0;
  std::uint32_t at = 0;
  std::uint32_t bytes = 0;
  SHOPBELL_FIELDS(CallHeard, call, stream, sequence, timestamp_48k, flags, at, bytes)
};

struct CallSpeech {
  static constexpr std::string_view type_name = "call_speech";
  std::uint32_t call = 0;
  bool on = false;
  std::uint32_t timestamp_48k = 0;
  SHOPBELL_FIELDS(CallSpeech, call, on, timestamp_48k)
};

struct CallInterrupted {
  static constexpr std::string_view type_name = "call_interrupted";
  std::uint32_t call = 0;
  std::uint32_t stream = 0;
  std::uint32_t heard_timestamp_48k = 0;
  SHOPBELL_FIELDS(CallInterrupted, call, stream, heard_timestamp_48k)
};

struct CallPlayout {
  static constexpr std::string_view type_name = "call_playout";
  std::uint32_t call = 0;
  std::uint32_t stream = 0;
  std::uint32_t heard_timestamp_48k = 0;
  SHOPBELL_FIELDS(CallPlayout, call, stream, heard_timestamp_48k)
};

struct CallMuted {
  static constexpr std::string_view type_name = "call_muted";
  std::uint32_t call = 0;
  bool on = false;
  SHOPBELL_FIELDS(CallMuted, call, on)
};

struct CallPark {
  static constexpr std::string_view type_name = "call_park";
  std::uint32_t call = 0;
  SHOPBELL_FIELDS(CallPark, call)
};

struct CallResume {
  static constexpr std::string_view type_name = "call_resume";
  std::uint32_t call = 0;
  SHOPBELL_FIELDS(CallResume, call)
};

struct CallClose {
  static constexpr std::string_view type_name = "call_close";
  std::uint32_t call = 0;
  LeaveReason reason = LeaveReason::bye;
  SHOPBELL_FIELDS(CallClose, call, reason)
};

// --- what the owner reads. `user` is a short hash of the session's id: the id itself is in no log

struct Log {
  static constexpr std::string_view type_name = "log";
  Notice notice = Notice::session_joined;
  std::string user;
  std::uint32_t call = 0;
  std::string reason;
  SHOPBELL_FIELDS(Log, notice, user, call, reason)
};

struct Count {
  static constexpr std::string_view type_name = "count";
  Counted what = Counted::joined;
  std::uint32_t n = 1;
  std::string client;  // whose it is, of what is told by version
  SHOPBELL_FIELDS(Count, what, n, client)
};

}  // namespace shopbell::registry::command

namespace shopbell::registry {

using Command =
    std::variant<command::Send, command::Close, command::LoadSession, command::CreateSession,
                 command::SaveEpoch, command::StoreMessage, command::StoreRow, command::Answer,
                 command::StopAnswer, command::CallRefused, command::CallOpen, command::CallHeard,
                 command::CallSpeech, command::CallInterrupted, command::CallPlayout, command::CallMuted,
                 command::CallPark, command::CallResume, command::CallClose, command::Log, command::Count>;

// The commands of one event, and the bytes that some of them name.
struct Output {
  std::vector<Command> commands;
  std::string payload;

  // Appends and returns where it lies.
  std::uint32_t lay(std::string_view bytes) {
    const auto at = static_cast<std::uint32_t>(payload.size());
    payload += bytes;
    return at;
  }
};

}  // namespace shopbell::registry
