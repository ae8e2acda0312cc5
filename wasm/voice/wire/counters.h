// What went wrong or was made good, counted: what a hostile or a bad network did is visible and nothing more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "voice/wire/frames.h"

namespace shopbell::voice {

// The numbers are part of the face (voice_stat).
enum class Counter : std::uint8_t {
  unknown,     // frames of a kind that the server does not have
  truncated,   // frames that end before their fields
  oversized,   // frames or packets over a limit
  forged,      // fields out of range, frames out of place, packets that are no Opus, sequences from nowhere
  replayed,    // a sequence that was here before, or whose time has passed
  reordered,   // a sequence that came after a later one
  missing,     // sequences that never came
  recovered,   // of them, heard from the copy in the next packet
  concealed,   // 20 ms frames made up because nothing was there
  underruns,   // times that the speaker waited for the network
  overflowed,  // packets of the agent that found no room
  unsent,      // packets of the microphone that grew too old before they could be sent
  resent,      // packets of the microphone sent again after a reconnect
  stale,       // events of an older attempt
  reconnects,
  interrupts,
  unreadable,  // sounds of which nothing could be heard
  overlong,    // talk spurts that were ended because they did not end
  count_,
};

class Counters {
 public:
  void add(Counter what, std::uint32_t n = 1) { totals_[static_cast<std::size_t>(what)] += n; }
  std::uint32_t total(Counter what) const { return totals_[static_cast<std::size_t>(what)]; }

  void fault(FrameFault fault) {
    switch (fault) {
      case FrameFault::none:
        return;
      case FrameFault::unknown:
        return add(Counter::unknown);
      case FrameFault::truncated:
        return add(Counter::truncated);
      case FrameFault::oversized:
        return add(Counter::oversized);
      case FrameFault::forged:
        return add(Counter::forged);
    }
  }

 private:
  std::array<std::uint32_t, static_cast<std::size_t>(Counter::count_)> totals_{};
};

}  // namespace shopbell::voice
