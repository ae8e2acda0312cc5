// Verdict: what must hold when all is calm: nothing fails any more, all that was under way has arrived, and
// shoppers have done what pages offer.
#pragma once

#include <string>
#include <vector>

#include "judge/witness.h"
#include "registry/events.h"
#include "registry/registry.h"

namespace shopbell::simulation {

// Something is still to be sent, waits for the shopper, or is awaited.
bool unfinished(const Witness& page);

// A page that runs. `rows`: what the store has of its session; null: that is not there.
void judge_page(Ledger& ledger, const Witness& page, const std::string& description,
                const std::vector<registry::Row>* rows);

// Nobody may be left at the gateway who is gone, and no call that nobody has.
void judge_registry(Ledger& ledger, const registry::Registry& registry, std::size_t pages_connected);

}  // namespace shopbell::simulation
