// Server-sent events: the standard's own examples and corners, each whole, byte by byte and at random splits.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "core/vocabulary/limits.h"
#include "core/wire/sse.h"

namespace shopbell::wire {
namespace {

using namespace std::literals;

// Everything that came of a stream, one line each, as text that tests can compare.
std::string outcome(const std::vector<std::string_view>& parts) {
  SseParser parser;
  std::string out;
  for (std::string_view part : parts) {
    SseEvent event;
    while (parser.next(part, event)) {
      out += std::string(event.type) + "|" + std::string(event.data) + "|" + parser.last_id() + "\n";
    }
  }
  out += "id " + parser.last_id() + " retry " + std::to_string(static_cast<long>(parser.retry_ms()));
  return parser.too_long() ? out + " too long" : out;
}

void expect(std::string_view stream, const std::string& expected) {
  EXPECT_EQ(outcome({stream}), expected) << stream;
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < stream.size(); ++i) bytes.push_back(stream.substr(i, 1));
  EXPECT_EQ(outcome(bytes), expected) << "byte by byte: " << stream;
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string_view> parts;
    for (auto rest = stream; !rest.empty();) {
      const auto size = std::min<std::size_t>(rest.size(), random() % 9);
      parts.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    EXPECT_EQ(outcome(parts), expected) << "split: " << stream;
  }
}

TEST(SseParser, ReadsTheStandardsExamples) {
  expect("data: YHOO\ndata: +2\ndata: 10\n\n", "message|YHOO\n+2\n10|\nid  retry -1");
  expect(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
         "message|first event|1\nmessage|second event|\nmessage| third event|\nid  retry -1");
  expect("data\n\ndata\ndata\n\ndata:", "message||\nmessage|\n|\nid  retry -1");
  expect("data:test\n\ndata: test\n\n", "message|test|\nmessage|test|\nid  retry -1");
  expect("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
         "add|73857293|\nremove|2153|\nid  retry -1");
}

TEST(SseParser, TakesAnyLineEnd) {
  expect("data: a\rdata: b\r\n\r\ndata: c\r\rdata: d\n\r\n",
         "message|a\nb|\nmessage|c|\nmessage|d|\nid  retry -1");
  expect("data: a\n\n\n\n\r\n\r\r", "message|a|\nid  retry -1");
}

TEST(SseParser, KeepsTheIdAndForgetsTheType) {
  expect("id: 7\nevent: x\ndata: 1\n\ndata: 2\n\n", "x|1|7\nmessage|2|7\nid 7 retry -1");
  expect("id: 7\n\n", "id 7 retry -1");
  expect("id: 7\n", "id  retry -1");
  expect("event: x\n\ndata: 1\n\n", "message|1|\nid  retry -1");
  expect("id: 1\ndata: a\n\nid: 2\0x\ndata: b\n\n"sv, "message|a|1\nmessage|b|1\nid 1 retry -1");
}

TEST(SseParser, ReadsRetry) {
  expect("retry: 1500\n\n", "id  retry 1500");
  expect("retry: 15x\nretry:\nretry: -1\n\n", "id  retry -1");
}

TEST(SseParser, IgnoresCommentsAndUnknownFields) {
  expect(": ping\n\n:\n\nfoo: bar\nData: no\n data: no\ndata : no\ndata: yes\n\n",
         "message|yes|\nid  retry -1");
}

TEST(SseParser, SkipsOneByteOrderMark) {
  expect(
      "\xef\xbb\xbf"
      "data: a\n\n",
      "message|a|\nid  retry -1");
  expect(
      "\xef\xbb\xbf\xef\xbb\xbf"
      "data: a\n\ndata: b\n\n",
      "message|b|\nid  retry -1");
  expect(
      "\ndata: a\n\n\xef\xbb\xbf"
      "data: b\n\n",
      "message|a|\nid  retry -1");
}

TEST(SseParser, MendsUtf8) {
  expect("data: \xf0\x9f\x98\x80\n\n", "message|\U0001f600|\nid  retry -1");
  expect("data: \xf0\x9f\x98\ndata: \xff\n\n", "message|\ufffd\n\ufffd|\nid  retry -1");
}

TEST(SseParser, DropsAnUnfinishedEvent) { expect("data: a\n\ndata: b\n", "message|a|\nid  retry -1"); }

TEST(SseParser, BoundsAnEvent) {
  const std::string most = "data: " + std::string(limits::event_bytes_max - 6, 'x');
  EXPECT_EQ(outcome({most, "\n\n"}), "message|" + most.substr(6) + "|\nid  retry -1");
  EXPECT_EQ(outcome({most, "x", "\n\ndata: b\n\n"}), "id  retry -1 too long");
  EXPECT_EQ(outcome({std::string(limits::event_bytes_max + 1, ':')}), "id  retry -1 too long");
  std::string lines;
  while (lines.size() <= 2 * limits::event_bytes_max) lines += "data: 0123456789\n";
  EXPECT_EQ(outcome({lines}), "id  retry -1 too long");
  // Many events in a row are fine.
  std::string events;
  std::string expected;
  while (events.size() <= 2 * limits::event_bytes_max) {
    events += "data: " + std::string(1000, 'x') + "\n\n";
    expected += "message|" + std::string(1000, 'x') + "|\n";
  }
  EXPECT_EQ(outcome({events}), expected + "id  retry -1");
}

}  // namespace
}  // namespace shopbell::wire
