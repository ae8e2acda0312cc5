// Call: the spoken conversation, as far as the page decides about it. Promise 2 lives here: a call ends only
// when someone ends it.
//
// Theory of operation. An engine (shim/voice) holds the microphone, the codec and the voice socket; it
// reconnects by itself, and asks for a ticket when it has none that could be used. The call starts it, mutes
// it, closes it, and hears what it says.
//
//   idle, ended, failed   no microphone is open. A press of the button begins a new call
//   asking        the browser asks for the microphone (for as long as the shopper thinks about it) while the
//                 engine loads; once the microphone is granted, loading may take 20 s
//   connecting    the engine is ready; it needs a ticket, and 15 s later it must be live
//   live          listening, thinking or speaking is what the agent does meanwhile
//   reconnecting  the network is gone, the server went away or the engine died: for as long as it takes
//
// From `live` on, only four things end a call: the shopper hangs up, the shop's server says so (`by_shop`,
// `too_long`), a newer page takes the call over (`replaced`), or the page ends. Keys, text, rerenders,
// visibility, a microphone that is unplugged and a network that is gone do not: the table has no such moves.
// An engine that says that it is gone has no way back, whatever the reason: another one is opened in its
// place, with a new ticket, and the server goes on with the call that the first one left. What dies three
// times in a minute would go on dying; only then, and where no engine can run at all, the call fails.
//
// `reconnecting` ends by the engine's word alone, but no wait for it is without an end (CallWait):
//
//   word      the engine tries by itself; by the age of its ticket it must have said something. After a page
//             that was frozen our clock may be ahead of what it has said, so it gets a little longer then,
//             and is replaced if it still says nothing. A room is joined anew where it is not back soon
//   ticket    asked for; one that does not come is asked for again, after a
//   pause     that grows with each ticket that was of no use
//   carrier   the connection that the sound goes over, where the engine has none of its own: that has deadlines
//             of its own, so ours only begins anew
//   engine    a new one loads, for as long as the first one may
//
// A page change ends no call either: the server parks it, and the next page of this tab goes on with it as if
// the button had been pressed.
//
// A press while a call is being started or runs has no move in the table either: five quick presses are one
// call. Each engine has an attempt number, and what another number says is dropped.
//
// This file knows nothing of messages (and outbox.h nothing of calls): `npm run check` follows the includes.
#pragma once

#include <array>
#include <string>

#include "core/base/fields.h"
#include "core/base/table.h"
#include "core/machines/voice.h"
#include "core/vocabulary/limits.h"

namespace shopbell {

class Digest;

enum class CallMove : std::uint8_t { press, ready, live, lose, hang_up, end, fail };
template <>
struct EnumNames<CallMove> {
  static constexpr std::string_view title = "CallMove";
  static constexpr std::string_view names[] = {"press", "ready", "live", "lose", "hang_up", "end", "fail"};
};

inline constexpr Transition<CallPhase, CallMove> call_table[] = {
    {CallPhase::idle, CallMove::press, CallPhase::asking},
    {CallPhase::ended, CallMove::press, CallPhase::asking},
    {CallPhase::failed, CallMove::press, CallPhase::asking},
    {CallPhase::asking, CallMove::ready, CallPhase::connecting},
    {CallPhase::asking, CallMove::hang_up, CallPhase::ended},
    {CallPhase::asking, CallMove::end, CallPhase::ended},
    {CallPhase::asking, CallMove::fail, CallPhase::failed},
    {CallPhase::connecting, CallMove::ready, CallPhase::connecting},
    {CallPhase::connecting, CallMove::live, CallPhase::live},
    {CallPhase::connecting, CallMove::hang_up, CallPhase::ended},
    {CallPhase::connecting, CallMove::end, CallPhase::ended},
    {CallPhase::connecting, CallMove::fail, CallPhase::failed},
    {CallPhase::live, CallMove::lose, CallPhase::reconnecting},
    {CallPhase::live, CallMove::hang_up, CallPhase::ended},
    {CallPhase::live, CallMove::end, CallPhase::ended},
    {CallPhase::live, CallMove::fail, CallPhase::failed},
    {CallPhase::reconnecting, CallMove::ready, CallPhase::reconnecting},
    {CallPhase::reconnecting, CallMove::live, CallPhase::live},
    {CallPhase::reconnecting, CallMove::hang_up, CallPhase::ended},
    {CallPhase::reconnecting, CallMove::end, CallPhase::ended},
    {CallPhase::reconnecting, CallMove::fail, CallPhase::failed},
};

// What a call waits for, beside the shopper.
enum class CallWait : std::uint8_t { nothing, engine, ticket, pause, carrier, word, last_word };

class Call : public Voice {
 public:
  explicit Call(Engine engine = Engine::socket) : engine_(engine) {}

