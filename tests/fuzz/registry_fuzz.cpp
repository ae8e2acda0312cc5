// Any sockets, frames, store answers and times in any order: the registry stays consistent, acknowledges
// nothing that was not stored, sends no sequence twice and leaves none out, and speaks to no socket that it
// closed.
//
// The input is a list of steps of a few bytes each. Frames are either the bytes that follow or good ones made
// from what the registry gave out before, since a fuzzer never guesses a secret or a ticket.
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/invariant.h"
#include "core/wire/reader.h"
#include "registry/registry.h"

namespace {

using namespace shopbell;
using namespace shopbell::registry;

class Steps {
 public:
  Steps(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool more() const { return size_ > 0; }
  std::uint8_t byte() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  std::string bytes() {
    std::string out(std::min<std::size_t>(byte(), size_), '\0');
    for (char& c : out) c = static_cast<char>(byte());
    return out;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

struct Known {  // of a session, as its page knows it
  std::string session;
  std::string secret;
  std::uint32_t epoch = 0;
  std::uint32_t seq = 0;
};

class World {
 public:
  World() : registry_(options()) {}

  void tell(const Event& event, std::string_view payload = {}) {
    const Output out = registry_.handle(event, payload, {Mono{now_ms_}, Wall{1.7e12 + now_ms_}});
    SHOPBELL_INVARIANT(registry_.consistent());
    for (const Command& command : out.commands) std::visit([&](const auto& one) { on(one, out); }, command);
  }

  void step(Steps& steps) {
    switch (steps.byte() % 16) {
      case 0:
        return open(false);
      case 1:
        return open(true);
      case 2:
        return tell(event::Frame{socket(steps), (steps.byte() & 1) != 0}, steps.bytes());
      case 3:
        return tell(event::Frame{socket(steps), false},
                    R"({"t":"hello","v":1,"oldest":1,"client":"c","key":"k")" + place(steps) + "}");
      case 4:
        return tell(event::Frame{socket(steps), false},
                    R"({"t":"say","id":"message-)" + std::to_string(steps.byte() % 8) +
                        R"(","text":"words )" + std::to_string(steps.byte() % 2) + "\"}");
      case 5:
        return store(steps);
      case 6:
        return reply(steps);
      case 7:
        now_ms_ += 37 * (1 + steps.byte());
        return tell(event::Tick{});
      case 8: {
        const auto gone = socket(steps);
        open_.erase(gone);
        return tell(event::Closed{gone});
      }
      case 9:
        return tell(event::Frame{socket(steps), false}, R"({"t":"call"})");
      case 10:
        return tell(event::Frame{socket(steps), true}, voice_hello(steps));
      case 11:
        return tell(event::Frame{socket(steps), true}, audio(steps));
      case 12:
        return tell(event::CallAudio{steps.byte() % 4u, steps.byte(), steps.byte(), steps.byte()},
                    steps.bytes());
      case 13:
        return agent(steps);
      case 14:
        return tell(event::Congested{socket(steps)});
      default:
        if (steps.byte() == 255) tell(event::Closing{(steps.byte() & 1) != 0});
        return;
    }
  }

 private:
  static RegistryOptions options() {
    RegistryOptions options;
    options.seed = "seed";
    options.key_hashes = {sha256_hex("k")};
    return options;
  }

  void open(bool voice) {
    const std::uint32_t number = ++last_;
    open_.insert(number);
    if (voice) return tell(event::VoiceOpened{number, true, false});
    tell(event::TextOpened{number, true, true, false, "ws://shop/voice"});
  }
  std::uint32_t socket(Steps& steps) const { return last_ == 0 ? 0 : 1 + steps.byte() % last_; }

  std::string place(Steps& steps) const {
    if (known_.empty()) return "";
    const Known& known = known_[steps.byte() % known_.size()];
    return R"(,"session":")" + known.session + R"(","secret":")" + known.secret + R"(","epoch":)" +
           std::to_string(known.epoch) + R"(,"seq":)" + std::to_string(steps.byte() % 2 == 0 ? known.seq : 3);
  }

  std::string voice_hello(Steps& steps) const {
    voice::Frame frame{.kind = voice::FrameKind::hello};
    const std::string ticket = tickets_.empty() ? "none" : tickets_[steps.byte() % tickets_.size()];
    frame.ticket = {reinterpret_cast<const std::uint8_t*>(ticket.data()), ticket.size()};
    frame.sequence = steps.byte() % 3;
    return written(frame);
  }
  std::string audio(Steps& steps) const {
    const std::string packet = "x" + steps.bytes();
    voice::Frame frame{.kind = voice::FrameKind::audio};
    frame.sequence = steps.byte();
    frame.timestamp_48k = frame.sequence * 960;
    frame.payload = {reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size()};
    return written(frame);
  }
  static std::string written(const voice::Frame& frame) {
    std::array<std::uint8_t, voice::frame_bytes_max> buffer;
    return {reinterpret_cast<const char*>(buffer.data()), voice::write_frame(frame, buffer)};
  }

  void store(Steps& steps) {
    if (!asked_.empty()) {
      const auto asked = asked_.back();
      asked_.pop_back();
      const auto outcome = static_cast<Stored>(steps.byte() % 5);
      if (outcome == Stored::stored || outcome == Stored::repeated || outcome == Stored::answer_again)
        stored_.insert(asked.session + asked.id);
      return tell(event::MessageStored{asked.session, asked.id, outcome, Refusal::failed, 1, now_ms_});
    }
    if (loads_.empty()) return;
    const auto load = loads_.back();
    loads_.pop_back();
    event::SessionLoaded loaded{load.socket, (steps.byte() & 1) != 0, "", 3, 1.7e12, {}};
    for (const Known& known : known_)
      if (known.session == load.session) loaded.secret_hash = sha256_hex(known.secret);
    loaded.rows = {{.id = "message-1"},
                   {.id = "message-1.reply", .text = "so f", .state = RowState::streaming}};
    tell(loaded);
  }

  void reply(Steps& steps) {
    if (known_.empty()) return;
    const std::string& session = known_[steps.byte() % known_.size()].session;
    const std::string id = "message-" + std::to_string(steps.byte() % 8);
    switch (steps.byte() % 4) {
      case 0:
        return tell(event::ReplyDone{session, id, steps.bytes(), RowState::done});
      case 1:
        return tell(event::ReplyProducts{session, id, {{}}});
      default:
        for (int i = steps.byte() % 32; i >= 0; --i) tell(event::ReplyDelta{session, id, "word "});
    }
  }

  void agent(Steps& steps) {
    const std::uint32_t call = steps.byte() % 4;
    switch (steps.byte() % 6) {
      case 0:
        return tell(event::CallEnd{call, steps.byte(), 1});
      case 1:
        return tell(event::CallFlush{call, steps.byte()});
      case 2:
        return tell(event::CallAgent{call, static_cast<AgentMood>(steps.byte() % 4)});
      case 3:
        return tell(event::CallRow{call, "row", Who::agent, steps.bytes(), RowState::done});
      case 4:
        return tell(event::CallSaid{call, "message-s" + std::to_string(steps.byte() % 4), steps.bytes()});
      default:
        return tell(event::CallHangUp{call});
    }
  }

  void on(const command::Send& send, const Output& out) {
    SHOPBELL_INVARIANT(open_.contains(send.socket));
    const std::string_view frame = std::string_view(out.payload).substr(send.at, send.bytes);
    SHOPBELL_INVARIANT(frame.size() == send.bytes && frame.size() <= limits::server_frame_bytes_max);
    const auto bytes = std::span(reinterpret_cast<const std::uint8_t*>(frame.data()), frame.size());
    if (send.binary) {
      voice::Frame read;
      SHOPBELL_INVARIANT(voice::read_frame(voice::Sender::server, bytes, read) == voice::FrameFault::none);
      if (read.kind == voice::FrameKind::welcome)
        tickets_.emplace_back(reinterpret_cast<const char*>(read.ticket.data()), read.ticket.size());
      return;
    }
    const wire::Document document = wire::parse(frame);
    const std::string_view type = document["t"].text().value_or("");
    SHOPBELL_INVARIANT(!type.empty());
    const auto text = [&](const wire::Reader& reader) { return std::string(reader.text().value_or("")); };
    const auto seq = document["seq"].number();
    if (type == "welcome") {
      const std::string session = text(document["session"]);
      Known* known = nullptr;
      for (Known& one : known_)
        if (one.session == session) known = &one;
      if (known == nullptr) known = &known_.emplace_back(Known{session, text(document["secret"]), 0, 0});
      known->epoch = static_cast<std::uint32_t>(*document["epoch"].number());
      known->seq = static_cast<std::uint32_t>(*seq);
      at_[send.socket] = session;
      tickets_.push_back(text(document["voice"]["ticket"]));
      return;
    }
    if (type == "ticket") tickets_.push_back(text(document["ticket"]));
    if (type == "ack") SHOPBELL_INVARIANT(stored_.contains(at_[send.socket] + text(document["id"])));
    if (!seq) return;
    for (Known& known : known_) {
      if (known.session != at_[send.socket]) continue;
      SHOPBELL_INVARIANT(*seq == known.seq + 1);
      ++known.seq;
    }
  }
  void on(const command::Close& close, const Output&) { open_.erase(close.socket); }
  void on(const command::StoreMessage& command, const Output&) { asked_.push_back(command); }
  void on(const command::LoadSession& command, const Output&) { loads_.push_back(command); }
  template <class Other>
  void on(const Other&, const Output&) {}

  Registry registry_;
  double now_ms_ = 0;
  std::uint32_t last_ = 0;
  std::set<std::uint32_t> open_;
  std::vector<Known> known_;
  std::vector<std::string> tickets_;
  std::map<std::uint32_t, std::string> at_;
  std::vector<command::StoreMessage> asked_;
  std::vector<command::LoadSession> loads_;
  std::set<std::string> stored_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World world;
  Steps steps(data, size);
  while (steps.more()) world.step(steps);
  return 0;
}
