#include "small/world.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>

#include "registry/parts/sha256.h"

namespace shopbell::simulation::small {
namespace {

constexpr double ahead_ms = 25 * 3'600'000.0;
constexpr double back_ms = 2 * 3'600'000.0;
// Whoever is due again and again without any time going by never ends.
constexpr int rounds_at_once_max = 200;
constexpr double quiet_ms = 20'000;

enum class Whose : std::uint8_t { page, wire, nobody };
struct Entry {
  Whose whose;
  std::string_view words;
};
constexpr Entry menu[] = {
#define THING(name, whose, words) {Whose::whose, words},
#include "small/menu.def"
#undef THING
};

// A call that was left is taken up while it is young enough: of its record the age counts.
void feed(Digest& into, const std::string& key, const std::string& value) {
  constexpr std::string_view at = "\"at_ms\":";
  into.text(key);
  into.text(value);
  if (!key.ends_with(".call")) return;
  const std::size_t found = value.find(at);
  const std::string ms = value.substr(found == std::string::npos ? 1 : found + at.size());
  into.moment(Wall{std::atof(ms.c_str())}, limits::call_left_max);
}

// The same few secrets are hashed in every state.
std::string_view hash_of_secret(std::string_view secret) {
  static thread_local std::unordered_map<std::string, std::string> known;
  std::string& hash = known[std::string(secret)];
  if (hash.empty()) hash = registry::sha256_hex(secret);
  return hash;
}

}  // namespace

const std::vector<Beginning>& beginnings() {
  static const std::vector<Beginning> all = {
      {"fresh", "both pages have loaded, nothing was said", 2},
      {"joined", "both panels are open, the second page has the connection", 2, 0, true},
      {"said", "the same, and one message was said and answered", 1, 0, true, true},
      {"calls", "both panels are open; the call button may be pressed twice", 0, 2, true},
      {"live", "the second page is in a call that is live", 0, 0, true, false, true},
      // Three times as many states, most of which differ in nothing but the clock.
      {"clocks", "as \"said\", and the shopper's clock may be set", 1, 0, true, true, false, true},
      {"live-clocks", "as \"live\", and the shopper's clock may be set", 0, 0, true, false, true, true},
  };
  return all;
}

World::World(const Beginning& beginning, Recorder& recorder)
    : recorder_(recorder),
      offers_calls_(beginning.calls > 0 || beginning.calling),
      messages_left_(beginning.messages),
      calls_left_(beginning.calls),
      may_set_clock_(beginning.clocks) {
  household.browser = 1;
  begin(beginning);
}

World::~World() = default;

// ---- how it begins

void World::begin(const Beginning& beginning) {
  load(0);
  load(1);
  deliver_all();
  if (beginning.joined) {
    for (Tab& tab : tabs_) {
      tab.page->tell(event::PageOpen{});
      deliver_all();
    }
  }
  if (beginning.said) {
    happen({Thing::say, 1});
    ++messages_left_;
    deliver_all();
  }
  if (beginning.calling) {
    tabs_[1].page->tell(event::MicPressed{});
    deliver_all();
  }
  for (const double until_ms = now_ms + quiet_ms; now_ms < until_ms && !is_broken();) {
    pass_time(until_ms);
    deliver_all();
  }
}

void World::load(std::size_t tab) {
  const Page::Around around{
      *this, wires_, ledger_, recorder_, static_cast<std::uint8_t>(tab), tabs_[tab].storage, offers_calls_};
  tabs_[tab].page = std::make_unique<Page>(++last_page_, around);
  tabs_[tab].page->begin();
}

void World::end(std::size_t tab) {
  const std::uint32_t page = tabs_[tab].page->number();
  tabs_[tab].page.reset();
  drop_locks(page);
}

Page* World::page_of(std::uint32_t number) { return const_cast<Page*>(std::as_const(*this).page_of(number)); }
const Page* World::page_of(std::uint32_t number) const {
  for (const Tab& tab : tabs_)
    if (tab.page && tab.page->number() == number) return tab.page.get();
  return nullptr;
}

// ---- what pages share

void World::page_hears(std::uint32_t wire, const WireItem& item) {
  if (Page* page = page_of(wires_.find(wire)->page)) page->hears(wire, item);
}

void World::gateway_hears(std::uint32_t wire, const WireItem& item) {
  gateway_.hears(wire, wires_.find(wire)->kind, item);
}

void World::wrote(const Page& page, const std::string& key) {
  for (Tab& tab : tabs_)
    if (tab.page && tab.page.get() != &page) tab.page->post({Mail::storage, key});
}

void World::take_lock(const std::string& lock, Page& page) {
  auto& line = locks_[lock];
  line.push_back({page.number(), ++locks_asked_});
  if (line.size() == 1) grant(lock);
}

void World::grant(const std::string& lock) {
  if (Page* page = page_of(locks_[lock].front().page)) page->post({Mail::lock, lock});
}

void World::drop_lock(const std::string& lock, Page& page) {
  const auto found = locks_.find(lock);
  if (found == locks_.end()) return;
  auto& line = found->second;
  const bool held = line.front().page == page.number();
  std::erase_if(line, [&](const InLine& one) { return one.page == page.number(); });
  if (line.empty())
    locks_.erase(found);
  else if (held)
    grant(lock);
}

// They are granted in the order in which whoever gets them has asked: what the locks are called decides nothing.
void World::drop_locks(std::uint32_t page) {
  std::vector<std::pair<std::uint32_t, std::string>> granted;
  for (auto& [lock, line] : locks_) {
    const bool held = line.front().page == page;
    std::erase_if(line, [page](const InLine& one) { return one.page == page; });
    if (held && !line.empty()) granted.emplace_back(line.front().asked, lock);
  }
  std::erase_if(locks_, [](const auto& entry) { return entry.second.empty(); });
  std::ranges::sort(granted);
  for (const auto& [asked, lock] : granted) grant(lock);
}

// ---- what may happen

std::vector<Choice> World::choices() const {
  std::vector<Choice> all;
  const auto may = [&](bool is_so, Thing thing, std::size_t whose = 0) {
    if (is_so) all.push_back({thing, static_cast<std::uint8_t>(whose)});
  };
  const bool both = tabs_[0].page && tabs_[1].page;
  for (std::size_t i = 0; i < tabs_.size(); ++i) {
    const Page* page = tabs_[i].page.get();
    if (!page) continue;
    may(messages_left_ > 0, Thing::say, i);
    may(calls_left_ > 0 && !page->seen().has_engine(), Thing::call, i);
    may(page->seen().has_engine(), Thing::hang_up, i);
    may(page->offers_anything(), Thing::press, i);
    may(page->has_mail(), Thing::hear_mail, i);
    may(true, Thing::crash_page, i);
    may(true, Thing::reload, i);
    may(both, Thing::close, i);
  }
  const auto& wires = wires_.all();
  for (std::size_t i = 0; i < wires.size(); ++i) {
    may(!wires[i].to_page.empty(), Thing::arrive_at_page, i);
    may(!wires[i].to_gateway.empty(), Thing::arrive_at_gateway, i);
    may(wires[i].page_open && !wires[i].silent, Thing::drop, i);
    may(wires[i].page_open && !wires[i].silent, Thing::reset, i);
  }
  may(gateway_.has_work(), Thing::work);
  may(next_timer_ms() < std::numeric_limits<double>::infinity(), Thing::time);
  may(true, Thing::crash_gateway);
  may(!household.storage.empty(), Thing::clear_storage);
  may(may_set_clock_, Thing::clock_ahead);
  may(may_set_clock_, Thing::clock_back);
  return all;
}

void World::happen(const Choice& choice) {
  const std::size_t whose = choice.whose;
  Page* const page = whose < tabs_.size() ? tabs_[whose].page.get() : nullptr;
  switch (choice.thing) {
    case Thing::say:
      --messages_left_;
      page->tell(
          event::PageSend{"marked-" + std::to_string(whose + 1) + '-' + std::to_string(++said_[whose])});
      break;
    case Thing::call:
      --calls_left_;
      page->tell(event::MicPressed{});
      break;
    case Thing::hang_up:
      page->tell(event::HangupPressed{});
      break;
    case Thing::press:
      page->press_what_is_offered();
      break;
    case Thing::arrive_at_page:
      wires_.arrive_at_page(whose);
      break;
    case Thing::arrive_at_gateway:
      wires_.arrive_at_gateway(whose);
      break;
    case Thing::hear_mail:
      page->hear_mail();
      break;
    case Thing::work:
      gateway_.work();
      break;
    case Thing::time:
      pass_time(std::numeric_limits<double>::infinity());
      break;
    case Thing::drop:
      wires_.drop(whose);
      break;
    case Thing::reset:
      wires_.reset(whose);
      break;
    case Thing::crash_page:
      end(whose);
      load(whose);
      break;
    case Thing::reload:
      page->hide();
      end(whose);
      load(whose);
      break;
    case Thing::close:
      page->hide();
      end(whose);
      break;
    case Thing::crash_gateway:
      gateway_.crash();
      break;
    case Thing::clear_storage:
      ledger_.excuse_pending(household.browser);
      household.storage.clear();
      household.cleared = true;
      break;
    case Thing::clock_ahead:
      may_set_clock_ = false;
      wall_ahead_ms += ahead_ms;
      household.clock_jumped = true;
      break;
    case Thing::clock_back:
      may_set_clock_ = false;
      wall_ahead_ms -= back_ms;
      household.clock_jumped = true;
      break;
    case Thing::count_:
      break;
  }
  settle();
}

void World::settle() {
  for (int round = 0; round < rounds_at_once_max; ++round) {
    bool any = false;
    for (Tab& tab : tabs_) any = (tab.page && tab.page->tick()) || any;
    any = gateway_.tick() || any;
    if (!any) return;
  }
  ledger_.breach(Breach::unbounded, "due again and again");
}

double World::next_timer_ms() const {
  double next_ms = gateway_.deadline_ms();
  for (const Tab& tab : tabs_)
    if (tab.page) next_ms = std::min(next_ms, tab.page->deadline_ms());
  return next_ms;
}

void World::pass_time(double until_ms) {
  now_ms = std::max(now_ms, std::min(until_ms, std::ceil(next_timer_ms())));
  settle();
}

// ---- in words

std::string World::name_of_wire(const Wire& wire) const {
  std::string name = wire.kind == WireKind::voice ? "the call's socket of " : "the socket of ";
  if (!wire.page_open) name = "an earlier one: " + name;
  for (std::size_t i = 0; i < tabs_.size(); ++i)
    if (tabs_[i].page && tabs_[i].page->number() == wire.page) return name + "page " + std::to_string(i + 1);
  return name + "a page that is gone";
}

std::string World::words_of(const Choice& choice) const {
  const auto& [whose, words] = menu[static_cast<std::size_t>(choice.thing)];
  std::string text(words);
  if (whose == Whose::page) text += " page " + std::to_string(choice.whose + 1);
  if (whose == Whose::wire) text += ' ' + name_of_wire(wires_.all()[choice.whose]);
  return text;
}

// ---- what it comes to

std::uint64_t World::digest(std::vector<std::string>* told) const {
  Digest into(hash_of_secret);
  if (told) into.tell(*told);
  const Now shoppers{Mono{now_ms}, Wall{1.7e12 + now_ms + wall_ahead_ms}};
  ledger_.digest(into);
  for (const Tab& tab : tabs_) {
    into.is(tab.page != nullptr);
    if (tab.page) tab.page->digest(into);
    into.at(shoppers);
    into.is(tab.storage.size());
    for (const auto& [key, value] : tab.storage) feed(into, key, value);
  }
  wires_.digest(into);
  gateway_.digest(into);
  into.at(shoppers);
  const auto by_key = [&](const auto& entry) { into.text(entry.first); };
  into.any_order(household.storage, by_key,
                 [&](const auto& entry) { feed(into, entry.first, entry.second); });
  into.any_order(locks_, by_key, [&](const auto& entry) {
    into.text(entry.first);
    for (const InLine& one : entry.second) into.number('p', one.page);
  });
  into.number('p', household.last_call >> 32);
  into.number('p', household.last_caller);
  into.is(household.cleared, household.clock_jumped, messages_left_, calls_left_, said_, may_set_clock_,
          wall_ahead_ms);
  return into.end();
}

}  // namespace shopbell::simulation::small
