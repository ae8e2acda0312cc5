// CallPlace: which tab of this browser has the call, and which takes it up when that tab closes.
//
// Theory of operation. A shopper has one call. The tab that has it says so in storage, with its name and the
// time, every ten seconds; the others hear of each change. A page that goes away leaves the call, and says
// that too (to the browser, closing and following a link look alike); of one that was killed the others learn
// by its Web Lock, and say it in its place.
//
//   nowhere    no tab is known to have a call
//   here       this page has it
//   elsewhere  another one has it
//   left       the tab that had it is gone; the server has parked the call, for 30 s
//
// A call that is left goes to the next page of its tab, at once. Where none comes, a tab that the shopper
// sees takes it up after a second and a half, each after a moment of its own: the first says so, and the
// others hear it. Only a page that was there when the call was left may do so, within 25 s: nobody's
// microphone is opened for a call of yesterday, or for one that he has closed on purpose with the last tab.
//
// Of two calls that are begun in two tabs the younger wish counts: with the call goes the time of its press,
// and a tab that is still on its way to one gives up when another has one that was begun later (`outdone`).
// It would take it over from there, long after the shopper went on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/fields.h"
#include "core/base/random.h"
#include "core/base/table.h"
#include "core/base/time.h"

namespace shopbell {

class Digest;

class Voice;

enum class PlaceState : std::uint8_t { nowhere, here, elsewhere, left };
template <>
struct EnumNames<PlaceState> {
  static constexpr std::string_view title = "PlaceState";
  static constexpr std::string_view names[] = {"nowhere", "here", "elsewhere", "left"};
};
enum class PlaceMove : std::uint8_t { have, end, hear_of_other, hear_of_leaving, hear_of_end };
template <>
struct EnumNames<PlaceMove> {
  static constexpr std::string_view title = "PlaceMove";
  static constexpr std::string_view names[] = {"have", "end", "hear_of_other", "hear_of_leaving",
                                               "hear_of_end"};
};

inline constexpr Transition<PlaceState, PlaceMove> place_table[] = {
    {PlaceState::nowhere, PlaceMove::have, PlaceState::here},
    {PlaceState::elsewhere, PlaceMove::have, PlaceState::here},
    {PlaceState::left, PlaceMove::have, PlaceState::here},
    {PlaceState::here, PlaceMove::end, PlaceState::nowhere},
    {PlaceState::nowhere, PlaceMove::hear_of_other, PlaceState::elsewhere},
    {PlaceState::here, PlaceMove::hear_of_other, PlaceState::elsewhere},
    {PlaceState::left, PlaceMove::hear_of_other, PlaceState::elsewhere},
    {PlaceState::elsewhere, PlaceMove::hear_of_leaving, PlaceState::left},
    {PlaceState::nowhere, PlaceMove::hear_of_leaving, PlaceState::left},
    {PlaceState::elsewhere, PlaceMove::hear_of_end, PlaceState::nowhere},
    {PlaceState::left, PlaceMove::hear_of_end, PlaceState::nowhere},
};

// What storage holds. `tab` empty: nobody has the call any more; `at_ms` 0: there is none.
struct CallRecord {
  static constexpr std::string_view type_name = "CallRecord";
  std::string tab;
  bool muted = false;
  double at_ms = 0;     // wall clock
  double begun_ms = 0;  // likewise: of the press
  SHOPBELL_FIELDS(CallRecord, tab, muted, at_ms, begun_ms)
};

class CallPlace {
 public:
  // What stands in storage. `tab`: this page's name. The monotonic clock began with the page.
  void heard(const CallRecord& record, const std::string& tab, Now now, Random& random);
  // That tab has gone. True: with the call, and nobody has said so; `record` is then what is to be said.
  bool gone(const std::string& tab, CallRecord& record) const;

  bool here() const { return state_ == PlaceState::here; }
  // The tab that has the call; empty: none, or this one.
  std::string other() const { return state_ == PlaceState::elsewhere ? record_.tab : std::string(); }
  bool muted() const { return record_.muted; }
  // The shopper has begun a call here.
  void begun(Wall now) { begun_ms_ = now.ms; }
  // He has begun the one that another tab has after that.
  bool outdone() const { return state_ == PlaceState::elsewhere && record_.begun_ms > begun_ms_; }
  // What the page says that leaves the call.
  CallRecord leave(bool muted, Now now) const { return {{}, muted, now.wall.ms, begun_ms_}; }

  // The call may be taken up here, now.
  bool may_take(Now now, bool visible);
  void take();
  // After each event: what must be stored of the call that is here, if anything.
  std::optional<CallRecord> keep(const Voice& voice, const std::string& tab, Now now);

  Mono deadline(bool visible) const;
  bool consistent() const;
  void digest(Digest& into) const;

 private:
  bool move(PlaceMove move) { return follow(place_table, state_, move); }

  PlaceState state_ = PlaceState::nowhere;
  CallRecord record_;
  double begun_ms_ = 0;  // of this page's call
  Mono due_ = never;     // here: to be told again; left: to be taken up
  bool lasted_ = false;
};

}  // namespace shopbell
