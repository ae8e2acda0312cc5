#include "backends/ag_ui/run.h"

#include <algorithm>
#include <utility>

namespace shopbell::ag_ui {

// What an event holds of the texts that the rules know; empty: nothing.
struct Run::Event {
  std::string_view type, message, call, role, tool, parent, step, by, name, delta;
};

namespace {

constexpr std::pair<std::string_view, std::string_view Run::Event::*> texts[] = {
    {"type", &Run::Event::type},         {"messageId", &Run::Event::message},
    {"toolCallId", &Run::Event::call},   {"role", &Run::Event::role},
    {"toolCallName", &Run::Event::tool}, {"parentMessageId", &Run::Event::parent},
    {"stepName", &Run::Event::step},     {"subagentRunId", &Run::Event::by},
    {"name", &Run::Event::name},         {"delta", &Run::Event::delta},
};

enum class Kind : std::uint8_t {
  other,
  raw,
  run_started,
  run_finished,
  run_error,
  text_start,
  text_content,
  text_end,
  text_chunk,
  call_start,
  call_args,
  call_end,
  call_result,
  call_chunk,
  thought_start,
  thought_content,
  thought_end,
  subagent_started,
  subagent_ended,
  step_started,
  step_finished,
};

constexpr std::pair<std::string_view, Kind> kinds[] = {
    {"RAW", Kind::raw},
    {"RUN_STARTED", Kind::run_started},
    {"RUN_FINISHED", Kind::run_finished},
    {"RUN_ERROR", Kind::run_error},
    {"TEXT_MESSAGE_START", Kind::text_start},
    {"TEXT_MESSAGE_CONTENT", Kind::text_content},
    {"TEXT_MESSAGE_END", Kind::text_end},
    {"TEXT_MESSAGE_CHUNK", Kind::text_chunk},
    {"TOOL_CALL_START", Kind::call_start},
    {"TOOL_CALL_ARGS", Kind::call_args},
    {"TOOL_CALL_END", Kind::call_end},
    {"TOOL_CALL_RESULT", Kind::call_result},
    {"TOOL_CALL_CHUNK", Kind::call_chunk},
    {"REASONING_MESSAGE_START", Kind::thought_start},
    {"REASONING_MESSAGE_CONTENT", Kind::thought_content},
    {"REASONING_MESSAGE_END", Kind::thought_end},
    {"SUBAGENT_STARTED", Kind::subagent_started},
    {"SUBAGENT_FINISHED", Kind::subagent_ended},
    {"SUBAGENT_ERROR", Kind::subagent_ended},
    {"STEP_STARTED", Kind::step_started},
    {"STEP_FINISHED", Kind::step_finished},
};

Kind kind_of(std::string_view type) {
  for (const auto& [name, kind] : kinds)
    if (name == type) return kind;
  return Kind::other;
}

constexpr std::string_view roles_of_others[] = {"user", "system", "developer"};

}  // namespace

Said Run::broken() {
  state_ = State::over;
  return Said::broken;
}

// ---- what is open

std::string Run::key(char kind, std::string_view id) { return std::string(1, kind).append(id); }

std::size_t Run::find(char kind, std::string_view id) const {
  const std::string wanted = key(kind, id).append("\n");
  std::size_t at = 0;
  while (at < open_.size() && !open_[at].starts_with(wanted)) ++at;
  const bool is_its = at < open_.size() && (by_.empty() || open_[at].substr(wanted.size()) == by_);
  return is_its ? at : open_.size();
}

Said Run::open(char kind, std::string_view id, Said said) {
  if (id.empty() || is_open(kind, id)) return broken();
  open_.push_back(key(kind, id).append("\n").append(by_));
  return said;
}

Said Run::close(char kind, std::string_view id) {
  const std::size_t at = find(kind, id);
  if (at == open_.size()) return broken();
  std::swap(open_[at], open_.back());
  open_.pop_back();
  return Said::nothing;
}

void Run::close_chunk() {
  by_ = {};
  if (chunk_kind_ != 0) close(std::exchange(chunk_kind_, 0), chunk_id_);
}

// `word`: the role of its message, or the name of its tool. Whether it is the first of another; `broken`: neither.
Said Run::chunk(char kind, std::string_view id, std::string_view word) {
  if (chunk_kind_ == kind && (id.empty() || id == chunk_id_))
    return word.empty() || word == chunk_word_ ? Said::nothing : broken();
  const std::string_view by = by_;
  close_chunk();
  by_ = by;
  chunk_kind_ = kind;
  chunk_id_ = id;
  chunk_word_ = word;
  return open(kind, id, Said::started);
}

// ---- events

Said Run::read(const wire::Reader& reader, std::string_view offered) {
  text_.clear();
  call_.clear();
  Event event;
  // Its `delta` is the agent's own affair.
  const bool is_state = reader["type"].text().value_or("").starts_with("STATE_");
  for (const auto& [name, member] : texts)
    if (!is_state && !read_text(reader[name], event.*member, false)) return broken();
  if (event.type.empty() && !is_state) return broken();
  const Kind kind = kind_of(event.type);
  if (kind == Kind::run_started) return start(reader);
  if (kind == Kind::run_error) {
    state_ = State::over;
    return reader["message"].is_text() ? Said::failed : broken();
  }
  if (state_ != State::running) return broken();
  if (kind == Kind::raw) return Said::nothing;
  if (kind != Kind::text_chunk && kind != Kind::call_chunk) close_chunk();
  by_ = event.by;
  switch (kind) {
    case Kind::run_finished:
      return finish(reader["outcome"], offered);
    case Kind::text_start:
      note_author(event);
      return open('m', event.message, Said::nothing);
    case Kind::text_content:
      return is_open('m', event.message) ? says(event.message, event.delta) : broken();
    case Kind::text_end:
      return close('m', event.message);
    case Kind::text_chunk:
      return text_chunk(event);
    case Kind::call_start:
      calls_.started(event.call, event.tool, event.parent);
      return event.tool.empty() ? broken() : open('c', event.call, Said::progress);
    case Kind::call_args:
      calls_.argued(event.call, event.delta);
      return is_open('c', event.call) ? Said::progress : broken();
    case Kind::call_end:
      return close('c', event.call);
    case Kind::call_result:
      return result(event.call, reader["content"]);
    case Kind::call_chunk:
      return call_chunk(event);
    case Kind::thought_start:
      return event.role.empty() || event.role == "reasoning" ? open('r', event.message, Said::progress)
                                                             : broken();
    case Kind::thought_content:
      return is_open('r', event.message) ? Said::progress : broken();
    case Kind::thought_end:
      return close('r', event.message);
    case Kind::subagent_started:
      return event.name.empty() ? broken() : open('s', event.by, Said::progress);
    case Kind::subagent_ended:
      return close('s', event.by);
    case Kind::step_started:
      return open('p', event.step, Said::progress);
    case Kind::step_finished:
      return close('p', event.step);
    default:
      return event.type.starts_with("REASONING_") || event.type.starts_with("ACTIVITY_") ? Said::progress
                                                                                         : Said::nothing;
  }
}

Said Run::start(const wire::Reader& event) {
  const auto run = event["runId"].text();
  if (state_ == State::running || !run || !event["threadId"].is_text()) return broken();
  *this = {};
  state_ = State::running;
  id_ = *run;
  return Said::started;
}

Said Run::finish(const wire::Reader& outcome, std::string_view offered) {
  const bool readable = !outcome.present() || outcome.is_null() || outcome.is_object();
  if (!open_.empty() || !readable || !calls_.waiting(outcome, offered, asked_)) return broken();
  state_ = State::over;
  if (outcome["type"].text() == "cancelled") return Said::cancelled;
  return asked_.empty() ? Said::finished : Said::asks;
}

Said Run::says(std::string_view message, std::string_view delta) {
  const bool others = std::find(of_others_.begin(), of_others_.end(), message) != of_others_.end();
  if (others || delta.empty()) return Said::nothing;
  // What is said before a tool is asked and after are two messages, and paragraphs of one answer.
  if (!last_message_.empty() && last_message_ != message) text_ = "\n\n";
  last_message_ = message;
  text_ += delta;
  return Said::text;
}

void Run::note_author(const Event& event) {
  for (const std::string_view role : roles_of_others)
    if (event.role == role) of_others_.push_back(std::string(event.message));
}

Said Run::text_chunk(const Event& event) {
  const Said said = chunk('m', event.message, event.role);
  if (said == Said::broken) return said;
  if (said == Said::started) note_author(event);
  if (chunk_word_.empty()) chunk_word_ = "assistant";
  return says(chunk_id_, event.delta);
}

Said Run::call_chunk(const Event& event) {
  const Said said = chunk('c', event.call, event.tool);
  if (said == Said::broken || chunk_word_.empty()) return broken();
  if (said == Said::started) calls_.started(event.call, event.tool, event.parent);
  calls_.argued(chunk_id_, event.delta);
  return Said::progress;
}

// It may be of a call of an earlier run: the shopper was asked in between.
Said Run::result(std::string_view call, const wire::Reader& content) {
  if (calls_.answered(call)) return Said::progress;
  call_ = call;
  text_ = content.text().value_or("");
  for (const wire::Reader part : content) text_ += part["text"].text().value_or("");
  return Said::result;
}

}  // namespace shopbell::ag_ui
