// wire::Writer: JSON comes out whatever goes in, and what Reader reads of it is what was written.
#include "core/wire/writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <random>
#include <string>

#include "core/wire/reader.h"
#include "core/wire/utf8.h"

namespace shopbell::wire {
namespace {

using namespace std::literals;

std::string number_text(double value) {
  Writer writer;
  writer.number(value);
  return writer.take();
}

std::string text_json(std::string_view value) {
  Writer writer;
  writer.text(value);
  return writer.take();
}

TEST(WireWriter, WritesEveryKindOfValue) {
  Writer writer;
  writer.object_begin().key("t").text("x").key("e").array_begin().array_end().key("a").array_begin();
  writer.number(1)
      .boolean(true)
      .null()
      .object_begin()
      .object_end()
      .text("")
      .array_end()
      .key("o")
      .object_begin();
  writer.key("k").boolean(false).object_end().object_end();
  EXPECT_EQ(writer.take(), R"({"t":"x","e":[],"a":[1,true,null,{},""],"o":{"k":false}})");
  EXPECT_EQ(writer.take(), "");
}

TEST(WireWriter, TakeClosesWhatIsOpen) {
  Writer writer;
  writer.object_begin().key("a").array_begin().object_begin().key("b");
  EXPECT_EQ(writer.take(), R"({"a":[{"b":null}]})");
}

TEST(WireWriter, EscapesWhatMustBe) {
  EXPECT_EQ(text_json("\"\\/\n\t\x1f\x7f é"), R"("\"\\/\n\u0009\u001f)"
                                              "\x7f é\"");
  EXPECT_EQ(text_json("\0"sv), R"("\u0000")");
  EXPECT_EQ(text_json("[{,:"), R"("[{,:")");
  Writer writer;
  writer.object_begin().key("a\"b").null();
  EXPECT_EQ(writer.take(), R"({"a\"b":null})");
}

TEST(WireWriter, ReplacesInvalidUtf8) {
  EXPECT_EQ(text_json("a\xff"
                      "b"),
            "\"a\ufffdb\"");
  EXPECT_EQ(text_json("\xf0\x9f\x98"), "\"\ufffd\"");
  EXPECT_EQ(text_json("\xed\xa0\x80"), "\"\ufffd\ufffd\ufffd\"");
}

TEST(WireWriter, WritesNumbersShort) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(5), "5");
  EXPECT_EQ(number_text(-17), "-17");
  EXPECT_EQ(number_text(1732152000123), "1732152000123");
  EXPECT_EQ(number_text(9007199254740992), "9007199254740992");
  EXPECT_EQ(number_text(1299.9), "1299.9");
  EXPECT_EQ(number_text(0.05), "0.05");
  EXPECT_EQ(number_text(-0.1), "-0.1");
  EXPECT_EQ(number_text(1e-7), "0.0000001");
  EXPECT_EQ(number_text(1e-22), "0.0000000000000000000001");
  EXPECT_EQ(number_text(std::nan("")), "null");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "null");
}

TEST(WireWriter, NumbersComeBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto digits = static_cast<double>(random() % 1'000'000'000'000'000);
    const double value = digits / std::pow(10.0, static_cast<double>(random() % 22));
    if (value != 0 && value < 1e-7) continue;
    EXPECT_EQ(parse(number_text(value)).root().number(), value) << number_text(value);
  }
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    static_assert(sizeof value == sizeof bits);
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isnormal(value) || std::fabs(value) > 1e307) continue;
    const auto back = parse(number_text(value)).root().number();
    ASSERT_TRUE(back) << number_text(value);
    EXPECT_NEAR(*back / value, 1, 2e-13) << number_text(value);
  }
  EXPECT_TRUE(parse(number_text(std::numeric_limits<double>::denorm_min())).ok());
}

TEST(WireWriter, AnyBytesMakeATextThatComesBack) {
  std::mt19937_64 random(2);
  constexpr std::string_view parts[] = {
      "a", "\"", "\\", "\n", "\0"sv, "\xc3\xa9", "\xf0\x9f\x98\x80", "\xff", "\xe2\x82", "\xed", "\\u"};
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    for (auto n = random() % 12; n > 0; --n) text += parts[random() % std::size(parts)];
    const auto document = parse(text_json(text));
    ASSERT_TRUE(document.ok());
    make_utf8(text);
    EXPECT_EQ(document.root().text(), text);
  }
}

}  // namespace
}  // namespace shopbell::wire