  void configure(bool push_to_talk, const std::string& storage_prefix) override;
  void restore(Device kind, const std::string& id) override { device(kind) = id; }
  void handle(const Event& event, Mono now, Commands& out) override;
  void refresh(Mono now, Commands& out) override;
  Mono deadline() const override;
  bool hears(const Event& /*event*/) override { return false; }
  void happened(std::string_view /*json*/) override {}
  Engine engine() const override { return engine_; }
  bool needs_offer() const override { return wait_ == CallWait::ticket; }
  void take(const VoiceOffer& offer, Mono now, Commands& out) override;
  void refused(Mono now, Commands& out) override;
  void carried(bool up, AgentActivity agent, Mono now, Commands& out) override;
  bool is_of_call(std::uint32_t attempt) const override { return attempt == attempt_ && active(); }
  void play(std::string sound, Commands& out) override;
  bool lasts() const override { return phase_ == CallPhase::live || phase_ == CallPhase::reconnecting; }
  bool muted() const override { return muted_; }
  void begin(bool muted, Commands& out) override;
  bool starting() const override {
    return phase_ == CallPhase::asking ||
           (phase_ == CallPhase::connecting && (needs_offer() || wait_ == CallWait::carrier));
  }
  bool lost() const override { return phase_ == CallPhase::reconnecting; }
  void hang_up(Commands& out) override { finish(CallMove::hang_up, ErrorCode::none, out); }
  void replaced(Commands& out) override { finish(CallMove::end, ErrorCode::call_replaced, out); }
  bool active() const override;
  bool consistent() const override;
  void digest(Digest& into) const;

  CallPhase phase() const { return phase_; }

 protected:
  void is_at(AgentActivity activity, Commands& out);
  // What the shopper is told while the call goes on; `none`: no more. What is wrong with the microphone comes first.
  void advise(ErrorCode advice, Commands& out);
  // The call goes on over another engine, or the next one begins with it.
  void change(Engine engine, Mono now, Commands& out);
  void begin_with(Engine engine) { engine_ = engine; }

 private:
  bool move(CallMove move, Commands& out);
  void finish(CallMove how, ErrorCode code, Commands& out);
  void mic(const event::CallMic& mic, Mono now, Commands& out);
  void engine(const event::CallEngine& engine, Mono now, Commands& out);
  void gone(CallReason reason, Mono now, Commands& out);
  void is_live(Commands& out);
  void needs_ticket(CallReason reason, Mono now, Commands& out);
  void open(Commands& out);
  void open_again(Mono now, Commands& out);
  void await(CallWait what, Mono until);
  void pause(Mono now);
  void overdue(Mono now, Commands& out);
  void pick(const event::DevicePicked& pick, Commands& out);
  Ms word_max() const { return engine_ == Engine::room ? limits::room_word_max : limits::call_word_max; }
  CallWait way_in() const { return engine_ == Engine::frames ? CallWait::carrier : CallWait::ticket; }
  std::string& device(Device kind) { return kind == Device::microphone ? microphone_ : speaker_; }

  Engine engine_;
  CallPhase phase_ = CallPhase::idle;
  std::uint32_t attempt_ = 0;
  AgentActivity agent_ = AgentActivity::listening;   // as the engine hears it
  AgentActivity silent_ = AgentActivity::listening;  // what he is at while nothing is heard of him
  bool muted_ = false;
  bool push_to_talk_ = false;
  ErrorCode code_ = ErrorCode::none;  // why it ended or failed, or what is wrong while it goes on
  ErrorCode advice_ = ErrorCode::none;
  CallWait wait_ = CallWait::nothing;
  Mono due_ = never;         // the end of that wait; of `connecting` as a whole
  std::uint32_t tries_ = 0;  // of tickets, since the call was last live
  std::array<Mono, 2> reopened_at_ = long_ago;

  static constexpr Mono once{-limits::call_reopened_within.value};
  static constexpr std::array<Mono, 2> long_ago{once, once};

  std::string storage_prefix_;
  std::string microphone_;
  std::string speaker_;
  command::ShowCall told_;
};

}  // namespace shopbell
