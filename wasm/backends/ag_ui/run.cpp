#include "backends/ag_ui/run.h"

#include <algorithm>
#include <utility>

namespace shopbell::ag_ui {
namespace {

// What is there must be text; what is not there is empty, unless it is needed.
bool read_text(const wire::Reader& reader, std::string_view& out, bool needed = true) {
  if (!reader.present() || (!needed && reader.is_null())) return !needed;
  const auto text = reader.text();
  if (text) out = *text;
  return text.has_value();
}

}  // namespace

bool Run::Open::has(std::string_view id) const { return std::find(ids.begin(), ids.end(), id) != ids.end(); }
bool Run::Open::close(std::string_view id) { return std::erase(ids, id) > 0; }

Said Run::broken(std::string_view why) {
  state_ = State::over;
  why_ = why;
  return Said::broken;
}

Said Run::open(Open& open, std::string_view id) {
  if (id.empty()) return broken("something begins without an id");
  if (open.has(id)) return broken("something begins that is open");
  open.ids.emplace_back(id);
  return Said::nothing;
}

Said Run::close(Open& open, std::string_view id) {
  return open.close(id) ? Said::nothing : broken("something ends that is not open");
}

void Run::close_chunks() {
  messages_.close(std::exchange(chunk_message_, {}));
  calls_.close(std::exchange(chunk_call_, {}));
}

Said Run::read(const wire::Reader& event) {
  std::string_view type;
  if (!event.is_object() || !read_text(event["type"], type)) return broken("an event has no type");
  text_.clear();
  if (type == "RUN_STARTED") return start(event);
  if (type == "RUN_ERROR") {
    std::string_view message;
    if (!read_text(event["message"], message)) return broken("RUN_ERROR says nothing");
    state_ = State::over;
    return Said::failed;
  }
  if (state_ == State::before) return broken("the stream does not begin with RUN_STARTED");
  if (state_ == State::over) return broken("an event after the run's last word");
  if (type == "RAW") return Said::nothing;
  if (type == "TEXT_MESSAGE_CHUNK") return text_chunk(event);
  if (type == "TOOL_CALL_CHUNK") return tool_chunk(event);
  close_chunks();
  const auto after = [&](std::string_view beginning) { return type.substr(beginning.size()); };
  if (type == "RUN_FINISHED") return finish(event);
  if (type.starts_with("TEXT_MESSAGE_")) return text_event(after("TEXT_MESSAGE_"), event);
  if (type.starts_with("TOOL_CALL_")) return tool_event(after("TOOL_CALL_"), event);
  if (type.starts_with("REASONING_MESSAGE_")) return reasoning_event(after("REASONING_MESSAGE_"), event);
  if (type.starts_with("SUBAGENT_")) return subagent_event(after("SUBAGENT_"), event);
  if (type.starts_with("STEP_")) return step_event(after("STEP_"), event);
  const bool shows_work = type.starts_with("REASONING_") || type.starts_with("ACTIVITY_");
  return shows_work ? Said::progress : Said::nothing;
}

Said Run::start(const wire::Reader& event) {
  std::string_view id;
  if (state_ == State::running) return broken("a run begins inside another");
  if (!read_text(event["threadId"], id) || !read_text(event["runId"], id))
    return broken("RUN_STARTED names no run");
  *this = {};
  state_ = State::running;
  id_ = id;
  return Said::started;
}

Said Run::finish(const wire::Reader& event) {
  for (const Open* open : {&messages_, &calls_, &thoughts_, &steps_, &subagents_})
    if (!open->ids.empty()) return broken("the run ends while something is open");
  const wire::Reader outcome = event["outcome"];
  if (outcome.present() && !outcome.is_null() && !outcome.is_object())
    return broken("the run's outcome can't be read");
  state_ = State::over;
  return outcome["type"].text() == "cancelled" ? Said::cancelled : Said::finished;
}

// ---- the agent's words

Said Run::says(std::string_view message, std::string_view delta) {
  if (std::find(of_others_.begin(), of_others_.end(), message) != of_others_.end()) return Said::nothing;
  if (delta.empty()) return Said::nothing;
  // What is said before a tool is asked and after are two messages, and paragraphs of one answer.
  if (!last_message_.empty() && last_message_ != message) text_ = "\n\n";
  last_message_ = message;
  text_ += delta;
  return Said::text;
}

Said Run::text_event(std::string_view kind, const wire::Reader& event) {
  std::string_view id;
  if (!read_text(event["messageId"], id)) return broken("a text names no message");
  if (kind == "START") {
    std::string_view role;
    if (!read_text(event["role"], role, false)) return broken("a message's role can't be read");
    if (role == "user" || role == "system" || role == "developer") of_others_.emplace_back(id);
    return open(messages_, id);
  }
  if (kind == "END") return close(messages_, id);
  if (kind != "CONTENT") return Said::nothing;
  std::string_view delta;
  if (!read_text(event["delta"], delta)) return broken("a text has no delta");
  return messages_.has(id) ? says(id, delta) : broken("a text of a message that is not open");
}

Said Run::text_chunk(const wire::Reader& event) {
  std::string_view id;
  std::string_view delta;
  if (!read_text(event["messageId"], id, false) || !read_text(event["delta"], delta, false))
    return broken("a chunk can't be read");
  if (id.empty() && chunk_message_.empty()) return broken("the first chunk names no message");
  if (!id.empty() && id != chunk_message_) {
    close_chunks();
    if (open(messages_, id) == Said::broken) return Said::broken;
    chunk_message_ = id;
  }
  return says(chunk_message_, delta);
}

// ---- what it does

Said Run::tool_event(std::string_view kind, const wire::Reader& event) {
  std::string_view id;
  std::string_view text;
  if (!read_text(event["toolCallId"], id)) return broken("a tool's event names no call");
  if (kind == "START") {
    if (!read_text(event["toolCallName"], text)) return broken("a call names no tool");
    return open(calls_, id) == Said::broken ? Said::broken : Said::progress;
  }
  if (kind == "ARGS") {
    if (!read_text(event["delta"], text)) return broken("a call's arguments can't be read");
    return calls_.has(id) ? Said::progress : broken("arguments of a call that is not open");
  }
  if (kind == "END") return close(calls_, id);
  // A result may be of a call of an earlier run: the shopper was asked in between.
  return Said::progress;
}

Said Run::tool_chunk(const wire::Reader& event) {
  std::string_view id;
  std::string_view name;
  if (!read_text(event["toolCallId"], id, false) || !read_text(event["toolCallName"], name, false))
    return broken("a chunk can't be read");
  if (id.empty() && chunk_call_.empty()) return broken("the first chunk names no call");
  if (!id.empty() && id != chunk_call_) {
    if (name.empty()) return broken("the first chunk of a call names no tool");
    close_chunks();
    if (open(calls_, id) == Said::broken) return Said::broken;
    chunk_call_ = id;
    chunk_name_ = name;
  } else if (!name.empty() && name != chunk_name_) {
    return broken("a call has two names");
  }
  return Said::progress;
}

Said Run::reasoning_event(std::string_view kind, const wire::Reader& event) {
  std::string_view id;
  if (!read_text(event["messageId"], id, kind != "CHUNK")) return broken("a thought has no name");
  if (kind == "START") {
    std::string_view role;
    if (!read_text(event["role"], role, false) || (!role.empty() && role != "reasoning"))
      return broken("a thought has another's role");
    return open(thoughts_, id) == Said::broken ? Said::broken : Said::progress;
  }
  if (kind == "CONTENT" && !thoughts_.has(id)) return broken("a word of a thought that is not open");
  return kind == "END" ? close(thoughts_, id) : Said::progress;
}

Said Run::subagent_event(std::string_view kind, const wire::Reader& event) {
  std::string_view id;
  std::string_view name;
  if (!read_text(event["subagentRunId"], id)) return broken("a subagent has no run");
  if (kind != "STARTED") return close(subagents_, id);
  if (!read_text(event["name"], name)) return broken("a subagent has no name");
  return open(subagents_, id) == Said::broken ? Said::broken : Said::progress;
}

Said Run::step_event(std::string_view kind, const wire::Reader& event) {
  std::string_view name;
  if (!read_text(event["stepName"], name)) return broken("a step has no name");
  if (kind == "FINISHED") return close(steps_, name);
  return open(steps_, name) == Said::broken ? Said::broken : Said::progress;
}

}  // namespace shopbell::ag_ui
