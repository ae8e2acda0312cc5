// Stands in for nlohmann_json's own file of this name: CMakeLists.txt puts the folder `lean` first. Nothing
// is thrown and nobody reads an error's text here, so its errors are empty; the library's own are derived
// from std::runtime_error and bring the C++ run time's type information along.
#pragma once

#include <cstddef>
#include <nlohmann/detail/input/position_t.hpp>
#include <nlohmann/detail/macro_scope.hpp>
#include <nlohmann/detail/meta/cpp_future.hpp>
#include <nlohmann/detail/meta/type_traits.hpp>
#include <nlohmann/detail/string_concat.hpp>
#include <nlohmann/detail/string_escape.hpp>
#include <nlohmann/detail/value_t.hpp>
#include <string>
#include <vector>

NLOHMANN_JSON_NAMESPACE_BEGIN
namespace detail {

struct exception {
  static const char* what() { return ""; }
  template <class... About>
  static exception create(const About&...) {
    return {};
  }
};

using parse_error = exception;
using invalid_iterator = exception;
using type_error = exception;
using out_of_range = exception;
using other_error = exception;

}  // namespace detail
NLOHMANN_JSON_NAMESPACE_END
