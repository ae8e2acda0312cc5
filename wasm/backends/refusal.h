// What an answer that is not 2xx means for the message.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/vocabulary/codec.h"
#include "core/wire/reader.h"

namespace shopbell {

// A server's words for the owner's console, as dots where they hold one of `hidden`.
std::string told(std::string_view words, std::initializer_list<std::string_view> hidden);

// The server's words for the owner's console: `status`, `error`, `message` or `code`, and for each of
// `details` the field and what is wrong with it, never its `value`. A piece that contains one of `hidden`
// (the shopper's text, the key) prints as dots.
std::string server_words(std::uint32_t status, const wire::Reader& body,
                         std::initializer_list<std::string_view> hidden);

// Empty: there is none of that name (in lower case).
std::string_view header_of(const std::vector<Header>& headers, std::string_view name);

// -1: no number, as in a Retry-After that is a date.
double seconds_of(std::string_view digits);

// The body's `retryAfter` in seconds; -1: none.
double retry_after_s(const wire::Reader& body);

// `idempotency`: the request carried a key. `header_retry_after`: the Retry-After header. Only seconds are
// understood there; a date would need the server's and the shopper's clocks to agree, and the codec has no
// clock at all.
Failure refusal(std::uint32_t status, bool idempotency, const wire::Reader& body,
                std::string_view header_retry_after);

}  // namespace shopbell
