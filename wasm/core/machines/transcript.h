// Transcript: the conversation's rows, in order, as the view draws them.
//
// Theory of operation. Each row has an id of its own and is put whole or grows by appended text; every change
// becomes the matching command, so the view can never show something else than what is held here. A reply's
// row id is made of its message's id: a reply that is fetched again after a blip or a reload lands in the
// same row and can't double.
//
// Order keys are the wall clock's milliseconds, pushed up so that they never go back, whatever the clock
// does. Messages that are still held stand at the end (`held_order`) and get their place with their first
// send. An answer stands half a step behind its message (conversation.cpp), as it does at the server.
//
// The formatter is asked for with the first row that needs it, wherever that row comes from: the server,
// storage or another tab.
#pragma once

#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/vocabulary/codec.h"
#include "core/vocabulary/commands.h"

namespace shopbell {

class Digest;

class Transcript {
 public:
  void put(Row row, Commands& out);
  // False when there is no such streaming row.
  bool append(std::string_view id, std::string_view text, Commands& out);
  bool remove(std::string_view id, Commands& out);
  void clear(Commands& out);
  // Removes all rows that are over but the last.
  void keep_last(std::size_t count, Commands& out);

  const Row* find(std::string_view id) const;
  bool among_last(std::string_view id, std::size_t count) const;
  const std::vector<Row>& rows() const { return rows_; }

  // Rows with Markdown are there, or soon will be.
  void want_markdown(Commands& out);
  void markdown_failed() { markdown_asked_ = false; }

  double next_order(Wall now);
  // Below everything that has been sent or received, in the order of the wishes.
  double held_order();

  // The turns that a back end is told as history: what was said and answered, oldest first, without row
  // `except`.
  std::vector<Turn> turns(std::string_view except) const;
  // The order of the first of the last `count` rows that are over; 0: there are fewer.
  double first_of_last(std::size_t count) const;

  bool consistent() const;
  void digest(Digest& into) const;

 private:
  // Far beyond any clock (the year 33658), so that held rows sort last; below 2^53, so that they count exactly.
  static constexpr double held_from = 1e15;

  std::vector<Row> rows_;  // by (order, id)
  double last_order_ = 0;
  double held_count_ = 0;
  bool markdown_asked_ = false;
};

// Nothing more will happen to the row by itself.
constexpr bool is_over(RowState state) {
  return state == RowState::sent || state == RowState::done || state == RowState::stopped ||
         state == RowState::broken;
}

// A message that the shop has not, perhaps another tab's.
constexpr bool waits(RowState state) {
  return state == RowState::waiting || state == RowState::sending || state == RowState::unconfirmed ||
         state == RowState::failed;
}

}  // namespace shopbell
