// Every bound on what a page may cost the gateway over its sockets. Each is tested at the limit and one past
// it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.h"

namespace shopbell::registry::limits {

// Sockets
inline constexpr std::size_t sockets_max = 20'000;
inline constexpr Ms hello_within = 5_s;
inline constexpr double dead_after_heartbeats = 2.5;
inline constexpr std::size_t text_frame_bytes_max = 65'536;     // from the page
inline constexpr std::size_t server_frame_bytes_max = 256'000;  // to the page
inline constexpr std::size_t history_bytes_max = 200'000;       // of a welcome: it must fit into a frame
// Of a row's text; each byte may take six when it is escaped, and the newest row must fit into a history.
inline constexpr std::size_t row_text_bytes_max = 32'000;
inline constexpr std::size_t held_frames_max = 16;  // that come while a session is being loaded
inline constexpr double text_frames_per_s = 20;
inline constexpr double text_frames_burst = 60;
// 50 audio frames a second and a page that was blocked for some seconds; past it the socket is closed.
inline constexpr double voice_frames_per_s = 200;
inline constexpr double voice_frames_burst = 2'000;

// Messages
inline constexpr std::size_t id_bytes_min = 8;
inline constexpr std::size_t id_bytes_max = 64;
inline constexpr std::size_t text_utf16_max = 1'000;
inline constexpr double says_per_minute = 20;
inline constexpr double says_burst = 20;
inline constexpr std::size_t unanswered_max = 10;  // messages of one session without their answer
inline constexpr double busy_retry_s = 2;
inline constexpr std::size_t history_rows_max = 50;

// Sessions
inline constexpr std::size_t sessions_max = 20'000;  // in memory
inline constexpr Ms session_age_max = 24_h;
inline constexpr Ms forget_after = 600_s;  // detached and idle: from then on the store alone remembers
inline constexpr std::size_t log_entries_max = 1'024;
inline constexpr std::size_t log_bytes_max = 262'144;
inline constexpr std::uint32_t checkpoint_deltas = 20;
inline constexpr std::size_t unasked_rows_max = 16;  // of an agent that nobody has answered; the oldest go

// Calls
inline constexpr Ms ticket_life = 60_s;
inline constexpr double tickets_per_minute = 12;
inline constexpr double tickets_burst = 6;
inline constexpr Ms park_max = 30_s;
inline constexpr std::uint32_t sequence_jump_max = 5'000;  // 100 s of audio; further ahead is forged

}  // namespace shopbell::registry::limits
