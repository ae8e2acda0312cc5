// Seen: which states were come to, by their digests, in as little memory as ten million of them allow.
//
// Open addressing, at most two thirds full (Knuth, The Art of Computer Programming, volume 3, section 6.4).
// Two different states have one digest by chance with a probability of n² / 2^65: 3 in a million for ten
// million states.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace shopbell::simulation::small {

class Seen {
 public:
  Seen() : slots_(1 << 16) {}

  // The state's number, and whether it is new.
  std::pair<std::uint32_t, bool> add(std::uint64_t digest, std::uint32_t number) {
    if ((count_ + 1) * 3 > slots_.size() * 2) grow();
    Slot& slot = slot_of(digest);
    if (slot.used) return {slot.number, false};
    slot = {digest, number, true};
    ++count_;
    return {number, true};
  }

 private:
  struct Slot {
    std::uint64_t digest = 0;
    std::uint32_t number = 0;
    bool used = false;
  };

  // Where it is, or where it belongs.
  Slot& slot_of(std::uint64_t digest) {
    std::size_t at = digest & (slots_.size() - 1);
    while (slots_[at].used && slots_[at].digest != digest) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }

  void grow() {
    std::vector<Slot> before(slots_.size() * 2);
    before.swap(slots_);
    for (const Slot& slot : before)
      if (slot.used) slot_of(slot.digest) = slot;
  }

  std::vector<Slot> slots_;  // a power of two of them
  std::size_t count_ = 0;
};

}  // namespace shopbell::simulation::small
