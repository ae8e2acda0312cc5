// Draws: seeds of Random that give the same waits and never the same name.
//
// Theory of operation. A state shall not tell how it was come to, so the waits that are drawn on the way must be
// the same on every way, while names must never come twice. Both are drawn from one Random. A wait is the first or
// second draw of its event, or the one behind a tab's name of twelve letters; the other draws are letters.
//
// Random's state is 256 bits, its step is linear over GF(2), and what it gives hangs on 64 of the bits
// (core/base/random.h). That those bits are zero at three of the steps are 192 linear equations; what solves
// them (64 dimensions, by Gaussian elimination) changes no draw of these steps, whatever it is added to.
#pragma once

#include <cstdint>
#include <string>

namespace shopbell::simulation::small {

// One of its own for each number.
std::string seed_of(std::uint64_t number);

}  // namespace shopbell::simulation::small
