// Any bytes as Opus packets, in any order and at any time, through the jitter buffer into the decoder:
// nothing traps, what comes out are numbers and no more of them than there is room for. Half of the packets
// are good ones with a few bytes changed, since a fuzzer seldom writes a good one.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/invariant.h"
#include "voice/sound/codec.h"
#include "voice/wire/jitter_buffer.h"

namespace {

using namespace shopbell;
using namespace shopbell::voice;

constexpr int rates[] = {8'000, 12'000, 16'000, 24'000, 48'000};
using Packet = std::vector<std::uint8_t>;

// A rising tone, then silence.
std::vector<Packet> good_packets() {
  std::vector<Packet> packets;
  Encoder encoder;
  SHOPBELL_INVARIANT(encoder.start({}));
  std::array<float, 960> frame;
  double phase = 0;
  for (int i = 0; i < 16; ++i) {
    for (float& sample : frame) {
      phase += 0.02 + i * 0.01;
      sample = i < 10 ? static_cast<float>(0.5 * std::sin(phase)) : 0.0f;
    }
    Packet packet(packet_bytes_max);
    packet.resize(encoder.encode(frame, packet));
    packets.push_back(packet);
  }
  return packets;
}

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : in_(data, size) {}
  bool empty() const { return in_.empty(); }
  std::uint8_t one() {
    if (in_.empty()) return 0;
    const auto first = in_[0];
    in_ = in_.subspan(1);
    return first;
  }
  Packet packet() {
    static const std::vector<Packet> good = good_packets();
    if (one() % 2 == 0) {
      Packet packet = good[one() % good.size()];
      for (int changes = one() % 4; changes > 0 && !packet.empty(); --changes)
        packet[one() % packet.size()] ^= one();
      return packet;
    }
    const auto count = std::min<std::size_t>(in_.size(), std::size_t{one()} * 5);
    Packet packet(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(std::min(count, in_.size())));
    in_ = in_.subspan(packet.size());
    return packet;
  }

 private:
  std::span<const std::uint8_t> in_;
};

class Listener {
 public:
  explicit Listener(int rate_hz) : rate_hz_(rate_hz), jitter_(std::make_unique<JitterBuffer>(counters_)) {
    SHOPBELL_INVARIANT(decoder_.start(rate_hz));
  }

  void step(Input& in) {
    switch (in.one() % 8) {
      case 0:
        return check(decoder_.decode(in.packet(), out_));  // not by way of the buffer
      case 1:
        jitter_->end(stream_, timestamp_);
        ++stream_;
        return;
      case 2:
        return in.one() % 2 ? jitter_->drop_all() : jitter_->reconnected(in.one() % 2 == 0);
      case 3:
        sequence_ += in.one();  // lost on the way, or forged
        return;
      case 4:
        now_ = now_ + Ms{static_cast<double>(in.one()) * 4};
        return hear(jitter_->pull(in.one() % 2 == 0, now_));
      default:
        return put(in);
    }
  }

 private:
  void put(Input& in) {
    const Packet packet = in.packet();
    if (packet.empty() || packet.size() > payload_bytes_max) return;
    Frame frame{.kind = FrameKind::audio};
    frame.stream = stream_;
    frame.sequence = sequence_++;
    frame.timestamp_48k = timestamp_ += 960u * (in.one() % 4);
    frame.payload = packet;
    jitter_->put(frame, now_);
    SHOPBELL_INVARIANT(jitter_->buffered() <= limits::jitter_packets_max);
    hear(jitter_->pull(false, now_));
  }

  void hear(const Pulled& pulled) {
    const auto frame = std::span(out_).first(frame_samples(rate_hz_));
    if (pulled.kind == Pulled::packet) return check(decoder_.decode(pulled.payload, out_));
    if (pulled.kind != Pulled::lost && pulled.kind != Pulled::starved) return;
    check(pulled.payload.empty() ? decoder_.conceal(frame) : decoder_.decode_fec(pulled.payload, frame));
    jitter_->rest();
  }

  void check(std::size_t samples) const {
    SHOPBELL_INVARIANT(samples <= out_.size());
    for (std::size_t i = 0; i < samples; ++i) SHOPBELL_INVARIANT(std::isfinite(out_[i]));
  }

  int rate_hz_;
  Counters counters_{};
  std::unique_ptr<JitterBuffer> jitter_;
  Decoder decoder_;
  std::array<float, 960> out_{};
  std::uint32_t sequence_ = 1;
  std::uint32_t timestamp_ = 0;
  std::uint8_t stream_ = 0;
  Mono now_{0};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in(data, size);
  Listener listener(rates[in.one() % std::size(rates)]);
  while (!in.empty()) listener.step(in);
  return 0;
}
