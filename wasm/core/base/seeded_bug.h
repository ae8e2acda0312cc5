// Seeded bugs: mistakes that are easily made, one line each at the place where one would make them. They
// exist only where SHOPBELL_SEEDED_BUGS is defined (native test builds) and are off even there until one is
// chosen: `simulate --bug N` must find each of the first eight (tests/simulation), and the transcript of its
// race each naive one (`transcripts --bug N tests/transcripts/race_….txt`).
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
  // What naive clients do.
  connects_beside,       // 9: whatever asks for a connection opens one, also beside one that is opening
  any_opening_counts,    // 10: whatever opens is the connection
  any_close_replaces,    // 11: every close by the server means that somebody else has the conversation
  joins_nothing,         // 12: comes back without saying where it was
  any_close_is_current,  // 13: the close of a socket that was left is taken for this one's
  drops_in_flight,       // 14: a lost socket loses its message
};

#ifdef SHOPBELL_SEEDED_BUGS
inline SeededBug seeded_bug = SeededBug::none;
inline bool has(SeededBug bug) { return seeded_bug == bug; }
#else
constexpr bool has(SeededBug) { return false; }
#endif

}  // namespace shopbell
