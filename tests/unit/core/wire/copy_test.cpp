// JSON that goes out again says what JSON.parse would have read.
#include "core/wire/copy.h"

#include <gtest/gtest.h>

namespace shopbell::wire {
namespace {

TEST(Copy, EveryKindOfValue) {
  const std::string_view all = R"({"a":[1,-2.5,true,false,null,"x\"y"],"":{}})";
  EXPECT_EQ(object_in(all), all);
  EXPECT_EQ(object_in(" { \"a\" : [ ] } "), R"({"a":[]})");
}

TEST(Copy, OfAKeyThatOccursTwiceTheLastOneIsThere) {
  EXPECT_EQ(object_in(R"({"n":1,"m":0,"n":2,"in":{"n":3,"n":4}})"), R"({"m":0,"n":2,"in":{"n":4}})");
}

TEST(Copy, WhatIsNoObject) {
  for (const char* json : {"", "[]", "null", "5", "{", "{}x"}) EXPECT_EQ(object_in(json), "") << json;
}

TEST(Copy, AnAbsentValueIsNull) { EXPECT_EQ(json_of(Reader()), "null"); }

}  // namespace
}  // namespace shopbell::wire
