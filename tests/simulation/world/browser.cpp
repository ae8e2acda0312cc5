#include "world/browser.h"

#include <algorithm>

#include "world/page.h"

namespace shopbell::simulation {
namespace {

constexpr double grant_takes_ms = 1;

}  // namespace

void Locks::take(const std::string& lock, Page& page) {
  auto& line = lines_[lock];
  line.push_back(&page);
  if (line.size() == 1) grant(lock);
}

void Locks::grant(const std::string& lock) {
  clock_.in(grant_takes_ms, [this, lock, page = lines_[lock].front()] {
    const auto line = lines_.find(lock);
    if (line != lines_.end() && line->second.front() == page) page->post(event::LockTaken{lock});
  });
}

void Locks::drop(const std::string& lock, Page& page) {
  const auto found = lines_.find(lock);
  if (found == lines_.end()) return;
  auto& line = found->second;
  const bool held = line.front() == &page;
  const auto place = std::find(line.begin(), line.end(), &page);
  if (place != line.end()) line.erase(place);
  if (line.empty())
    lines_.erase(found);
  else if (held)
    grant(lock);
}

void Locks::drop_all(Page& page) {
  std::vector<std::string> names;
  for (const auto& [lock, line] : lines_)
    if (std::find(line.begin(), line.end(), &page) != line.end()) names.push_back(lock);
  for (const std::string& lock : names) drop(lock, page);
}

}  // namespace shopbell::simulation
