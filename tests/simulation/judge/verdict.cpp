#include "judge/verdict.h"

#include <algorithm>

namespace shopbell::simulation {
namespace {

// A page keeps the 50 rows that it stored last; with several tabs these are not quite the last 50.
constexpr std::size_t rows_compared = 20;

void judge_rows(Ledger& ledger, const Witness& page, const std::vector<registry::Row>& rows) {
  for (std::size_t i = rows.size() - std::min(rows.size(), rows_compared); i < rows.size(); ++i) {
    const auto shown = page.rows().find(rows[i].id);
    if (shown == page.rows().end())
      ledger.breach(Breach::wrong_rows, "not shown: " + rows[i].id, page.page());
    else if (shown->second.text != rows[i].text)
      ledger.breach(Breach::wrong_rows, "another text: " + rows[i].id, page.page());
    else if (shown->second.state == RowState::streaming)
      ledger.breach(Breach::wrong_rows, "still streaming: " + rows[i].id, page.page());
  }
}

}  // namespace

// A reply whose row was cleared from storage, with the rest, is awaited for minutes. And what waited in another
// tab is drawn as waiting until the page is loaded anew: that it is there no more no other page says.
bool unfinished(const Witness& page) {
  const bool cleared = page.household().cleared;
  const bool awaits = page.connected() && page.typing() && !cleared;
  const std::size_t pending = cleared ? page.pending_kept() : page.pending();
  return pending + page.left_over() > 0 || awaits;
}

void judge_page(Ledger& ledger, const Witness& page, const std::string& description,
                const std::vector<registry::Row>* rows) {
  const Household& household = page.household();
  if (unfinished(page)) ledger.breach(Breach::stuck, description, page.page());
  if (page.has_engine()) ledger.breach(Breach::stuck, "a call goes on: " + description, page.page());
  if (!page.connected()) return;
  // Pages meet in what storage holds. Where that was cleared again they meet when one of them says something.
  const bool meet = !household.cleared || std::ranges::any_of(household.storage, [](const auto& entry) {
    return entry.first.ends_with(".session");
  });
  for (const Witness* other : household.pages)
    if (meet && other->connected() && other->session() != page.session())
      ledger.breach(Breach::two_sessions, description, page.page());
  // Who clears a browser's storage wants to see no more of the past.
  if (rows && !household.cleared && !household.clock_jumped) judge_rows(ledger, page, *rows);
}

void judge_registry(Ledger& ledger, const registry::Registry& registry, std::size_t pages_connected) {
  if (registry.text_sockets() != pages_connected)
    ledger.breach(Breach::zombie, std::to_string(registry.text_sockets()) + " text sockets for " +
                                      std::to_string(pages_connected) + " pages");
  if (registry.voice_sockets() + registry.calls() > 0)
    ledger.breach(Breach::zombie, std::to_string(registry.calls()) + " calls that nobody has");
}

}  // namespace shopbell::simulation
