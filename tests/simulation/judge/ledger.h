// Ledger: what the shoppers said, what the store has of it, and every promise that was broken on the way.
//
// The promises that can be judged at any moment are judged there and then by whoever sees them (witness.h,
// world/call_engine.h); they all end here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/vocabulary/row.h"

namespace shopbell {
class Digest;
}

namespace shopbell::simulation {

// What a run of one seed is judged by.
enum class Breach : std::uint8_t {
  lost,
  doubled,
  reordered,
  call_ended,  // wrongly
  older_call,  // takes over one that was begun later
  two_calls,
  two_sockets,
  came_back,     // after "replaced"
  unbounded,     // memory
  no_deadline,   // although work is pending
  stuck,         // what is pending does not end
  not_stored,    // shown as sent, or on the wire, before it was stored
  two_sessions,  // of one browser
  wrong_rows,    // a page shows something else than the store has
  zombie,        // the gateway counts somebody who is not there
  inconsistent,  // the registry contradicts itself
  private_text,  // in a console line
  count_,
};
std::string_view name_of(Breach breach);

struct Violation {
  Breach breach;
  double at_ms;
  std::string what;
  std::uint32_t page;  // 0: none in particular
};

class Ledger {
 public:
  struct Wish {
    std::string text;
    std::uint32_t browser = 0;
    std::uint32_t page = 0;
    std::uint32_t stored = 0;
    std::uint32_t stored_max = 1;
    bool excused = false;        // the shopper's browser threw it away, or never kept it
    bool excused_order = false;  // the shopper sent it again, later
  };

  explicit Ledger(const double& now_ms) : now_ms_(now_ms) {}

  void wished(const std::string& id, const std::string& text, std::uint32_t browser, std::uint32_t page);
  void stored(const std::string& id, const std::string& text, bool voice);
  void shown_as_sent(const std::string& id, std::uint32_t page);
  void excuse(const std::string& id);
  void excuse_order(const std::string& id);
  // The shopper wants it said once more: it may have arrived or not, or its answer failed. In another session
  // than the first it is stored once more.
  void asked_again(const std::string& id);
  // The shopper has pressed "again": on a message, or on an answer that failed.
  void pressed_again(const std::string& row, RowState state);
  // Everything of this browser that is not stored yet.
  void excuse_pending(std::uint32_t browser);
  // The store has lost it: it may be said again.
  void forgotten(const std::string& id);
  bool is_wish(const std::string& id) const { return wishes_.contains(id); }
  bool is_stored(const std::string& id) const;
  bool is_excused(const std::string& id) const;
  std::size_t wishes() const { return wishes_.size(); }
  std::size_t pending() const;
  void close();

  // The shop has ended a call: some page will say so.
  void shop_hangs_up() { ++shop_hung_up_; }
  bool shop_hung_up() const { return shop_hung_up_ > 0; }

  void breach(Breach breach, std::string what, std::uint32_t page = 0);
  void digest(Digest& into) const;
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  const double& now_ms_;
  std::map<std::string, Wish> wishes_;
  std::map<std::uint32_t, std::vector<std::string>> by_page_;  // ids in the order of the wishes
  std::map<std::string, std::uint32_t> spoken_;                // how often the store has it
  std::vector<Violation> violations_;
  std::uint32_t shop_hung_up_ = 0;
};

}  // namespace shopbell::simulation
