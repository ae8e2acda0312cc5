// Widget: the conductor. Events in, commands and the next deadline out; the machines decide, the widget
// carries between them.
//
// Theory of operation. `handle` does four things, always in this order:
//
//   1. the event goes to the machine that it concerns (box, driver, outbox, store, voice)
//   2. `pump`: the driver puts on the wire what may go, after it has been stored
//   3. `settle_changes`: every message that changed is stored and its row redrawn
//   4. `refresh`: typing, composer, banner and badge are told when they changed
//
// and then checks every invariant and hands the commands over: storage and the wire first, the view after
// them. The same events at the same times give the same commands.
//
//   key press -> Box::wish -> Outbox::submit -> Driver::pump -> storage_set, then http_send or socket_send
//   what comes back -> Driver::handle -> Outbox, Transcript -> row_put / row_append, storage_set
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/conversation/conversation.h"
#include "core/conversation/tabs.h"
#include "core/drivers/driver.h"
#include "core/machines/box.h"
#include "core/machines/call_place.h"
#include "core/machines/voice.h"
#include "core/told.h"
#include "core/vocabulary/throttle.h"

namespace shopbell {

class Digest;

// What a build brings along. Each gives null where this build has nothing of that name.
struct Parts {
  // Whether there are calls at all: a constant of the build, so that one without them links nothing of them.
  static const bool has_calls;
  // Likewise whether they can be in rooms.
  static const bool has_rooms;
  std::unique_ptr<Driver> (*make_driver)(std::string_view backend, const BackendOptions& options,
                                         Conversation& chat);
  std::unique_ptr<Voice> (*make_voice)(std::string_view voice, const Options& options, Conversation& chat);
  std::string_view fallback;  // the back end that is taken where another was asked for
};

class Widget {
 public:
  explicit Widget(const Parts& parts) : parts_(parts) {}

  Commands handle(const Event& event, Now now);
  // When `tick` is wanted, by the monotonic clock; `never` when nothing is pending.
  Mono deadline() const { return deadline_; }
  // For whoever judges each machine by itself (tests/simulation): one that would never be woken hides behind
  // another's deadline. Null: not ready, or no calls.
  const Driver* driver() const { return state_ == State::ready ? driver_.get() : nullptr; }
  const Voice* voice() const { return voice_ ? &*voice_ : nullptr; }
  // For whoever compares states, and begins each event with draws of his own (tests/simulation/small).
  void digest(Digest& into) const;
  Random& random() { return chat_.random; }

 private:
  // Null: no calls.
  class VoiceOfBuild {
   public:
    void take(std::unique_ptr<Voice> voice) { voice_ = std::move(voice); }
    explicit operator bool() const { return Parts::has_calls && voice_; }
    bool in_room() const { return Parts::has_rooms && voice_ && voice_->engine() == Engine::room; }
    Voice& operator*() const { return *voice_; }
    Voice* operator->() const { return voice_.get(); }

   private:
    std::unique_ptr<Voice> voice_;
  };

  enum class State : std::uint8_t { fresh, loading, ready };

  void on(const event::Start&);
  void on(const event::StorageLoaded&);
  void on(const event::StorageRefused&);
  void on(const event::StorageChanged&);
  void on(const event::LockTaken&);
  void on(const event::LockRefused&);
  void on(const event::LauncherPressed&);
  void on(const event::ClosePressed&);
  void on(const event::KeyPressed&);
  void on(const event::DraftChanged&);
  void on(const event::SendPressed&);
  void on(const event::StopPressed&);
  void on(const event::RowActionPressed&);
  void on(const event::PageOpen&);
  void on(const event::PageClose&);
  void on(const event::PageSend&);
  void on(const event::Tick&) {}
  void on(const event::OnlineChanged&);
  void on(const event::VisibleChanged&);
  void on(const event::PageHidden&);
  void on(const event::PageShown& shown);
  void on(const event::PageDestroy&);
  void on(const event::MarkdownFailed&);

  // Starting, and starting again
  void load();
  // Takes what it needs of it.
  void go_on_from(Saved& saved, bool from_snapshot);
  Bytes snapshot() const;

  // Saying
  void submit(const std::string& text);
  void say(std::string text);
  void ask_again(const std::string& reply);
  Message message_of(std::string id, std::string text, double at_ms, double order) const;
  void set_box(std::string text);
  void open_panel(bool open, Focus focus);
  void put_left();

  // Calls
  void on_wire(const Event& event);
  void on_call(const Event& event);
  bool lost_to_another_tab() const;
  void hear_of_call(const CallRecord& record);
  void take_up_call();
  void pass_offer();
  void carry_call();

  // Telling
  void follow_conversation();
  void refresh();
  command::Composer composer() const;
  void keep_snapshot();
  void schedule();
  bool busy() const { return chat_.outbox.busy() || driver_->can_stop(); }
  bool consistent() const;

  const Parts parts_;
  State state_ = State::fresh;
  Mono deadline_ = never;

  Conversation chat_;
  std::unique_ptr<Driver> driver_;
  VoiceOfBuild voice_;
  Box box_;
  Tabs tabs_{chat_};
  CallPlace place_;

  bool restarted_ = false;
  bool elsewhere_ = false;  // the conversation, when the tabs were last told
  std::optional<Mono> draft_save_at_;
  ErrorCode storage_trouble_ = ErrorCode::none;
  Throttle stray_log_;
  Told told_;
};

}  // namespace shopbell
