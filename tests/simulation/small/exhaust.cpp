#include "small/exhaust.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>
#include <vector>

#include "small/explorer.h"
#include "small/way.h"

namespace shopbell::simulation::small {
namespace {

struct Settings {
  double minutes = 30;
  ExplorerPlan explorer{};
  std::string_view world{};
  bool brief = false;
  bool replays = false;
  Differed replay{};
  bool beside = false;
};

template <class Number>
bool read(std::string_view text, Number& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

bool read_settings(std::span<char* const> arguments, Settings& settings) {
  ExplorerPlan& plan = settings.explorer;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view name = arguments[i];
    const auto number = [&](auto& into) { return ++i < arguments.size() && read(arguments[i], into); };
    const auto way = [&](Path& into) { return ++i < arguments.size() && read_line(arguments[i], into); };
    const bool fine = name == "--minutes"           ? number(settings.minutes)
                      : name == "--depth"           ? number(plan.depth_max)
                      : name == "--jobs"            ? number(plan.jobs) && plan.jobs > 0
                      : name == "--calm-one-in"     ? number(plan.calm_one_in)
                      : name == "--verify-one-in"   ? number(plan.verify_one_in)
                      : name == "--until-violation" ? (plan.until_violation = true)
                      : name == "--brief"           ? (settings.brief = true)
                      : name == "--world"  ? ++i < arguments.size() && (settings.world = arguments[i], true)
                      : name == "--replay" ? (settings.replays = true) && way(settings.replay.one)
                      : name == "--beside" ? (settings.beside = true) && way(settings.replay.other)
                      : name == "--then"   ? way(settings.replay.then)
                                           : false;
    if (!fine) return false;
  }
  return true;
}

struct Line {
  const Beginning* beginning;
  Explored explored;
};

void print_table(const std::vector<Line>& lines) {
  const auto count = [](std::uint64_t number) { return static_cast<unsigned long long>(number); };
  std::printf("\n%-8s %6s %11s %12s %12s %9s %9s %10s %8s\n", "world", "depth", "states", "steps", "merges",
              "calmed", "verified", "violations", "seconds");
  for (const auto& [beginning, explored] : lines)
    std::printf("%-8s %5zu%c %11llu %12llu %12llu %9llu %9llu %10llu %8.0f\n",
                std::string(beginning->name).c_str(), explored.depth, explored.whole ? '*' : ' ',
                count(explored.states), count(explored.steps), count(explored.merges), count(explored.calmed),
                count(explored.verified), count(explored.violating), explored.seconds);
}

}  // namespace

int exhaust(std::span<char* const> arguments) {
  Settings settings;
  if (!read_settings(arguments, settings)) {
    std::fprintf(
        stderr,
        "usage: simulate --exhaust [--minutes N] [--depth D] [--world NAME] [--jobs J]\n"
        "                          [--calm-one-in N] [--verify-one-in N] [--until-violation] [--brief]\n"
        "       simulate --exhaust --world NAME --replay WAY [--beside WAY --then WAY] [--brief]\n");
    return 2;
  }
  std::vector<const Beginning*> chosen;
  for (const Beginning& one : beginnings())
    if (settings.world.empty() || settings.world == one.name) chosen.push_back(&one);
  if (chosen.empty()) {
    std::fprintf(stderr, "simulate: there is no world \"%s\"\n", std::string(settings.world).c_str());
    return 2;
  }
  if (settings.beside) return print_differed(*chosen.front(), settings.replay), 0;
  if (settings.replays)
    return print_found(*chosen.front(), {settings.replay.one, true, {}}, !settings.brief) ? 1 : 0;
  std::vector<Line> lines;
  std::size_t failed = 0;
  double left_s = settings.minutes * 60;
  for (const Beginning* beginning : chosen) {
    ExplorerPlan plan = settings.explorer;
    plan.seconds = left_s / static_cast<double>(chosen.size() - lines.size());
    std::printf("%s: %s\n", std::string(beginning->name).c_str(), std::string(beginning->words).c_str());
    std::fflush(stdout);
    lines.push_back({beginning, Explorer(*beginning, plan).run()});
    const Explored& explored = lines.back().explored;
    for (const Found& found : explored.found) print_found(*beginning, found, !settings.brief);
    for (const Differed& differed : explored.differed) print_differed(*beginning, differed);
    failed += explored.violating > 0 || !explored.differed.empty();
    left_s -= explored.seconds;
    if (plan.until_violation && explored.violating > 0) break;
  }
  print_table(lines);
  std::printf("%zu passed, %zu failed\n", lines.size() - failed, failed);
  return failed > 0 ? 1 : 0;
}

// The way cannot be gone again: it would end here again.
bool tell_trap(int signal) {
  const AtWork& at = at_work();
  if (!at.path) return false;
  std::printf("\n%s, %zu things that happen: \"%s\"\n", std::string(at.beginning->name).c_str(),
              at.path->size(), to_line(*at.path).c_str());
  Path before = *at.path;
  before.pop_back();
  print_way(*at.beginning, before);
  std::printf("    %s\n  => the core trapped (signal %d)\n", to_line({at.path->back()}).c_str(), signal);
  print_table({{at.beginning, *at.explored}});
  std::fflush(stdout);
  return true;
}

}  // namespace shopbell::simulation::small
