#include "backends/livekit_calls/livekit_calls.h"

#include <algorithm>
#include <utility>

#include "backends/livekit_calls/token.h"
#include "backends/products.h"
#include "backends/refusal.h"
#include "core/base/text.h"
#include "core/vocabulary/limits.h"

namespace shopbell {

std::unique_ptr<Codec> make_livekit_calls_codec(const BackendOptions& options) {
  return std::make_unique<livekit::Calls>(options);
}

namespace livekit {
namespace {

// LiveKit's ParticipantInfo.Kind.
constexpr double kind_agent = 4;
// Of segments whose end was heard long ago nothing more comes.
constexpr std::size_t segments_max = 64;

std::string_view text_of(const wire::Reader& reader) { return reader.text().value_or(std::string_view()); }

AgentState state_of(std::string_view name) {
  if (name == "thinking") return AgentState::thinking;
  if (name == "speaking") return AgentState::speaking;
  return AgentState::listening;
}

}  // namespace

// ---- the token

void Calls::ask_for_ticket(Listener& out) {
  body_.clear();
  out.request(token_request(options_.api_url, joining_));
}

void Calls::head(std::uint32_t status, const std::vector<Header>& headers, Listener&) {
  status_ = status;
  retry_after_s_ = seconds_of(header_of(headers, "retry-after"));
}

void Calls::received(std::string_view bytes, Listener&) {
  body_ += bytes.substr(0, limits::refusal_bytes_max - std::min(limits::refusal_bytes_max, body_.size()));
}

// Whoever is too busy, or broken, is asked again; who says no, is not.
void Calls::ended(Listener& out) {
  const bool later = status_ == 408 || status_ == 429 || status_ >= 500;
  VoiceOffer offer = status_ >= 200 && status_ < 300 ? read_token(body_) : VoiceOffer{};
  const wire::Document body = wire::parse(body_);
  body_.clear();
  if (!offer.url.empty()) return out.ticket(std::move(offer));
  out.trouble("the token server: " + server_words(status_, body.root(), {joining_.secret.reveal()}));
  if (!later) return out.ticket_refused();
  out.failed({}, {ErrorCode::unavailable, Fate::not_taken, retry_after_s_, {}});
}

void Calls::cut(ErrorCode code, Listener& out) {
  out.trouble("the token server gave no answer");
  out.failed({}, {code, Fate::not_taken, -1, {}});
}

// ---- the room

void Calls::happened(std::string_view json, Listener& out) {
  const wire::Document document = wire::parse(json);
  const wire::Reader told = document.root();
  const std::string_view is = text_of(told["is"]);
  if (is == "joined") {
    identity_ = text_of(told["identity"]);
    agent_.clear();
    out.agent(AgentState::idle);
  } else if (is == "somebody") {
    person(told, out);
  } else if (is == "left") {
    if (text_of(told["identity"]) == agent_) {
      agent_.clear();
      out.agent(AgentState::idle);
    }
  } else if (is == "stream") {
    stream(told, out);
  } else if (is == "segments") {
    segments(told, out);
  } else if (is == "packet") {
    packet(told, out);
  }
}

// The first one of its kind who does not speak for another.
void Calls::person(const wire::Reader& who, Listener& out) {
  const std::string_view identity = text_of(who["identity"]);
  const wire::Reader attributes = who["attributes"];
  if (agent_.empty() && who["kind"].number() == kind_agent && !attributes["lk.publish_on_behalf"].present())
    agent_ = identity;
  if (identity == agent_ && !identity.empty()) out.agent(state_of(text_of(attributes["lk.agent.state"])));
}

void Calls::stream(const wire::Reader& told, Listener& out) {
  if (text_of(told["topic"]) != "lk.transcription") return;
  const wire::Reader attributes = told["attributes"];
  const std::string_view id = text_of(attributes["lk.segment_id"]);
  // A stream that ends is not yet the end of what is guessed at.
  const bool final =
      told["over"].boolean().value_or(false) && text_of(attributes["lk.transcription_final"]) == "true";
  said(id.empty() ? text_of(told["id"]) : id, text_of(told["from"]), text_of(told["text"]), final, out);
}

void Calls::segments(const wire::Reader& told, Listener& out) {
  for (const wire::Reader one : told["segments"])
    said(text_of(one["id"]), text_of(told["from"]), text_of(one["text"]),
         one["final"].boolean().value_or(false), out);
}

Calls::Segment& Calls::segment(std::string_view id) {
  const auto known =
      std::find_if(segments_.begin(), segments_.end(), [&](const Segment& one) { return one.id == id; });
  if (known != segments_.end()) return *known;
  if (segments_.size() == segments_max) segments_.erase(segments_.begin());
  segments_.push_back({std::string(id)});
  return segments_.back();
}

void Calls::said(std::string_view id, std::string_view from, std::string_view text, bool final,
                 Listener& out) {
  if (id.empty() || id.size() > limits::ask_id_bytes_max || text.size() > limits::answer_bytes_max) return;
  Segment& one = segment(id);
  const bool own = from == identity_;
  // A guess at what the shopper says may become shorter; what an agent has said does not.
  if (one.over || (!final && !own && text.size() <= one.bytes) || trimmed(text).empty()) return;
  one.bytes = text.size();
  one.over = final;
  Row row;
  row.id = "lk." + std::string(id);
  row.author = own ? Author{"self", {}, AuthorKind::self} : Author{"agent", {}, AuthorKind::agent};
  row.state = !final ? RowState::streaming : own ? RowState::sent : RowState::done;
  row.text = text;
  final ? out.row(std::move(row)) : out.caption(std::move(row));
}

void Calls::packet(const wire::Reader& told, Listener& out) {
  if (text_of(told["topic"]) != "tool-results") return;
  const wire::Document results = wire::parse(text_of(told["text"]));
  if (text_of(results["type"]) != "product_results") return;
  auto products = read_products(results["products"]);
  if (!products.empty()) out.products("lk.results." + decimal(++results_), std::move(products));
}

}  // namespace livekit
}  // namespace shopbell
