// Calls over LiveKit's rooms, beside the text of any back end: the token that lets a call into its room, and what is
// heard in the room but the sound.
//
//   page -> token server   POST {api-url}/api/livekit/token {room_name, participant_identity, participant_name}, and the
//                          same in camel case, as older token servers read it
//   token server -> page   {token, url}, or by LiveKit's own names {participant_token, server_url}; in camel case too, and in
//                          an envelope {data}
//
//   page -> core, JSON, one for each thing that has happened in the room (shim/voice/room.ts):
//     {is: joined, identity}                             this page's own
//     {is: somebody, identity, kind, attributes}         somebody else is there, or has changed
//     {is: left, identity}
//     {is: stream, topic, from, id, attributes, text, over} a text stream, as far as it has come
//     {is: segments, from, segments: [{id, text, final}]}   the older form of a transcription
//     {is: packet, topic, from, text}
//
// Theory of operation. Both speakers' words come as segments, which grow until they are final: a stream of its own
// for each of the agent's, one for each guess at the shopper's. Agents tell the same once more in the older
// form, under the same names; so whatever comes is the whole of its segment so far, the longer text of two
// counts, and after a segment's last word no more is said of it. Whose it is says the participant's identity: a
// stream of what the shopper has said is sent under his.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/vocabulary/codec.h"
#include "core/wire/reader.h"

namespace shopbell::livekit {

class Calls final : public Codec {
 public:
  explicit Calls(const BackendOptions& options) : options_(options) {}

  Capabilities capabilities() const override { return {}; }
  void say(const Outgoing&, Listener&) override {}

  // The token: `opened` says for whom.
  void opened(const Joining& joining, Listener&) override { joining_ = joining; }
  void ask_for_ticket(Listener& out) override;
  void head(std::uint32_t status, const std::vector<Header>& headers, Listener& out) override;
  void received(std::string_view bytes, Listener& out) override;
  void ended(Listener& out) override;
  void cut(ErrorCode code, Listener& out) override;

  // The room
  void happened(std::string_view json, Listener& out) override;

 private:
  // Of the conversation so far, in this room.
  struct Segment {
    std::string id;
    std::size_t bytes = 0;
    bool over = false;
  };

  void person(const wire::Reader& who, Listener& out);
  void stream(const wire::Reader& told, Listener& out);
  void segments(const wire::Reader& told, Listener& out);
  void said(std::string_view id, std::string_view from, std::string_view text, bool final, Listener& out);
  void packet(const wire::Reader& told, Listener& out);
  Segment& segment(std::string_view id);

  const BackendOptions options_;
  Joining joining_;
  std::uint32_t status_ = 0;
  double retry_after_s_ = -1;
  std::string body_;
  std::string identity_;  // this page's own in the room
  std::string agent_;     // the agent's; empty: none is there
  std::vector<Segment> segments_;
  std::uint32_t results_ = 0;
};

}  // namespace shopbell::livekit
