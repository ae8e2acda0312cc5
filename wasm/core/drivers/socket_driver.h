// SocketDriver: a conversation over one WebSocket at a time, for back ends whose codec speaks over a socket.
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
//   Sessions  Which one the page is in, and when it goes over to another: machines/join.h.
//   Answers   What of them has not come yet: replies.h.
//   Calls     What lets one in: tickets.h. Or their sound goes over this connection: sound_driver.h.
//
// Where the server says nothing of the kind (no `acks`), a message is on the wire until its answer is over. It
// is then known to have arrived by what comes of it, what breaks before that is the shopper's to say again, and
// there is nothing to resume: the rows of before stay.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/drivers/driver.h"
#include "core/drivers/replies.h"
#include "core/drivers/tickets.h"
#include "core/machines/socket_link.h"

namespace shopbell {

class Digest;

class SocketDriver : public Driver {
 public:
  SocketDriver(std::unique_ptr<Codec> codec, Conversation& chat)
      : codec_(std::move(codec)), has_(codec_->capabilities()), chat_(chat) {}

  Capabilities capabilities() const override { return has_; }
  void handle(const Event& event) override;
  void pump() override;
  void stored(const SessionRecord& session) override;
  void stop() override;
  void urge(Why why) override;
  bool elsewhere() const override { return link_.state() == SocketState::replaced; }
  void hide() override;
  bool can_stop() const override { return !replies_.empty() || chat_.outbox.in_flight(); }
  Typing typing() const override;
  ErrorCode banner() const override;
  Mono deadline() const override;
  bool consistent() const override;
  Offer offer(bool wanted, VoiceOffer& given) override;
  void digest(Digest& into) const;

 protected:
  const std::unique_ptr<Codec> codec_;
  const Capabilities has_;
  Conversation& chat_;
  SocketLink link_;
  AgentState agent_ = AgentState::idle;

 private:
  // The row that tells of a conversation which goes on elsewhere. It is nobody's message and not stored.
  static constexpr std::string_view notice_id = "link";
  static constexpr std::uint32_t close_normal = 1000;
  static constexpr std::uint32_t close_away = 4000;  // the page is put aside, or another takes its place
  static constexpr std::uint32_t close_dead = 4408;  // whoever hears it was silent for too long

  // Connection
  void open();
  bool dialling() const;
  bool bound() const;
  void lose(Blame blame, std::uint32_t close_code);
  void closed(const event::SocketClosed& closed);
  void let_go();
  Ms word_max() const;
  // Where nothing is acknowledged, whether there is a connection is all that the shopper can know. A blip is none of his affair.
  bool tells_dialling() const { return !has_.acks && !link_.was_live(); }
  void insist();
  void hurry();
  void look();
  void say_next();
  void store_place();

  // Joining (socket_joining.cpp)
  void let_in(const SessionRecord& session);
  void follow(const SessionRecord& session);
  void enter(Welcome& welcome, bool stored);
  void replace_history(std::vector<Row>& rows);

  // What the codec says (socket_frames.cpp; the first four belong to what stands above)
  void send(std::string&& frame) override { send(std::move(frame), false); }
  void send_binary(std::string&& frame) override { send(std::move(frame), true); }
  void send(std::string&& frame, bool binary);
  bool counts(std::uint32_t seq) override;
  void welcome(Welcome&& welcome) override;
  void ticket(VoiceOffer&& offer) override { tickets_.take(std::move(offer), chat_.now.mono); }
  void ticket_refused() override { tickets_.refused(); }
  void taken(const std::string& message) override;
  void failed(const std::string& message, const Failure& failure) override;
  void row(Row&& row) override;
  void delta(const std::string& row, std::uint32_t at, std::string_view text) override;
  void checkpoint(const std::string& row, std::string_view text) override;
  void products(const std::string& row, std::vector<Product>&& products) override;
  void done(const std::string& row, RowState state, const std::string& text) override;
  void progress(const std::string& row) override { replies_.progress(row); }
  void caption(Row&& row) override;
  void agent(AgentState state) override;
  void trouble(std::string_view words) override { chat_.report(ErrorCode::answer_failed, words); }
  void note(std::string_view words) override { chat_.console(Level::info, std::string(words)); }

  Replies replies_{chat_};
  Tickets tickets_;
  bool wanted_ = false;  // once wanted, a connection is kept
  bool away_ = false;    // the page is put aside
  ErrorCode refused_ = ErrorCode::none;
  Welcome welcome_;  // until storage was asked
  Mono said_at_;     // the message that is in flight
  double pings_ = 0;
};

}  // namespace shopbell
