// The layouts that codecs walk (core/base/layout.h) name each member's real place, of every struct that
// crosses a border.
#include "core/base/layout.h"

#include <gtest/gtest.h>

#include <variant>

#include "core/conversation/store.h"
#include "core/vocabulary/commands.h"
#include "core/vocabulary/events.h"

namespace shopbell {
namespace {

template <class T>
void check() {
  if constexpr (is_vector<T>) {
    check<typename T::value_type>();
  } else if constexpr (HasFields<T>) {
    T object{};
    std::size_t i = 0;
    each_field<T>(object, [&]<class M>(std::string_view name, M& member) {
      const auto& table = layout::Layout<T, true>::table;
      const layout::Member& told = table.members[i];
      const auto offset = reinterpret_cast<const char*>(&member) - reinterpret_cast<const char*>(&object);
      EXPECT_EQ(told.offset, static_cast<std::size_t>(offset)) << T::type_name << "." << name;
      EXPECT_EQ(table.names[i++], name);
      check<M>();
    });
    EXPECT_EQ(i, (layout::Layout<T, true>::table.count));
  }
}

template <class... Each>
void check_each(const std::variant<Each...>*) {
  (check<Each>(), ...);
}

TEST(Layout, EveryMemberStandsWhereItIsTold) {
  check_each(static_cast<const Event*>(nullptr));
  check_each(static_cast<const Command*>(nullptr));
  check<Saved>();
}

}  // namespace
}  // namespace shopbell
