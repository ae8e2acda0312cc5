#include "backends/refusal.h"

#include "core/base/text.h"
#include "core/vocabulary/limits.h"
#include "core/wire/utf8.h"

namespace shopbell {
namespace {

struct Meaning {
  ErrorCode code;
  Fate fate;
};

// 429, 503 and 425 are sent before the message is looked at. Other 5xx say nothing about how far it came.
Meaning meaning(std::uint32_t status, bool idempotency) {
  switch (status) {
    case 400:
      return {ErrorCode::rejected, Fate::refused};
    case 401:
      return {ErrorCode::unauthorized, Fate::refused};
    case 403:
      return {ErrorCode::forbidden, Fate::refused};
    case 404:
    case 410:
      return {ErrorCode::not_found, Fate::refused};
    case 408:
      return {ErrorCode::refused,
              Fate::unknown};  // our requests are whole when they leave: someone behind gave up
    case 409:
      return {ErrorCode::refused,
              idempotency ? Fate::unknown : Fate::refused};  // its twin may still be at work
    case 413:
      return {ErrorCode::message_too_long, Fate::refused};
    case 425:
    case 503:
      return {ErrorCode::unavailable, Fate::not_taken};
    case 429:
      return {ErrorCode::rate_limited, Fate::not_taken};
    default:
      break;
  }
  if (status >= 500 && status <= 599) return {ErrorCode::server_error, Fate::unknown};
  return {ErrorCode::refused, Fate::refused};
}

constexpr double seconds_max = 1e9;

}  // namespace

std::string_view header_of(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

double seconds_of(std::string_view digits) {
  digits = trimmed(digits);
  double seconds = digits.empty() ? -1 : 0;
  for (const char c : digits) {
    if (c < '0' || c > '9' || seconds > seconds_max) return -1;
    seconds = seconds * 10 + (c - '0');
  }
  return seconds;
}

double retry_after_s(const wire::Reader& body) {
  const wire::Reader hint = body["retryAfter"];
  const double seconds = hint.number().value_or(seconds_of(hint.text().value_or(std::string_view())));
  return seconds >= 0 && seconds <= seconds_max ? seconds : -1;
}

std::string told(std::string_view words, std::initializer_list<std::string_view> hidden) {
  for (const std::string_view secret : hidden) {
    // Of very short texts every sentence would hold one by chance.
    if (secret.size() >= 4 && words.find(secret) != words.npos) return "•••";
  }
  std::string out(words.substr(0, limits::detail_bytes_max));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return out;
}

std::string server_words(std::uint32_t status, const wire::Reader& body,
                         std::initializer_list<std::string_view> hidden) {
  std::string words = "status " + decimal(status);
  const auto add = [&](std::string_view before, const wire::Reader& reader) {
    const std::string_view piece = reader.text().value_or(std::string_view());
    if (piece.empty() || words.size() > limits::detail_bytes_max) return;
    words += before;
    words += told(piece, hidden);
  };
  add("; ", body["error"]);
  add("; ", body["message"]);
  add("; code ", body["code"]);
  for (const wire::Reader item : body["details"]) {
    add("; field ", item["field"]);
    add(": ", item["message"]);
  }
  if (words.size() > limits::detail_bytes_max) {
    std::size_t end = limits::detail_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0) == 0x80)
      --end;  // not inside a character
    words.resize(end);
  }
  return words;
}

Failure refusal(std::uint32_t status, bool idempotency, const wire::Reader& body,
                std::string_view header_retry_after) {
  const Meaning what = meaning(status, idempotency);
  const double hint = retry_after_s(body);
  return {what.code, what.fate, hint >= 0 ? hint : seconds_of(header_retry_after), {}};
}

}  // namespace shopbell
