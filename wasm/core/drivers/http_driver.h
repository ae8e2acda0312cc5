// HttpDriver: one exchange at a time over a back end that speaks HTTP.
//
//   Outbox::next -> Codec::say -> storage_set, http_send
//   http_body -> Link::bytes -> Codec::received -> signals -> Outbox, Transcript -> row_put / row_append,
//   storage_set
#pragma once

#include <memory>
#include <string>

#include "core/drivers/driver.h"
#include "core/machines/link.h"

namespace shopbell {

class HttpDriver : public Driver {
 public:
  HttpDriver(std::unique_ptr<Codec> codec, Conversation& chat) : codec_(std::move(codec)), chat_(chat) {}

  Capabilities capabilities() const override { return codec_->capabilities(); }
  void handle(const Event& event) override;
  void pump() override;
  void stored(const SessionRecord& session) override;
  void stop() override;
  void urge(Why why) override;
  bool can_stop() const override { return link_.open(); }
  Typing typing() const override;
  Mono deadline() const override;
  bool consistent() const override;

 protected:
  void start_exchange(const Message& message);
  void end_exchange();
  // The exchange ends without its answer.
  void cut(ErrorCode why);
  void drop_leftover(bool make_way);
  void expire();
  void check_last_word();
  std::string reply() const { return reply_to(current_); }

  // What else a message has on its way out.
  virtual void outfit(Outgoing& /*outgoing*/) {}
  // Its state follows the request. False: it may not go.
  virtual bool set_out();

  // What the codec says
  void request(HttpRequest&& request) override;
  void taken(const std::string& message) override { chat_.taken(message); }
  void failed(const std::string& message, const Failure& failure) override;
  void delta(const std::string& row, std::uint32_t at, std::string_view text) override;
  void products(const std::string& row, std::vector<Product>&& products) override;
  void done(const std::string& row, RowState state, const std::string& text) override;
  void progress(const std::string& /*row*/) override { link_.progress(chat_.now.mono); }
  void restarted(const std::string& row) override { chat_.transcript.remove(row, chat_.out); }

  const std::unique_ptr<Codec> codec_;
  Conversation& chat_;
  Link link_;
  std::string current_;  // the message whose exchange is open
};

}  // namespace shopbell
