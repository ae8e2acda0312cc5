// SocketDriver: a conversation over one WebSocket at a time, for back ends whose codec is a SocketBackend.
//
// Theory of operation. The server keeps the conversation; the page says things and draws rows.
//
//   Sending   One message is on the wire until its ack, which the server sends once it has stored it: only
//             then does the row say "sent" and the message leaves the outbox. A message without an ack is
//             said again, under the same id, on the next connection; the server knows ids and answers once.
//   Replies   come by themselves as rows that grow by deltas. A delta names the byte where it goes on, so one
//             that was missed shows, and the next checkpoint (the whole text so far) heals it.
//   Resuming  What the server tells is numbered. The last number is kept with the session, so that a new
//             connection goes on from there: what was missed follows, what is known is dropped, a gap ends
//             the connection. Where the server can't go on, its history takes the place of our rows.
//   Sessions  A browser has one: that which storage holds. Pages may begin two side by side, as when storage
//             is cleared under one of them. Who speaks stores its own, who hears of another joins that.
//
// What has not been answered yet is remembered in `awaited_`: it is what the typing indicator, the stop
// button and the busy guard stand for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/drivers/driver.h"
#include "core/machines/socket_link.h"

namespace shopbell {

class SocketDriver final : public Driver {
 public:
  SocketDriver(std::unique_ptr<SocketBackend> backend, Conversation& chat)
      : backend_(std::move(backend)), chat_(chat) {}

  Capabilities capabilities() const override { return backend_->capabilities(); }
  void handle(const Event& event) override;
  void pump() override;
  void stored(const SessionRecord& session) override;
  void stop() override;
  void insist() override;
  void take_back() override;
  bool elsewhere() const override { return link_.state() == SocketState::replaced; }
  void nudge() override;
  void wake() override;
  void drop() override;
  void hide() override;
  bool can_stop() const override { return !awaited_.empty() || chat_.outbox.in_flight(); }
  Typing typing() const override;
  ErrorCode banner() const override;
  Mono deadline() const override;
  bool consistent() const override;
  Offer offer(bool wanted, VoiceOffer& given) override;

 private:
  // The row that tells of a conversation which goes on elsewhere. It is nobody's message and not stored.
  static constexpr std::string_view notice_id = "link";
  static constexpr std::uint32_t close_normal = 1000;
  static constexpr std::uint32_t close_away = 4000;  // the page is put aside, or another takes its place
  static constexpr std::uint32_t close_dead = 4408;  // whoever hears it was silent for too long

  // Connection
  bool dialling() const;
  bool bound() const;
  void send(std::string frame);
  void lose(Blame blame, std::uint32_t close_code);
  void closed(const event::SocketClosed& closed);
  void let_go();
  void hurry();
  void say_next();
  void store_place();

  // Frames (socket_frames.cpp)
  void take(Signal& signal);
  void begin(Signal& signal);
  void let_in(const SessionRecord& session);
  void follow(const SessionRecord& session);
  void welcome(Signal& signal);
  void replace_history(std::vector<Row>& rows);
  void acked(const std::string& id);
  void put_row(Row& row);
  void grow(const Signal& signal);
  void checkpoint(const Signal& signal);
  void products(Signal& signal);
  void done(const Signal& signal);
  void caption(Row& row);
  void refused(const Signal& signal);

  void await(const std::string& id);
  void progress(const std::string& row);
  bool streams(const std::string& id) const;
  std::string answered_now() const;
  void doubt_replies();
  void doubt_reply(const std::string& row);
  void drop_awaited(const std::string& row);
  void drop_interim();

  const std::unique_ptr<SocketBackend> backend_;
  Conversation& chat_;
  SocketLink link_;
  bool wanted_ = false;  // once wanted, a connection is kept
  bool away_ = false;    // the page is put aside
  ErrorCode refused_ = ErrorCode::none;
  std::optional<Signal> newcomer_;  // a welcome with a history, until storage was asked
  bool yields_ = false;  // storage holds another session: joined as soon as nothing binds to this one
  Mono said_at_;         // the message that is in flight
  double pings_ = 0;

  std::vector<std::string> awaited_;  // messages whose reply is not over
  Mono progress_at_;
  AgentState agent_ = AgentState::idle;
  std::vector<std::string> interim_;  // rows whose final text has not come

  std::optional<VoiceOffer> offer_;
  Mono offer_at_;
  bool asked_for_ticket_ = false;
  bool ticket_refused_ = false;
};

}  // namespace shopbell
