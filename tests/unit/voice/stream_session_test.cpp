// Calls over a back end's own connection: what is said goes up as samples and ends, what comes as WAV files is
// heard, and an interruption is quick.
#include "voice/stream_session.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>

#include "voice_rig.h"
#include "voice_wav.h"

namespace shopbell::voice {
namespace {

constexpr std::size_t block_samples = 1'280;

// The session between a microphone and a speaker that are made of samples. It holds the sounds, as the thread
// does. Time is stepped by 10 ms.
class StreamRig {
 public:
  explicit StreamRig(SessionSettings settings = {})
      : speaker(settings.playback_rate_hz), capture_rate_hz_(settings.capture_rate_hz) {
    session = std::make_unique<StreamSession>(settings);
    EXPECT_TRUE(session->usable());
  }

  // A sound comes.
  void hear(std::vector<std::uint8_t> file) {
    held.push_back(std::move(file));
    session->sound_waits(static_cast<std::uint32_t>(held.back().size()), now);
    settle();
  }

  // `microphone` at the capture rate; after it, silence.
  void run(double ms, const Sound& microphone = {}) {
    const auto block = static_cast<std::size_t>(capture_rate_hz_ / 100);
    std::size_t from = 0;
    for (double at = 0; at < ms; at += 10) {
      Sound pcm(block);
      for (std::size_t i = 0; i < block && from + i < microphone.size(); ++i) pcm[i] = microphone[from + i];
      from += block;
      now = now + 10_ms;
      session->captured(pcm, 1, now.ms, now);
      settle();
      if (speaker_runs) {
        speaker.take(10);
        session->played(static_cast<std::uint32_t>(speaker.queue.size()), speaker.taken, now);
        settle();
      }
      if (now >= session->deadline()) session->tick(now);
      settle();
      if (speaks) queued_ms_min = std::min(queued_ms_min, speaker.queued_ms());
      queued_ms_max = std::max(queued_ms_max, speaker.queued_ms());
    }
  }

  void settle() {
    for (;;) {
      const auto list = commands_of(session->out().bytes());
      session->out().taken();
      if (list.empty()) return;
      for (const auto& one : list) carry_out(one);
    }
  }

  std::uint32_t counted(Counter what) const { return session->stat(static_cast<std::uint32_t>(what)); }
  // Of one spurt, or of all.
  Sound said(std::size_t spurt) const { return spurts.at(spurt).samples; }

  struct Spurt {
    Sound samples;
    std::vector<std::size_t> blocks;
    double began_ms = 0;
    double ended_ms = 0;  // 0: not yet
  };

