// Back ends by name.
#include <gtest/gtest.h>

#include "backends/registry.h"

namespace shopbell {
namespace {

TEST(Registry, MakesWhatThisBuildHas) {
  for (const auto* name : {"chatkit", "shopbell"}) EXPECT_NE(make_codec(name, {}), nullptr) << name;
  for (const auto* name : {"", "Chatkit", "chatkit ", "mentra", "unheard"})
    EXPECT_EQ(make_codec(name, {}), nullptr) << name;
}

TEST(Registry, TheDefaultIsTakenWhereAnotherWasAskedFor) {
  EXPECT_EQ(parts_of_this_build().fallback, "chatkit");
}

}  // namespace
}  // namespace shopbell
