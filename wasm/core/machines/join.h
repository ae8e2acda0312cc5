// Join: which of the shop's sessions a page is in, and when it goes over to another.
//
// Theory of operation. A browser has one session: that which storage holds. Pages may begin two side by side,
// as when storage is cleared under one of them. Who speaks stores its own, who hears of another joins that.
//
//   settled    in storage's session, as far as this page knows; or in none yet
//   asking     a server has welcomed it. Before that counts, storage is asked what it holds now: another tab
//              may have begun a session meanwhile, or heard more of this one
//   gathering  welcomed, by a server that knows ids, in the session that storage holds. What waits in all
//              tabs is asked for, and nothing said until it has come: it was said before what is said here
//   yielding   storage holds another session. What may have arrived in this one is not said in that, and a
//              call is of the session in which it began: it goes over as soon as neither binds it
#pragma once

#include <cstdint>

#include "core/base/fields.h"
#include "core/base/table.h"

namespace shopbell {

class Digest;

enum class JoinState : std::uint8_t { settled, asking, gathering, yielding };
template <>
struct EnumNames<JoinState> {
  static constexpr std::string_view title = "JoinState";
  static constexpr std::string_view names[] = {"settled", "asking", "gathering", "yielding"};
};
enum class JoinMove : std::uint8_t {
  welcome,
  enter,
  enter_beside,  // storage holds another
  gather,
  gathered,
  hear_of_another,
  go_over,
  speak
};
template <>
struct EnumNames<JoinMove> {
  static constexpr std::string_view title = "JoinMove";
  static constexpr std::string_view names[] = {"welcome",  "enter",           "enter_beside", "gather",
                                               "gathered", "hear_of_another", "go_over",      "speak"};
};

inline constexpr Transition<JoinState, JoinMove> join_table[] = {
    {JoinState::settled, JoinMove::welcome, JoinState::asking},
    {JoinState::gathering, JoinMove::welcome, JoinState::asking},
    {JoinState::yielding, JoinMove::welcome, JoinState::asking},
    {JoinState::asking, JoinMove::enter, JoinState::settled},
    {JoinState::asking, JoinMove::enter_beside, JoinState::yielding},
    {JoinState::asking, JoinMove::go_over, JoinState::settled},
    {JoinState::settled, JoinMove::gather, JoinState::gathering},
    {JoinState::gathering, JoinMove::gathered, JoinState::settled},
    {JoinState::gathering, JoinMove::go_over, JoinState::settled},
    {JoinState::settled, JoinMove::go_over, JoinState::settled},
    {JoinState::settled, JoinMove::hear_of_another, JoinState::yielding},
    {JoinState::gathering, JoinMove::hear_of_another, JoinState::yielding},
    {JoinState::yielding, JoinMove::go_over, JoinState::settled},
    {JoinState::yielding, JoinMove::speak, JoinState::settled},
};

class Join {
 public:
  JoinState state() const { return state_; }
  bool yields() const { return state_ == JoinState::yielding; }
  bool may_speak() const { return state_ == JoinState::settled || yields(); }
  // Whether the move was legal.
  bool move(JoinMove move) { return follow(join_table, state_, move); }
  void digest(Digest& into) const;

 private:
  JoinState state_ = JoinState::settled;
};

}  // namespace shopbell
