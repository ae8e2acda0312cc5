// Answers that are not 2xx: what each status and body says about the message, and which of the server's words
// are repeated.
#include <gtest/gtest.h>

#include "chatkit_rig.h"
#include "core/vocabulary/limits.h"
#include "core/wire/utf8.h"

namespace shopbell::chatkit {
namespace {

using namespace chatkit_rig;

std::string status_only(std::uint32_t status, bool idempotency = false) {
  return answers_to(json("", status), idempotency);
}

TEST(ChatkitRefusal, KnowsEveryStatus) {
  const struct {
    std::uint32_t status;
    const char* meaning;
  } cases[] = {
      {400, "rejected refused"},       {401, "unauthorized refused"}, {403, "forbidden refused"},
      {404, "not_found refused"},      {405, "refused refused"},      {408, "refused unknown"},
      {409, "refused refused"},        {410, "not_found refused"},    {413, "message_too_long refused"},
      {418, "refused refused"},        {422, "refused refused"},      {425, "unavailable not_taken"},
      {429, "rate_limited not_taken"}, {451, "refused refused"},      {500, "server_error unknown"},
      {501, "server_error unknown"},   {502, "server_error unknown"}, {503, "unavailable not_taken"},
      {504, "server_error unknown"},   {599, "server_error unknown"}, {600, "refused refused"},
      {0, "refused refused"},          {100, "refused refused"},      {199, "refused refused"},
      {300, "refused refused"},        {302, "refused refused"},      {304, "refused refused"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(status_only(c.status),
              "failed " + std::string(c.meaning) + " (status " + std::to_string(c.status) + ")");
  }
  EXPECT_EQ(status_only(409, true), "failed refused unknown (status 409)");
}

TEST(ChatkitRefusal, RepeatsTheServersWords) {
  EXPECT_EQ(answers_to(json(R"({"error":"Authentication failed","message":"No key"})", 401)),
            "failed unauthorized refused (status 401; Authentication failed; No key)");
  EXPECT_EQ(answers_to(json(R"({"error":"Forbidden","message":"Request origin not allowed"})", 403)),
            "failed forbidden refused (status 403; Forbidden; Request origin not allowed)");
  EXPECT_EQ(answers_to(json(R"({"error":"Invalid JSON payload"})", 400)),
            "failed rejected refused (status 400; Invalid JSON payload)");
  EXPECT_EQ(answers_to(json(R"({"error":"Service temporarily unavailable",)"
                            R"("message":"Daily usage limit reached. Please try again tomorrow."})",
                            503)),
            "failed unavailable not_taken (status 503; Service temporarily unavailable; Daily usage limit "
            "reached. Please try again "
            "tomorrow.)");
}

TEST(ChatkitRefusal, NamesFieldsButNoValues) {
  EXPECT_EQ(
      answers_to(json(
          R"({"error":"Validation failed","details":[{"field":"message","message":"too long","value":"SECRET"},)"
          R"({"field":"tokens","message":"too many","value":4001},5,{"value":"SECRET"}]})",
          400)),
      "failed rejected refused (status 400; Validation failed; field message: too long; field tokens: too "
      "many)");
}

TEST(ChatkitRefusal, HidesEchoesOfPrivateData) {
  EXPECT_EQ(
      answers_to(json(R"({"error":"bad text: Do you have lamps?","message":"key-7f3a is unknown"})", 400)),
      "failed rejected refused (status 400; •••; •••)");
}

TEST(ChatkitRefusal, TakesTheRetryHintFromTheBodyThenTheHeader) {
  const std::string body = R"({"error":"Too many requests","retryAfter":42})";
  EXPECT_EQ(answers_to({429, {{"retry-after", "7"}}, body}),
            "failed rate_limited not_taken after 42000 ms (status 429; Too many requests)");
  const struct {
    const char* body;
    const char* header;
    const char* hint;
  } cases[] = {
      {"", "7", " after 7000 ms"},
      {"{}", " 0 ", " after 0 ms"},
      {R"({"retryAfter":1.5})", "", " after 1500 ms"},
      {R"({"retryAfter":"9"})", "", " after 9000 ms"},
      {R"({"retryAfter":-1})", "8", " after 8000 ms"},
      {R"({"retryAfter":null})", "8", " after 8000 ms"},
      {R"({"retryAfter":1e300})", "", ""},
      {"", "Fri, 31 Dec 1999 23:59:59 GMT", ""},
      {"", "-5", ""},
      {"", "1.5", ""},
      {"", "99999999999999999999", ""},
      {"<html>", "7", " after 7000 ms"},
      {R"({"retry)", "7", " after 7000 ms"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(answers_to({503, {{"retry-after", c.header}}, c.body}),
              "failed unavailable not_taken" + std::string(c.hint) + " (status 503)");
  }
}

TEST(ChatkitRefusal, ACutBodyChangesNothing) {
  Reply reply = json(R"({"error":"Too ma)", 429);
  reply.cut = ErrorCode::connection_lost;
  EXPECT_EQ(answers_to(reply), "failed rate_limited not_taken (status 429)");
}

TEST(ChatkitRefusal, ReadsNoMoreThanItNeeds) {
  const std::string start = R"({"error":")";
  const std::string most =
      start + "x\"" + std::string(limits::refusal_bytes_max - start.size() - 3, ' ') + "}";
  EXPECT_EQ(answers_to(json(most, 500)), "failed server_error unknown (status 500; x)");
  EXPECT_EQ(answers_to(json(" " + most, 500)), "failed server_error unknown (status 500)");
  EXPECT_EQ(answers_to(json(std::string(10'000'000, 'x'), 502)), "failed server_error unknown (status 502)");

  // Decided at the bound, without waiting for the end.
  const auto backend = make();
  request(*backend, message());
  Recorder said = recorder();
  backend->head(500, {}, said);
  backend->received(std::string(limits::refusal_bytes_max, 'x'), said);
  EXPECT_EQ(said.said(), "");
  backend->received("x", said);
  EXPECT_EQ(said.said(), "failed server_error unknown (status 500)");
}

TEST(ChatkitRefusal, BoundsTheWords) {
  for (std::size_t length = 250; length < 310; ++length) {
    const auto backend = make();
    request(*backend, message());
    Recorder said = recorder();
    backend->head(400, {}, said);
    std::string error;
    for (std::size_t i = 0; i < length; ++i) error += i % 2 == 0 ? "é" : "x";
    backend->received("{\"error\":\"" + error + "\",\"message\":\"a\\u0000\\nb\"}", said);
    backend->ended(said);
    const auto& detail = said.failure.detail;
    EXPECT_LE(detail.size(), limits::detail_bytes_max);
    EXPECT_TRUE(wire::is_utf8(detail));
  }
  EXPECT_EQ(answers_to(json(R"({"error":"a\u0000\n\u001bb"})", 400)),
            "failed rejected refused (status 400; a   b)");
}

}  // namespace
}  // namespace shopbell::chatkit
