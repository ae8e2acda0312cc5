// Nothing allocates after the start: a call's sound never waits for the allocator. (In WebAssembly the memory
// would grow: tests/node looks at that.)
#ifndef __EMSCRIPTEN__

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "voice/stream_session.h"
#include "voice_rig.h"
#include "voice_wav.h"

namespace {
volatile bool counting = false;  // volatile: to the compiler, malloc changes nothing that we can see
volatile int allocations = 0;
void count() { allocations = allocations + (counting ? 1 : 0); }
}  // namespace

extern "C" {
#ifdef __SANITIZE_ADDRESS__
void __sanitizer_malloc_hook(const volatile void*, std::size_t) { count(); }
#else
// glibc's own, under the names that it keeps for this. `operator new` comes by here as well.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t items, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}
void* calloc(std::size_t items, std::size_t size) {
  count();
  return __libc_calloc(items, size);
}
void* realloc(void* memory, std::size_t size) {
  count();
  return __libc_realloc(memory, size);
}
#endif
}

namespace shopbell::voice {
namespace {

template <class F>
int allocations_in(F f) {
  allocations = 0;
  counting = true;
  f();
  counting = false;
  return allocations;
}

TEST(VoiceAllocation, IsCounted) {
  // Volatile, or the compiler leaves out what nobody needs.
  void* volatile made_by_malloc = nullptr;
  EXPECT_EQ(allocations_in([&] { made_by_malloc = malloc(1); }), 1);
  free(made_by_malloc);
  std::unique_ptr<int> made;
  EXPECT_EQ(allocations_in([&] { made = std::make_unique<int>(1); }), 1);
}

TEST(VoiceAllocation, NothingAllocatesAfterTheStart) {
  // The agent's frames, and what breaks in between.
  Encoder encoder;
  ASSERT_TRUE(encoder.start({.dtx = false}));
  const auto agent = voice(48'000, 6'000, 200);
  const auto shopper = silence(44'100, 3'000) + voice(44'100, 3'000);
  std::vector<Bytes> frames;
  for (std::uint32_t i = 0; i < 300; ++i) {
    Bytes packet(payload_bytes_max), bytes(frame_bytes_max);
    packet.resize(encoder.encode(std::span(agent).subspan(i * frame_samples_48k, frame_samples_48k), packet));
    Frame frame;
    frame.kind = FrameKind::agent_audio;
    frame.stream = static_cast<std::uint8_t>(i / 100);
    frame.sequence = i + 1;
    frame.timestamp_48k = i * frame_samples_48k;
    frame.payload = packet;
    bytes.resize(write_frame(frame, bytes));
    frames.push_back(bytes);
  }
  const Bytes welcome{0x81, 1, 1, 0x98, 0x3a, 0, 0, 0, 0, 1, 'a'};

  for (const bool push_to_talk : {false, true}) {
    VoiceSession session(
        {.capture_rate_hz = 44'100, .playback_rate_hz = 96'000, .push_to_talk = push_to_talk});
    ASSERT_TRUE(session.usable());
    std::size_t out_bytes = 0;
    const auto made = allocations_in([&] {
      std::uint32_t attempt = 0;
      double taken = 0;
      for (std::uint32_t i = 0; i < 300; ++i) {
        const Mono now{1'000.0 + 20 * i};
        if (i % 97 == 0) {
          session.socket_closed(attempt, 1006, now);
          session.connect("ws://shop.example", "ticket", now);
          session.tick(now + 4_s);
          attempt = i / 97 + 1;
          session.socket_opened(attempt, now);
          session.socket_frame(attempt, welcome, now);
        }
        if (i % 13 != 0) session.socket_frame(attempt, frames[i], now);
        if (i % 41 == 0) session.mute(i % 2 != 0, now);
        if (i % 31 == 0) session.talk(i % 2 != 0, now);
        session.captured(std::span(shopper).subspan(i * 882, 882), 1, now.ms, now);
        session.played(0, taken += 1'920, now);
        session.tick(now);
        out_bytes += session.out().bytes().size();
        session.out().taken();
      }
      session.bye(Mono{10'000});
    });
    EXPECT_EQ(made, 0);
    EXPECT_GT(out_bytes, 1'000'000u) << "there was a call";
  }
}

TEST(VoiceAllocation, NothingAllocatesWhateverRatesSoundsHave) {
  const Sound input(960);
  Sound output(8'000);
  for (const int to_hz : {8'000, 11'025, 16'000, 22'050, 32'000, 44'100, 48'000, 96'000, 192'000}) {
    Resampler resampler;
    ASSERT_TRUE(resampler.start_any(48'000, to_hz));
    const auto made = allocations_in([&] {
      // Neighbours and odd ones, up and down, again and again.
      for (int from_hz = 8'000; from_hz <= 48'000;
           from_hz += from_hz % 1'000 < 3 || from_hz % 1'000 > 997 ? 1 : 83) {
        EXPECT_TRUE(resampler.retune(from_hz));
        resampler.process(input, output);
        EXPECT_TRUE(resampler.retune(56'000 - from_hz));
        resampler.process(input, output);
      }
    });
    EXPECT_EQ(made, 0) << to_hz;
  }
}

TEST(VoiceAllocation, NothingAllocatesInACallOverTheBackEndsConnection) {
  const auto shopper = silence(44'100, 3'000) + voice(44'100, 3'000);
  std::vector<std::vector<std::uint8_t>> files;
  for (const int rate_hz : {8'000, 47'999, 22'050, 31'991, 16'000})
    files.push_back(wav(voice(rate_hz, 700, 200), {.rate_hz = rate_hz}));
  files.emplace_back(5'000, 'a');
  for (const bool push_to_talk : {false, true}) {
    StreamSession session(
        {.capture_rate_hz = 44'100, .playback_rate_hz = 96'000, .push_to_talk = push_to_talk});
    ASSERT_TRUE(session.usable());
    std::size_t out_bytes = 0;
    const auto made = allocations_in([&] {
      double taken = 0;
      std::size_t file = 0, given = 0;
      for (std::uint32_t i = 0; i < 300; ++i) {
        const Mono now{1'000.0 + 20 * i};
        if (i % 25 == 0) session.sound_waits(1, now);
        // As much as may be asked for in 20 ms, and more.
        for (int piece = 0; piece < 3; ++piece) {
          const auto bytes = std::span(files[file]).subspan(given);
          const auto some = bytes.first(std::min(limits::in_bytes_max, bytes.size()));
          const bool last = some.size() == bytes.size();
          session.sound(some, last, now);
          given = last ? 0 : given + some.size();
          if (last) file = (file + 1) % files.size();
        }
        if (i % 41 == 0) session.mute(i % 2 != 0, now);
        if (i % 31 == 0) session.talk(i % 2 != 0, now);
        session.captured(std::span(shopper).subspan(i * 882, 882), 1, now.ms, now);
        session.played(0, taken += 1'920, now);
        session.tick(now);
        out_bytes += session.out().bytes().size();
        session.out().taken();
      }
    });
    EXPECT_EQ(made, 0);
    EXPECT_GT(out_bytes, 500'000u) << "there was a call";
  }
}

}  // namespace
}  // namespace shopbell::voice

#endif
