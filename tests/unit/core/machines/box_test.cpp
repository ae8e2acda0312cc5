// One wish is one composition, and the busy guard stands before the empty check.
#include "core/machines/box.h"

#include <gtest/gtest.h>

namespace shopbell {
namespace {

TEST(Box, TheFirstEnterTakesTheTextAndEmptiesTheBox) {
  Box box;
  box.set("  hello \n");
  EXPECT_EQ(box.wish(false, 1000), Wish::message);
  EXPECT_EQ(box.take(), "hello");
  EXPECT_TRUE(box.blank());
  EXPECT_EQ(box.wish(true, 1000), Wish::blocked);
  EXPECT_EQ(box.wish(false, 1000), Wish::nothing);
}

TEST(Box, CountsInUtf16UnitsAtTheLimitAndOnePast) {
  Box box;
  std::string thousand;
  for (int i = 0; i < 500; ++i) thousand += "\xf0\x9f\x9b\x8e";  // a bell: two units
  box.set(thousand);
  EXPECT_EQ(box.wish(false, 1000), Wish::message);
  box.set(thousand + "x");
  EXPECT_EQ(box.wish(false, 1000), Wish::too_long);
  EXPECT_EQ(utf16_units("a\xc3\xa4\xe2\x82\xac"), 3u);
}

TEST(Box, BlankIsAlsoWhatPhonesLeave) {
  Box box;
  box.set("\xc2\xa0\xe2\x80\x8b \t");
  EXPECT_TRUE(box.blank());
}

TEST(Box, KeepsADraftUpToTheLimitInWholeCharacters) {
  Box box;
  box.set(std::string(limits::draft_bytes_max, 'x'));
  EXPECT_EQ(box.draft().size(), limits::draft_bytes_max);
  box.set(std::string(limits::draft_bytes_max - 1, 'x') + "\xc3\xa4");
  EXPECT_EQ(box.draft().size(), limits::draft_bytes_max - 1);
}

TEST(Box, TellsAtMostOnceASecond) {
  Box box;
  EXPECT_TRUE(box.may_log(Mono{0}));
  EXPECT_FALSE(box.may_log(Mono{999}));
  EXPECT_TRUE(box.may_log(Mono{1000}));
}

}  // namespace
}  // namespace shopbell
