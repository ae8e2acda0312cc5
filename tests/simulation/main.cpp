// simulate --seeds N --first S --jobs J: runs N seeds from S on; without S from a seed that the clock gives,
// so that no two runs see the same storms. Prints the first seed, progress every 10 s and a summary at the
// end; exit 1 on any violation, with the transcript of the page that broke a promise (judge/recorder.h).
//
// simulate --exhaust …: every order of what may happen in small worlds instead (small/exhaust.h).
//
//   --until-violation   stops at the first violation; its seed is printed
//   --brief             without the transcript
//   --twice             runs each seed a second time: the same seed must come to the same
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "small/exhaust.h"
#include "storm/world.h"

namespace shopbell::simulation {
namespace {

// Runs that begin in different seconds have a million seeds each before they meet.
std::uint64_t seed_of_the_clock() {
  using namespace std::chrono;
  const auto now = duration_cast<seconds>(system_clock::now().time_since_epoch());
  return static_cast<std::uint64_t>(now.count()) * 1'000'000;
}

struct Plan {
  std::uint64_t seeds = 500;
  std::uint64_t first = seed_of_the_clock();
  unsigned jobs = 1;
  bool until_violation = false;
  bool twice = false;
  bool brief = false;
};

struct Totals {
  std::uint64_t seeds = 0;
  std::uint64_t sessions = 0;
  std::uint64_t messages = 0;
  std::uint64_t calls = 0;
  std::uint64_t events = 0;
  std::uint64_t happened = 0;
  std::uint64_t fell_short = 0;
  std::uint64_t failed_seeds = 0;
  double simulated_ms = 0;
  std::array<std::uint64_t, fault_kinds> faults{};
  std::array<std::uint64_t, static_cast<std::size_t>(Breach::count_)> breaches{};

  void add(const Outcome& outcome) {
    ++seeds;
    sessions += outcome.sessions;
    messages += outcome.messages;
    calls += outcome.calls;
    events += outcome.events;
    happened += outcome.happened;
    fell_short += outcome.fell_short;
    failed_seeds += !outcome.violations.empty();
    simulated_ms += outcome.simulated_ms;
    for (std::size_t i = 0; i < fault_kinds; ++i) faults[i] += outcome.faults[i];
    for (const Violation& one : outcome.violations) ++breaches[static_cast<std::size_t>(one.breach)];
  }
};

double seconds_now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

// A broken invariant of the core traps; the seed is what is needed then.
thread_local std::uint64_t seed_now = 0;
void trapped(int signal) {
  if (small::tell_trap(signal)) _exit(1);
  char line[120];
  const int size = std::snprintf(line, sizeof line, "\nseed %llu: the core trapped (signal %d)\n",
                                 static_cast<unsigned long long>(seed_now), signal);
  if (write(STDERR_FILENO, line, static_cast<std::size_t>(size)) != size) _exit(3);
  _exit(1);
}

Outcome outcome_of(std::uint64_t seed, bool record) {
  seed_now = seed;
  return std::make_unique<World>(seed, record)->run();
}

void print_violations(std::uint64_t seed, const Outcome& outcome, bool brief) {
  std::printf("\nseed %llu:\n", static_cast<unsigned long long>(seed));
  for (const Violation& one : outcome.violations)
    std::printf("  %.1f s  %s: %s%s\n", one.at_ms / 1000, std::string(name_of(one.breach)).c_str(),
                one.what.c_str(), one.page ? (" (page " + std::to_string(one.page) + ")").c_str() : "");
  if (brief) return;
  const Outcome again = outcome_of(seed, true);
  if (!again.transcript.empty())
    std::printf("  transcript of that page:\n%% core-shopbell\n%s", again.transcript.c_str());
}

class Run {
 public:
  explicit Run(const Plan& plan) : plan_(plan), started_s_(seconds_now()), told_s_(started_s_) {}

  int run() {
    std::printf("first seed %llu\n", static_cast<unsigned long long>(plan_.first));
    std::fflush(stdout);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < plan_.jobs; ++i) threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    summary();
    return totals_.failed_seeds > 0 || totals_.seeds == 0 || different_ > 0 ? 1 : 0;
  }

