#include "backends/hal/hal.h"

#include <algorithm>
#include <utility>

#include "backends/hal/base64.h"
#include "backends/refusal.h"
#include "backends/socket_url.h"
#include "core/base/text.h"
#include "core/vocabulary/limits.h"
#include "core/wire/writer.h"

namespace shopbell {

std::unique_ptr<Codec> make_hal_codec(const BackendOptions& options) {
  return std::make_unique<hal::Hal>(options);
}

namespace hal {
namespace {

// A minute of speech as a WAV file in base64, and more: sound makes these frames longer than others.
constexpr std::size_t frame_bytes_max = 10'000'000;
constexpr std::size_t session_bytes_max = 64;
// Of speech, as both gateways ask for.
constexpr std::uint32_t turn_samples_min = 16'000 / 2;

std::string_view text_of(const wire::Reader& reader) { return reader.text().value_or(std::string_view()); }

// What the gateways say where nothing was understood.
bool is_about_speech(std::string_view words) {
  return words.starts_with("Transcription") || words.starts_with("No speech");
}

}  // namespace

std::string Hal::url() const { return socket_url(options_.api_url); }

void Hal::opened(const Joining&, Listener&) {
  awaited_.clear();
  in_call_ = says_processing_ = false;
  speech_samples_ = 0;
}

Close Hal::closed(std::uint32_t code, std::string_view) const {
  return {code == 1006 ? Closing::broke : Closing::again, ErrorCode::none};
}

void Hal::received(std::string_view bytes, Listener& out) {
  if (bytes.size() > frame_bytes_max) return fail(ErrorCode::answer_too_long, {}, out);
  const wire::Document frame = wire::parse(bytes);
  if (!frame.ok()) return fail(ErrorCode::answer_unreadable, "a frame is not JSON", out);
  const std::string_view type = text_of(frame["type"]);
  if (type == "connected") return connected(frame.root(), out);
  if (type == "processing") return processing(frame.root(), out);
  if (type == "transcription") return transcription(frame.root(), out);
  if (type == "response") return response(frame.root(), out);
  if (type == "error") return error(frame.root(), out);
  if (type == "wake_word_detected") {
    awake_ = true;
    if (web2_) speech_samples_ = 0;
    listen(out);
  }
}

void Hal::connected(const wire::Reader& frame, Listener& out) {
  const std::string_view id = text_of(frame["session_id"]);
  session_ = id.empty() ? "hal" : id.substr(0, whole_characters(id, session_bytes_max));
  web2_ = frame["state"].is_text();
  sleeps_ = frame["wake_word_detection"].boolean().value_or(false);
  awake_ = !sleeps_;
  out.note("[OK] Connected to HAL");
  Welcome welcome;
  welcome.session = session_;
  out.welcome(std::move(welcome));
}

// ---- turns

void Hal::say(const Outgoing& outgoing, Listener& out) {
  awaited_.push_back({outgoing.id, outgoing.text});
  wire::Writer frame;
  frame.object_begin().key("type").text("text_input").key("text").text(outgoing.text.reveal());
  frame.key("session_id").text(session_);
  out.send(frame.take());
}

void Hal::stop(const std::string& message, Listener&) {
  for (Awaited& one : awaited_) one.unwanted = one.unwanted || one.id == message;
}

// `web2` says it of spoken turns too: before they are understood and after.
void Hal::processing(const wire::Reader& frame, Listener& out) {
  says_processing_ = true;
  if (in_call_) out.agent(AgentState::thinking);
  if (text_of(frame["message"]).starts_with("Transcribing")) return;
  const auto one =
      std::find_if(awaited_.begin(), awaited_.end(), [](const Awaited& a) { return !a.arrived; });
  if (one == awaited_.end()) return;
  one->arrived = true;
  if (!one->unwanted) out.taken(one->id);
}

void Hal::transcription(const wire::Reader& frame, Listener& out) {
  speech_samples_ = 0;
  const std::string_view text = text_of(frame["text"]);
  if (trimmed(text).empty()) return;
  Awaited spoken{session_ + "." + decimal(++heard_), Private(std::string(text)), true, true};
  Row row;
  row.id = spoken.id;
  row.author = {"self", {}, AuthorKind::self};
  row.state = RowState::sent;
  row.text = text;
  awaited_.push_back(std::move(spoken));
  out.row(std::move(row));
  out.agent(AgentState::thinking);
}

Hal::Awaited* Hal::answered_next() {
  for (Awaited& one : awaited_)
    if (one.arrived) return &one;
  // A gateway that never says `processing`.
  return awaited_.empty() || says_processing_ ? nullptr : &awaited_.front();
}

void Hal::response(const wire::Reader& frame, Listener& out) {
  const Awaited* next = answered_next();
  if (!next) return;
  const Awaited turn = *next;
  const std::string_view text = text_of(frame["text"]);
  if (text.size() > limits::answer_bytes_max) return fail(ErrorCode::answer_too_long, {}, out);
  if (trimmed(text).empty()) return fail(ErrorCode::answer_empty, {}, out);
  std::erase_if(awaited_, [&](const Awaited& one) { return one.id == turn.id; });
  turn_over(out);
  if (turn.unwanted) return;
  if (!turn.spoken) out.taken(turn.id);
  out.done(reply_to(turn.id), RowState::done, std::string(text));
  if (!in_call_) return;
  if (std::string wav = from_base64(text_of(frame["audio"])); !wav.empty()) out.sound(std::move(wav));
}

void Hal::error(const wire::Reader& frame, Listener& out) {
  const std::string_view words = text_of(frame["message"]);
  speech_samples_ = 0;
  turn_over(out);
  if (is_about_speech(words) || !answered_next()) return out.trouble(words);
  fail(ErrorCode::answer_failed, words, out);
}

// The turn whose answer this would have been.
void Hal::fail(ErrorCode code, std::string_view words, Listener& out) {
  const Awaited* next = answered_next();
  if (!next) return out.trouble(words.empty() ? "a frame is too long" : words);
  const Awaited turn = *next;
  std::erase_if(awaited_, [&](const Awaited& one) { return one.id == turn.id; });
  turn_over(out);
  if (turn.unwanted) return;
  if (turn.spoken) return out.done(reply_to(turn.id), RowState::broken, {});
  out.failed(turn.id,
             {code, turn.arrived ? Fate::taken : Fate::unknown, -1, told(words, {turn.text.reveal()})});
}

// ---- calls

void Hal::call(bool on, Listener& out) {
  in_call_ = on;
  speech_samples_ = 0;
  if (on) return listen(out);
  out.agent(AgentState::idle);
}

void Hal::turn_over(Listener& out) {
  awake_ = !sleeps_;
  listen(out);
}

void Hal::listen(Listener& out) {
  if (in_call_) out.agent(awake_ ? AgentState::listening : AgentState::waiting);
}

void Hal::speech(std::string_view samples, Listener& out) {
  if (samples.empty()) return speech_ended(out);
  wire::Writer frame;
  frame.object_begin().key("type").text("audio_stream").key("audio").array_begin();
  for (std::size_t i = 0; i + 1 < samples.size(); i += 2) {
    const auto low = static_cast<unsigned char>(samples[i]);
    const auto high = static_cast<unsigned char>(samples[i + 1]);
    frame.number(static_cast<std::int16_t>(low | high << 8));
    ++speech_samples_;
  }
  frame.array_end().key("session_id").text(session_);
  out.send(frame.take());
}

void Hal::speech_ended(Listener& out) {
  if (!awake_ || speech_samples_ < turn_samples_min) return;
  out.agent(AgentState::thinking);
  if (!web2_) return;
  wire::Writer frame;
  frame.object_begin().key("type").text("stop_listening");
  out.send(frame.take());
}

}  // namespace hal
}  // namespace shopbell
