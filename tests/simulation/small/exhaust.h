// What `simulate --exhaust` does: every world that there is, or one, explored; a table at the end.
//
//   --minutes N     for all worlds together (30)
//   --depth D       no deeper
//   --world NAME    that one alone
//   --jobs J        threads
//   --calm-one-in N, --verify-one-in N    (explorer.h)
//   --until-violation    stops at the first; its depth is printed
//   --brief         without transcripts
//   --replay WAY    of a world, as it was printed: what happens, and what the calm comes to
//   --replay WAY --beside WAY --then WAY    two ways to one digest, and the first that is not one (explorer.h)
#pragma once

#include <span>
#include <string_view>

namespace shopbell::simulation::small {

// The arguments behind `--exhaust`. Gives the program's exit code.
int exhaust(std::span<char* const> arguments);

// The core has trapped in this thread: says where; false: nothing is being explored here.
bool tell_trap(int signal);

}  // namespace shopbell::simulation::small
