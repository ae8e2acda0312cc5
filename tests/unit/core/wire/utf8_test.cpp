// UTF-8: what is well-formed, and one U+FFFD for each maximal broken part (Unicode 15, section 3.9, table
// 3-8).
#include "core/wire/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace shopbell::wire {
namespace {

std::string mended(std::string text) {
  make_utf8(text);
  return text;
}

TEST(WireUtf8, KnowsWellFormedText) {
  for (const auto* good : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good));
    EXPECT_EQ(mended(good), good);
  }
  for (const auto* bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "ok\xf0\x9f\x98"}) {
    EXPECT_FALSE(is_utf8(bad));
    EXPECT_TRUE(is_utf8(mended(bad)));
  }
}

TEST(WireUtf8, ReplacesMaximalParts) {
  EXPECT_EQ(mended("\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64"),
            "a\ufffd\ufffd\ufffd"
            "b\ufffd"
            "c\ufffd\ufffd"
            "d");
  EXPECT_EQ(mended("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"),
            "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA");
  EXPECT_EQ(mended("\xe2\x82"), "\ufffd");
}

}  // namespace
}  // namespace shopbell::wire
