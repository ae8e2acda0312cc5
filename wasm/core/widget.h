// Widget: the conductor. Events in, commands and the next deadline out; the machines decide, the widget
// carries between them.
//
// Theory of operation. `handle` does four things, always in this order:
//
//   1. the event goes to the machine that it concerns (box, link, back end, outbox, store)
//   2. `pump`: the next message that may go is put on the wire, after it has been stored
//   3. `settle_changes`: every message that changed is stored and its row redrawn
//   4. `refresh`: typing, composer, banner and badge are told when they changed
//
// and then checks every invariant and hands the commands over: storage and the wire first, the view after
// them. The same events at the same times give the same commands.
//
//   key press -> Box::wish -> Outbox::submit -> Outbox::next -> HttpBackend::request -> storage_set,
//   http_send http_body -> Link::bytes -> HttpBackend::body -> Answer -> Outbox, Transcript -> row_put /
//   row_append, storage_set
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "core/backend.h"
#include "core/box.h"
#include "core/commands.h"
#include "core/events.h"
#include "core/link.h"
#include "core/options.h"
#include "core/outbox.h"
#include "core/random.h"
#include "core/session.h"
#include "core/store.h"
#include "core/transcript.h"

namespace shopbell {

class Widget {
 public:
  // Makes the back end of that name, or null when this build has none of it.
  using MakeBackend = std::unique_ptr<HttpBackend> (*)(std::string_view name, const BackendOptions& options);
  explicit Widget(MakeBackend make_backend) : make_backend_(make_backend) {}

  Commands handle(const Event& event, Now now);
  // When `tick` is wanted, by the monotonic clock; `never` when nothing is pending.
  Mono deadline() const { return deadline_; }

 private:
  enum class State : std::uint8_t { fresh, loading, ready };

  void on(const event::Start&);
  void on(const event::StorageLoaded&);
  void on(const event::StorageRefused&);
  void on(const event::LockTaken&);
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
  void on(const event::HttpHead&);
  void on(const event::HttpBody&);
  void on(const event::HttpEnd&);
  void on(const event::HttpFailed&);
  void on(const event::Tick&) {}
  void on(const event::OnlineChanged&);
  void on(const event::VisibleChanged&);
  void on(const event::PageHidden&);
  void on(const event::PageShown&);
  void on(const event::MarkdownFailed&);
  template <class OfSocketOrCall>
  void on(const OfSocketOrCall&) {}

  // Starting, and starting again
  void load();
  void go_on_from(Saved saved, bool from_snapshot);
  void join_tabs(const std::string& previous_tab, const std::vector<Message>& messages);
  void adopt(std::vector<Message> messages, const std::string& owner);
  void drop_settled(std::vector<Message>& messages);
  Bytes snapshot() const;

  // Saying
  void submit(const std::string& text);
  void say(std::string text);
  void set_box(std::string text);
  void open_panel(bool open, Focus focus);

  // The exchange
  void pump();
  void start_exchange(const Message& message);
  void end_exchange();
  void drop_leftover(bool make_way);
  void expire();
  void apply(Answers& answers);
  void take(const answer::Taken&);
  void take(const answer::Restarted&);
  void take(const answer::Delta&);
  void take(const answer::Products&);
  void take(const answer::Done&);
  void take(const answer::Failed&);
  Row reply_row();
  void finish_reply(RowState state, ErrorCode note, const std::string* text = nullptr);

  // Drawing and storing
  void settle_changes();
  void draw(const Message& message);
  Row row_of(const Message& message) const;
  void keep(const Row& row);
  void refresh();
  void schedule();
  void report(ErrorCode code, std::string_view detail = {});
  void console(Level level, std::string text) { out_.emplace_back(command::Console{level, std::move(text)}); }
  void emit(PageEvent what, std::string id = {}, std::string text = {}, ErrorCode code = ErrorCode::none) {
    out_.emplace_back(command::Emit{what, std::move(id), std::move(text), code});
  }
  bool consistent() const;

  const MakeBackend make_backend_;
  State state_ = State::fresh;
  Now now_;
  Commands out_;
  Mono deadline_ = never;

  Options options_;
  std::unique_ptr<HttpBackend> backend_;
  Random random_;
  Session session_;
  Outbox outbox_;
  Transcript transcript_;
  Link link_;
  Store store_;
  Box box_;

  std::string tab_;       // this page's name among the tabs; messages are stamped with it
  std::string adopting_;  // the tab that has gone whose messages are being taken over
  std::string current_;   // the message whose exchange is open
  bool online_ = true;
  bool locks_ = true;
  bool open_ = false;
  bool restarted_ = false;
  bool snapshot_due_ = false;
  bool markdown_asked_ = false;
  std::uint32_t unread_ = 0;
  std::optional<Mono> draft_save_at_;
  ErrorCode storage_trouble_ = ErrorCode::none;

  // What the view was last told
  std::optional<command::Composer> told_composer_;
  Typing told_typing_ = Typing::none;
  ErrorCode told_banner_ = ErrorCode::none;
  std::uint32_t told_unread_ = 0;
  std::array<Mono, std::size(EnumNames<ErrorCode>::names)> told_report_{};
  std::array<std::uint32_t, std::size(EnumNames<ErrorCode>::names)> reports_{};
};

}  // namespace shopbell
