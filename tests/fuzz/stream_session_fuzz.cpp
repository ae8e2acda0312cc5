// Any bytes as a sequence of what may happen to a call over the back end's own connection, with sounds that are
// any bytes too: it never traps, every record of its commands is whole, it asks only for what is held, what it
// plays are numbers, and speech comes in spurts that end.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

#include "core/base/invariant.h"
#include "voice/stream_session.h"

namespace {

using namespace shopbell;
using namespace shopbell::voice;

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : in_(data, size) {}
  bool empty() const { return in_.empty(); }
  std::uint8_t one() { return in_.empty() ? std::uint8_t{0} : take(1)[0]; }
  std::span<const std::uint8_t> take(std::size_t count) {
    const auto head = in_.first(std::min(count, in_.size()));
    in_ = in_.subspan(head.size());
    return head;
  }

 private:
  std::span<const std::uint8_t> in_;
};

class Call {
 public:
  explicit Call(std::uint8_t flags)
      : session_(std::make_unique<StreamSession>(SessionSettings{.capture_rate_hz = rates[flags >> 4 & 3],
                                                                 .playback_rate_hz = rates[flags >> 6],
                                                                 .push_to_talk = (flags & 1) != 0,
                                                                 .muted = (flags & 2) != 0})) {
    SHOPBELL_INVARIANT(session_->usable());
  }

  void one(Input& in) {
    const auto what = in.one();
    now_ = now_ + Ms{static_cast<double>(in.one()) * (what & 0x80 ? 100 : 1)};
    switch (what & 7) {
      case 0:
      case 1:
        sound(in);
        break;
      case 2:
      case 3:
        capture(in);
        break;
      case 4:
        session_->played(in.one() & 1 ? 0 : 0xffffu * in.one(),
                         in.one() & 1 ? std::nan("") : taken_ += in.one() * 8, now_);
        break;
      case 5:
        session_->mute((in.one() & 1) != 0, now_);
        break;
      case 6:
        session_->talk((in.one() & 1) != 0, now_);
        break;
      default:
        session_->tick(now_);
        if (in.one() == 77) session_->sound(in.take(9), true, now_);  // that nobody asked for
    }
    SHOPBELL_INVARIANT(!std::isnan(session_->deadline().ms));
    carry_out();
  }

 private:
  // A head that is right, mostly, so that its sound is heard.
  void sound(Input& in) {
    const auto how = in.one();
    std::vector<std::uint8_t> file;
    if (how & 1) {
      file.assign(head.begin(), head.end());
      file[22] = static_cast<std::uint8_t>(1 + (how >> 1 & 1));
      file[32] = static_cast<std::uint8_t>(2 * file[22]);
      file[25] = static_cast<std::uint8_t>(in.one());
      for (int i = 0; i < how * 64; ++i) file.push_back(static_cast<std::uint8_t>(i * how));
    }
    const auto more = in.take(in.one());
    file.insert(file.end(), more.begin(), more.end());
    held_.push_back(std::move(file));
    session_->sound_waits(static_cast<std::uint32_t>(held_.back().size()), now_);
  }

  void capture(Input& in) {
    const std::size_t channels = 1 + in.one() % 2, samples = in.one() * 4;
    const float gain = static_cast<float>(in.one()) / 64, step = static_cast<float>(in.one()) / 500;
    for (std::size_t i = 0; i < samples * channels; ++i) pcm_[i] = gain * std::sin(phase_ += step);
    session_->captured(std::span(pcm_).first(samples * channels), channels, now_.ms, now_);
  }

  void carry_out() {
    for (std::size_t at = 0; at < session_->out().bytes().size();) {
      const auto bytes = session_->out().bytes();
      std::uint32_t record[2] = {};
      SHOPBELL_INVARIANT(bytes.size() - at >= sizeof record);
      std::memcpy(record, &bytes[at], sizeof record);
      SHOPBELL_INVARIANT(record[1] <= bytes.size() - at - 8);
      at += 8 + (record[1] + 3) / 4 * 4;
      one_record(static_cast<CommandKind>(record[0]), bytes.subspan(at - (record[1] + 3) / 4 * 4, record[1]));
    }
    session_->out().taken();
  }

  void one_record(CommandKind kind, std::span<const std::uint8_t> payload) {
    if (kind == CommandKind::more) return give();
    if (kind == CommandKind::flush) {
      held_.clear();
      given_ = 0;
    }
    if (kind == CommandKind::data) {
      SHOPBELL_INVARIANT(payload.size() % 2 == 0 && payload.size() <= 2 * limits::spurt_block_samples);
      SHOPBELL_INVARIANT(!payload.empty() || spurt_open_);
      spurt_open_ = !payload.empty();
    }
    if (kind == CommandKind::play)
      for (std::size_t i = 0; i < payload.size(); i += 4) {
        float sample = 0;
        std::memcpy(&sample, &payload[i], 4);
        SHOPBELL_INVARIANT(std::isfinite(sample));
      }
  }

  void give() {
    SHOPBELL_INVARIANT(!held_.empty());
    const auto piece = std::span(held_.front()).subspan(given_);
    const auto some = piece.first(std::min<std::size_t>(piece.size(), 700));
    const bool last = some.size() == piece.size();
    session_->sound(some, last, now_);
    given_ += some.size();
    if (!last) return;
    held_.pop_front();
    given_ = 0;
  }

  static constexpr int rates[] = {48'000, 16'000, 44'100, 96'000};
  static constexpr std::array<std::uint8_t, 44> head{
      'R', 'I', 'F', 'F', 0, 0,    0, 0, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 16,  0,   0,   0,   1, 0,
      1,   0,   0,   0,   0, 0x3e, 0, 0, 0,   0,   2,   0,   16,  0,   'd', 'a', 't', 'a', 255, 255, 0, 0};
  std::unique_ptr<StreamSession> session_;
  Mono now_{0};
  std::deque<std::vector<std::uint8_t>> held_;
  std::size_t given_ = 0;
  bool spurt_open_ = false;
  double taken_ = 0;
  float phase_ = 0;
  std::array<float, 4'096> pcm_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in(data, size);
  Call call(in.one());
  while (!in.empty()) call.one(in);
  return 0;
}
