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
#include <vector>

#include "backends/registry.h"
#include "recorder.h"

namespace shopbell::chatkit_rig {

inline Outgoing message(std::string text = "Do you have lamps?", std::string id = "m1") {
  Outgoing outgoing;
  outgoing.id = std::move(id);
  outgoing.session_id = "s1";
  outgoing.text = Private<std::string>(std::move(text));
  return outgoing;
}

inline std::unique_ptr<Codec> make(bool idempotency = false) {
  BackendOptions options;
  options.api_url = "https://api.example";
  options.api_key = Private<std::string>("key-7f3a");
  options.idempotency = idempotency;
  return make_codec("chatkit", options);
}

// There is one message here, and one answer: their ids need no telling.
inline Recorder recorder() { return Recorder(Recorder::Ids::left_out); }

inline HttpRequest request(Codec& codec, const Outgoing& outgoing) {
  Recorder said = recorder();
  codec.say(outgoing, said);
  return said.requests.at(0);
}
// The reply goes on where the last exchange ended, so what there is of it stays.
inline bool resumes(Codec& codec, const Outgoing& outgoing) {
  Recorder said = recorder();
  codec.say(outgoing, said);
  return said.said() != "restarted";
}

struct Reply {
  std::uint32_t status = 200;
  std::vector<Header> headers;
  std::string body;
  ErrorCode cut = ErrorCode::none;  // how it ends: `none` is a proper end
};

inline std::string exchange(Codec& codec, const Reply& reply, const std::vector<std::string_view>& parts) {
  Recorder said = recorder();
  codec.head(reply.status, reply.headers, said);
  for (const auto part : parts) codec.received(part, said);
  reply.cut == ErrorCode::none ? codec.ended(said) : codec.cut(reply.cut, said);
  const std::string out = said.said();
  // Nothing comes after the last word.
  codec.head(200, {}, said);
  codec.received("data: x\n\n", said);
  codec.ended(said);
  codec.cut(ErrorCode::connection_lost, said);
  EXPECT_EQ(said.said(), "");
  return out;
}

inline std::string answers_to(const Reply& reply, bool idempotency = false) {
  const auto codec = make(idempotency);
  const auto run = [&](const std::vector<std::string_view>& parts) {
    request(*codec, message());
    return exchange(*codec, reply, parts);
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
