#include "judge/witness.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/base/digest.h"
#include "registry/registry.h"

namespace shopbell::simulation {
namespace {

constexpr std::uint32_t code_replaced = 4409;
// A pending message may wait for a server's hint (120 s, jittered), no longer.
constexpr double deadline_ms_max = 121'000;
// Rows that are over, messages that wait, replies in the making.
constexpr std::size_t rows_max = limits::rows_kept_max + 2 * limits::outbox_messages_max;
constexpr std::string_view marked = "marked";

bool is_wish_to_talk(const Event& event) {
  if (const auto* press = std::get_if<event::RowActionPressed>(&event))
    return press->action == RowAction::take_over || press->action == RowAction::retry;
  if (const auto* key = std::get_if<event::KeyPressed>(&event)) return key->key == "Enter";
  return std::holds_alternative<event::PageSend>(event) || std::holds_alternative<event::MicPressed>(event) ||
         std::holds_alternative<event::PageShown>(event);
}

std::string text_after(std::string_view head, std::string_view frame) {
  const std::size_t at = frame.find(head);
  if (at == std::string_view::npos) return {};
  frame.remove_prefix(at + head.size());
  return std::string(frame.substr(0, frame.find('"')));
}
double number_after(std::string_view head, std::string_view text) {
  const std::size_t at = text.find(head);
  return at == std::string_view::npos ? 0 : std::atof(std::string(text.substr(at + head.size())).c_str());
}
std::string id_of_say(std::string_view frame) {
  return frame.starts_with(R"({"t":"say")") ? text_after(R"("id":")", frame) : std::string();
}
// The id of the message that a key of storage is of; empty: of none.
std::string message_of(const std::string& key) {
  const std::size_t at = key.find(".out.");
  return at == std::string::npos ? std::string() : key.substr(at + 5);
}
std::string tab_in(std::string_view message) { return text_after(R"("tab":")", message); }
std::string session_in(std::string_view frame) {
  return frame.starts_with(R"({"t":"welcome")") ? text_after(R"("session":")", frame) : std::string();
}

}  // namespace

void Witness::core_made(bool online) {
  attempt_ = 0;
  online_ = online;
  replaced_ = false;  // a core that was made anew knows nothing of it
  forget_name();
}

void Witness::lost_core() {
  for (const std::string& id : owned_) ledger_.excuse_order(id);
}

// What it takes up again, it stamps with its new name.
void Witness::forget_name() {
  name_.clear();
  gone_.clear();
  owned_.clear();
  stamped_.clear();
}

void Witness::socket_gone() { has_socket_ = false; }

// ---- what the core is told

void Witness::told(const Event& event, Now now, double now_ms) {
  if (const auto* opened = std::get_if<event::SocketOpened>(&event)) {
    is_open_ = is_open_ || opened->attempt == attempt_;
  } else if (const auto* frame = std::get_if<event::SocketFrame>(&event)) {
    const std::string session = session_in(frame->bytes.data);
    if (!session.empty() && frame->attempt == attempt_) {
      welcomed_ = true;
      session_ = session;
    }
  } else if (const auto* end = std::get_if<event::SocketClosed>(&event)) {
    if (end->attempt == attempt_ && has_socket_) {
      has_socket_ = welcomed_ = false;
      replaced_ = end->code == code_replaced;
    }
  }
  if (is_wish_to_talk(event)) replaced_ = false;
  if (std::holds_alternative<event::PageHidden>(event)) put_aside_ = true;
  // A timer that fell due while it slept may be told before.
  if (const auto* shown = std::get_if<event::PageShown>(&event)) {
    online_ = shown->online;
    put_aside_ = false;
    forget_name();
  }
  if (const auto* change = std::get_if<event::OnlineChanged>(&event)) online_ = change->online;
  if (std::holds_alternative<event::HangupPressed>(event)) hung_up_ = true;
  if (std::holds_alternative<event::MicPressed>(event) && !in_call()) {
    household_.call_pressed_ms = now_ms;
    begun_ms_ = now.wall.ms;
    pressed_ = true;
  }
  if (const auto* heard = std::get_if<event::CallMic>(&event))
    mic_granted_ = mic_granted_ || heard->outcome == MicOutcome::granted;
  if (const auto* taken = std::get_if<event::LockTaken>(&event); taken && taken->lock != name_)
    gone_.insert(taken->lock.substr(taken->lock.rfind('.') + 1));
  if (const auto* loaded = std::get_if<event::StorageLoaded>(&event)) {
    hear_of_call(*loaded);
    hear_of_left(*loaded);
  }
}

// Who finds in storage what a tab that has gone has left takes the connection with it. He may have it himself
// already and stamp nothing anew: where storage refused a page the new stamp with which it leaves its messages
// to others, it keeps them.
void Witness::hear_of_left(const event::StorageLoaded& loaded) {
  if (loaded.area != Area::shop || !loaded.prefix.ends_with(".out.")) return;
  const bool any = std::ranges::any_of(
      loaded.entries, [&](const Entry& entry) { return gone_.contains(tab_in(entry.value)); });
  if (any) replaced_ = false;
}

// A page knows of another tab's call once it has read of it.
void Witness::hear_of_call(const event::StorageLoaded& loaded) {
  if (loaded.area != Area::shop) return;
  const bool of_all = loaded.prefix.starts_with("shopbell.") && loaded.prefix.ends_with('.') &&
                      !loaded.prefix.ends_with(".out.");
  if (!of_all && !loaded.prefix.ends_with(".call")) return;
  other_begun_ms_ = 0;
  for (const Entry& entry : loaded.entries) {
    if (!entry.key.ends_with(".call")) continue;
    const std::string tab = tab_in(entry.value);
    if (!tab.empty() && !name_.ends_with("." + tab))
      other_begun_ms_ = number_after(R"("begun_ms":)", entry.value);
  }
}

// ---- what it wants

void Witness::wants(const Command& command, double now_ms) {
  std::visit([&](const auto& one) { wanted(one, now_ms); }, command);
}

void Witness::wanted(const command::SocketOpen& open, double) {
  if (has_socket_) breach(Breach::two_sockets, "a second socket beside the first");
  if (open.attempt != attempt_ + 1) breach(Breach::two_sockets, "attempts are not counted");
  if (engine_) replaced_ = false;  // a call that goes on here has taken the connection
  dials_ = replaced_;
  attempt_ = open.attempt;
  welcomed_ = is_open_ = false;
  has_socket_ = true;
}

void Witness::wanted(const command::SocketSend& send, double) {
  if (send.attempt != attempt_ || !has_socket_ || !is_open_)
    return breach(Breach::two_sockets, "sent over a socket that is not open");
  const std::string id = id_of_say(send.bytes.data);
  if (id.empty()) return;
  const bool kept = std::ranges::any_of(
      household_.storage, [&](const auto& entry) { return entry.first.ends_with(".out." + id); });
  if (!kept && !household_.storage_full && ledger_.is_wish(id) && !ledger_.is_excused(id))
    breach(Breach::not_stored, "on the wire before it was kept: " + id);
}

void Witness::wanted(const command::SocketClose& close, double) {
  if (close.attempt == attempt_) has_socket_ = false;
}

// The first is that of its own name.
void Witness::wanted(const command::LockTake& take, double) {
  if (name_.empty()) name_ = take.lock;
}

void Witness::wanted(const command::StorageSet& set, double) {
  const std::string message = message_of(set.key);
  if (message.empty()) return;
  const auto before = household_.storage.find(set.key);
  if (household_.have_locks && !name_.ends_with("." + tab_in(set.value))) {
    owned_.erase(message);  // left to others
    stamped_.erase(message);
    return;
  }
  // Who takes over what a tab that has gone has left may take the connection too. Who only goes on with
  // what a page of another connection says too may not.
  owned_.insert(message);
  const bool anew = stamped_.insert(message).second;
  if (household_.have_locks && anew && before != household_.storage.end() &&
      tab_in(before->second) != tab_in(set.value))
    replaced_ = false;
}

void Witness::stored(const std::string& key) {
  const std::string message = message_of(key);
  if (message.empty()) return;
  for (Witness* other : household_.pages)
    if (other != this) other->owned_.erase(message);
}

void Witness::refused(const std::string& key, bool fresh) {
  const std::string message = message_of(key);
  if (!message.empty() && fresh) ledger_.excuse(message);
}

void Witness::wanted(const command::CallOpen& open, double) {
  if (in_call()) breach(Breach::two_calls, "a second one at one page");
  mic_granted_ = false;
  if (was_live_) return;
  if (!pressed_) begun_ms_ = 0;  // it goes on with what another page has left
  household_.last_call = std::uint64_t{page_} << 32 | open.attempt;
  ever_live_ = hung_up_ = false;
}

// Of two calls the one counts that was begun later: who knows of it is not on his way to an earlier one. Once
// live, a call comes back to where it was.
void Witness::wanted(const command::CallConnect&, double) {
  household_.last_caller = page_;
  if (!was_live_ && other_begun_ms_ > begun_ms_ && begun_ms_ > 0 && !household_.clock_jumped)
    breach(Breach::older_call, "another tab has one that was begun later");
}

// Once live, a call ends when the shopper or the shop ends it, when another page of this browser takes it
// over, or when it is too long; nothing else ends it. The page that takes it over need not be the one whose
// button was pressed last: of two that begin a call at once, the one that the server hears last has it, and
// may hang up before the other hears of it.
void Witness::wanted(const command::ShowCall& show, double now_ms) {
  call_ = show;
  if (show.state == CallPhase::live) was_live_ = ever_live_ = true;
  const bool over = show.state == CallPhase::ended || show.state == CallPhase::failed;
  if (!over || !std::exchange(was_live_, false)) return;
  const bool another = household_.last_call >> 32 != page_ || household_.last_caller != page_ ||
                       std::ranges::any_of(household_.pages, [&](const Witness* other) {
                         return other != this && other->in_call();
                       });
  const bool by_another = show.code == ErrorCode::call_replaced && another;
  const bool by_shop = show.code == ErrorCode::call_ended_by_shop && ledger_.shop_hung_up();
  const bool by_limit = show.code == ErrorCode::call_too_long &&
                        now_ms >= household_.call_pressed_ms + registry::RegistryOptions{}.call_max_ms;
  if (!hung_up_ && !by_another && !by_shop && !by_limit)
    breach(Breach::call_ended, std::string(to_name(show.code)));
}

// ---- what is shown and told

void Witness::wanted(const command::Emit& emit, double) {
  if (emit.event == PageEvent::message) ledger_.wished(emit.id, emit.text, household_.browser, page_);
}

void Witness::wanted(const command::Console& line, double) {
  if (line.text.find(marked) != std::string::npos)
    breach(Breach::private_text, "a message's text in a console line");
}

void Witness::wanted(const command::ViewReset&, double) {
  rows_.clear();
  pending_.clear();
  typing_ = Typing::none;
  banner_ = ErrorCode::none;
}

void Witness::wanted(const command::RowPut& put, double) {
  const Row& row = put.row;
  rows_[row.id] = row;
  if (row.author.kind != AuthorKind::self) return;
  if (row.state == RowState::sent) ledger_.shown_as_sent(row.id, page_);
  if (row.state == RowState::waiting || row.state == RowState::sending)
    pending_.insert(row.id);
  else
    pending_.erase(row.id);
}

void Witness::wanted(const command::RowAppend& append, double) { rows_[append.row].text += append.text; }

void Witness::wanted(const command::RowRemove& remove, double) {
  rows_.erase(remove.row);
  pending_.erase(remove.row);
}

void Witness::wanted(const command::ShowTyping& show, double) { typing_ = show.typing; }
void Witness::wanted(const command::Banner& banner, double) { banner_ = banner.code; }

// ---- what can be judged at any moment

void Witness::handled(const Event& event, const Widget& widget, Now now, bool mail_waits) {
  pressed_ = false;
  if (std::exchange(dials_, false) && replaced_) breach(Breach::came_back, "nobody asked for it");
  const bool stays_away = replaced_ || put_aside_ || banner_ == ErrorCode::unauthorized ||
                          banner_ == ErrorCode::forbidden || banner_ == ErrorCode::link_version;
  const double wait_ms = widget.deadline().ms - now.mono.ms;
  const bool pending = std::ranges::any_of(pending_, [&](const auto& id) { return owned_.contains(id); });
  if (pending && online_ && !stays_away && wait_ms > deadline_ms_max)
    breach(Breach::no_deadline, "messages are pending, after event " + std::to_string(event.index()));
  // What would wake a machine may lie in the mail that the page has not read yet.
  if (const std::string_view waits = waiting(widget); !mail_waits && !waits.empty())
    breach(Breach::no_deadline, std::string(waits) + ", after event " + std::to_string(event.index()));
  if (rows_.size() > rows_max) breach(Breach::unbounded, "rows");
}

// The machine, if any, that waits for what may never come, and that nothing of its own would wake. The
// microphone's question waits for a person, and without a network nothing is due.
std::string_view Witness::waiting(const Widget& widget) const {
  const Driver* driver = widget.driver();
  const Voice* voice = widget.voice();
  if (!driver || !voice) return {};
  const bool driver_wakes = driver->deadline() != never;
  const bool voice_wakes = voice->deadline() != never;
  if (has_socket_ && !driver_wakes) return "a socket";
  switch (call_.state) {
    case CallPhase::asking:
      return mic_granted_ && !voice_wakes ? "a call's engine that loads" : "";
    case CallPhase::connecting:
      return voice_wakes ? "" : "a call that connects";
    case CallPhase::live:
    case CallPhase::reconnecting: {
      const bool asks = voice->needs_offer() && driver_wakes;
      const bool carried = (engine_ && engine_->wakes()) || voice_wakes || asks;
      return online_ && !carried ? "a call that nobody carries" : "";
    }
    default:
      return "";
  }
}

std::size_t Witness::pending_kept() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(pending_, [&](const std::string& id) { return !ledger_.is_excused(id); }));
}

