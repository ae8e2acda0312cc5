// The `chatkit` back end: POST {api-url}/api/chatkit/agent, answered by one JSON object or by
// server-sent events (`delta {text}`, `products {products}`, `done {JSON answer}`, `error {error}`).
//
// Theory of operation. An exchange goes through these stages, and every way out of it gives exactly one
// `done` or `failed`:
//
//   over ──request──> asked ──head 2xx──> sniffing ──> json ──end──> over
//                       │                     └──────> events ──done, error or end──> over
//                       └──head, other──> refused ──end──> over
//
// Which of the two a 2xx answer is, its content type only suggests: servers and proxies mislabel both ways.
// An answer that begins with a brace is JSON and one that begins with an event's field is a stream; only
// where neither is seen the label decides.
//
// When the message counts as taken: a server that streams has stored it before its head; one that
// answers JSON has it when the answer is complete.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/vocabulary/codec.h"
#include "core/wire/sse.h"

namespace shopbell::chatkit {

class Chatkit final : public Codec {
 public:
  explicit Chatkit(const BackendOptions& options) : options_(options) {}

  Capabilities capabilities() const override;
  void say(const Outgoing& outgoing, Listener& out) override;
  void head(std::uint32_t status, const std::vector<Header>& headers, Listener& out) override;
  void received(std::string_view bytes, Listener& out) override;
  void ended(Listener& out) override;
  void cut(ErrorCode code, Listener& out) override;

 private:
  enum class Stage : std::uint8_t { over, asked, refused, sniffing, json, events };

  void sniff(bool complete, Listener& out);
  void read_events(std::string_view bytes, Listener& out);
  void check_resumed(Listener& out);
  void read_event(const wire::SseEvent& event, Listener& out);
  void finish_json(std::string_view json, Fate fate, Listener& out);
  void finish_refusal(Listener& out);
  void take(Listener& out);
  void fail(ErrorCode code, Fate fate, Listener& out);
  void fail(const Failure& failure, Listener& out);

  const BackendOptions options_;

  // The exchange
  Stage stage_ = Stage::over;
  bool taken_ = false;
  bool resumes_ = false;      // until the first id of a resumed reply
  bool says_events_ = false;  // the content type's word
  std::uint32_t status_ = 0;
  std::string retry_after_;  // the header
  std::size_t body_bytes_ = 0;
  std::string buffer_;  // the body, as long as it is not a stream
  wire::SseParser events_;

  // What a resend of the same message may use
  std::string id_;
  std::string reply_;  // its row
  std::string last_event_id_;
  Private<std::string> text_;  // to keep a server's echo of it out of the console
};

}  // namespace shopbell::chatkit
