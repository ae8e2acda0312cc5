#include "judge/ledger.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "core/base/digest.h"

namespace shopbell::simulation {
namespace {

constexpr std::size_t violations_max = 20;  // of one seed

}  // namespace

std::string_view name_of(Breach breach) {
  constexpr std::string_view names[] = {
      "lost",         "doubled",    "reordered", "call ended wrongly", "older call",  "two calls",
      "two sockets",  "came back",  "unbounded", "no deadline",        "stuck",       "not stored",
      "two sessions", "wrong rows", "zombie",    "inconsistent",       "private text"};
  static_assert(std::size(names) == static_cast<std::size_t>(Breach::count_));
  return names[static_cast<std::size_t>(breach)];
}

void Ledger::breach(Breach breach, std::string what, std::uint32_t page) {
  if (violations_.size() < violations_max) violations_.push_back({breach, now_ms_, std::move(what), page});
}

void Ledger::wished(const std::string& id, const std::string& text, std::uint32_t browser,
                    std::uint32_t page) {
  Wish& wish = wishes_[id];  // storage may have refused it already
  if (wish.page != 0) return breach(Breach::doubled, "one id for two messages: " + id, page);
  wish.text = text;
  wish.browser = browser;
  wish.page = page;
  by_page_[page].push_back(id);
}

// Messages of one page reach the store in the order in which they were said, whoever sends them in the end.
void Ledger::stored(const std::string& id, const std::string& text, bool voice) {
  // A spoken turn whose answer failed is said again as a message is, by its button: it is no wish.
  const auto turn = spoken_.find(id);
  if (voice || (turn != spoken_.end() && turn->second == 0)) {
    if (++spoken_[id] > 1) breach(Breach::doubled, "a spoken turn was stored twice: " + id);
    return;
  }
  const auto found = wishes_.find(id);
  if (found == wishes_.end()) return breach(Breach::doubled, "nobody said " + id);
  Wish& wish = found->second;
  if (wish.text != text) breach(Breach::doubled, "another text under " + id, wish.page);
  if (++wish.stored > wish.stored_max && !wish.excused)
    breach(Breach::doubled, "stored again: " + id, wish.page);
  if (wish.excused || wish.excused_order) return;
  bool behind = false;
  for (const std::string& other : by_page_[wish.page]) {
    if (other == id) {
      behind = true;
      continue;
    }
    const Wish& later = wishes_[other];
    if (behind && later.stored > 0 && !later.excused && !later.excused_order)
      return breach(Breach::reordered, id + " was stored after " + other, wish.page);
  }
}

void Ledger::shown_as_sent(const std::string& id, std::uint32_t page) {
  const auto found = wishes_.find(id);
  if (found != wishes_.end() && found->second.stored == 0)
    breach(Breach::not_stored, "shown as sent, and not stored: " + id, page);
}

void Ledger::excuse(const std::string& id) {
  if (!spoken_.contains(id)) wishes_[id].excused = true;
}

void Ledger::excuse_order(const std::string& id) {
  const auto found = wishes_.find(id);
  if (found != wishes_.end()) found->second.excused_order = true;
}

void Ledger::asked_again(const std::string& id) {
  const auto found = wishes_.find(id);
  if (found != wishes_.end()) found->second.stored_max = std::max(found->second.stored, 1u) + 1;
  if (const auto turn = spoken_.find(id); turn != spoken_.end()) turn->second = 0;
}

void Ledger::pressed_again(const std::string& row, RowState state) {
  const std::string message = row.ends_with(reply_ending) ? replied_to(row) : row;
  excuse_order(message);
  if (state != RowState::failed) asked_again(message);
}

void Ledger::forgotten(const std::string& id) {
  const auto found = wishes_.find(id);
  if (found != wishes_.end()) found->second.excused = found->second.excused_order = true;
  if (const auto turn = spoken_.find(id); turn != spoken_.end()) turn->second = 0;
}

void Ledger::excuse_pending(std::uint32_t browser) {
  for (auto& [id, wish] : wishes_)
    if (wish.browser == browser && wish.stored == 0) wish.excused = true;
}

bool Ledger::is_stored(const std::string& id) const {
  const auto found = wishes_.find(id);
  return found != wishes_.end() && found->second.stored > 0;
}

bool Ledger::is_excused(const std::string& id) const {
  const auto found = wishes_.find(id);
  return found != wishes_.end() && found->second.excused;
}

std::size_t Ledger::pending() const {
  std::size_t count = 0;
  for (const auto& [id, wish] : wishes_) count += wish.stored == 0 && !wish.excused;
  return count;
}

void Ledger::close() {
  for (const auto& [id, wish] : wishes_)
    if (wish.stored == 0 && !wish.excused) breach(Breach::lost, "never stored: " + id, wish.page);
}

// By their pages, each in the order of its wishes: their ids are drawn.
void Ledger::digest(Digest& into) const {
  const auto& [now_ms, wishes, by_page, spoken, violations, shop_hung_up] = *this;
  into.is(wishes.size(), spoken.size(), shop_hung_up);
  const auto by_texts = [&](const auto& entry) {
    for (const std::string& id : entry.second) into.is(wishes.at(id).text);
  };
  into.any_order(by_page, by_texts, [&](const auto& entry) {
    into.number('p', entry.first);
    for (const std::string& id : entry.second) {
      const auto& [text, browser, page, stored, stored_max, excused, excused_order] = wishes.at(id);
      into.name(id);
      into.is(text, stored, stored_max, excused, excused_order);
    }
  });
}

}  // namespace shopbell::simulation
