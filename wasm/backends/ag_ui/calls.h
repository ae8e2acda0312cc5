// Calls: the tool calls of one run, and which of them wait for an answer of ours at its end.
//
// Theory of operation. A call has its name and, piece by piece, its arguments. One that has its result was the
// agent's own. The run's outcome names those that wait for the page (`pendingToolCallIds`); an agent that does not
// say so waits for those that have no result and are of a tool that the page offers. An outcome `interrupt` has
// questions to the shopper, most of them about a call.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/vocabulary/ask.h"
#include "core/wire/reader.h"

namespace shopbell::ag_ui {

class Calls {
 public:
  // `message`: of the agent, which has the call.
  void started(std::string_view id, std::string_view name, std::string_view message);
  void argued(std::string_view id, std::string_view delta);
  // Whether it is a call of this run.
  bool answered(std::string_view id);

  // What the agent waits for after this outcome, where the page offers these tools (Outgoing). False: that can't be read.
  bool waiting(const wire::Reader& outcome, std::string_view offered, std::vector<Ask>& asks) const;

 private:
  Ask* find(std::string_view id);

  std::vector<Ask> calls_;  // `done`: it has its result
};

// What is there must be text; what is not there is empty, unless it is needed.
bool read_text(const wire::Reader& reader, std::string_view& out, bool needed = true);

// Milliseconds since 1970 of a time of UTC as RFC 3339 has it; 0: it is none.
double time_ms(std::string_view text);

}  // namespace shopbell::ag_ui
