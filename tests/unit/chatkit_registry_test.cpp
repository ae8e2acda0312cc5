// Back ends by name.
#include <gtest/gtest.h>

#include <algorithm>

#include "backends/registry.h"

namespace shopbell {
namespace {

TEST(Registry, MakesWhatThisBuildHas) {
  for (const auto* name : {"chatkit", "shopbell"}) EXPECT_NE(make_codec(name, {}), nullptr) << name;
  for (const auto* name : {"", "Chatkit", "chatkit ", "mentra", "unheard"})
    EXPECT_EQ(make_codec(name, {}), nullptr) << name;
}

TEST(Registry, NamesAll) {
  const auto names = backend_names();
  EXPECT_EQ(names.size(), 8u);
  EXPECT_NE(std::find(names.begin(), names.end(), "chatkit"), names.end());
  EXPECT_NE(std::find(names.begin(), names.end(), "openai-realtime"), names.end());
}

}  // namespace
}  // namespace shopbell
