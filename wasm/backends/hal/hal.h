// The `hal` back end: one WebSocket at {api-url}, JSON text frames, for typed and for spoken turns.
//
//   page -> server   text_input {text, session_id} · audio_stream {audio: 16-bit samples, 16 kHz, session_id}
//                    stop_listening {}                                                        (web2)
//   server -> page   connected {session_id} · processing {} · wake_word_detected {} · transcription {text}
//                    response {text, audio: base64 of a WAV file, or null} · error {message}
//
// Theory of operation. A session is a connection: the server forgets it with the end of it, has no ids, no acks
// and nothing to resume. So what a frame is about follows from its place alone. What was said and has no answer
// yet stands in a line, in its order:
//
//   typed    joins it when it is said; `processing` tells that it has arrived, which both gateways send at once
//   spoken   joins it when the server has understood it (`transcription`)
//
// and a `response` is the answer of the first one that has arrived. What comes when none has is nobody's answer
// and is not shown. An answer that the shopper did not wait for is dropped when it comes.
//
// There are two such gateways. `web` takes any sound for speech and answers 1.5 s after the last of it, so the
// page sends speech alone, and lets it end. `web2` (its `connected` has a `state`) waits for a wake word, then
// keeps what it hears until it is told to stop: that is when the shopper, once it is awake, has spoken for half
// a second and ends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/vocabulary/codec.h"
#include "core/wire/reader.h"

namespace shopbell::hal {

class Hal final : public Codec {
 public:
  explicit Hal(const BackendOptions& options) : options_(options) {}

  Capabilities capabilities() const override { return {}; }
  std::string url() const override;
  void opened(const Joining& joining, Listener& out) override;
  Close closed(std::uint32_t code, std::string_view reason) const override;
  void received(std::string_view frame, Listener& out) override;

  void say(const Outgoing& outgoing, Listener& out) override;
  void stop(const std::string& message, Listener& out) override;
  void call(bool on, Listener& out) override;
  void speech(std::string_view samples, Listener& out) override;

 private:
  // Said, and without an answer.
  struct Awaited {
    std::string id;
    Private<std::string> text;  // to keep a server's echo of it out of the console
    bool spoken = false;
    bool arrived = false;
    bool unwanted = false;
  };

  void connected(const wire::Reader& frame, Listener& out);
  void processing(const wire::Reader& frame, Listener& out);
  void transcription(const wire::Reader& frame, Listener& out);
  void response(const wire::Reader& frame, Listener& out);
  void error(const wire::Reader& frame, Listener& out);
  void fail(ErrorCode code, std::string_view words, Listener& out);
  void speech_ended(Listener& out);
  Awaited* answered_next();
  void listen(Listener& out);
  void turn_over(Listener& out);

  const BackendOptions options_;
  std::vector<Awaited> awaited_;
  std::string session_;
  bool web2_ = false;
  bool says_processing_ = false;  // it has been heard to, over this connection
  bool in_call_ = false;
  bool sleeps_ = false;  // until it hears its word, before each turn
  bool awake_ = true;
  std::uint32_t speech_samples_ = 0;  // that were sent, since it woke or since the last turn
  std::uint32_t heard_ = 0;           // spoken turns of this page's life: their names
};

}  // namespace shopbell::hal
