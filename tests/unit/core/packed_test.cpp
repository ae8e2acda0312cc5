// The face's codec: every event and command survives it, and no byte string makes it read past its input.
#include "core/base/packed.h"

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/vocabulary/commands.h"
#include "core/vocabulary/events.h"

namespace shopbell {
namespace {

std::string packed_event(const Event& event) {
  packed::Sink sink;
  std::visit([&]<class E>(const E& one) { sink.put(event.index(), &one, layout::Layout<E, false>::table); },
             event);
  return sink.take();
}

TEST(Packed, AnEventComesBackAsItWas) {
  event::HttpHead head;
  head.attempt = 7;
  head.status = 429;
  head.headers = {{"retry-after", "3"}, {"x", ""}};
  const auto back = packed::unpack<Event>(packed_event(head));
  ASSERT_TRUE(back);
  const auto& again = std::get<event::HttpHead>(*back);
  EXPECT_EQ(again.attempt, 7u);
  EXPECT_EQ(again.status, 429u);
  ASSERT_EQ(again.headers.size(), 2u);
  EXPECT_EQ(again.headers[0].value, "3");
}

TEST(Packed, LayoutIsTheDocumentedOne) {
  event::HttpEnd end;
  end.attempt = 0x01020304;
  const std::string bytes = packed_event(end);
  ASSERT_EQ(bytes.size(), 5u);
  EXPECT_EQ(bytes[0], static_cast<char>(Event(end).index()));
  EXPECT_EQ(bytes.substr(1), "\x04\x03\x02\x01");
}

TEST(Packed, EveryTruncationIsRefused) {
  event::Start start;
  start.settings = {{"api-url", "https://a.example", "string"}, {"voice", "off", "string"}};
  start.seed.data = std::string(32, 's');
  const std::string bytes = packed_event(start);
  ASSERT_TRUE(packed::unpack<Event>(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(packed::unpack<Event>(bytes.substr(0, size))) << size;
  EXPECT_FALSE(packed::unpack<Event>(bytes + "x")) << "nothing may follow";
}

TEST(Packed, LyingCountsAndEnumsAreRefused) {
  const std::string huge_string =
      std::string(1, static_cast<char>(Event(event::PageSend{}).index())) + "\xff\xff\xff\xff";
  EXPECT_FALSE(packed::unpack<Event>(huge_string));
  std::string action = packed_event(event::RowActionPressed{"row", RowAction::discard});
  action[8] = 17;  // behind index, length and text
  EXPECT_FALSE(packed::unpack<Event>(action));
  EXPECT_FALSE(packed::unpack<Event>(std::string(1, '\x7f')));
  EXPECT_FALSE(packed::unpack<Event>(""));
}

TEST(Packed, RandomBytesNeverTrap) {
  Random random("packed");
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(static_cast<std::size_t>(random.unit() * 60), '\0');
    for (char& c : bytes) c = static_cast<char>(random.next());
    if (const auto event = packed::unpack<Event>(bytes)) {
      EXPECT_EQ(packed::unpack<Event>(packed_event(*event))->index(), event->index());
    }
  }
}

}  // namespace
}  // namespace shopbell
