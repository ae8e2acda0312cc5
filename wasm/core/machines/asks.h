// Asks: what an agent wants before it goes on with its answer to one message, and what became of it. "Nothing happens without
// my yes, and what I allowed happens once" lives here.
//
// Theory of operation. A run of the agent may end with wishes: that a tool of the page be run, or the shopper's yes to a step
// of the agent's own. They are a round. Its wishes have their turn one after the other; when all are answered, the answers go
// to the agent, which goes on and may end with another round.
//
//   asked    the shopper is to say whether. A tool that changes nothing needs no yes, and one that the page does not offer, or
//            whose arguments can't be read, fails at once
//   allowed  the page's function is to run, as soon as the page offers it
//   running  it runs: this is stored before it begins
//   done     it gave its answer; or an approval was given
//   failed, refused, expired
//   lost     it was cut off, and may have run or not: by itself it never runs again, and the agent is told so
//
// What runs is what was asked: the arguments are those of the question, whatever an agent says later under the same id. An id
// that comes again in a later round of the message gets the answer of before.
//
// All of it is a record of the message in storage. A page that takes the message over goes on from it: what was asked is asked
// again; what was done is known; what ran when its page went away runs again where it changes nothing, and is lost where it does.
// Where the answers were sent and no word came (the shopper has asked for the answer once more), they are sent again, but an
// approval, which might act twice, is asked for anew.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/table.h"
#include "core/base/time.h"
#include "core/machines/toolbox.h"
#include "core/vocabulary/ask.h"

namespace shopbell {

enum class AskMove : std::uint8_t {
  allow,
  approve,
  run,
  finish,
  fail,
  refuse,
  expire,
  lose,
  run_again,
  ask_again
};
template <>
struct EnumNames<AskMove> {
  static constexpr std::string_view title = "AskMove";
  static constexpr std::string_view names[] = {"allow",  "approve", "run",  "finish",    "fail",
                                               "refuse", "expire",  "lose", "run_again", "ask_again"};
};

inline constexpr Transition<AskState, AskMove> ask_table[] = {
    {AskState::asked, AskMove::allow, AskState::allowed},
    {AskState::asked, AskMove::approve, AskState::done},
    {AskState::asked, AskMove::refuse, AskState::refused},
    {AskState::asked, AskMove::expire, AskState::expired},
    {AskState::asked, AskMove::fail, AskState::failed},
    {AskState::allowed, AskMove::run, AskState::running},
    {AskState::allowed, AskMove::refuse, AskState::refused},
    {AskState::allowed, AskMove::fail, AskState::failed},
    {AskState::running, AskMove::finish, AskState::done},
    {AskState::running, AskMove::fail, AskState::failed},
    {AskState::running, AskMove::lose, AskState::lost},
    {AskState::running, AskMove::run_again, AskState::allowed},
    {AskState::done, AskMove::ask_again, AskState::asked},
};

// As it is stored.
struct AskRecord {
  static constexpr std::string_view type_name = "AskRecord";
  std::string message;
  double at_ms = 0;  // wall clock of the first round
  std::vector<Ask> asks;
  SHOPBELL_FIELDS(AskRecord, message, at_ms, asks)
};

class Asks {
 public:
  // The message whose answer waits; empty: none.
  const std::string& message() const { return record_.message; }
  const std::vector<Ask>& asks() const { return record_.asks; }
  const AskRecord& record() const { return record_; }

  // Of a message that asks nothing yet.
  void begin(std::string message);
  // As it was stored. `unheard`: its last answers may have been sent. False: it can't be gone on from.
  bool restore(AskRecord&& record, bool unheard, Mono now);

  // Another run of the agent has ended, with these. False: it asks too much, and its answer ends here.
  bool add(std::vector<Ask>&& asks, const Toolbox& tools, Now now);
  // What came of a call that was allowed.
  void result(std::string_view call, std::string_view content);

  // The one whose turn it is; null: all are answered.
  const Ask* current() const;
  // They are counted from 1 on; 0: none. `id_of` names that one's row, and its run.
  std::size_t number() const;
  std::string id_of(std::size_t number) const { return ask_id(record_.message, number); }
  // When it runs out.
  Mono deadline(Now now) const;

  // Of the current one. Each returns false, and changes nothing, when the table does not allow it.
  bool allow(Mono now);
  bool refuse();
  bool run(Mono now);
  bool ended(bool failed, std::string_view content);
  // Whether it had run out, and is over now.
  bool expire(Now now);
  // The shopper has stopped the answer.
  void stop();

  bool consistent() const;

 private:
  Ask* turn() { return const_cast<Ask*>(current()); }
  bool end(Ask& ask, AskMove move, std::string_view answer);
  void settle_at_once(Ask& ask, const Toolbox& tools);

  AskRecord record_;
  Mono since_;  // since when the current one is allowed, or runs
};

}  // namespace shopbell
