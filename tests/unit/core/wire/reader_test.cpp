// wire::parse and Reader: every fault, every bound at its limit and one past it, and paths into what is not
// there.
#include "core/wire/reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/vocabulary/limits.h"

namespace shopbell::wire {
namespace {

using namespace std::literals;

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

std::string nested(std::size_t depth) { return repeated("[", depth) + repeated("]", depth); }

TEST(WireReader, ReadsEveryKindOfValue) {
  const auto document =
      parse(R"( {"t":"x\u00e9\n","n":-12.5e1,"b":true,"z":null,"a":[1,"2",[3]],"o":{"k":false}} )");
  ASSERT_TRUE(document.ok());
  const Reader root = document.root();
  EXPECT_TRUE(root.is_object());
  EXPECT_EQ(root.size(), 6u);
  EXPECT_EQ(root["t"].text(), "x\u00e9\n");
  EXPECT_EQ(root["n"].number(), -125);
  EXPECT_EQ(root["b"].boolean(), true);
  EXPECT_TRUE(root["z"].is_null());
  EXPECT_TRUE(root["z"].present());
  EXPECT_EQ(root["a"].size(), 3u);
  EXPECT_EQ(root["a"].at(0).number(), 1);
  EXPECT_EQ(root["a"].at(1).text(), "2");
  EXPECT_EQ(root["a"].at(2).at(0).number(), 3);
  EXPECT_EQ(root["o"]["k"].boolean(), false);
}

TEST(WireReader, AnswersNothingForWhatIsNotThereOrOfAnotherType) {
  const auto document = parse(R"({"t":"x","a":[1],"n":5})");
  const Reader root = document.root();
  EXPECT_FALSE(root["missing"].present());
  EXPECT_FALSE(root["missing"]["deeper"].at(7)["still"].present());
  EXPECT_FALSE(root["a"].at(1).present());
  EXPECT_FALSE(root["a"]["t"].present());
  EXPECT_FALSE(root["t"].at(0).present());
  EXPECT_EQ(root["t"].size(), 0u);
  EXPECT_FALSE(root["t"].number());
  EXPECT_FALSE(root["t"].boolean());
  EXPECT_FALSE(root["n"].text());
  EXPECT_FALSE(root.text());
  EXPECT_FALSE(root["missing"].is_null());
  EXPECT_EQ(Reader().size(), 0u);
  for ([[maybe_unused]] const Reader item : root["t"]) ADD_FAILURE();
  for ([[maybe_unused]] const Reader item : Reader()) ADD_FAILURE();
}

TEST(WireReader, WalksAnArrayInOrder) {
  const auto document = parse(R"([1,[9,9],{"k":9},4])");
  std::string kinds;
  for (const Reader item : document.root()) kinds += item.is_number() ? 'n' : item.is_array() ? 'a' : 'o';
  EXPECT_EQ(kinds, "naon");
}

TEST(WireReader, TakesTheLastOfTwoEqualKeys) {
  const auto document = parse(R"({"k":1,"other":{"k":2},"k":"three"})");
  EXPECT_EQ(document["k"].text(), "three");
}

TEST(WireReader, OutlivesAMoveOfItsDocument) {
  auto first = parse(R"({"k":"v"})");
  const Reader value = first["k"];
  const Document second = std::move(first);
  EXPECT_EQ(value.text(), "v");
}

TEST(WireReader, NamesEveryFault) {
  const struct {
    std::string bytes;
    Fault fault;
  } cases[] = {
      {"", Fault::not_json},
      {" ", Fault::not_json},
      {"{", Fault::not_json},
      {"[1,]", Fault::not_json},
      {"{} {}", Fault::not_json},
      {"{'a':1}", Fault::not_json},
      {"nul", Fault::not_json},
      {"NaN", Fault::not_json},
      {"01", Fault::not_json},
      {"\"\\x\"", Fault::not_json},
      {"\"\\u12g4\"", Fault::not_json},
      {"\"\\ud800\\u1\"", Fault::not_json},
      {"\"a\nb\"", Fault::not_json},
      {"1e309", Fault::not_json},
      {"-1e309", Fault::not_json},
      {"<!doctype html>", Fault::not_json},
      {"\"\xff\"", Fault::bad_utf8},
      {"\"\xc3", Fault::bad_utf8},
      {"\"\xed\xa0\x80\"", Fault::bad_utf8},
      {"\"\xc0\xaf\"", Fault::bad_utf8},
      {"{}\0"s, Fault::raw_nul},
      {"{}\0garbage"s, Fault::raw_nul},
      {"\"a\0b\""s, Fault::raw_nul},
      {repeated("[", 100'000), Fault::too_deep},
      {repeated("{\"a\":", 100'000), Fault::too_deep},
  };
  for (const auto& c : cases) {
    const auto document = parse(c.bytes);
    EXPECT_EQ(static_cast<int>(document.fault()), static_cast<int>(c.fault)) << c.bytes.substr(0, 40);
    EXPECT_FALSE(document.root().present());
  }
}

TEST(WireReader, BoundsDepth) {
  EXPECT_TRUE(parse(nested(limits::json_depth_max)).ok());
  EXPECT_EQ(parse(nested(limits::json_depth_max + 1)).fault(), Fault::too_deep);
}

TEST(WireReader, BoundsTheNumberOfValues) {
  const std::string most = "[" + repeated("1,", limits::json_values_max - 2) + "1]";
  EXPECT_TRUE(parse(most).ok());
  EXPECT_EQ(parse("[1," + most.substr(1)).fault(), Fault::too_long);
}

TEST(WireReader, BoundsBytes) {
  const std::string most = "\"" + std::string(limits::json_bytes_max - 2, 'x') + "\"";
  EXPECT_TRUE(parse(most).ok());
  EXPECT_EQ(parse(most + " ").fault(), Fault::too_long);
}

TEST(WireReader, ReplacesHalfSurrogatePairs) {
  EXPECT_EQ(parse(R"("\ud83d\ude00")").root().text(), "\U0001f600");
  EXPECT_EQ(parse(R"("cut \ud83d")").root().text(), "cut \ufffd");
  EXPECT_EQ(parse(R"("\ude00\ud83d\n")").root().text(), "\ufffd\ufffd\n");
  EXPECT_EQ(parse(R"("\uD83D\uD83D\uDE00")").root().text(), "\ufffd\U0001f600");
  EXPECT_EQ(parse(R"("\ud83dx\ude00")").root().text(), "\ufffdx\ufffd");
  EXPECT_EQ(parse(R"({"\udead":1})")["\ufffd"].number(), 1);
  // A backslash that is itself escaped begins no escape.
  EXPECT_EQ(parse(R"("\\ud83d")").root().text(), "\\ud83d");
  EXPECT_EQ(parse(R"("\\\ud83d")").root().text(), "\\\ufffd");
}

TEST(WireReader, SkipsAByteOrderMark) { EXPECT_EQ(parse("\xef\xbb\xbf{\"a\":1}")["a"].number(), 1); }

TEST(WireReader, EscapedNulIsText) { EXPECT_EQ(parse(R"("a\u0000b")").root().text(), "a\0b"sv); }

TEST(WireReader, ReadsNumbers) {
  const struct {
    std::string_view text;
    double value;
  } cases[] = {
      {"0", 0},
      {"-0", 0},
      {"1299.9", 1299.9},
      {"0.1", 0.1},
      {"1732152000123", 1732152000123.0},
      {"9007199254740993", 9007199254740993.0},
      {"123456789012345678901234567890", 123456789012345678901234567890.0},
      {"0.000001", 1e-6},
      {"1e22", 1e22},
      {"1.5E+3", 1500},
      {"2.5e-3", 0.0025},
      {"1e-400", 0},
      {"0e999999999", 0},
      {"18446744073709551615", 18446744073709551615.0},
      {"-9223372036854775808", -9223372036854775808.0},
      {"0.30000000000000000000000000000000000000001", 0.3},
  };
  for (const auto& c : cases) {
    const auto number = parse(c.text).root().number();
    ASSERT_TRUE(number) << c.text;
    EXPECT_DOUBLE_EQ(*number, c.value) << c.text;
  }
  const auto large = parse("1.7976931348623e308").root().number();
  ASSERT_TRUE(large);
  EXPECT_NEAR(*large / 1.7976931348623e308, 1, 1e-14);
  const auto small = parse("2.2250738585072e-308").root().number();
  ASSERT_TRUE(small);
  EXPECT_NEAR(*small / 2.2250738585072e-308, 1, 1e-14);
}

}  // namespace
}  // namespace shopbell::wire
