// RoomCall: a call in a room of LiveKit's, beside the text of whatever back end. What it adds to Call: the token
// that lets it in, which it fetches itself, and what is said and shown in the room.
//
//   Call waits for a ticket -> Codec::ask_for_ticket -> http_send … -> ticket -> call_connect
//   call_data -> Codec::happened -> captions, rows, products, what the agent is at
//
// A token is asked for until it has come, is refused, or the call has waited for long enough. Each connection gets
// one of its own, under the same identity: whoever joins under it takes the place of what was left there.
//
// An agent is called by whoever gives tokens. So while none is there, or none any more, one is asked for every now and
// then, and not used: it is the token server that then finds a room without an agent and calls one. The shopper hears
// of it after a while, and so he does of a connection that stays away, since he can write meanwhile.
//
// Some networks let no WebRTC through. Where the back end has calls of its own, a room that is not joined soon, or is
// not back soon, has an offer of theirs asked for. That it comes proves that the way is there: only then the call
// changes its engine, and keeps it until it ends. What has cut off both leaves the room its tries.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/conversation/conversation.h"
#include "core/machines/call.h"
#include "core/vocabulary/codec.h"

namespace shopbell {

class RoomCall final : public Call, private Listener {
 public:
  // `other`: of the back end's own calls, or none.
  RoomCall(std::unique_ptr<Codec> codec, Conversation& chat, Engine other)
      : Call(Engine::room), codec_(std::move(codec)), chat_(chat), other_(other) {}

  void handle(const Event& event, Mono now, Commands& out) override;
  bool needs_offer() const override { return in_room() ? chat_.now.mono >= patience() : Call::needs_offer(); }
  void take(const VoiceOffer& offer, Mono now, Commands& out) override;
  void refused(Mono now, Commands& out) override;
  bool hears(const Event& event) override;
  void happened(std::string_view json) override { codec_->happened(json, *this); }
  void refresh(Mono now, Commands& out) override;
  Mono deadline() const override;
  bool consistent() const override;

 private:
  void ask();
  void drop();
  void fetch(Mono now);
  Mono patience() const;
  void watch(Mono now);
  void has_agent();
  bool in_room() const { return engine() == Engine::room; }
  bool needs_token() const { return in_room() && Call::needs_offer(); }
  bool has_other_way() const { return other_ != Engine::none && !other_way_closed_; }
  bool alone() const { return alone_since_ != never && phase() == CallPhase::live; }
  void settle_rows();
  bool fetches() const { return exchange_ != 0; }

  // What the codec says
  void request(HttpRequest&& request) override;
  void ticket(VoiceOffer&& offer) override;
  void ticket_refused() override;
  void failed(const std::string& message, const Failure& failure) override;
  void caption(Row&& row) override;
  void row(Row&& row) override;
  void products(const std::string& row, std::vector<Product>&& products) override;
  void agent(AgentState state) override;
  void trouble(std::string_view words) override { chat_.report(ErrorCode::call_lost, words); }

  const std::unique_ptr<Codec> codec_;
  Conversation& chat_;
  const Engine other_;
  bool other_way_closed_ = false;
  VoiceOffer other_offer_;      // until its engine is ready
  std::uint32_t exchange_ = 0;  // that fetches a token; 0: none
  Mono due_ = never;            // its end; or when the next one begins
  std::uint32_t failures_ = 0;
  Mono next_ask_{0};          // not before: what a room refuses at once would be asked for without end
  std::uint32_t asks_ = 0;    // since the call was last live
  Mono tries_since_ = never;  // to connect, or to find back
  Mono alone_since_ = never;  // no agent is there
  Mono agent_due_ = never;    // one is called then
  std::uint32_t calls_ = 0;
  Mono watch_due_ = never;
  std::vector<std::string> growing_;  // rows whose last word has not come
};

}  // namespace shopbell
