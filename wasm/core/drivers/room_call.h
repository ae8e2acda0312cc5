// RoomCall: a call in a room of LiveKit's, beside the text of whatever back end. What it adds to Call: the token
// that lets it in, which it fetches itself, and what is said and shown in the room.
//
//   Call waits for a ticket -> Codec::ask_for_ticket -> http_send … -> ticket -> call_connect
//   call_data -> Codec::happened -> captions, rows, products, what the agent is at
//
// A token is asked for until it has come, is refused, or the call has waited for long enough. Each connection gets
// one of its own, under the same identity: whoever joins under it takes the place of what was left there.
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
  RoomCall(std::unique_ptr<Codec> codec, Conversation& chat)
      : Call(Engine::room), codec_(std::move(codec)), chat_(chat) {}

  bool hears(const Event& event) override;
  void happened(std::string_view json) override { codec_->happened(json, *this); }
  void refresh(Mono now, Commands& out) override;
  Mono deadline() const override;
  bool consistent() const override;
  void digest(Digest& into) const;

 private:
  void ask();
  void drop();
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
  std::uint32_t exchange_ = 0;  // that fetches a token; 0: none
  Mono due_ = never;            // its end; or when the next one begins
  std::uint32_t failures_ = 0;
  std::vector<std::string> growing_;  // rows whose last word has not come
};

}  // namespace shopbell
