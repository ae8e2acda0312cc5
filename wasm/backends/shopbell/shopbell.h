// The `shopbell` back end: shopbell.v1 over a WebSocket. The frames and their rules stand in protocol.md
// beside this file; this is the page's side of the codec, wasm/registry the server's.
//
// Theory of operation. One frame is one JSON object and becomes one Signal. Nothing is kept between frames:
// what a frame means in the conversation is the core's business (core/drivers/socket_driver.h). A frame that
// is not understood, because it is of a later version or broken, is `nothing`.
#pragma once

#include "core/vocabulary/backend.h"

namespace shopbell::socket {

inline constexpr double version = 1;
inline constexpr double oldest_version = 1;

class Shopbell final : public SocketBackend {
 public:
  explicit Shopbell(const BackendOptions& options) : options_(options) {}

  Capabilities capabilities() const override { return {true, 1000}; }
  std::string url() const override;
  Signal read(std::string_view frame) override;
  Close closed(std::uint32_t code, std::string_view reason) const override;
  std::string hello(const Joining& joining) const override;
  std::string say(const std::string& id, const Private<std::string>& text) const override;
  std::string stop(const std::string& id) const override;
  std::string ask_for_ticket() const override;
  std::string ping(double number) const override;
  std::string pong(double number) const override;

 private:
  const BackendOptions options_;
};

}  // namespace shopbell::socket
