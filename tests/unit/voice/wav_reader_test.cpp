// Every form of WAV file that we play, and files that lie.
#include "voice/sound/wav_reader.h"

#include <gtest/gtest.h>

#include "voice_wav.h"

namespace shopbell::voice {
namespace {

struct ReadWav {
  int rate_hz = 0;
  Sound samples;
};

// All of it, in pieces of so many bytes.
ReadWav read_wav(const std::vector<std::uint8_t>& bytes, std::size_t piece_bytes = 1'000'000,
                 std::size_t samples_at_once = 333) {
  WavReader reader;
  ReadWav out;
  Sound some(samples_at_once);
  std::span<const std::uint8_t> rest = bytes;
  while (!rest.empty()) {
    auto piece = rest.first(std::min(piece_bytes, rest.size()));
    rest = rest.subspan(piece.size());
    while (!piece.empty()) {
      const auto read = reader.read(piece, reader.rate_hz() > 0 ? std::span(some) : std::span<float>());
      EXPECT_LE(read.samples, some.size());
      out.samples.insert(out.samples.end(), some.begin(),
                         some.begin() + static_cast<std::ptrdiff_t>(read.samples));
      piece = piece.subspan(read.bytes);
    }
  }
  out.rate_hz = reader.rate_hz();
  return out;
}

const Sound a_sound = voice(24'000, 500);

void expect_same(const ReadWav& read, double within, std::string_view what) {
  ASSERT_EQ(read.samples.size(), a_sound.size()) << what;
  for (std::size_t i = 0; i < a_sound.size(); ++i)
    ASSERT_NEAR(read.samples[i], a_sound[i], within) << what << ", sample " << i;
}

TEST(WavReader, ReadsEveryForm) {
  for (const std::uint16_t channels : std::vector<std::uint16_t>{1, 2, 8})
    for (const bool extensible : {false, true})
      for (const auto& [bits, is_float, within] : {std::tuple<std::uint16_t, bool, double>{8, false, 0.01},
                                                   {16, false, 1e-4},
                                                   {24, false, 1e-6},
                                                   {32, false, 1e-6},
                                                   {32, true, 1e-6},
                                                   {64, true, 1e-6}}) {
        WavForm form;
        form.channels = channels;
        form.extensible = extensible;
        form.bits = bits;
        form.is_float = is_float;
        const auto read = read_wav(wav(a_sound, form));
        const auto what = std::to_string(bits) + " bits, " + std::to_string(channels) + " channels";
        EXPECT_EQ(read.rate_hz, 24'000) << what;
        expect_same(read, within, what);
      }
}

TEST(WavReader, PiecesDoNotMatter) {
  WavForm form;
  form.channels = 2;
  form.bits = 24;
  form.before_data = {'L', 'I', 'S', 'T', 3, 0, 0, 0, 'a', 'b', 'c', 0};
  const auto bytes = wav(a_sound, form);
  for (const std::size_t piece_bytes : {1, 2, 3, 7, 4'096}) {
    expect_same(read_wav(bytes, piece_bytes), 1e-6, std::to_string(piece_bytes));
    expect_same(read_wav(bytes, piece_bytes, 1), 1e-6, std::to_string(piece_bytes));
  }
}

TEST(WavReader, ChannelsBecomeTheirMean) {
  WavForm form;
  form.channels = 2;
  auto bytes = wav(Sound(100, 0.5f), form);
  for (std::size_t at = bytes.size() - 400; at < bytes.size(); at += 4) bytes[at] = bytes[at + 1] = 0;
  const auto read = read_wav(bytes);
  ASSERT_EQ(read.samples.size(), 100u);
  for (const float sample : read.samples) EXPECT_NEAR(sample, 0.25f, 1e-3);
}

TEST(WavReader, ChunksOfAnyLengthMayStandBeforeTheSoundAndBehindIt) {
  WavForm form;
  form.before_data = {'L', 'I', 'S', 'T', 1, 0, 0, 0, 'x', 0, 'n', 'o', 'n', 'e', 0, 0, 0, 0};
  form.after_data = {'i', 'd', '3', ' ', 4, 0, 0, 0, 1, 2, 3, 4};
  expect_same(read_wav(wav(a_sound, form)), 1e-4, "chunks");
}

TEST(WavReader, ASizeThatNobodyKnewGoesOnToTheEnd) {
  for (const std::uint32_t size : {0u, 0xffffffffu, 0x7ffff000u, 50'000'000u}) {
    WavForm form;
    form.data_bytes = size;
    expect_same(read_wav(wav(a_sound, form), 100), 1e-4, std::to_string(size));
  }
}

TEST(WavReader, ASmallerSizeIsTheSound) {
  WavForm form;
  form.data_bytes = 201;
  EXPECT_EQ(read_wav(wav(a_sound, form)).samples.size(), 100u);
  form.data_bytes = 1;
  EXPECT_EQ(read_wav(wav(a_sound, form)).samples.size(), 0u);
}

TEST(WavReader, NumbersThatAreNoneAreSilence) {
  WavForm form;
  form.is_float = true;
  for (const std::uint16_t bits : std::vector<std::uint16_t>{32, 64}) {
    form.bits = bits;
    const auto read = read_wav(wav({std::nanf(""), 1e30f, -INFINITY, 0.5f}, form));
    EXPECT_EQ(read.samples, (Sound{0, 1, -1, 0.5f})) << bits;
  }
}

TEST(WavReader, WhatIsNoSuchFileGivesNothing) {
  const auto good = wav(a_sound);
  const auto with = [&](std::size_t at, std::vector<std::uint8_t> bytes) {
    auto out = good;
    std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
    return out;
  };
  WavForm law;
  law.bits = 8;
  law.kind = 7;  // mu-law
  WavForm odd_float;
  odd_float.kind = 3;
  WavForm no_format;
  no_format.extensible = true;
  no_format.kind = 0xfffe;
  const std::pair<std::string_view, std::vector<std::uint8_t>> files[] = {
      {"nothing", {}},
      {"a text", std::vector<std::uint8_t>(2'000, 'a')},
      {"RIFX", with(0, {'R', 'I', 'F', 'X'})},
      {"no WAVE", with(8, {'A', 'V', 'I', ' '})},
      {"a short format", with(16, {15})},
      {"no channel", with(22, {0, 0})},
      {"nine channels", with(22, {9, 0})},
      {"a low rate", with(24, {0x3f, 0x1f, 0, 0})},
      {"a high rate", with(24, {0x81, 0xbb, 0, 0})},
      {"no rate", with(24, {0, 0, 0, 0})},
      {"another block", with(32, {4, 0})},
      {"12 bits", with(34, {12, 0})},
      {"no bits", with(34, {0, 0})},
      {"mu-law", wav(a_sound, law)},
      {"float of 16 bits", wav(a_sound, odd_float)},
      {"extensible of itself", wav(a_sound, no_format)},
      {"the data first", with(12, {'d', 'a', 't', 'a'})},
      {"a chunk without end", with(12, {'L', 'I', 'S', 'T', 0xff, 0xff, 0xff, 0xff})},
      {"half a head", {good.begin(), good.begin() + 30}},
  };
  for (const auto& [what, bytes] : files) {
    const auto read = read_wav(bytes, 64);
    EXPECT_EQ(read.rate_hz, 0) << what;
    EXPECT_TRUE(read.samples.empty()) << what;
  }
}

TEST(WavReader, ACutFileIsHeardUpToTheCut) {
  auto bytes = wav(a_sound);
  bytes.resize(44 + 2 * 100 + 1);
  EXPECT_EQ(read_wav(bytes, 3).samples.size(), 100u);
}

}  // namespace
}  // namespace shopbell::voice
