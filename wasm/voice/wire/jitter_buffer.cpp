#include "voice/wire/jitter_buffer.h"

#include <algorithm>

namespace shopbell::voice {
namespace {

constexpr double frame_ms = 20;
constexpr double samples_per_ms = clock_hz / 1000.0;
// How fast the most punctual packet is forgotten: a pause that the server makes is no lateness of the network
// for long.
constexpr double punctual_rise_ms = 1;   // with each packet
constexpr float forget = 0.995f;         // of the lateness, with each packet: 4 s are most of it
constexpr float late_share_max = 0.03f;  // of packets that may come after their time
constexpr std::uint32_t lost_run_max = 5;
constexpr std::uint32_t overtaking_max = 2;  // packets before a missing one
constexpr Ms overtaking_time = 10_ms;        // that it gets even when the speaker runs dry
// A longer pause inside a stream is not waited for, and a longer jump of its timestamps is no pause.
constexpr std::int32_t pause_samples_max = clock_hz;
constexpr std::int32_t jump_samples_max = 30 * clock_hz;

}  // namespace

bool JitterBuffer::move(JitterMove move) { return follow(jitter_table, state_, move); }

void JitterBuffer::free(Slot& slot) {
  used_ -= slot.used;
  slot.used = false;
}

// Whether `sequence` belongs to the run of sequences that is being played.
bool JitterBuffer::anchor(std::uint32_t sequence) {
  constexpr auto window = static_cast<std::int32_t>(limits::jitter_packets_max);
  const std::int32_t distance = ahead(sequence, next_);
  if (anchored_ && distance < 0 && distance > -window) {
    counters_.add(Counter::replayed);
    return false;
  }
  if (anchored_ && distance < window && distance >= 0) return true;
  if (anchored_ && sequence == highest_ + 1) {
    // In order, but further ahead than there is room.
    highest_ = sequence;
    counters_.add(Counter::overflowed);
    return false;
  }
  if (anchored_ && !(outsider_known_ && sequence == outsider_ + 1)) {
    outsider_ = sequence;
    outsider_known_ = true;
    counters_.add(Counter::forged);
    return false;
  }
  clear();
  newest_stream_ = no_stream;
  next_ = sequence;
  highest_ = sequence - 1;
  anchored_ = true;
  return true;
}

// Whether the packet's sound is wanted. If not, its place in the sequence is taken all the same.
bool JitterBuffer::accept(const Frame& audio) {
  if (dropped_stream_ == audio.stream) return false;
  if (newest_stream_ != audio.stream) return true;
  const std::int32_t jump = ahead(audio.timestamp_48k, newest_timestamp_);
  // A packet out of order may lie before the newest one; a newer one may not.
  if (ahead(audio.sequence, highest_) > 0 && jump <= 0) {
    counters_.add(Counter::replayed);
    return false;
  }
  if (jump > jump_samples_max || jump < -jump_samples_max) {
    counters_.add(Counter::forged);
    return false;
  }
  return true;
}

void JitterBuffer::put(const Frame& audio, Mono now) {
  if (!anchor(audio.sequence)) return;
  auto& slot = at(audio.sequence);
  if (here(audio.sequence)) return counters_.add(Counter::replayed);
  const bool wanted = accept(audio);
  const bool newest = ahead(audio.sequence, highest_) > 0;
  free(slot);
  slot.used = true;
  ++used_;
  slot.sequence = audio.sequence;
  slot.timestamp_48k = audio.timestamp_48k;
  slot.stream = audio.stream;
  slot.size = static_cast<std::uint16_t>(wanted ? audio.payload.size() : 0);
  if (wanted) std::ranges::copy(audio.payload, slot.bytes.begin());
  if (newest)
    highest_ = audio.sequence;
  else
    counters_.add(Counter::reordered);
  if (wanted) {
    observe(audio, now);
    if (move(JitterMove::fill)) filling_since_ = now;
  }
  if (state_ == JitterState::empty) skip_places();
}

void JitterBuffer::observe(const Frame& audio, Mono now) {
  if (newest_stream_ != audio.stream) {
    newest_stream_ = audio.stream;
    first_timestamp_ = audio.timestamp_48k;
    newest_timestamp_ = audio.timestamp_48k;
    if (dropped_stream_ != audio.stream) dropped_stream_ = no_stream;
    // Numbers of streams come again after 256: this end belongs to the one before.
    if (ended(audio.stream)) end_known_ = false;
    punctual_known_ = false;
  }
  if (ahead(audio.timestamp_48k, newest_timestamp_) > 0) newest_timestamp_ = audio.timestamp_48k;
  const double transit_ms = now.ms - ahead(audio.timestamp_48k, first_timestamp_) / samples_per_ms;
  punctual_ms_ = punctual_known_ ? std::min(punctual_ms_ + punctual_rise_ms, transit_ms) : transit_ms;
  punctual_known_ = true;
  const double late_frames = std::min((transit_ms - punctual_ms_) / frame_ms, lateness_bins - 1.0);
  for (auto& share : lateness_) share *= forget;
  lateness_[static_cast<std::size_t>(late_frames)] += 1 - forget;
}

Ms JitterBuffer::target() const {
  float late = 0;
  std::size_t bin = lateness_bins;
  while (bin > 1 && late + lateness_[bin - 1] <= late_share_max) late += lateness_[--bin];
  return Ms{static_cast<double>(bin) * frame_ms};
}

void JitterBuffer::end(std::uint8_t stream, std::uint32_t timestamp_48k) {
  end_known_ = true;
  end_stream_ = stream;
  end_timestamp_ = timestamp_48k;
}

Mono JitterBuffer::deadline() const {
  return state_ == JitterState::filling ? filling_since_ + target() : never;
}

// Places of the sequence without sound.
void JitterBuffer::skip_places() {
  while (here(next_) && at(next_).size == 0) {
    free(at(next_));
    ++next_;
  }
}

void JitterBuffer::skip_to(std::uint32_t sequence) {
  for (; next_ != sequence; ++next_)
    if (here(next_)) free(at(next_));
}

Pulled JitterBuffer::say_over() {
  stream_open_ = false;
  const bool known = ended(stream_);
  if (known) end_known_ = false;
  return {Pulled::over, stream_, known ? end_timestamp_ : next_timestamp_, {}};
}

Pulled JitterBuffer::pull(bool urgent, Mono now) {
  skip_places();
  if (used_ == 0) {
    if (stream_open_ && ended(stream_)) {
      move(JitterMove::clear);
      return say_over();
    }
    if (state_ != JitterState::playing) {
      move(JitterMove::clear);
      return {};
    }
    return {Pulled::starved, stream_, next_timestamp_, {}};
  }
  if (state_ == JitterState::filling) {
    const bool enough = used_ * frame_ms >= target().value || now >= deadline();
    // All of an utterance that is shorter than the target is here.
    if (!enough && !(end_known_ && newest_stream_ == end_stream_)) return {};
    move(JitterMove::play);
  }

  if (!here(next_)) {
    // Perhaps it was overtaken.
    if (gap_ != next_) {
      gap_ = next_;
      gap_since_ = now;
    }
    if (used_ <= overtaking_max && (!urgent || now < gap_since_ + overtaking_time)) return {};
    std::uint32_t later = next_ + 1;
    while (!here(later)) ++later;
    const std::uint32_t gap = later - next_;
    if (gap > lost_run_max || at(later).size == 0 || at(later).stream != stream_ || !stream_open_) {
      counters_.add(Counter::missing, gap);
      skip_to(later);
      return pull(urgent, now);
    }
    counters_.add(Counter::missing);
    ++next_;
    Pulled lost{Pulled::lost, stream_, next_timestamp_, {}};
    if (here(next_)) lost.payload = at(next_).payload();
    next_timestamp_ += frame_samples_48k;
    return lost;
  }

  auto& slot = at(next_);
  if (stream_open_ && slot.stream != stream_) {
    move(JitterMove::rest);
    filling_since_ = now;
    return say_over();
  }
  if (!stream_open_) {
    stream_open_ = true;
    stream_ = slot.stream;
    next_timestamp_ = slot.timestamp_48k;
  }
  const std::int32_t pause = ahead(slot.timestamp_48k, next_timestamp_);
  if (pause >= static_cast<std::int32_t>(frame_samples_48k) && pause <= pause_samples_max) {
    next_timestamp_ += frame_samples_48k;
    return {Pulled::silence, stream_, next_timestamp_ - frame_samples_48k, {}};
  }
  next_timestamp_ = slot.timestamp_48k + frame_samples_48k;
  ++next_;
  free(slot);
  return {Pulled::packet, stream_, slot.timestamp_48k, slot.payload()};
}

void JitterBuffer::rest() { move(used_ == 0 ? JitterMove::clear : JitterMove::rest); }

void JitterBuffer::drop(std::uint8_t stream) {
  dropped_stream_ = stream;
  for (auto& slot : slots_)
    if (slot.used && slot.stream == stream) slot.size = 0;
  if (stream_open_ && stream_ == stream) stream_open_ = false;
  if (ended(stream)) end_known_ = false;
  skip_places();
  if (used_ == 0) move(JitterMove::clear);
}

void JitterBuffer::clear() {
  for (auto& slot : slots_) slot.used = false;
  used_ = 0;
  next_ = highest_ + 1;
  stream_open_ = end_known_ = outsider_known_ = false;
  move(JitterMove::clear);
}

void JitterBuffer::drop_all() {
  clear();
  dropped_stream_ = newest_stream_;
}

void JitterBuffer::reconnected(bool resumed) {
  punctual_known_ = outsider_known_ = false;
  if (!resumed) anchored_ = false;
}

}  // namespace shopbell::voice
