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
// speaks of one that is not open, or is another subagent's, breaks the stream, and so does an end that leaves one open. A chunk stands
// for all three of start, content and end; it is open until another id, or an event of another kind, comes.
//
// What is of a later version (an event, a member, a value) is passed over. A member that the rules know and
// that has a wrong type breaks the stream: whoever sends that means something else.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "backends/ag_ui/calls.h"
#include "core/wire/reader.h"

namespace shopbell::ag_ui {

// What an event means for the answer.
enum class Said : std::uint8_t {
  nothing,
  started,    // anew, from its first word
  text,       // `text()` goes on the answer
  progress,   // something is being done about it
  result,     // `call()`, of an earlier run, has the result `text()`
  finished,   // the run's last word: the answer is complete,
  asks,       // or goes on when what `asked()` holds is answered,
  cancelled,  // or was ended at the agent's side,
  failed,     // or there is none
  broken,     // this is no stream of AG-UI
};

class Run {
 public:
  // `offered`: the page's tools in this run (Outgoing).
  Said read(const wire::Reader& event, std::string_view offered);

  // Of the event that was read last.
  const std::string& text() const { return text_; }
  std::vector<Ask>& asked() { return asked_; }
  const std::string& call() const { return call_; }
  // Of the run that began last, as whoever began it calls it.
  const std::string& id() const { return id_; }

  struct Event;

 private:
  enum class State : std::uint8_t { before, running, over };

  Said start(const wire::Reader& event);
  Said finish(const wire::Reader& outcome, std::string_view offered);
  Said text_chunk(const Event& event);
  Said call_chunk(const Event& event);
  Said result(std::string_view call, const wire::Reader& content);
  Said says(std::string_view message, std::string_view delta);
  void note_author(const Event& event);
  Said broken();

  // What is open, of each kind: message, call, reasoning, subagent, step.
  static std::string key(char kind, std::string_view id);
  std::size_t find(char kind, std::string_view id) const;
  bool is_open(char kind, std::string_view id) const { return find(kind, id) < open_.size(); }
  Said open(char kind, std::string_view id, Said said);
  Said close(char kind, std::string_view id);
  Said chunk(char kind, std::string_view id, std::string_view word);
  void close_chunk();

  State state_ = State::before;
  std::string id_;
  std::vector<std::string> open_;  // kind and id, a line's end, the subagent's run that opened it
  std::string_view by_;            // whose event is read: a subagent's run, or empty
  char chunk_kind_ = 0;            // of the chunk stream that is open; 0: none
  std::string chunk_id_;
  std::string chunk_word_;
  std::vector<std::string> of_others_;  // messages that the agent did not say
  std::string last_message_;            // the one whose text came last
  Calls calls_;
  std::vector<Ask> asked_;
  std::string call_;
  std::string text_;
};

}  // namespace shopbell::ag_ui
