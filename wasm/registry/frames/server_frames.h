// The text frames that the server sends (shopbell.v1, text socket): each struct names its members once.
//
// `seq` is absent (0) in frames that are not sequenced; an absent optional is left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/base/fields.h"
#include "core/base/text.h"
#include "registry/frames/json.h"
#include "registry/limits.h"

namespace shopbell::registry {

enum class Who : std::uint8_t { self, agent, person, system };
enum class RowState : std::uint8_t { done, streaming, stopped, broken };
enum class ToolState : std::uint8_t { running, done, failed };
enum class AgentMood : std::uint8_t { idle, listening, thinking, speaking };
enum class Refusal : std::uint8_t { too_long, too_fast, conflict, bad, busy, failed };

}  // namespace shopbell::registry

namespace shopbell {

template <>
struct EnumNames<registry::Who> {
  static constexpr std::string_view names[] = {"self", "agent", "person", "system"};
};
template <>
struct EnumNames<registry::RowState> {
  static constexpr std::string_view names[] = {"done", "streaming", "stopped", "broken"};
};
template <>
struct EnumNames<registry::ToolState> {
  static constexpr std::string_view names[] = {"running", "done", "failed"};
};
template <>
struct EnumNames<registry::AgentMood> {
  static constexpr std::string_view names[] = {"idle", "listening", "thinking", "speaking"};
};
template <>
struct EnumNames<registry::Refusal> {
  static constexpr std::string_view names[] = {"too_long", "too_fast", "conflict", "bad", "busy", "failed"};
};

}  // namespace shopbell

namespace shopbell::registry {

// A card in the form of the chatkit API; a price below 0 is absent.
struct ProductCard {
  static constexpr std::string_view type_name = "ProductCard";
  std::string productId{};
  std::string name{};
  std::string permalink{};
  std::optional<double> price_sgd{};
  std::string stock_status{};
  std::string image{};
  SHOPBELL_FIELDS(ProductCard, productId, name, permalink, price_sgd, stock_status, image)
};

// What the page draws, as the store keeps it.
struct Row {
  static constexpr std::string_view type_name = "Row";
  std::string id{};
  Who who = Who::self;
  std::string text{};
  double at_ms = 0;  // wall clock
  RowState state = RowState::done;
  bool voice = false;
  std::vector<ProductCard> products{};
  SHOPBELL_FIELDS(Row, id, who, text, at_ms, state, voice, products)
};

namespace frame {

struct VoiceOffer {
  std::string url{};
  std::string ticket{};
  SHOPBELL_FIELDS(VoiceOffer, url, ticket)
};

struct Welcome {
  static constexpr std::string_view type_name = "welcome";
  std::uint32_t v = 1;
  std::string session{};
  std::optional<std::string> secret{};  // of a new session only
  std::uint32_t epoch = 1;
  std::uint32_t seq = 0;  // the page's place in the log once it has read this frame
  bool resumed = false;
  double heartbeat_ms = 0;
  double expires_ms = 0;  // wall clock at which the session is over
  std::optional<VoiceOffer> voice{};
  std::optional<std::vector<Row>> history{};
  SHOPBELL_FIELDS(Welcome, v, session, secret, epoch, seq, resumed, heartbeat_ms, expires_ms, voice, history)
};

struct Ack {
  static constexpr std::string_view type_name = "ack";
  std::optional<std::uint32_t> seq{};
  std::string id{};
  double at_ms = 0;
  SHOPBELL_FIELDS(Ack, seq, id, at_ms)
};

struct RowFrame {
  static constexpr std::string_view type_name = "row";
  std::uint32_t seq = 0;
  Row row{};
  SHOPBELL_FIELDS(RowFrame, seq, row)
};

struct Delta {
  static constexpr std::string_view type_name = "delta";
  std::uint32_t seq = 0;
  std::string id{};
  std::uint32_t at = 0;  // UTF-8 bytes
  std::string text{};
  SHOPBELL_FIELDS(Delta, seq, id, at, text)
};

struct Checkpoint {
  static constexpr std::string_view type_name = "checkpoint";
  std::uint32_t seq = 0;
  std::string id{};
  std::string text{};
  SHOPBELL_FIELDS(Checkpoint, seq, id, text)
};

struct Products {
  static constexpr std::string_view type_name = "products";
  std::uint32_t seq = 0;
  std::string id{};
  std::vector<ProductCard> products{};
  SHOPBELL_FIELDS(Products, seq, id, products)
};

struct Tool {
  static constexpr std::string_view type_name = "tool";
  std::uint32_t seq = 0;
  std::string id{};
  std::string name{};
  ToolState state = ToolState::running;
  SHOPBELL_FIELDS(Tool, seq, id, name, state)
};

struct Done {
  static constexpr std::string_view type_name = "done";
  std::uint32_t seq = 0;
  std::string id{};
  std::string text{};
  RowState state = RowState::done;
  SHOPBELL_FIELDS(Done, seq, id, text, state)
};

struct Caption {
  static constexpr std::string_view type_name = "caption";
  std::string id{};
  Who who = Who::self;
  std::string text{};
  SHOPBELL_FIELDS(Caption, id, who, text)
};

struct Agent {
  static constexpr std::string_view type_name = "agent";
  AgentMood state = AgentMood::idle;
  SHOPBELL_FIELDS(Agent, state)
};

struct Refused {
  static constexpr std::string_view type_name = "refused";
  std::string id{};
  Refusal code = Refusal::bad;
  std::optional<double> retry_after_s{};
  SHOPBELL_FIELDS(Refused, id, code, retry_after_s)
};

struct Ticket {
  static constexpr std::string_view type_name = "ticket";
  std::string url{};
  std::string ticket{};
  SHOPBELL_FIELDS(Ticket, url, ticket)
};

struct Ping {
  static constexpr std::string_view type_name = "ping";
  double n = 0;
  SHOPBELL_FIELDS(Ping, n)
};

struct Pong {
  static constexpr std::string_view type_name = "pong";
  double n = 0;
  SHOPBELL_FIELDS(Pong, n)
};

struct Error {
  static constexpr std::string_view type_name = "error";
  std::string code{};
  std::string text{};
  SHOPBELL_FIELDS(Error, code, text)
};

}  // namespace frame

// As much of a row's text as any frame has room for. The store has all of it.
inline std::string_view shown(std::string_view text) {
  return text.substr(0, whole_characters(text, limits::row_text_bytes_max));
}

// {"t":"<type_name>", …}
template <class T>
std::string frame_text(const T& value) {
  wire::Writer writer;
  writer.object_begin().key("t").text(T::type_name);
  put_members(writer, value);
  writer.object_end();
  return writer.take();
}

}  // namespace shopbell::registry
