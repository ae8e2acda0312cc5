// Run: the rules by which the events of an AG-UI agent are read (AG-UI 1.0, docs/spec/1.0).
//
// Theory of operation. A stream holds one run, or several after each other, of which the last is the answer
// (those before it are history, told again). Each begins with RUN_STARTED and has a last word: RUN_FINISHED
// or RUN_ERROR; a stream that ends without one was cut, and its text is not the whole answer.
//
//   before ──RUN_STARTED──> running ──RUN_FINISHED──> over ──RUN_STARTED──> running
//     └──────RUN_ERROR───────> over <──RUN_ERROR───────┘
//
// Inside a run, texts, tool calls, reasoning, steps and runs of subagents are opened and closed by id: what
// speaks of one that is not open breaks the stream, and so does an end that leaves one open. A chunk stands
// for all three of start, content and end; it is open until another id, or an event of another kind, comes.
//
// What is of a later version (an event, a member, a value) is passed over. A member that the rules know and
// that has a wrong type breaks the stream: whoever sends that means something else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/wire/reader.h"

namespace shopbell::ag_ui {

// What an event means for the answer.
enum class Said : std::uint8_t {
  nothing,
  started,    // anew, from its first word
  text,       // `text()` goes on the answer
  progress,   // something is being done about it
  finished,   // the run's last word: the answer is complete,
  cancelled,  // or was ended at the agent's side,
  failed,     // or there is none
  broken,     // this is no stream of AG-UI; `why()` tells
};

class Run {
 public:
  Said read(const wire::Reader& event);

  // Of the event that was read last.
  const std::string& text() const { return text_; }
  std::string_view why() const { return why_; }
  // Of the run that began last, as whoever began it calls it.
  const std::string& id() const { return id_; }

 private:
  enum class State : std::uint8_t { before, running, over };
  // What is opened and closed by id.
  struct Open {
    std::vector<std::string> ids;
    bool has(std::string_view id) const;
    bool close(std::string_view id);
  };

  Said start(const wire::Reader& event);
  Said finish(const wire::Reader& event);
  Said text_event(std::string_view kind, const wire::Reader& event);
  Said text_chunk(const wire::Reader& event);
  Said tool_event(std::string_view kind, const wire::Reader& event);
  Said tool_chunk(const wire::Reader& event);
  Said reasoning_event(std::string_view kind, const wire::Reader& event);
  Said subagent_event(std::string_view kind, const wire::Reader& event);
  Said step_event(std::string_view kind, const wire::Reader& event);
  Said open(Open& open, std::string_view id);
  Said close(Open& open, std::string_view id);
  Said says(std::string_view message, std::string_view delta);
  Said broken(std::string_view why);
  void close_chunks();

  State state_ = State::before;
  std::string id_;
  Open messages_;
  Open calls_;
  Open thoughts_;
  Open steps_;
  Open subagents_;
  std::vector<std::string> of_others_;  // messages that the agent did not say
  std::string chunk_message_;
  std::string chunk_call_;
  std::string chunk_name_;    // of that call
  std::string last_message_;  // the one whose text came last
  std::string text_;
  std::string_view why_;
};

}  // namespace shopbell::ag_ui
