#include "core/drivers/replies.h"

#include <algorithm>
#include <utility>

namespace shopbell {

void Replies::await(const std::string& message) {
  begun();
  const bool known = std::find(awaited_.begin(), awaited_.end(), message) != awaited_.end();
  if (!known && awaited_.size() < limits::awaited_max) awaited_.push_back(message);
}

void Replies::progress(const std::string& row) {
  begun();
  const Row* drawn = chat_.transcript.find(row);
  const bool goes_on = row.ends_with(reply_ending) && !(drawn && is_over(drawn->state));
  if (goes_on && !chat_.in_call) await(replied_to(row));
}

void Replies::over(const std::string& row) {
  std::erase_if(awaited_, [&](const std::string& id) { return reply_to(id) == row; });
}

void Replies::expire() {
  // Another tab may have heard the end of it, perhaps so long ago that none has kept it.
  std::erase_if(awaited_, [&](const std::string& id) {
    const std::string row = reply_to(id);
    const Row* reply = chat_.transcript.find(row);
    if (reply && is_over(reply->state)) return true;
    if (chat_.transcript.among_last(reply ? row : id, limits::rows_stored_max)) return false;
    doubt(row);
    return true;
  });
  if (!awaited_.empty() && chat_.now.mono >= progress_at_ + limits::exchange_max) doubt_all();
}

void Replies::doubt_all() {
  for (const std::string& id : std::exchange(awaited_, {})) doubt(reply_to(id));
}

// Nothing more has come of it here. That is not stored: another tab may have had, and kept, the whole of it.
void Replies::doubt(const std::string& id) {
  const Row* begun = chat_.transcript.find(id);
  if (!begun) return;
  Row row = *begun;
  row.state = RowState::broken;
  row.note = ErrorCode::answer_broken;
  chat_.transcript.put(std::move(row), chat_.out);
}

void Replies::clear() {
  awaited_.clear();
  interim_.clear();
}

// What was only half understood when the call went quiet for good.
void Replies::drop_interim() {
  for (const std::string& id : std::exchange(interim_, {}))
    if (streams(id)) chat_.transcript.remove(id, chat_.out);
}

bool Replies::streams(const std::string& id) const {
  const Row* row = chat_.transcript.find(id);
  return row && row->state == RowState::streaming;
}

// They are answered in their order, and what is in flight is the last of them.
std::string Replies::answered_now() const {
  for (const std::string& id : awaited_)
    if (streams(reply_to(id))) return id;
  if (!awaited_.empty()) return awaited_.front();
  const Message* m = chat_.outbox.in_flight();
  return m ? m->id : std::string();
}

bool Replies::late() const { return chat_.now.mono >= progress_at_ + limits::still_working_after; }

Mono Replies::deadline() const {
  Mono next = never;
  const auto at = [&](Mono time) {
    if (time > chat_.now.mono) next = std::min(next, time);
  };
  at(progress_at_ + limits::still_working_after);
  if (!awaited_.empty()) at(progress_at_ + limits::exchange_max);
  return next;
}

}  // namespace shopbell
