// Back ends by name.
#include <gtest/gtest.h>

#include <algorithm>

#include "backends/registry.h"

namespace shopbell {
namespace {

TEST(Registry, MakesWhatThisBuildHas) {
  EXPECT_NE(make_http_backend("chatkit", {}), nullptr);
  for (const auto* name : {"", "Chatkit", "chatkit ", "mentra", "unheard"})
    EXPECT_EQ(make_http_backend(name, {}), nullptr) << name;
}

TEST(Registry, NamesAll) {
  const auto names = backend_names();
  EXPECT_EQ(names.size(), 7u);
  EXPECT_NE(std::find(names.begin(), names.end(), "chatkit"), names.end());
  EXPECT_NE(std::find(names.begin(), names.end(), "openai-realtime"), names.end());
}

}  // namespace
}  // namespace shopbell
