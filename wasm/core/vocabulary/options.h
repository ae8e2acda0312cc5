// Options: what the tag or Shopbell.init asked for, checked. A wrong value is told with the allowed ones and
// the default is used.
#pragma once

#include <string>
#include <vector>

#include "core/vocabulary/codec.h"
#include "core/vocabulary/commands.h"
#include "core/vocabulary/events.h"

namespace shopbell {

struct Options {
  std::string backend;
  std::string voice = "off";
  bool push_to_talk = false;
  BackendOptions backend_options;
  command::Look look;
};

// `complaints`: one line for each option that was not taken as given.
Options check_options(const std::vector<Setting>& settings, const std::string& script_origin,
                      Commands& complaints);

}  // namespace shopbell
