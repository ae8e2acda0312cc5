#include "backends/ag_ui/input.h"

#include "core/base/text.h"
#include "core/vocabulary/limits.h"
#include "core/wire/writer.h"

namespace shopbell::ag_ui {
namespace {

void begin_message(wire::Writer& writer, std::string_view id, std::string_view role) {
  writer.object_begin();
  writer.key("id").text(id);
  writer.key("role").text(role);
}

void write_message(wire::Writer& writer, std::string_view id, bool agent, std::string_view text) {
  begin_message(writer, id, agent ? "assistant" : "user");
  writer.key("content").text(text).object_end();
}

void write_call(wire::Writer& writer, const Ask& ask) {
  writer.object_begin();
  writer.key("id").text(ask.call);
  writer.key("type").text("function");
  writer.key("function").object_begin();
  writer.key("name").text(ask.name);
  writer.key("arguments").text(ask.arguments.reveal()).object_end();
  writer.object_end();
}

// What the agent knows of a call: a tool of the page has its answer, one that was allowed perhaps its result.
void write_answer(wire::Writer& writer, const std::string& id, const Ask& ask) {
  const bool approved = ask.kind == AskKind::approval;
  if (approved && (ask.state != AskState::done || ask.answer.empty())) return;
  begin_message(writer, id, "tool");
  writer.key("toolCallId").text(ask.call);
  writer.key("content").text(ask.answer.reveal());
  if (ask.state == AskState::failed || ask.state == AskState::lost)
    writer.key("error").text(ask.answer.reveal());
  writer.object_end();
}

void write_asked(wire::Writer& writer, const std::string& message, const std::vector<Ask>& asks) {
  for (std::size_t first = 0, end; first < asks.size(); first = end) {
    for (end = first; end < asks.size() && asks[end].round == asks[first].round;) ++end;
    const std::string own = reply_to(message) + "." + decimal(asks[first].round);
    begin_message(writer, asks[first].message.empty() ? own : asks[first].message, "assistant");
    if (!asks[first].said.empty()) writer.key("content").text(asks[first].said.reveal());
    writer.key("toolCalls").array_begin();
    for (std::size_t i = first; i < end; ++i)
      if (!asks[i].call.empty()) write_call(writer, asks[i]);
    writer.array_end().object_end();
    for (std::size_t i = first; i < end; ++i) write_answer(writer, ask_id(message, i + 1), asks[i]);
  }
}

// The last round's, all of them. What has run out the shopper has not decided.
void write_resume(wire::Writer& writer, const std::vector<Ask>& asks) {
  writer.key("resume").array_begin();
  for (const Ask& ask : asks) {
    if (ask.kind != AskKind::approval || ask.round != asks.back().round) continue;
    const bool decided = ask.state != AskState::expired;
    writer.object_begin();
    writer.key("interruptId").text(ask.id);
    writer.key("status").text(decided ? "resolved" : "cancelled");
    if (decided)
      writer.key("payload").object_begin().key("approved").boolean(ask.state == AskState::done).object_end();
    writer.object_end();
  }
  writer.array_end();
}

}  // namespace

// `tools`, `context`, `state` and `forwardedProps` are sent even where they are empty: of some versions they are needed.
std::string run_input(const Outgoing& outgoing, std::string_view run, std::string_view props) {
  wire::Writer writer;
  writer.object_begin();
  writer.key("threadId").text(outgoing.session_id);
  writer.key("runId").text(run);
  writer.key("protocolVersion").text("1.0");
  writer.key("state").object_begin().object_end();
  writer.key("messages").array_begin();
  const auto& history = outgoing.history;
  const std::size_t most = limits::history_turns_max;
  for (std::size_t i = history.size() > most ? history.size() - most : 0; i < history.size(); ++i)
    write_message(writer, history[i].id, history[i].agent, history[i].text.reveal());
  write_message(writer, outgoing.id, false, outgoing.text.reveal());
  if (outgoing.asks) write_asked(writer, outgoing.id, *outgoing.asks);
  writer.array_end();
  writer.key("tools").json(outgoing.tools ? *outgoing.tools : "[]");
  writer.key("context").array_begin().array_end();
  writer.key("forwardedProps").json(props);
  if (outgoing.asks && !outgoing.asks->empty()) write_resume(writer, *outgoing.asks);
  return writer.take();
}

}  // namespace shopbell::ag_ui
