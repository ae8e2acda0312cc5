#include "core/machines/transcript.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/base/sorted.h"

namespace shopbell {
namespace {

bool before(const Row& a, const Row& b) { return a.order != b.order ? a.order < b.order : a.id < b.id; }

}  // namespace

void Transcript::put(Row row, Commands& out) {
  if (row.order < held_from)
    last_order_ = std::max(last_order_, row.order);
  else
    held_count_ = std::max(held_count_, row.order - held_from);
  std::erase_if(rows_, [&](const Row& other) { return other.id == row.id; });
  const Row& put = put_sorted(rows_, std::move(row), before);
  out.put(command::RowPut{put});
  if (put.markdown) want_markdown(out);
}

bool Transcript::append(std::string_view id, std::string_view text, Commands& out) {
  for (Row& row : rows_) {
    if (row.id != id || row.state != RowState::streaming) continue;
    row.text += text;
    out.put(command::RowAppend{row.id, std::string(text)});
    return true;
  }
  return false;
}

bool Transcript::remove(std::string_view id, Commands& out) {
  const std::string gone(id);
  if (std::erase_if(rows_, [&](const Row& row) { return row.id == gone; }) == 0) return false;
  out.put(command::RowRemove{gone});
  return true;
}

void Transcript::clear(Commands& out) {
  for (const Row& row : rows_) out.put(command::RowRemove{row.id});
  rows_.clear();
}

void Transcript::keep_last(std::size_t count, Commands& out) {
  const double first = first_of_last(count);
  std::erase_if(rows_, [&](const Row& row) {
    const bool old = row.order < first && is_over(row.state);
    if (old) out.put(command::RowRemove{row.id});
    return old;
  });
}

const Row* Transcript::find(std::string_view id) const {
  const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.id == id; });
  return found == rows_.end() ? nullptr : &*found;
}

bool Transcript::among_last(std::string_view id, std::size_t count) const {
  const auto last = std::span(rows_).last(std::min(count, rows_.size()));
  return std::any_of(last.begin(), last.end(), [&](const Row& row) { return row.id == id; });
}

void Transcript::want_markdown(Commands& out) {
  if (!std::exchange(markdown_asked_, true)) out.put(command::MarkdownLoad{});
}

double Transcript::next_order(Wall now) {
  last_order_ = std::max(last_order_ + 1, now.ms);
  return last_order_;
}

double Transcript::held_order() { return held_from + ++held_count_; }

std::vector<Turn> Transcript::turns(std::string_view except) const {
  std::vector<Turn> turns;
  for (const Row& row : rows_) {
    if (row.kind != RowKind::text || !is_over(row.state) || row.text.empty() || row.id == except) continue;
    turns.push_back({row.id, row.author.kind == AuthorKind::agent, Private(row.text)});
  }
  return turns;
}

double Transcript::first_of_last(std::size_t count) const {
  for (auto row = rows_.rbegin(); row != rows_.rend(); ++row)
    if (is_over(row->state) && --count == 0) return row->order;
  return 0;
}

bool Transcript::consistent() const {
  return std::is_sorted(rows_.begin(), rows_.end(), before) &&
         std::all_of(rows_.begin(), rows_.end(), [](const Row& row) { return !row.id.empty(); });
}

}  // namespace shopbell
