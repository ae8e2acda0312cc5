#include "small/way.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>
#include <vector>

namespace shopbell::simulation::small {
namespace {

constexpr std::string_view names[] = {
#define THING(name, whose, words) #name,
#include "small/menu.def"
#undef THING
};
constexpr std::ptrdiff_t told_before = 6;
constexpr std::size_t places_told = 4;

bool may(const World& world, const Choice& choice) { return std::ranges::count(world.choices(), choice) > 0; }

// False: it could not happen there.
bool go(World& world, const Path& way) {
  for (const Choice& choice : way) {
    if (!may(world, choice)) {
      std::printf("    cannot happen there: %s\n", to_line({choice}).c_str());
      return false;
    }
    std::printf("    %s\n", world.words_of(choice).c_str());
    world.happen(choice);
  }
  return true;
}

void print_violations(const std::vector<Violation>& violations) {
  for (const Violation& one : violations)
    std::printf("  => %s: %s%s\n", std::string(name_of(one.breach)).c_str(), one.what.c_str(),
                one.page ? (" (page " + std::to_string(one.page) + ")").c_str() : "");
}

// Whether the digests are one; where not, the first places at which what they were told is not.
bool compare(const World& one, const World& other, const std::string& after) {
  std::vector<std::string> told_one;
  std::vector<std::string> told_other;
  if (one.digest(&told_one) == other.digest(&told_other)) return true;
  std::printf("  they part after: %s\n", after.c_str());
  std::size_t places = 0;
  for (std::size_t i = 0; i < std::min(told_one.size(), told_other.size()) && places < places_told; ++i) {
    if (told_one[i] == told_other[i] || told_one[i].starts_with("ordered")) continue;
    ++places;
    std::printf("    [%zu] %s | %s, behind", i, told_one[i].c_str(), told_other[i].c_str());
    const auto at = told_one.begin() + static_cast<std::ptrdiff_t>(i);
    std::for_each(at - std::min(told_before, at - told_one.begin()), at,
                  [](const std::string& told) { std::printf(" / %s", told.c_str()); });
    std::printf("\n");
  }
  return false;
}

}  // namespace

std::string to_line(const Path& way) {
  std::string line;
  for (const Choice& choice : way) {
    if (!line.empty()) line += ' ';
    line +=
        std::string(names[static_cast<std::size_t>(choice.thing)]) + '.' + std::to_string(choice.whose + 1);
  }
  return line;
}

bool read_line(std::string_view line, Path& way) {
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), word.size() + 1));
    if (word.empty()) continue;
    const std::size_t dot = word.find('.');
    const auto* const name = std::ranges::find(names, word.substr(0, dot));
    unsigned whose = 1;
    if (dot != std::string_view::npos &&
        std::from_chars(word.data() + dot + 1, word.data() + word.size(), whose).ptr !=
            word.data() + word.size())
      return false;
    if (name == std::end(names) || whose == 0) return false;
    way.push_back({static_cast<Thing>(name - names), static_cast<std::uint8_t>(whose - 1)});
  }
  return true;
}

void print_way(const Beginning& beginning, const Path& way) {
  Recorder recorder(false);
  World world(beginning, recorder);
  go(world, way);
}

bool print_found(const Beginning& beginning, const Found& found, bool with_transcript) {
  std::printf("\n%s, %zu things that happen%s: \"%s\"\n", std::string(beginning.name).c_str(),
              found.path.size(), found.in_the_calm ? ", and then the calm" : "", to_line(found.path).c_str());
  Recorder recorder(true);
  World world(beginning, recorder);
  if (!go(world, found.path)) return false;
  if (found.in_the_calm) world.calm_down();
  const auto& violations = world.ledger().violations();
  print_violations(violations);
  std::set<std::uint32_t> pages;
  for (const Violation& one : violations)
    if (with_transcript && one.page != 0 && pages.insert(one.page).second)
      std::printf("transcript of page %u:\n%% core-shopbell\n%s", one.page, recorder.text(one.page).c_str());
  return !violations.empty();
}

void print_differed(const Beginning& beginning, const Differed& differed) {
  std::printf(
      "\n%s: two states of one digest do not come to the same:\n  --replay \"%s\" --beside \"%s\" --then "
      "\"%s\"\n",
      std::string(beginning.name).c_str(), to_line(differed.one).c_str(), to_line(differed.other).c_str(),
      to_line(differed.then).c_str());
  Recorder recorder(false);
  World one(beginning, recorder);
  World other(beginning, recorder);
  const bool both = go(one, differed.one) && (std::printf("  and\n"), go(other, differed.other));
  if (!both || !compare(one, other, "these ways")) return;
  one.draw_anew(1);
  other.draw_anew(1);
  for (const Choice& choice : differed.then) {
    const std::string words = one.words_of(choice);
    if (!may(one, choice) || !may(other, choice))
      return void(std::printf("  not in both: %s\n", words.c_str()));
    one.happen(choice);
    other.happen(choice);
    if (!compare(one, other, words)) return;
  }
  one.calm_down();
  other.calm_down();
  if (compare(one, other, "the calm")) std::printf("  they do not part\n");
  print_violations(one.ledger().violations());
  std::printf("  and\n");
  print_violations(other.ledger().violations());
}

}  // namespace shopbell::simulation::small
