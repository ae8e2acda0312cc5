// HttpDriver: one exchange at a time over a back end that speaks HTTP.
//
//   Outbox::next -> HttpBackend::request -> storage_set, http_send
//   http_body -> Link::bytes -> HttpBackend::body -> Answer -> Outbox, Transcript -> row_put / row_append,
//   storage_set
#pragma once

#include <memory>
#include <string>

#include "core/drivers/driver.h"
#include "core/machines/link.h"

namespace shopbell {

class HttpDriver final : public Driver {
 public:
  HttpDriver(std::unique_ptr<HttpBackend> backend, Conversation& chat)
      : backend_(std::move(backend)), chat_(chat) {}

  Capabilities capabilities() const override { return backend_->capabilities(); }
  void handle(const Event& event) override;
  void pump() override;
  void stored(const SessionRecord& session) override;
  void stop() override;
  void nudge() override { chat_.outbox.connection_back(chat_.now.mono); }
  void drop() override;
  bool can_stop() const override { return link_.open(); }
  Typing typing() const override;
  Mono deadline() const override;
  bool consistent() const override;

 private:
  void start_exchange(const Message& message);
  void end_exchange();
  // The exchange ends without its answer.
  void cut(ErrorCode why);
  void drop_leftover(bool make_way);
  void expire();
  std::string reply() const { return Conversation::reply_to(current_); }
  void apply(Answers& answers);
  void take(const answer::Taken&) { chat_.taken(current_); }
  void take(const answer::Restarted&);
  void take(const answer::Delta&);
  void take(const answer::Products&);
  void take(const answer::Done&);
  void take(const answer::Failed&);

  const std::unique_ptr<HttpBackend> backend_;
  Conversation& chat_;
  Link link_;
  std::string current_;  // the message whose exchange is open
};

}  // namespace shopbell
