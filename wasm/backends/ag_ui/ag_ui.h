// The `ag-ui` back end: an agent of any framework that speaks AG-UI 1.0. Each message is a POST to {api-url} with
// a RunAgentInput; the answer is a stream of server-sent events, one run (run.h).
//
// Theory of operation. An exchange goes through these stages, and every way out of it gives exactly one `done`
// or `failed`:
//
//   over ──say──> asked ──head 2xx──> streaming ──the run's last word, or the end──> over
//                   └────head, other──> refused ──end──> over
//
// A stream may tell earlier runs first. The run that has the name we gave it is the answer; where the agent names
// its runs itself, it is the last one before the stream's end.
//
// When the message counts as taken: with RUN_STARTED. There are no keys and no resuming, so what may have
// arrived is never said again by itself, and an answer that was cut is shown as cut.
//
// A run that asks for something at its end (calls.h) is one of several: when that is answered, the message is said
// again with all that was asked, and the answer goes on where that run left it.
//
// The agent says one answer, though it may come in several messages with work between them: they are
// paragraphs of one row. State, reasoning, activity and custom events are the agent's own affair: they show
// that something is being done, and nothing more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/ag_ui/run.h"
#include "core/vocabulary/codec.h"
#include "core/wire/sse.h"

namespace shopbell::ag_ui {

class AgUi final : public Codec {
 public:
  explicit AgUi(const BackendOptions& options);

  Capabilities capabilities() const override { return {}; }
  void begin(Listener& out) override;
  void say(const Outgoing& outgoing, Listener& out) override;
  void head(std::uint32_t status, const std::vector<Header>& headers, Listener& out) override;
  void received(std::string_view bytes, Listener& out) override;
  void ended(Listener& out) override;
  void cut(ErrorCode code, Listener& out) override;

 private:
  enum class Stage : std::uint8_t { over, asked, refused, streaming };

  void read(const wire::SseEvent& event, Listener& out);
  void more(Listener& out);
  void last_word(Said said, Listener& out);
  void finish(Listener& out);
  void finish_refusal(Listener& out);
  void fail(ErrorCode code, Listener& out, std::string_view why = {});
  void fail(const Failure& failure, Listener& out);

  const std::string url_;
  const Private<std::string> key_;
  Private<std::string> props_{"{}"};
  std::vector<Header> headers_;  // of every request
  std::string refused_;          // the owner's that can't be sent

  // The exchange
  Stage stage_ = Stage::over;
  std::string id_;
  std::string reply_;          // its row
  Private<std::string> said_;  // to keep a server's echo of it out of the console
  std::string before_;         // of the answer: what earlier runs have said
  std::string text_;           // and what this one has
  bool goes_on_ = false;       // there are earlier ones
  Run run_;
  std::string offered_;             // the page's tools in it
  std::string run_id_;              // that we gave it
  Said last_word_ = Said::nothing;  // of a run that has another name: one more may follow
  wire::SseParser events_;
  bool taken_ = false;
  std::uint32_t status_ = 0;
  std::string retry_after_;  // the header
  std::string refusal_;      // the body of an answer that is not 2xx
  std::size_t body_bytes_ = 0;
  std::uint32_t runs_ = 0;  // of this message: each has a name of its own
};

}  // namespace shopbell::ag_ui
