// What the tests of the `ag-ui` codec have in common: a codec, its exchange, and streams to answer it with.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "backends/registry.h"
#include "recorder.h"

namespace shopbell::ag_ui {

inline Outgoing lamps(std::string id = "m1") {
  Outgoing outgoing;
  outgoing.id = std::move(id);
  outgoing.session_id = "thread-1";
  outgoing.text = Private<std::string>("lamps?");
  return outgoing;
}

inline std::unique_ptr<Codec> make(std::string key = {}) {
  BackendOptions options;
  options.api_url = "https://shop.example/agent";
  options.api_key = Private(std::move(key));
  return make_codec("ag-ui", options);
}

// An exchange of our run `m1` whose answer is `body`, in parts of so many bytes, and then its end or a cut.
inline std::string answer(std::string_view body, bool cut = false, std::size_t part = 1'000'000) {
  const auto codec = make();
  Recorder said(Recorder::Ids::left_out);
  codec->say(lamps(), said);
  said.said();
  codec->head(200, {}, said);
  for (; !body.empty(); body.remove_prefix(std::min(part, body.size())))
    codec->received(body.substr(0, part), said);
  cut ? codec->cut(ErrorCode::connection_lost, said) : codec->ended(said);
  return said.said();
}

// Events as JavaScript writes them, each on a line of its own.
inline std::string stream(std::string_view events) {
  std::string out;
  while (!events.empty()) {
    const auto end = std::min(events.find('\n'), events.size());
    if (end > 0) out += "data: " + std::string(events.substr(0, end)) + "\n\n";
    events.remove_prefix(std::min(end + 1, events.size()));
  }
  return out;
}

inline constexpr std::string_view started = R"({"type":"RUN_STARTED","threadId":"thread-1","runId":"m1"})";
inline constexpr std::string_view finished = R"({"type":"RUN_FINISHED","threadId":"thread-1","runId":"m1"})";

// What is said of the events between a run's beginning and its end.
inline std::string in_a_run(std::string_view events) {
  std::string said =
      answer(stream(std::string(started) + "\n" + std::string(events) + "\n" + std::string(finished)));
  const std::string beginning = "taken\nprogress\n";
  EXPECT_TRUE(said.starts_with(beginning)) << said;
  return said.substr(std::min(beginning.size(), said.size()));
}

inline std::string recorded(const std::string& name) {
  std::ifstream file("tests/rig/agui/recordings/" + name + ".sse", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // The recordings' runs are named as their client named them.
  for (std::size_t at = 0; (at = text.find("\"run-1\"", at)) != std::string::npos;)
    text.replace(at, 7, "\"m1\"");
  EXPECT_FALSE(text.empty()) << name;
  return text;
}

inline const std::string fatal = "failed answer_unreadable taken";

}  // namespace shopbell::ag_ui
