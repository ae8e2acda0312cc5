// What an agent asks, as storage holds it and as the shopper sees it.
#include <cmath>
#include <cstddef>
#include <utility>

#include "core/drivers/agent_driver.h"
#include "core/machines/question.h"

namespace shopbell {
namespace {

// By AskState.
constexpr RowState looks[] = {RowState::streaming, RowState::sending,    RowState::sending,
                              RowState::done,      RowState::broken,     RowState::stopped,
                              RowState::stopped,   RowState::unconfirmed};

}  // namespace

// ---- the record

void AgentDriver::look_up(const std::string& message) {
  if (looked_up_ == message) return;
  looked_up_ = message;
  chat_.store.ask_asks(message, chat_.out);
}

bool AgentDriver::loaded(const event::StorageLoaded& answer) {
  if (!chat_.store.is_asks(answer)) return false;
  const bool wanted = !looked_up_.empty() && chat_.store.is_asks_of(looked_up_, answer.prefix);
  for (const Entry& entry : answer.entries) {
    AskRecord record;
    if (!chat_.store.read_asks(entry, record)) continue;
    if (wanted && record.message == looked_up_) return take(std::move(record)), true;
    if (chat_.now.wall - Wall{record.at_ms} > limits::session_age_max)
      chat_.store.drop_asks(record.message, chat_.out);
  }
  if (wanted) lose(std::string(looked_up_));
  return true;
}

void AgentDriver::take(AskRecord&& record) {
  current_ = looked_up_;
  begin(current_);
  if (!asks_.restore(std::move(record), !asking(), chat_.now.mono)) return lose(current_);
  keep();
  // What was cut off meanwhile is told.
  for (std::size_t i = 0; i < asks_.asks().size(); ++i)
    if (asks_.asks()[i].state == AskState::lost) draw(i + 1);
  put_reply();
}

// There is nothing to go on from: an answer that waited for it is lost, and one that is asked for once more begins anew.
void AgentDriver::lose(const std::string& message) {
  begin(message);
  if (asking()) failed(message, {ErrorCode::answer_broken, Fate::taken, -1, {}});
}

void AgentDriver::drop() {
  if (!asks_.asks().empty()) chat_.store.drop_asks(asks_.message(), chat_.out);
  begin({});
}

// What stands there is of before, and would have it run again.
void AgentDriver::not_stored(std::string_view key) {
  if (!chat_.store.is_asks_of(asks_.message(), key)) return;
  unstored_ = true;
  chat_.store.drop_asks(asks_.message(), chat_.out);
}

// ---- rows

void AgentDriver::changed(std::size_t number) {
  keep();
  draw(number);
}

// A tool that changes nothing is no affair of the shopper's, and what could never be asked has nothing to be shown.
void AgentDriver::draw(std::size_t number) {
  const Ask& ask = asks_.asks()[number - 1];
  if (ask.read_only || (ask.kind == AskKind::tool && ask.about.empty())) return;
  Row row;
  row.id = asks_.id_of(number);
  row.author.kind = AuthorKind::system;
  row.kind = RowKind::question;
  row.text = question(ask);
  row.state = looks[static_cast<std::size_t>(ask.state)];
  if (ask.state == AskState::asked) row.actions = {RowAction::allow, RowAction::refuse};
  const Row* said = chat_.transcript.find(asks_.message());
  // Behind the answer, which is half a step behind its message; in thousandths, which storage keeps to the last bit.
  const double thousandths = std::floor((said ? said->order : 0) * 1000 + 0.5);
  row.order = (thousandths + 600 + static_cast<double>(number)) / 1000;
  const Row* drawn = chat_.transcript.find(row.id);
  row.at_ms = drawn ? drawn->at_ms : chat_.now.wall.ms;
  if (drawn && *drawn == row) return;
  if (!drawn && !chat_.open) ++chat_.unread;
  const bool tell = !drawn || is_over(ask.state);
  chat_.transcript.put(row, chat_.out);
  if (is_over(ask.state)) chat_.keep(row);
  if (tell) chat_.announce(row.id);
}

// What the agent has said in the rounds so far.
void AgentDriver::put_reply() {
  const std::string text = said_in(asks_.asks());
  const Row* drawn = chat_.transcript.find(reply());
  if (drawn && drawn->state == RowState::streaming && drawn->text == text) return;
  chat_.transcript.remove(reply(), chat_.out);
  if (!text.empty()) chat_.append(reply(), text);
}

}  // namespace shopbell