std::size_t Witness::left_over() const {
  return static_cast<std::size_t>(std::ranges::count_if(rows_, [](const auto& one) {
    return one.second.state == RowState::unconfirmed || one.second.state == RowState::failed;
  }));
}

// ---- what it comes to

void Witness::digest(Digest& into) const {
  const auto& [page, ledger, household, engine, attempt, session, has_socket, is_open, welcomed, rows, typing,
               banner, call, pending, owned, stamped, name, gone, was_live, ever_live, hung_up, mic_granted,
               online, replaced, dials, put_aside, pressed, begun_ms, other_begun_ms] = *this;
  into.is(engine != nullptr, has_socket, is_open, welcomed, typing, banner, call.state, call.code, was_live,
          ever_live, hung_up, mic_granted, online, replaced, put_aside);
  into.name(session);
  into.text(name);
  into.any_order(
      rows, [&](const auto& one) { into.text(one.first); },
      [&](const auto& one) {
        into.text(one.first);
        into.is(one.second.state, one.second.note, one.second.text, one.second.actions);
      });
  const auto by_id = [&](const std::string& id) { into.text(id); };
  for (const auto* ids : {&pending, &owned, &stamped}) into.any_order(*ids, by_id, by_id);
  const auto by_tab = [&](const std::string& tab) { into.name(tab); };
  into.any_order(gone, by_tab, by_tab);
  into.order(begun_ms);
  into.order(other_begun_ms);
}

std::string Witness::describe(bool has_socket, Ms until_deadline) const {
  std::string text = replaced() ? ", replaced" : "";
  text += !has_socket ? ", no socket" : socket_open() ? ", socket open" : ", socket opening";
  return text + ", " + std::to_string(pending()) + " pending, deadline in " +
         std::to_string(until_deadline.value) + " ms, call " + std::string(to_name(call()));
}

}  // namespace shopbell::simulation