  std::unique_ptr<StreamSession> session;
  Mono now{1'000};
  Speaker speaker;
  bool speaker_runs = true;
  std::vector<Spurt> spurts;
  std::deque<std::vector<std::uint8_t>> held;
  std::size_t given = 0;  // of the first one
  std::size_t pieces = 0;
  std::vector<AgentState> agents;
  bool speaks = false;
  std::vector<double> flushes_ms;
  std::vector<std::pair<float, float>> levels;
  double queued_ms_max = 0;
  double queued_ms_min = 1e9;

 private:
  void carry_out(const Command& one) {
    switch (one.kind) {
      case CommandKind::data:
        return take(one.samples);
      case CommandKind::more:
        return give();
      case CommandKind::play:
        speaker.queue.insert(speaker.queue.end(), one.samples.begin(), one.samples.end());
        return;
      case CommandKind::flush:
        flushes_ms.push_back(now.ms);
        speaker.flush();
        held.clear();
        given = 0;
        return;
      case CommandKind::agent:
        agents.push_back(static_cast<AgentState>(one.first));
        speaks = agents.back() == AgentState::speaking;
        return;
      case CommandKind::level:
        levels.emplace_back();
        std::memcpy(&levels.back().first, &one.first, sizeof(float));
        std::memcpy(&levels.back().second, &one.second, sizeof(float));
        return;
      default:
        ADD_FAILURE() << "a command of another session";
    }
  }

  void take(const Sound& samples) {
    const bool open = !spurts.empty() && spurts.back().ended_ms == 0;
    if (samples.empty()) {
      ASSERT_TRUE(open) << "an end of nothing";
      spurts.back().ended_ms = now.ms;
      return;
    }
    if (!open) spurts.push_back({.samples = {}, .blocks = {}, .began_ms = now.ms});
    auto& spurt = spurts.back();
    spurt.samples.insert(spurt.samples.end(), samples.begin(), samples.end());
    spurt.blocks.push_back(samples.size());
  }

  void give() {
    ASSERT_FALSE(held.empty()) << "asked for more than there is";
    ++pieces;
    const auto& file = held.front();
    const auto piece = std::span(file).subspan(given, std::min(limits::in_bytes_max, file.size() - given));
    given += piece.size();
    const bool last = given == file.size();
    const std::vector<std::uint8_t> bytes(piece.begin(), piece.end());
    if (last) {
      held.pop_front();
      given = 0;
    }
    session->sound(bytes, last, now);
  }

  int capture_rate_hz_;
};

std::size_t first_loud(const Sound& sound) {
  for (std::size_t i = 0; i < sound.size(); ++i)
    if (std::abs(sound[i]) > 0.01f) return i;
  return sound.size();
}

// ---- microphone

TEST(StreamSession, WhatIsSaidGoesUpAtAnyRateOfTheDevice) {
  for (const int rate_hz : {8'000, 16'000, 44'100, 48'000, 96'000}) {
    StreamRig rig({.capture_rate_hz = rate_hz, .playback_rate_hz = rate_hz});
    const auto speech = voice(rate_hz, 1'500);
    rig.run(4'000, silence(rate_hz, 500) + speech);
    ASSERT_EQ(rig.spurts.size(), 1u) << rate_hz;
    EXPECT_GT(likeness(speech, rate_hz, rig.said(0), 16'000), 0.97) << rate_hz;
    const auto& blocks = rig.spurts[0].blocks;
    for (std::size_t i = 0; i < blocks.size(); ++i)
      EXPECT_TRUE(i + 1 < blocks.size() ? blocks[i] == block_samples : blocks[i] <= block_samples)
          << rate_hz << ": block " << i << " of " << blocks.size() << " has " << blocks[i];
    // Heard for 1,500 ms, with 300 ms before it and the detector's 400 ms after it.
    EXPECT_NEAR(static_cast<double>(rig.said(0).size()) / 16, 2'200, 60) << rate_hz;
    EXPECT_NEAR(rig.spurts[0].ended_ms, 1'000 + 500 + 1'500 + 400 + 500, 60) << rate_hz;
  }
}

TEST(StreamSession, ItBeginsBeforeTheOnset) {
  StreamRig rig;
  rig.run(3'000, silence(48'000, 1'000) + voice(48'000, 800));
  EXPECT_NEAR(static_cast<double>(first_loud(rig.said(0))) / 16, 300, 40);
  // What begins the stream was captured before; it is all there as soon as the detector is sure.
  EXPECT_NEAR(rig.spurts[0].began_ms, 1'000 + 1'000 + 70, 30);
  EXPECT_GE(rig.spurts[0].blocks.size(), 4u);
}

TEST(StreamSession, ItDoesNotGoBackBeforeTheStart) {
  StreamRig rig;
  rig.run(1'500, voice(48'000, 600));
  EXPECT_LT(first_loud(rig.said(0)), 320u);
}

TEST(StreamSession, SilenceAndSteadyNoiseAreNotSent) {
  StreamRig rig;
  rig.run(10'000, noise(48'000, 10'000, 0.02f));
  EXPECT_TRUE(rig.spurts.empty());
}

TEST(StreamSession, NothingGoesUpTwice) {
  StreamRig rig;
  // The next word comes while the first one's end is just told.
  rig.run(3'500,
          voice(48'000, 600, 120, 0.3f, false) + silence(48'000, 980) + voice(48'000, 600, 120, 0.3f, false));
  ASSERT_EQ(rig.spurts.size(), 2u);
  // What is sent of either ends half a second before its end is told.
  const double first_sent_ms = rig.spurts[0].ended_ms - 500;
  const double second_from_ms = rig.spurts[1].ended_ms - 500 - static_cast<double>(rig.said(1).size()) / 16;
  EXPECT_GE(second_from_ms, first_sent_ms - 1);
  EXPECT_LE(second_from_ms, first_sent_ms + 500);
}

TEST(StreamSession, APauseOfThoughtIsNoEnd) {
  StreamRig rig;
  rig.run(4'000, voice(48'000, 600) + silence(48'000, 750) + voice(48'000, 600));
  ASSERT_EQ(rig.spurts.size(), 1u);
  EXPECT_NEAR(rig.spurts[0].ended_ms, 1'000 + 600 + 750 + 600 + 400 + 500, 60);
  // Of the silence between, no more than hang-over and lead.
  EXPECT_LT(static_cast<double>(rig.said(0).size()) / 16, 600 + 400 + 300 + 70 + 600 + 400 + 60);
}

TEST(StreamSession, MutedNothingGoesUpAndWhatWasSaidHasEnded) {
  StreamRig rig;
  rig.run(1'000, silence(48'000, 300) + voice(48'000, 700));
  ASSERT_EQ(rig.spurts.size(), 1u);
  EXPECT_EQ(rig.spurts[0].ended_ms, 0);
  rig.session->mute(true, rig.now);
  rig.settle();
  EXPECT_EQ(rig.spurts[0].ended_ms, rig.now.ms);
  rig.run(2'000, voice(48'000, 2'000));
  EXPECT_EQ(rig.spurts.size(), 1u);
  rig.session->mute(false, rig.now);
  rig.run(2'000, voice(48'000, 600));
  ASSERT_EQ(rig.spurts.size(), 2u);
  EXPECT_LE(rig.said(1).size(), std::size_t{16 * 1'100}) << "nothing of before";
}

TEST(StreamSession, NothingOfBeforeAMuteGoesUpBehindIt) {
  StreamRig rig;
  rig.run(1'000);
  rig.session->mute(true, rig.now);
  rig.run(1'000);
  rig.session->mute(false, rig.now);
  rig.run(2'000, voice(48'000, 600));
  ASSERT_EQ(rig.spurts.size(), 1u);
  EXPECT_LT(first_loud(rig.said(0)), 320u) << "no lead of what was captured before";
}

TEST(StreamSession, AMutedStartIsMuted) {
  StreamRig rig({.muted = true});
  rig.run(1'000, voice(48'000, 1'000));
  EXPECT_TRUE(rig.spurts.empty());
}

TEST(StreamSession, PushToTalkSendsWhatIsSaidWhileItIsHeld) {
  StreamRig rig({.push_to_talk = true});
  rig.run(1'000, voice(48'000, 1'000));
  EXPECT_TRUE(rig.spurts.empty());
  rig.session->talk(true, rig.now);
  const auto held = silence(48'000, 200) + voice(48'000, 800, 200);
  rig.run(1'000, held);
  rig.session->talk(false, rig.now);
  rig.settle();
  rig.run(1'000, voice(48'000, 1'000));
  ASSERT_EQ(rig.spurts.size(), 1u);
  EXPECT_GT(likeness(held, 48'000, rig.said(0), 16'000), 0.97);
  EXPECT_NEAR(static_cast<double>(rig.said(0).size()) / 16, 1'000, 20) << "all of it, and no more";
  // Held without a word, which is the shopper's to decide.
  rig.session->talk(true, rig.now);
  rig.run(300);
  rig.session->talk(false, rig.now);
  rig.settle();
  EXPECT_EQ(rig.spurts.size(), 2u);
  // A press that is too short for any sound has no end either.
  rig.session->talk(true, rig.now);
  rig.session->talk(false, rig.now);
  rig.settle();
  EXPECT_EQ(rig.spurts.size(), 2u);
}

TEST(StreamSession, PushToTalkIsMutedToo) {
  StreamRig rig({.push_to_talk = true, .muted = true});
  rig.session->talk(true, rig.now);
  rig.run(500, voice(48'000, 500));
  EXPECT_TRUE(rig.spurts.empty());
  rig.session->mute(false, rig.now);
  rig.run(500, voice(48'000, 500));
  EXPECT_EQ(rig.spurts.size(), 1u);
  rig.session->mute(true, rig.now);
  rig.settle();
  EXPECT_NE(rig.spurts[0].ended_ms, 0);
}

TEST(StreamSession, ASpurtWithoutEndIsEnded) {
  StreamRig rig;
  // Voices of a radio, without a pause.
  rig.run(40'000, voice(48'000, 40'000));
  ASSERT_EQ(rig.spurts.size(), 1u);
  EXPECT_NEAR(rig.spurts[0].ended_ms - rig.spurts[0].began_ms, 30'000, 30);
  EXPECT_EQ(rig.counted(Counter::overlong), 1u);
  rig.run(2'000, silence(48'000, 1'000) + voice(48'000, 1'000));
  EXPECT_EQ(rig.spurts.size(), 2u) << "after a pause it is heard again";
}

TEST(StreamSession, AButtonThatIsStuckIsEndedToo) {
  StreamRig rig({.push_to_talk = true});
  rig.session->talk(true, rig.now);
  rig.run(40'000);
  ASSERT_EQ(rig.spurts.size(), 1u);
  EXPECT_NEAR(static_cast<double>(rig.said(0).size()) / 16, 30'000, 30);
  rig.session->talk(false, rig.now);
  rig.session->talk(true, rig.now);
  rig.run(500);
  EXPECT_EQ(rig.spurts.size(), 2u);
}

// ---- speaker

TEST(StreamSession, ASoundIsHeardAtAnyRateOfTheDevice) {
  for (const int rate_hz : {8'000, 16'000, 44'100, 48'000, 96'000})
    for (const int file_hz : {8'000, 11'025, 16'000, 22'050, 24'000, 44'100, 48'000}) {
      StreamRig rig({.capture_rate_hz = rate_hz, .playback_rate_hz = rate_hz});
      const auto sound = voice(file_hz, 1'500, 180);
      rig.run(100);
      rig.hear(wav(sound, {.rate_hz = file_hz}));
      rig.run(2'000);
      EXPECT_GT(likeness(sound, file_hz, rig.speaker.heard, rate_hz), 0.97) << file_hz << " on " << rate_hz;
      EXPECT_NEAR(rig.speaker.taken * 1000 / rate_hz, 1'500, 3) << file_hz << " on " << rate_hz;
      EXPECT_EQ(rig.agents, (std::vector{AgentState::speaking, AgentState::listening}));
    }
}

TEST(StreamSession, TheQueueIsShortAndNeverDry) {
  StreamRig rig;
  rig.run(100);
  rig.hear(wav(voice(24'000, 5'000)));
  rig.run(4'500);
  EXPECT_LE(rig.queued_ms_max, 65.1);
  EXPECT_GE(rig.queued_ms_min, 34.9);  // after the device has taken its 10 ms
}

TEST(StreamSession, ALongReplyComesInPiecesThatAreAskedFor) {
  StreamRig rig;
  const auto sound = voice(44'100, 30'000);
  const auto file = wav(sound, {.rate_hz = 44'100, .channels = 2, .bits = 32, .is_float = true});
  ASSERT_GT(file.size(), 10'000'000u);
  rig.hear(file);
  EXPECT_LE(rig.pieces, 5u) << "no more than 65 ms is read ahead";
  rig.run(31'000);
  EXPECT_EQ(rig.pieces, (file.size() + limits::in_bytes_max - 1) / limits::in_bytes_max);
  EXPECT_GT(likeness(sound, 44'100, rig.speaker.heard, 48'000), 0.97);
  EXPECT_NEAR(rig.speaker.taken / 48, 30'000, 3);
}

TEST(StreamSession, SoundsAreHeardOneAfterTheOther) {
  StreamRig rig;
  const auto first = voice(16'000, 700, 120), second = voice(22'050, 900, 220);
  rig.run(100);
  rig.hear(wav(first, {.rate_hz = 16'000}));
  rig.hear(wav({}, {}));
  rig.hear(wav(second, {.rate_hz = 22'050}));
  rig.run(2'500);
  EXPECT_EQ(rig.agents, (std::vector{AgentState::speaking, AgentState::listening})) << "as one";
  EXPECT_NEAR(rig.speaker.taken / 48, 1'600, 5);
  const Sound heard(rig.speaker.heard.begin() + 48 * 700, rig.speaker.heard.end());
  EXPECT_GT(likeness(second, 22'050, heard, 48'000), 0.97);
}

TEST(StreamSession, AFileThatIsNoneIsCountedAndPassedOver) {
  StreamRig rig;
  rig.run(100);
  rig.hear(std::vector<std::uint8_t>(100'000, 'a'));
  rig.hear({'R', 'I', 'F', 'F'});
  EXPECT_EQ(rig.counted(Counter::unreadable), 2u);
  EXPECT_TRUE(rig.held.empty());
  EXPECT_TRUE(rig.agents.empty());
  const auto sound = voice(24'000, 500);
  rig.hear(wav(sound));
  rig.run(1'000);
  EXPECT_GT(likeness(sound, 24'000, rig.speaker.heard, 48'000), 0.97);
  EXPECT_EQ(rig.counted(Counter::unreadable), 2u);
}

TEST(StreamSession, SpeechSilencesTheAgentInTheSameCall) {
  for (const bool counts_flushed : {false, true}) {
    StreamRig rig;
    rig.speaker.counts_flushed = counts_flushed;
    rig.run(500);
    rig.hear(wav(voice(24'000, 8'000, 200)));
    rig.hear(wav(voice(24'000, 8'000, 200)));
    rig.run(1'000);
    const double began_ms = rig.now.ms;
    rig.run(500, voice(48'000, 500, 110, 0.4f));
    ASSERT_EQ(rig.spurts.size(), 1u);
    ASSERT_EQ(rig.flushes_ms, std::vector{rig.spurts[0].began_ms});
    EXPECT_LE(rig.flushes_ms[0] - began_ms, 100);
    EXPECT_TRUE(rig.held.empty()) << "what waited answers what was said before";
    EXPECT_TRUE(rig.speaker.queue.empty());
    EXPECT_EQ(rig.agents, (std::vector{AgentState::speaking, AgentState::listening}));
    EXPECT_EQ(rig.counted(Counter::interrupts), 1u);
    const auto taken = rig.speaker.taken;
    rig.run(2'000);
    EXPECT_EQ(rig.speaker.taken, taken);

    // The answer to that is heard.
    const auto answer = voice(24'000, 700, 180);
    rig.speaker.heard.clear();
    rig.hear(wav(answer));
    rig.run(1'500);
    EXPECT_GT(likeness(answer, 24'000, rig.speaker.heard, 48'000), 0.97);
    EXPECT_EQ(rig.agents.back(), AgentState::listening);
    EXPECT_LE(rig.queued_ms_max, 65.1);
  }
}

TEST(StreamSession, ASoundThatComesWhileTheShopperSpeaksIsNotHeard) {
  StreamRig rig;
  rig.run(1'000, silence(48'000, 300) + voice(48'000, 700));
  ASSERT_EQ(rig.spurts.size(), 1u);
  rig.hear(wav(voice(24'000, 1'000)));
  EXPECT_TRUE(rig.held.empty());
  rig.run(1'000);
  EXPECT_EQ(rig.speaker.taken, 0);
  EXPECT_TRUE(rig.agents.empty());
  EXPECT_EQ(rig.counted(Counter::interrupts), 0u);
}

TEST(StreamSession, AButtonSilencesTheAgentToo) {
  StreamRig rig({.push_to_talk = true});
  rig.run(100);
  rig.hear(wav(voice(24'000, 3'000)));
  rig.run(500, voice(48'000, 500));
  EXPECT_TRUE(rig.flushes_ms.empty()) << "speech alone is not heard";
  rig.session->talk(true, rig.now);
  rig.settle();
  EXPECT_EQ(rig.flushes_ms, std::vector{rig.now.ms});
}

TEST(StreamSession, ASoundOfNothingIsSilenceAtOnce) {
  StreamRig rig;
  rig.run(100);
  rig.hear(wav(voice(24'000, 3'000)));
  rig.run(500);
  rig.hear({});
  EXPECT_EQ(rig.flushes_ms, std::vector{rig.now.ms});
  EXPECT_TRUE(rig.held.empty());
  EXPECT_EQ(rig.agents.back(), AgentState::listening);
  rig.hear(wav(voice(24'000, 300)));
  rig.run(500);
  EXPECT_GT(rig.speaker.taken / 48, 790);
}

TEST(StreamSession, AMuffledAgentDoesNotInterruptHimself) {
  StreamRig rig;
  rig.run(1'000);
  const auto sound = voice(48'000, 3'000, 200);
  rig.hear(wav(sound, {.rate_hz = 48'000}));
  // What echo cancellation leaves of him.
  auto echo = sound;
  for (float& sample : echo) sample *= 0.01f;
  rig.run(3'000, echo);
  EXPECT_TRUE(rig.flushes_ms.empty());
  EXPECT_TRUE(rig.spurts.empty());
}

TEST(StreamSession, ASpeakerThatIsSuspendedIsNotFilledUp) {
  StreamRig rig;
  rig.speaker_runs = false;
  rig.hear(wav(voice(24'000, 2'000)));
  rig.run(5'000);
  EXPECT_LE(rig.speaker.queued_ms(), 65.1);
  EXPECT_EQ(rig.session->deadline(), never) << "its next report says when to go on";
  rig.speaker_runs = true;
  rig.run(2'500);
  EXPECT_NEAR(rig.speaker.taken / 48, 2'000, 3);
}

TEST(StreamSession, LevelsOfBothSidesAreTold) {
  StreamRig rig;
  rig.run(200);
  rig.hear(wav(voice(24'000, 500)));
  rig.run(1'000, voice(48'000, 200, 120, 0.5f));
  float microphone = 0, agent = 0;
  for (const auto& [one, other] : rig.levels) {
    microphone = std::max(microphone, one);
    agent = std::max(agent, other);
  }
  EXPECT_GT(microphone, 0.5f);
  EXPECT_GT(agent, 0.5f);
}

TEST(StreamSession, ARateThatNoDeviceHasIsRefused) {
  EXPECT_FALSE(StreamSession({.capture_rate_hz = 1}).usable());
  EXPECT_FALSE(StreamSession({.playback_rate_hz = 1'000'000}).usable());
}

}  // namespace
}  // namespace shopbell::voice
