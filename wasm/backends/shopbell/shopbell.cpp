#include "backends/shopbell/shopbell.h"

#include <algorithm>
#include <utility>

#include "backends/products.h"
#include "backends/socket_url.h"
#include "core/vocabulary/limits.h"
#include "core/wire/reader.h"
#include "core/wire/writer.h"

namespace shopbell {

std::unique_ptr<Codec> make_shopbell_codec(const BackendOptions& options) {
  return std::make_unique<socket::Shopbell>(options);
}

namespace socket {
namespace {

enum class What : std::uint8_t {
  nothing,
  welcome,
  ack,
  row,
  delta,
  checkpoint,
  products,
  tool,
  done,
  caption,
  agent,
  refused,
  ticket,
  ping,
  error,
};

// Reading a member that is missing or of another type gives nothing.
std::string text_of(const wire::Reader& reader) {
  return std::string(reader.text().value_or(std::string_view()));
}
double number_of(const wire::Reader& reader) { return reader.number().value_or(0); }
std::uint32_t count_of(const wire::Reader& reader) {
  const double number = number_of(reader);
  return number >= 0 && number <= 4294967295.0 ? static_cast<std::uint32_t>(number) : 0;
}

// How long the server wants to be left alone: the number with which it begins the reason of a close.
double seconds_of(std::string_view reason) {
  double seconds = 0;
  for (const char c : reason) {
    if (c < '0' || c > '9') break;
    seconds = seconds * 10 + (c - '0');
  }
  return seconds;
}

template <class Value>
struct Word {
  std::string_view word;
  Value value;
};
template <class Value, std::size_t n>
Value value_of(const Word<Value> (&words)[n], const wire::Reader& reader, Value other) {
  const auto text = reader.text().value_or(std::string_view());
  for (const auto& one : words)
    if (one.word == text) return one.value;
  return other;
}

constexpr Word<What> kinds[] = {
    {"welcome", What::welcome},
    {"ack", What::ack},
    {"row", What::row},
    {"delta", What::delta},
    {"checkpoint", What::checkpoint},
    {"products", What::products},
    {"tool", What::tool},
    {"done", What::done},
    {"caption", What::caption},
    {"agent", What::agent},
    {"refused", What::refused},
    {"ticket", What::ticket},
    {"ping", What::ping},
    {"error", What::error},
};
constexpr Word<AuthorKind> authors[] = {
    {"self", AuthorKind::self},
    {"agent", AuthorKind::agent},
    {"person", AuthorKind::person},
    {"system", AuthorKind::system},
};
constexpr Word<RowState> states[] = {
    {"done", RowState::done},
    {"streaming", RowState::streaming},
    {"stopped", RowState::stopped},
    {"broken", RowState::broken},
};
constexpr Word<AgentState> agent_states[] = {
    {"listening", AgentState::listening},
    {"thinking", AgentState::thinking},
    {"speaking", AgentState::speaking},
};
struct Refusal {
  ErrorCode code;
  Fate fate;
};
constexpr Word<Refusal> refusals[] = {
    {"too_long", {ErrorCode::message_too_long, Fate::refused}},
    {"too_fast", {ErrorCode::rate_limited, Fate::not_taken}},
    {"busy", {ErrorCode::unavailable, Fate::not_taken}},
    {"failed", {ErrorCode::server_error, Fate::not_taken}},
};

// False: it has no id, so it can't be drawn.
bool read_row(const wire::Reader& reader, Row& row) {
  row.id = text_of(reader["id"]);
  row.author.kind = value_of(authors, reader["who"], AuthorKind::system);
  row.author.id = row.author.kind == AuthorKind::self ? "self" : "agent";
  row.text = text_of(reader["text"]);
  row.at_ms = number_of(reader["at_ms"]);
  row.state = value_of(states, reader["state"], RowState::done);
  if (row.author.kind == AuthorKind::self && row.state == RowState::done) row.state = RowState::sent;
  row.markdown = row.author.kind == AuthorKind::agent;
  row.products = read_products(reader["products"]);
  return !row.id.empty();
}

VoiceOffer read_voice(const wire::Reader& reader) {
  return {text_of(reader["url"]), Private(text_of(reader["ticket"]))};
}

Welcome read_welcome(const wire::Reader& frame) {
  Welcome welcome;
  welcome.session = text_of(frame["session"]);
  welcome.secret = Private(text_of(frame["secret"]));
  welcome.epoch = count_of(frame["epoch"]);
  welcome.seq = count_of(frame["seq"]);
  welcome.resumed = frame["resumed"].boolean().value_or(false);
  welcome.heartbeat_ms = std::max(number_of(frame["heartbeat_ms"]), 1.0);
  welcome.voice = read_voice(frame["voice"]);
  const wire::Reader history = frame["history"];
  if (!history.is_array()) return welcome;
  std::vector<Row>& rows = welcome.history.emplace();
  std::size_t skipped =
      history.size() > limits::rows_stored_max ? history.size() - limits::rows_stored_max : 0;
  for (const wire::Reader one : history) {
    if (skipped > 0) {
      --skipped;
      continue;
    }
    if (Row row; read_row(one, row)) rows.push_back(std::move(row));
  }
  return welcome;
}

class Frame {
 public:
  explicit Frame(std::string_view type) { writer_.object_begin().key("t").text(type); }
  Frame& text(std::string_view name, std::string_view value) {
    writer_.key(name).text(value);
    return *this;
  }
  Frame& number(std::string_view name, double value) {
    writer_.key(name).number(value);
    return *this;
  }
  std::string take() { return writer_.take(); }  // closes the object

