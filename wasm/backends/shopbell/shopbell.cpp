#include "backends/shopbell/shopbell.h"

#include <utility>

#include "backends/products.h"
#include "core/vocabulary/limits.h"
#include "core/wire/reader.h"
#include "core/wire/writer.h"

namespace shopbell {

std::unique_ptr<SocketBackend> make_shopbell_backend(const BackendOptions& options) {
  return std::make_unique<socket::Shopbell>(options);
}

namespace socket {
namespace {

using What = Signal::What;
using answer::Fate;

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
    {"tool", What::progress},
    {"done", What::done},
    {"caption", What::caption},
    {"agent", What::agent},
    {"refused", What::refused},
    {"ticket", What::ticket},
    {"ping", What::ping},
    {"pong", What::pong},
    {"error", What::trouble},
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

void read_voice(const wire::Reader& reader, VoiceOffer& voice) {
  voice.url = text_of(reader["url"]);
  voice.ticket = Private(text_of(reader["ticket"]));
}

void read_welcome(const wire::Reader& frame, Signal& signal) {
  signal.session = text_of(frame["session"]);
  signal.secret = Private(text_of(frame["secret"]));
  signal.epoch = count_of(frame["epoch"]);
  signal.resumed = frame["resumed"].boolean().value_or(false);
  signal.heartbeat_ms = number_of(frame["heartbeat_ms"]);
  read_voice(frame["voice"], signal.voice);
  const wire::Reader history = frame["history"];
  signal.has_rows = history.is_array();
  std::size_t skipped =
      history.size() > limits::rows_stored_max ? history.size() - limits::rows_stored_max : 0;
  for (const wire::Reader one : history) {
    if (skipped > 0) {
      --skipped;
      continue;
    }
    if (Row row; read_row(one, row)) signal.rows.push_back(std::move(row));
  }
  if (signal.session.empty()) signal.what = What::nothing;
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

// http: becomes ws:, https: wss:.
std::string Shopbell::url() const {
  std::string_view rest = options_.api_url;
  if (rest.starts_with("http")) rest.remove_prefix(4);
  return "ws" + std::string(rest) + "/shopbell/v1/text";
}

Signal Shopbell::read(std::string_view bytes) {
  Signal signal;
  if (bytes.size() > limits::frame_bytes_max) return signal;
  const wire::Document frame = wire::parse(bytes);
  signal.what = value_of(kinds, frame["t"], What::nothing);
  signal.seq = count_of(frame["seq"]);
  signal.id = text_of(frame["id"]);
  signal.text = text_of(frame["text"]);
  switch (signal.what) {
    case What::welcome:
      read_welcome(frame.root(), signal);
      break;
    case What::row:
    case What::caption: {
      const bool final = signal.what == What::row;
      Row& row = signal.rows.emplace_back();
      if (!read_row(final ? frame["row"] : frame.root(), row)) signal.what = What::nothing;
      if (!final) {
        row.state = RowState::streaming;
        row.markdown = false;
      }
      break;
    }
    case What::delta:
      signal.at = count_of(frame["at"]);
      break;
    case What::products:
      signal.products = read_products(frame["products"]);
      break;
    case What::done:
      signal.state = value_of(states, frame["state"], RowState::done);
      if (signal.state == RowState::streaming) signal.state = RowState::done;
      break;
    case What::agent:
      signal.agent = value_of(agent_states, frame["state"], AgentState::idle);
      break;
    case What::refused: {
      const auto [code, fate] =
          value_of(refusals, frame["code"], Refusal{ErrorCode::rejected, Fate::refused});
      signal.why = {code, fate, frame["retry_after_s"].number().value_or(-1), {}};
      break;
    }
    case What::ticket:
      read_voice(frame.root(), signal.voice);
      break;
    case What::ping:
      signal.number = number_of(frame["n"]);
      break;
    case What::trouble: {
      // What the server says about a call that was asked for names no message.
      const auto code = frame["code"].text().value_or(std::string_view());
      if (code == "no_voice" || code == "too_fast") signal.what = What::refused;
      signal.id.clear();
      break;
    }
    default:
      break;
  }
  const bool of_a_row = signal.what == What::delta || signal.what == What::checkpoint ||
                        signal.what == What::products || signal.what == What::done;
  // A numbered frame that can't be read still has its place in the row of numbers.
  if (of_a_row && signal.id.empty()) signal.what = What::nothing;
  return signal;
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

std::string Shopbell::hello(const Joining& joining) const {
  Frame frame("hello");
  frame.number("v", version).number("oldest", oldest_version).text("client", joining.client);
  if (!options_.api_key.empty()) frame.text("key", options_.api_key.reveal());
  if (!joining.session.empty())
    frame.text("session", joining.session)
        .text("secret", joining.secret.reveal())
        .number("epoch", joining.epoch)
        .number("seq", joining.seq);
  return frame.take();
}

std::string Shopbell::say(const std::string& id, const Private<std::string>& text) const {
  return Frame("say").text("id", id).text("text", text.reveal()).take();
}
std::string Shopbell::stop(const std::string& id) const { return Frame("stop").text("id", id).take(); }
std::string Shopbell::ask_for_ticket() const { return Frame("call").take(); }
std::string Shopbell::ping(double number) const { return Frame("ping").number("n", number).take(); }
std::string Shopbell::pong(double number) const { return Frame("pong").number("n", number).take(); }

}  // namespace socket
}  // namespace shopbell
