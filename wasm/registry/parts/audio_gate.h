// AudioGate: which of a page's audio frames go on to the recogniser. Everything else is counted and dropped;
// the call goes on.
//
// Theory of operation. Frames come over TCP, so in a healthy call every sequence is the one expected; a gap
// is what the page itself dropped. A window of the last 64 sequences tells a frame that was here before
// (replayed) from one that its followers overtook (reordered); neither is let through, since a recogniser
// needs its audio in order. A jump of more than 100 s, or a timestamp that does not go on, is no audio of
// this page (forged).
#pragma once

#include <cstdint>

#include "voice/wire/frames.h"

namespace shopbell {
class Digest;
}

namespace shopbell::registry {

enum class AudioVerdict : std::uint8_t { good, replayed, reordered, forged };

class AudioGate {
 public:
  // `lost` becomes the number of frames that are missing in front of a good one.
  AudioVerdict check(const voice::Frame& frame, std::uint32_t& lost);

  // 0: none yet.
  std::uint32_t expected() const { return any_begins_ ? 0 : expected_; }

  // After a reconnect the page's clock may have another beginning, so its timestamps start anew. A page that
  // need not be the one that was heard last (`fresh`) has numbers of its own too: its first frame says where
  // they begin.
  void rejoined(bool fresh) {
    timed_ = false;
    if (fresh) any_begins_ = true;
  }

  void digest(shopbell::Digest& into) const;

 private:
  bool any_begins_ = true;
  std::uint32_t expected_ = 0;
  std::uint64_t seen_ = 0;  // bit n: the sequence expected_ - 1 - n was let through
  bool timed_ = false;
  std::uint32_t last_timestamp_48k_ = 0;
};

}  // namespace shopbell::registry
