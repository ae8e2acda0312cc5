// Ways: what happens one after the other, in words and as a line that `--replay` takes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "small/explorer.h"

namespace shopbell::simulation::small {

// "say.2 reset.1 time": what, and of which page or wire.
std::string to_line(const Path& way);
bool read_line(std::string_view line, Path& way);

// What happens on the way, in words, what was broken, and what the page that broke it was told.
// Whether anything was.
bool print_found(const Beginning& beginning, const Found& found, bool with_transcript);
// Both ways, what happens then, and the first that the digests are not told alike.
void print_differed(const Beginning& beginning, const Differed& differed);
void print_way(const Beginning& beginning, const Path& way);

}  // namespace shopbell::simulation::small
