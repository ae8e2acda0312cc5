// What the registry wants done, in this order. Frames and audio lie beside, in one buffer: `at`, `bytes`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "registry/server_frames.h"

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
  static constexpr auto fields() {
    return std::tuple{field("socket", &Send::socket), field("binary", &Send::binary), field("at", &Send::at),
                      field("bytes", &Send::bytes)};
  }
};

struct Close {
  static constexpr std::string_view type_name = "close";
  std::uint32_t socket = 0;
  std::uint32_t code = 1000;
  static constexpr auto fields() {
    return std::tuple{field("socket", &Close::socket), field("code", &Close::code)};
  }
};

// --- the store. What it holds of `session` is asked for on behalf of `socket`

struct LoadSession {
  static constexpr std::string_view type_name = "load_session";
  std::uint32_t socket = 0;
  std::string session;
  std::string scope;
  std::uint32_t rows_max = 0;
  static constexpr auto fields() {
    return std::tuple{field("socket", &LoadSession::socket), field("session", &LoadSession::session),
                      field("scope", &LoadSession::scope), field("rows_max", &LoadSession::rows_max)};
  }
};

struct CreateSession {
  static constexpr std::string_view type_name = "create_session";
  std::string session;
  std::string scope;
  std::string secret_hash;
  std::uint32_t epoch = 0;
  double created_ms = 0;
  static constexpr auto fields() {
    return std::tuple{field("session", &CreateSession::session), field("scope", &CreateSession::scope),
                      field("secret_hash", &CreateSession::secret_hash),
                      field("epoch", &CreateSession::epoch), field("created_ms", &CreateSession::created_ms)};
  }
};

struct SaveEpoch {
  static constexpr std::string_view type_name = "save_epoch";
  std::string session;
  std::string scope;
  std::uint32_t epoch = 0;
  static constexpr auto fields() {
    return std::tuple{field("session", &SaveEpoch::session), field("scope", &SaveEpoch::scope),
                      field("epoch", &SaveEpoch::epoch)};
  }
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
  static constexpr auto fields() {
    return std::tuple{field("address", &StoreMessage::address), field("session", &StoreMessage::session),
                      field("scope", &StoreMessage::scope),     field("id", &StoreMessage::id),
                      field("text", &StoreMessage::text),       field("client", &StoreMessage::client),
                      field("voice", &StoreMessage::voice)};
  }
};

struct StoreRow {
  static constexpr std::string_view type_name = "store_row";
  std::string session;
  std::string scope;
  Row row;
  bool told = false;  // the pages have it already
  static constexpr auto fields() {
    return std::tuple{field("session", &StoreRow::session), field("scope", &StoreRow::scope),
                      field("row", &StoreRow::row), field("told", &StoreRow::told)};
  }
};

// --- replies

struct Answer {
  static constexpr std::string_view type_name = "answer";
  std::string session;
  std::string scope;
  std::string id;
  std::uint32_t call = 0;  // the session's call; 0: none
  bool voice = false;      // said aloud
  static constexpr auto fields() {
    return std::tuple{field("session", &Answer::session), field("scope", &Answer::scope),
                      field("id", &Answer::id), field("call", &Answer::call), field("voice", &Answer::voice)};
  }
};

struct StopAnswer {
  static constexpr std::string_view type_name = "stop_answer";
  std::string session;
  std::string id;
  static constexpr auto fields() {
    return std::tuple{field("session", &StopAnswer::session), field("id", &StopAnswer::id)};
  }
};

// What a call's agent said could not be answered.
struct CallRefused {
  static constexpr std::string_view type_name = "call_refused";
  std::uint32_t call = 0;
  std::string id;
  Refusal code = Refusal::failed;
  static constexpr auto fields() {
    return std::tuple{field("call", &CallRefused::call), field("id", &CallRefused::id),
                      field("code", &CallRefused::code)};
  }
};

// --- the call's agent

struct CallOpen {
  static constexpr std::string_view type_name = "call_open";
  std::uint32_t call = 0;
  std::string session;
  std::string address;  // of whoever began it, and pays for it
  bool muted = false;
  static constexpr auto fields() {
    return std::tuple{field("call", &CallOpen::call), field("session", &CallOpen::session),
                      field("address", &CallOpen::address), field("muted", &CallOpen::muted)};
  }
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
  static constexpr auto fields() {
    return std::tuple{
        field("call", &CallHeard::call),         field("stream", &CallHeard::stream),
        field("sequence", &CallHeard::sequence), field("timestamp_48k", &CallHeard::timestamp_48k),
        field("flags", &CallHeard::flags),       field("at", &CallHeard::at),
        field("bytes", &CallHeard::bytes)};
  }
};

struct CallSpeech {
  static constexpr std::string_view type_name = "call_speech";
  std::uint32_t call = 0;
  bool on = false;
  std::uint32_t timestamp_48k = 0;
  static constexpr auto fields() {
    return std::tuple{field("call", &CallSpeech::call), field("on", &CallSpeech::on),
                      field("timestamp_48k", &CallSpeech::timestamp_48k)};
  }
};

struct CallInterrupted {
  static constexpr std::string_view type_name = "call_interrupted";
  std::uint32_t call = 0;
  std::uint32_t stream = 0;
  std::uint32_t heard_timestamp_48k = 0;
  static constexpr auto fields() {
    return std::tuple{field("call", &CallInterrupted::call), field("stream", &CallInterrupted::stream),
                      field("heard_timestamp_48k", &CallInterrupted::heard_timestamp_48k)};
  }
};

struct CallPlayout {
  static constexpr std::string_view type_name = "call_playout";
  std::uint32_t call = 0;
  std::uint32_t stream = 0;
  std::uint32_t heard_timestamp_48k = 0;
  static constexpr auto fields() {
    return std::tuple{field("call", &CallPlayout::call), field("stream", &CallPlayout::stream),
                      field("heard_timestamp_48k", &CallPlayout::heard_timestamp_48k)};
  }
};

struct CallMuted {
  static constexpr std::string_view type_name = "call_muted";
  std::uint32_t call = 0;
  bool on = false;
  static constexpr auto fields() {
    return std::tuple{field("call", &CallMuted::call), field("on", &CallMuted::on)};
  }
};

struct CallPark {
  static constexpr std::string_view type_name = "call_park";
  std::uint32_t call = 0;
  static constexpr auto fields() { return std::tuple{field("call", &CallPark::call)}; }
};

struct CallResume {
  static constexpr std::string_view type_name = "call_resume";
  std::uint32_t call = 0;
  static constexpr auto fields() { return std::tuple{field("call", &CallResume::call)}; }
};

struct CallClose {
  static constexpr std::string_view type_name = "call_close";
  std::uint32_t call = 0;
  LeaveReason reason = LeaveReason::bye;
  static constexpr auto fields() {
    return std::tuple{field("call", &CallClose::call), field("reason", &CallClose::reason)};
  }
};

// --- what the owner reads. `user` is a short hash of the session's id: the id itself is in no log

struct Log {
  static constexpr std::string_view type_name = "log";
  Notice notice = Notice::session_joined;
  std::string user;
  std::uint32_t call = 0;
  std::string reason;
  static constexpr auto fields() {
    return std::tuple{field("notice", &Log::notice), field("user", &Log::user), field("call", &Log::call),
                      field("reason", &Log::reason)};
  }
};

struct Count {
  static constexpr std::string_view type_name = "count";
  Counted what = Counted::joined;
  std::uint32_t n = 1;
  static constexpr auto fields() { return std::tuple{field("what", &Count::what), field("n", &Count::n)}; }
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
