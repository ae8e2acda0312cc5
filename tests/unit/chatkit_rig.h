// One exchange of the chatkit codec, fed whole, byte by byte and at random splits; all ways must give the
// same answers.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "backends/registry.h"

namespace shopbell::chatkit_rig {

inline Outgoing message(std::string text = "Do you have lamps?", std::string id = "m1") {
  Outgoing outgoing;
  outgoing.id = std::move(id);
  outgoing.session_id = "s1";
  outgoing.text = Private<std::string>(std::move(text));
  return outgoing;
}

inline std::unique_ptr<HttpBackend> make(bool idempotency = false) {
  BackendOptions options;
  options.api_url = "https://api.example";
  options.api_key = Private<std::string>("key-7f3a");
  options.idempotency = idempotency;
  return make_http_backend("chatkit", options);
}

// Answers as text, one a line: what they are and all they say.
inline std::string printed(const Answers& answers) {
  static constexpr const char* fates[] = {"not_taken", "refused", "unknown", "taken"};
  std::string out;
  for (const Answer& one : answers) {
    if (!out.empty()) out += "\n";
    if (std::holds_alternative<answer::Taken>(one)) out += "taken";
    if (std::holds_alternative<answer::Restarted>(one)) out += "restarted";
    if (const auto* delta = std::get_if<answer::Delta>(&one)) out += "delta " + delta->text;
    if (const auto* done = std::get_if<answer::Done>(&one)) out += "done " + done->text;
    if (const auto* products = std::get_if<answer::Products>(&one)) {
      out += "products";
      for (const Product& product : products->products) out += " " + product.title;
    }
    if (const auto* failed = std::get_if<answer::Failed>(&one)) {
      out += "failed " + std::string(to_name(failed->code)) + " " +
             fates[static_cast<std::size_t>(failed->fate)];
      if (failed->retry_after_s >= 0)
        out += " after " + std::to_string(static_cast<int>(failed->retry_after_s * 1000)) + " ms";
      if (!failed->detail.empty()) out += " (" + failed->detail + ")";
    }
  }
  return out;
}

struct Reply {
  std::uint32_t status = 200;
  std::vector<Header> headers;
  std::string body;
  ErrorCode cut = ErrorCode::none;  // how it ends: `none` is a proper end
};

inline std::string exchange(HttpBackend& backend, const Reply& reply,
                            const std::vector<std::string_view>& parts) {
  Answers answers;
  backend.head(reply.status, reply.headers, answers);
  for (const auto part : parts) backend.body(part, answers);
  reply.cut == ErrorCode::none ? backend.end(answers) : backend.cut(reply.cut, answers);
  const std::string out = printed(answers);
  // Nothing comes after the last word.
  Answers late;
  backend.head(200, {}, late);
  backend.body("data: x\n\n", late);
  backend.end(late);
  backend.cut(ErrorCode::connection_lost, late);
  EXPECT_EQ(printed(late), "");
  return out;
}

inline std::string answers_to(const Reply& reply, bool idempotency = false) {
  const auto backend = make(idempotency);
  const auto run = [&](const std::vector<std::string_view>& parts) {
    backend->request(message());
    return exchange(*backend, reply, parts);
  };
  const std::string_view body = reply.body;
  const std::string whole = run({body});
  std::mt19937 random(5);
  const bool small = body.size() < 10'000;
  for (int round = small ? 0 : 18; round < 20; ++round) {
    std::vector<std::string_view> parts;
    for (auto rest = body; !rest.empty();) {
      const std::size_t size =
          round == 0 ? 1 : std::min<std::size_t>(rest.size(), random() % (small ? 13 : 50'000));
      parts.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    EXPECT_EQ(run(parts), whole) << "split, round " << round;
  }
  return whole;
}

inline Reply json(std::string body, std::uint32_t status = 200) {
  return {status, {{"content-type", "application/json; charset=utf-8"}}, std::move(body)};
}
inline Reply stream(std::string body) {
  return {200, {{"content-type", "text/event-stream; charset=utf-8"}}, std::move(body)};
}

}  // namespace shopbell::chatkit_rig
