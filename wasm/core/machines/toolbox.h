// Toolbox: what the page offers agents to do, checked.
//
// A tool that breaks a rule or a bound is told to the owner and not offered: a model that is given half of it
// would call it all the same. Names are compared byte by byte and hold ASCII alone, so that none looks like
// another.
#pragma once

#include <string>
#include <string_view>

#include "core/vocabulary/ask.h"
#include "core/vocabulary/limits.h"
#include "core/wire/reader.h"

namespace shopbell {

class Toolbox {
 public:
  // All of them (event::ToolsOffered), in place of those before. Gives the names of those that are not offered.
  std::string offer(std::string_view json);

  // Those that are: a JSON array of {name, description, parameters, metadata: {readOnly}}.
  const std::string& tools() const { return tools_; }
  // Whether there is one of that name. What the page says of it is put into `ask`.
  bool has(std::string_view name, Ask* ask = nullptr) const;

 private:
  std::string tools_ = "[]";
};

}  // namespace shopbell
