// Seeded bugs: mistakes that are easily made, one line each at the place where one would make them. They
// exist only where SHOPBELL_SEEDED_BUGS is defined (native test builds) and are off even there until one is
// chosen: `simulate --bug N` must find each of them (tests/simulation).
#pragma once

namespace shopbell {

enum class SeededBug : unsigned char {
  none,
  acked_before_stored,     // 1: the server says that it has what it may still lose
  answered_again,          // 2: a message that is said again is answered again
  overtaken,               // 3: a message that waits lets those behind it pass
  replaced_comes_back,     // 4: who was replaced takes the conversation back by itself
  retry_without_deadline,  // 5: the voice socket waits for a retry that nobody wakes it for
  silence_unheard,         // 6: a dead connection is noticed after an hour
  resumed_with_a_hole,     // 7: the first missed frame is not sent again
  ticket_lost_ends_call,   // 8: a call that needs a new ticket is given up
  count_
};

#ifdef SHOPBELL_SEEDED_BUGS
inline SeededBug seeded_bug = SeededBug::none;
inline bool has(SeededBug bug) { return seeded_bug == bug; }
#else
constexpr bool has(SeededBug) { return false; }
#endif

}  // namespace shopbell
