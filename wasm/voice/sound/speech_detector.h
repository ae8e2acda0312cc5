// SpeechDetector: is someone speaking? Sure enough to silence the agent, quick enough to do so at once.
//
// Theory of operation. The signal is brought to 8 kHz, where speech has nearly all of its energy, and
// looked at every 10 ms:
//
//   energy       over the noise floor, which is the least energy of the last 3 s: speech has gaps between
//                its sounds, noise has not
//   periodicity  the normalised autocorrelation at the lags of a voice's pitch (70..400 Hz): vowels repeat
//                themselves, clicks, rustling and wind do not
//
// Speech begins when 60 ms in a row are loud and at least 40 ms of them are voiced, so that keys, knocks
// and a door's slam never interrupt anyone; a sound without any pitch (a whisper) needs 300 ms well above
// the floor. While the agent is heard, what echo cancellation leaves of it must not count: 6 dB more over
// the floor are asked for, and 12 dB more in all. Speech ends 400 ms after its last loud 10 ms; that
// hang-over carries it over the gaps between words. Steady sound, a fan or a hum, becomes the floor within
// 3 s, however loud.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace shopbell::voice {

enum class SpeechChange : std::uint8_t { none, on, off };

class SpeechDetector {
 public:
  // 8, 16, 24 or 48 kHz; begins anew.
  bool start(int rate_hz);

  // Any multiple of 10 ms. At most one change: the last. `agent_heard`: the speaker is playing.
  SpeechChange process(std::span<const float> samples, bool agent_heard = false);

  bool speaking() const { return speaking_; }

  // How long before the end of the last processed samples the speech began (after `on`) or truly ended (after
  // `off`).
  std::uint32_t edge_ago_ms() const { return edge_ago_ms_; }

  // Silence from here on; the noise floor stays.
  void reset();

 private:
  static constexpr int rate_hz = 8'000;
  static constexpr std::size_t step_samples = 80;  // 10 ms
  static constexpr std::size_t lag_min = rate_hz / 400;
  static constexpr std::size_t lag_max = rate_hz / 70;
  static constexpr std::size_t window_samples = 160;
  static constexpr std::size_t history_samples = window_samples + lag_max;
  static constexpr std::size_t floor_windows = 12;  // of 250 ms

  void take_step(std::span<const float> samples);
  SpeechChange step(bool agent_heard);
  bool voiced() const;
  float follow_floor(float energy);

  std::size_t factor_ = 0;  // 0: not started
  float last_in_ = 0;
  float last_out_ = 0;
  std::array<float, history_samples> history_{};

  std::array<float, floor_windows> window_min_{};
  std::size_t window_ = 0;
  std::uint32_t window_steps_ = 0;
  std::uint32_t steps_ = 0;
  float smooth_ = 0;

  bool speaking_ = false;
  std::uint32_t loud_steps_ = 0;    // in a row
  std::uint32_t strong_steps_ = 0;  // of them, well above the floor
  std::uint32_t voiced_steps_ = 0;  // of them
  std::uint32_t quiet_steps_ = 0;   // in a row
  std::uint32_t edge_ago_ms_ = 0;
};

}  // namespace shopbell::voice