 private:
  wire::Writer writer_;
};

}  // namespace

std::string Shopbell::url() const { return socket_url(options_.api_url, "/shopbell/v1/text"); }

void Shopbell::received(std::string_view bytes, Listener& out) {
  if (bytes.size() > limits::frame_bytes_max) return;
  const wire::Document frame = wire::parse(bytes);
  const What what = value_of(kinds, frame["t"], What::nothing);
  if (what == What::ping) return out.send(Frame("pong").number("n", number_of(frame["n"])).take());
  if (what == What::welcome) {
    Welcome welcome = read_welcome(frame.root());
    if (!welcome.session.empty()) out.welcome(std::move(welcome));
    return;
  }
  // A numbered frame that can't be read still has its place in the row of numbers.
  if (!out.counts(count_of(frame["seq"]))) return;
  const std::string id = text_of(frame["id"]);
  const std::string text = text_of(frame["text"]);
  const bool of_a_row = what == What::delta || what == What::checkpoint || what == What::products ||
                        what == What::tool || what == What::done;
  if (of_a_row && id.empty()) return;
  switch (what) {
    case What::ack:
      return out.taken(id);
    case What::row:
      if (Row row; read_row(frame["row"], row)) out.row(std::move(row));
      return;
    case What::delta:
      return out.delta(id, count_of(frame["at"]), text);
    case What::checkpoint:
      return out.checkpoint(id, text);
    case What::products:
      return out.products(id, read_products(frame["products"]));
    case What::tool:
      return out.progress(id);
    case What::done: {
      const RowState state = value_of(states, frame["state"], RowState::done);
      return out.done(id, state == RowState::streaming ? RowState::done : state, text);
    }
    case What::caption:
      if (Row row; read_row(frame.root(), row)) {
        row.state = RowState::streaming;
        row.markdown = false;
        out.caption(std::move(row));
      }
      return;
    case What::agent:
      return out.agent(value_of(agent_states, frame["state"], AgentState::idle));
    case What::refused: {
      if (id.empty()) return out.ticket_refused();
      const auto [code, fate] =
          value_of(refusals, frame["code"], Refusal{ErrorCode::rejected, Fate::refused});
      return out.failed(id, {code, fate, frame["retry_after_s"].number().value_or(-1), {}});
    }
    case What::ticket:
      return out.ticket(read_voice(frame.root()));
    case What::error: {
      // What the server says about a call that was asked for names no message.
      const auto code = frame["code"].text().value_or(std::string_view());
      return code == "no_voice" || code == "too_fast" ? out.ticket_refused() : out.trouble(text);
    }
    case What::nothing:
    case What::welcome:
    case What::ping:
      return;
  }
}

Close Shopbell::closed(std::uint32_t code, std::string_view reason) const {
  switch (code) {
    case 1006:
      return {Closing::broke, ErrorCode::none};
    case 1013:
    case 4429:
      return {Closing::later, ErrorCode::unavailable, seconds_of(reason)};
    case 4401:
      return {Closing::refused, ErrorCode::unauthorized};
    case 4403:
      return {Closing::refused, ErrorCode::forbidden};
    case 4409:
      return {Closing::replaced, ErrorCode::link_replaced};
    case 4426:
      return {Closing::refused, ErrorCode::link_version};
    default:
      return {Closing::again, ErrorCode::none, seconds_of(reason)};
  }
}

void Shopbell::opened(const Joining& joining, Listener& out) {
  Frame frame("hello");
  frame.number("v", version).number("oldest", oldest_version).text("client", joining.client);
  if (!options_.version.empty()) frame.text("widget", options_.version);
  if (!options_.api_key.empty()) frame.text("key", options_.api_key.reveal());
  if (!joining.session.empty())
    frame.text("session", joining.session)
        .text("secret", joining.secret.reveal())
        .number("epoch", joining.epoch)
        .number("seq", joining.seq);
  out.send(frame.take());
}

void Shopbell::say(const Outgoing& outgoing, Listener& out) {
  out.send(Frame("say").text("id", outgoing.id).text("text", outgoing.text.reveal()).take());
}
void Shopbell::stop(const std::string& message, Listener& out) {
  out.send(Frame("stop").text("id", message).take());
}
void Shopbell::ask_for_ticket(Listener& out) { out.send(Frame("call").take()); }
void Shopbell::ping(double number, Listener& out) { out.send(Frame("ping").number("n", number).take()); }

}  // namespace socket
}  // namespace shopbell
