// SoundDriver: a socket driver over whose connection a call's sound goes too.
//
//   call_data -> speech -> Codec::speech -> socket_send
//   socket_frame -> Codec::received -> sound -> take_sounds -> call_send
//
// The codec is told when a call begins and ends on the connection that there is; one that begins in a call is
// told of it at once.
#pragma once

#include "core/drivers/socket_driver.h"

namespace shopbell {

class SoundDriver final : public SocketDriver {
 public:
  using SocketDriver::SocketDriver;

  void pump() override;
  bool carries_call() const override { return link_.live(); }
  AgentState agent_state() const override { return agent_; }
  std::vector<std::string> take_sounds() override { return std::exchange(sounds_, {}); }
  void speech(std::string_view samples) override;

 private:
  void sound(std::string&& wav) override;

  bool in_call_ = false;  // as the codec was told
  std::vector<std::string> sounds_;
};

}  // namespace shopbell
