// Private data as a type: tokens, message texts and e-mail addresses print as dots.
//
// There is no operator<< and no conversion; reading one is a visible call, `reveal()`, so a search for that
// word finds every place where private text leaves its wrapper. A test plants marked texts and finds none in
// any log line, URL or error.
#pragma once

#include <string_view>
#include <utility>

namespace shopbell {

template <class T>
class Private {
 public:
  Private() = default;
  explicit Private(T value) : value_(std::move(value)) {}
  const T& reveal() const { return value_; }
  void set(const auto& value) { value_ = value; }
  bool empty() const { return value_.empty(); }
  bool operator==(const Private&) const = default;

 private:
  T value_{};
};

template <class T>
inline constexpr bool is_private = false;
template <class T>
inline constexpr bool is_private<Private<T>> = true;

}  // namespace shopbell