 private:
  void work() {
    for (std::uint64_t i; !stop_ && (i = next_++) < plan_.seeds;) {
      const std::uint64_t seed = plan_.first + i;
      const Outcome outcome = outcome_of(seed, false);
      const bool same = !plan_.twice || outcome_of(seed, false).happened == outcome.happened;
      const std::lock_guard lock(mutex_);
      totals_.add(outcome);
      if (!same) {
        ++different_;
        std::printf("seed %llu came to something else the second time\n",
                    static_cast<unsigned long long>(seed));
      }
      if (!outcome.violations.empty() && (shown_++ < shown_max || plan_.brief))
        print_violations(seed, outcome, plan_.brief);
      if (!outcome.violations.empty() && plan_.until_violation) stop_ = true;
      progress();
    }
  }

  void progress() {
    const double now_s = seconds_now();
    if (now_s < told_s_ + 10) return;
    told_s_ = now_s;
    std::printf("%7.0f s  %llu of %llu seeds, %llu with violations, %.0f x real time\n", now_s - started_s_,
                static_cast<unsigned long long>(totals_.seeds), static_cast<unsigned long long>(plan_.seeds),
                static_cast<unsigned long long>(totals_.failed_seeds), speed(now_s));
    std::fflush(stdout);
  }

  double speed(double now_s) const { return totals_.simulated_ms / 1000 / (now_s - started_s_); }

  void summary() {
    const auto line = [](const char* name, double value) { std::printf("%-22s %.0f\n", name, value); };
    const double now_s = seconds_now();
    std::printf("\n");
    line("seeds", static_cast<double>(totals_.seeds));
    line("seconds", now_s - started_s_);
    line("x real time", speed(now_s));
    line("sessions", static_cast<double>(totals_.sessions));
    line("messages", static_cast<double>(totals_.messages));
    line("calls", static_cast<double>(totals_.calls));
    line("events", static_cast<double>(totals_.events));
    line("happened", static_cast<double>(totals_.happened));
    line("seeds that fell short", static_cast<double>(totals_.fell_short));
    std::printf("faults\n");
    for (std::size_t i = 0; i < fault_kinds; ++i)
      std::printf("  %-24s %llu\n", std::string(name_of(static_cast<Fault>(i))).c_str(),
                  static_cast<unsigned long long>(totals_.faults[i]));
    std::printf("violations\n");
    for (std::size_t i = 0; i < totals_.breaches.size(); ++i)
      std::printf("  %-24s %llu\n", std::string(name_of(static_cast<Breach>(i))).c_str(),
                  static_cast<unsigned long long>(totals_.breaches[i]));
    std::printf("%llu passed, %llu failed\n",
                static_cast<unsigned long long>(totals_.seeds - totals_.failed_seeds),
                static_cast<unsigned long long>(totals_.failed_seeds));
  }

  static constexpr unsigned shown_max = 3;

  const Plan plan_;
  const double started_s_;
  double told_s_;
  std::atomic<std::uint64_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  Totals totals_;
  unsigned shown_ = 0;
  unsigned different_ = 0;
};

template <class Number>
bool read_number(const char* text, Number& number) {
  const char* end = text + std::strlen(text);
  const auto read = std::from_chars(text, end, number);
  return read.ec == std::errc() && read.ptr == end;
}

bool read_plan(int argc, char** argv, Plan& plan) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto number = [&](auto& into) { return ++i < argc && read_number(argv[i], into); };
    const bool fine = name == "--seeds"             ? number(plan.seeds)
                      : name == "--first"           ? number(plan.first)
                      : name == "--jobs"            ? number(plan.jobs) && plan.jobs > 0
                      : name == "--until-violation" ? (plan.until_violation = true)
                      : name == "--brief"           ? (plan.brief = true)
                      : name == "--twice"           ? (plan.twice = true)
                                                    : false;
    if (!fine) return false;
  }
  return true;
}

}  // namespace
}  // namespace shopbell::simulation

int main(int argc, char** argv) {
  using namespace shopbell::simulation;
  for (const int signal : {SIGILL, SIGTRAP, SIGSEGV, SIGABRT}) std::signal(signal, trapped);
  if (argc > 1 && std::string_view(argv[1]) == "--exhaust")
    return small::exhaust(std::span(argv, static_cast<std::size_t>(argc)).subspan(2));
  Plan plan;
  if (!read_plan(argc, argv, plan)) {
    std::fprintf(stderr,
                 "usage: simulate [--seeds N] [--first S] [--jobs J] [--until-violation] [--brief] "
                 "[--twice]\n");
    return 2;
  }
  return Run(plan).run();
}
