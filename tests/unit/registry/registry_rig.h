// The outside of a registry for tests: a clock that is set by hand, a store that answers when it is told to,
// and a record of every frame and command.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/wire/reader.h"
#include "registry/registry.h"
#include "voice/wire/frames.h"

namespace shopbell::registry {

class RegistryRig {
 public:
  explicit RegistryRig(RegistryOptions more = {}) : registry(with_key(std::move(more))) {}

  static RegistryOptions with_key(RegistryOptions options) {
    options.seed = "a seed for tests";
    options.key_hashes = {sha256_hex("demo")};
    return options;
  }

  std::vector<Command> tell(const Event& event, std::string_view payload = {}) {
    Output out = registry.handle(event, payload, now());
    EXPECT_TRUE(registry.consistent());
    for (const Command& command : out.commands) {
      if (const auto* send = std::get_if<command::Send>(&command))
        frames[send->socket].push_back(out.payload.substr(send->at, send->bytes));
      if (const auto* close = std::get_if<command::Close>(&command)) closed[close->socket] = close->code;
      if (const auto* heard = std::get_if<command::CallHeard>(&command))
        packets.push_back(out.payload.substr(heard->at, heard->bytes));
      if (const auto* count = std::get_if<command::Count>(&command)) counted[count->what] += count->n;
      all.push_back(command);
    }
    return out.commands;
  }

  // Lets time pass, with every tick that is due on the way.
  void pass(Ms span) {
    const double until_ms = mono_ms + span.value;
    while (registry.deadline().ms <= until_ms) {
      const double due_ms = std::max(mono_ms, registry.deadline().ms);
      wall_ms += due_ms - mono_ms;
      mono_ms = due_ms;
      tell(event::Tick{});
    }
    wall_ms += until_ms - mono_ms;
    mono_ms = until_ms;
  }

  Now now() const { return {Mono{mono_ms}, Wall{wall_ms}}; }

  std::uint32_t open_text(std::string voice_url = "ws://shop.example/shopbell/v1/voice") {
    const std::uint32_t socket = ++last_socket;
    tell(event::TextOpened{socket, true, true, false, std::move(voice_url)});
    return socket;
  }
  std::vector<Command> text(std::uint32_t socket, std::string_view frame) {
    return tell(event::Frame{socket, false}, frame);
  }

  struct Joined {
    std::uint32_t socket;
    std::string session;
    std::string secret;
    std::string ticket;
    std::uint32_t epoch;
  };
  Joined join(std::string_view more = "") {
    const std::uint32_t socket = open_text();
    text(socket, hello(more));
    return joined(socket);
  }
  static std::string hello(std::string_view more = "") {
    return R"({"t":"hello","v":1,"oldest":1,"client":"test","key":"demo")" + std::string(more) + "}";
  }
  std::string back(const Joined& page, std::uint32_t seq, std::uint32_t epoch = 0) {
    return hello(R"(,"session":")" + page.session + R"(","secret":")" + page.secret + R"(","epoch":)" +
                 std::to_string(epoch == 0 ? page.epoch : epoch) + R"(,"seq":)" + std::to_string(seq));
  }
  Joined joined(std::uint32_t socket) {
    const auto document = wire::parse(last(socket, "welcome"));
    const auto text = [&](const wire::Reader& reader) {
      return std::string(reader.text().value_or(std::string_view()));
    };
    return {socket, text(document["session"]), text(document["secret"]), text(document["voice"]["ticket"]),
            static_cast<std::uint32_t>(document["epoch"].number().value_or(0))};
  }

  // The frames of a type, as they were sent to a socket.
  std::vector<std::string> of(std::uint32_t socket, std::string_view type) {
    std::vector<std::string> found;
    for (const auto& frame : frames[socket])
      if (frame.starts_with(R"({"t":")" + std::string(type) + "\"")) found.push_back(frame);
    return found;
  }
  std::string last(std::uint32_t socket, std::string_view type) {
    const auto found = of(socket, type);
    return found.empty() ? std::string() : found.back();
  }

  template <class T>
  std::vector<T> commands() const {
    std::vector<T> found;
    for (const Command& command : all)
      if (const auto* one = std::get_if<T>(&command)) found.push_back(*one);
    return found;
  }

  void stored(const Joined& page, const std::string& id, Stored outcome = Stored::stored) {
    tell(event::MessageStored{page.session, id, outcome, Refusal::failed, 0, wall_ms});
  }
  // Says something that is stored and being answered.
  void said(const Joined& page, const std::string& id, const std::string& words = "hello") {
    text(page.socket, R"({"t":"say","id":")" + id + R"(","text":")" + words + R"("})");
    stored(page, id);
  }

  // --- voice
  std::uint32_t open_voice(std::string address = "") {
    const std::uint32_t socket = ++last_socket;
    tell(event::VoiceOpened{socket, true, false, std::move(address)});
    return socket;
  }
  std::vector<Command> voice(std::uint32_t socket, const voice::Frame& frame) {
    std::array<std::uint8_t, voice::frame_bytes_max> buffer;
    const std::size_t size = voice::write_frame(frame, buffer);
    EXPECT_GT(size, 0u);
    return bytes(socket, {reinterpret_cast<const char*>(buffer.data()), size});
  }
  std::vector<Command> bytes(std::uint32_t socket, std::string_view frame) {
    return tell(event::Frame{socket, true}, frame);
  }
  static voice::Frame voice_hello(std::string_view ticket, std::uint32_t next = 0) {
    voice::Frame frame{.kind = voice::FrameKind::hello};
    frame.ticket = {reinterpret_cast<const std::uint8_t*>(ticket.data()), ticket.size()};
    frame.sequence = next;
    return frame;
  }
  static voice::Frame audio(std::uint32_t sequence) {
    static constexpr std::uint8_t packet[] = {0xf8, 1, 2};
    voice::Frame frame{.kind = voice::FrameKind::audio};
    frame.sequence = sequence;
    frame.timestamp_48k = sequence * voice::frame_samples_48k;
    frame.payload = packet;
    return frame;
  }
  std::uint32_t call(std::string_view ticket, std::uint32_t next = 0) {
    const std::uint32_t socket = open_voice();
    voice(socket, voice_hello(ticket, next));
    return socket;
  }
  // The last frame to a voice socket of a kind; its bytes stay in `frames`.
  voice::Frame heard_last(std::uint32_t socket, voice::FrameKind kind) {
    voice::Frame found{.kind = voice::FrameKind::bye};
    for (const auto& frame : frames[socket]) {
      voice::Frame read;
      const auto fault = voice::read_frame(
          voice::Sender::server, {reinterpret_cast<const std::uint8_t*>(frame.data()), frame.size()}, read);
      if (fault == voice::FrameFault::none && read.kind == kind) found = read;
    }
    return found;
  }
  std::string next_ticket(std::uint32_t socket) {
    const auto welcome = heard_last(socket, voice::FrameKind::welcome);
    return std::string(reinterpret_cast<const char*>(welcome.ticket.data()), welcome.ticket.size());
  }

  Registry registry;
  double mono_ms = 1000;
  double wall_ms = 1'700'000'000'000;
  std::uint32_t last_socket = 0;
  std::map<std::uint32_t, std::vector<std::string>> frames;
  std::map<std::uint32_t, std::uint32_t> closed;
  std::map<Counted, std::uint32_t> counted;
  std::vector<std::string> packets;
  std::vector<Command> all;
};

}  // namespace shopbell::registry
