// The `shopbell` back end: shopbell.v1 over a WebSocket. The frames and their rules stand in protocol.md
// beside this file; this is the page's side of the codec, wasm/registry the server's.
//
// Theory of operation. One frame is one JSON object and becomes one signal at most. Nothing is kept between
// frames: what a frame means in the conversation is the core's business (core/drivers/socket_driver.h). Of a
// frame that is not understood, because it is of a later version or broken, only the number counts.
#pragma once

#include "core/vocabulary/codec.h"

namespace shopbell::socket {

inline constexpr double version = 1;
inline constexpr double oldest_version = 1;

class Shopbell final : public Codec {
 public:
  explicit Shopbell(const BackendOptions& options) : options_(options) {}

  Capabilities capabilities() const override { return {.resend_by_key = true, .acks = true}; }
  void say(const Outgoing& outgoing, Listener& out) override;
  void stop(const std::string& message, Listener& out) override;
  void ask_for_ticket(Listener& out) override;
  void ping(double number, Listener& out) override;
  void received(std::string_view frame, Listener& out) override;
  std::string url() const override;
  void opened(const Joining& joining, Listener& out) override;
  Close closed(std::uint32_t code, std::string_view reason) const override;

 private:
  const BackendOptions options_;
};

}  // namespace shopbell::socket
