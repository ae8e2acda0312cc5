// Socket: one WebSocket of a page, text or voice, as the registry sees it.
//
//   waiting --load--> loading --join--> joined      (the store has to be asked for the session)
//   waiting --join--> joined
//
// Closing is possible in every state and forgets the socket at once; what still comes of it is dropped, since
// its number is never used again. Clocks: 5 s from the opening to the hello; from the join on a ping every
// heartbeat, and 2.5 heartbeats without any frame are the end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/base/table.h"
#include "core/base/time.h"
#include "registry/frames/page_frames.h"
#include "registry/limits.h"
#include "registry/parts/token_bucket.h"

namespace shopbell::registry {

enum class SocketState : std::uint8_t { waiting, loading, joined };
enum class SocketMove : std::uint8_t { load, join };

}  // namespace shopbell::registry

namespace shopbell {
template <>
struct EnumNames<registry::SocketState> {
  static constexpr std::string_view title = "SocketState";
  static constexpr std::string_view names[] = {"waiting", "loading", "joined"};
};
template <>
struct EnumNames<registry::SocketMove> {
  static constexpr std::string_view title = "SocketMove";
  static constexpr std::string_view names[] = {"load", "join"};
};
}  // namespace shopbell

namespace shopbell::registry {

inline constexpr Transition<SocketState, SocketMove> socket_table[] = {
    {SocketState::waiting, SocketMove::load, SocketState::loading},
    {SocketState::waiting, SocketMove::join, SocketState::joined},
    {SocketState::loading, SocketMove::join, SocketState::joined},
};

enum class SocketKind : std::uint8_t { text, voice };

struct Socket {
  Socket(std::uint32_t number, SocketKind of_kind, Mono now)
      : id(number),
        kind(of_kind),
        opened_at(now),
        heard_at(now),
        frames(of_kind == SocketKind::text
                   ? TokenBucket(limits::text_frames_per_s, limits::text_frames_burst)
                   : TokenBucket(limits::voice_frames_per_s, limits::voice_frames_burst)) {}

  bool move(SocketMove by) { return follow(socket_table, state, by); }

  std::uint32_t id;
  SocketKind kind;
  SocketState state = SocketState::waiting;
  Mono opened_at;
  Mono heard_at;
  Mono ping_at = never;
  std::uint32_t pings = 0;
  TokenBucket frames;
  std::string address;

  // text
  bool key_needed = true;
  std::string voice_url;
  std::uint32_t session = 0;  // once joined
  page::Hello hello;          // while loading
  std::string scope;
  std::uint32_t version = 0;
  std::uint32_t log_place = 0;    // while loading: where the log of a session in memory stood
  std::vector<std::string> held;  // while loading

  // voice
  std::uint32_t call = 0;  // once joined
};

}  // namespace shopbell::registry
