// State tables: each machine lists its legal moves once; everything else is illegal and leaves the state
// unchanged. The diagrams in docs/machines.md are printed from the same tables (tools/codegen).
#pragma once

#include <optional>

namespace shopbell {

template <class State, class Move>
struct Transition {
  State from;
  Move move;
  State to;
};

template <class State, class Move, std::size_t N>
constexpr std::optional<State> after(const Transition<State, Move> (&table)[N], State from, Move move) {
  for (const auto& t : table)
    if (t.from == from && t.move == move) return t.to;
  return std::nullopt;
}

// Makes the move where it is legal; else the state stays and the answer is false.
template <class State, class Move, std::size_t N>
constexpr bool follow(const Transition<State, Move> (&table)[N], State& state, Move move) {
  const auto to = after(table, state, move);
  if (to) state = *to;
  return to.has_value();
}

}  // namespace shopbell
