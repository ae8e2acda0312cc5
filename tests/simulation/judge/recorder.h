// Recorder: the life of each page's core as a test transcript (tests/transcripts/script.h): what it was told
// and when, what storage held, and the commands that left the page. A failing seed is run again with this on;
// what it prints replays in `transcripts` and becomes a test once expectations are put in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/vocabulary/commands.h"
#include "core/vocabulary/events.h"

namespace shopbell::simulation {

class Recorder {
 public:
  explicit Recorder(bool on) : on_(on) {}
  bool on() const { return on_; }

  void told(std::uint32_t page, const Event& event, Now now);
  void wants(std::uint32_t page, const Command& command);
  // What storage gives, where other pages have changed it since.
  void loaded(std::uint32_t page, Area area, std::string_view prefix,
              const std::map<std::string, std::string>& entries);
  std::string text(std::uint32_t page) const;

 private:
  struct Life {
    std::vector<std::string> lines{};
    std::size_t last_event = 0;  // its line
    Now now{Mono{1000}, Wall{1'700'000'000'000}};
    std::map<std::string, std::string> stored[2]{};  // as the replay will have it
  };

  const bool on_;
  std::map<std::uint32_t, Life> lives_;
};

}  // namespace shopbell::simulation
