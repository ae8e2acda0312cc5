// Whole calls on the real codec: what is said arrives, what the agent says is heard, an interruption is
// quick, and a bad network or a bad server changes none of it.
#include "voice/voice_session.h"

#include <gtest/gtest.h>

#include <numeric>

#include "voice_rig.h"

namespace shopbell::voice {
namespace {

// What the server hears: packets by timestamp, silence between them.
Sound decoded(const std::vector<Received>& packets) {
  Decoder decoder;
  EXPECT_TRUE(decoder.start(48'000));
  Sound out;
  for (const auto& one : packets) {
    out.resize(std::max<std::size_t>(out.size(), one.frame.timestamp_48k));
    Sound frame(frame_samples_48k);
    EXPECT_EQ(decoder.decode(one.payload, frame), frame_samples_48k);
    out.insert(out.end(), frame.begin(), frame.end());
  }
  return out;
}

TEST(VoiceSession, WhatIsSaidArrives) {
  for (const int rate_hz : {16'000, 44'100, 48'000, 96'000}) {
    Rig rig({.capture_rate_hz = rate_hz, .playback_rate_hz = rate_hz});
    rig.begin();
    const auto sound =
        silence(rate_hz, 300) + voice(rate_hz, 1'500) + silence(rate_hz, 500) + voice(rate_hz, 800, 200);
    rig.run(4'000, sound);
    const auto packets = rig.received_of(FrameKind::audio);
    ASSERT_GT(packets.size(), 100u) << rate_hz;
    EXPECT_GT(likeness(sound, rate_hz, decoded(packets), 48'000), 0.97) << rate_hz;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      EXPECT_EQ(packets[i].frame.sequence, i + 1);
      EXPECT_EQ(packets[i].frame.timestamp_48k % frame_samples_48k, 0u);
      // The frame's own 20 ms, and nothing but them: it leaves in the call that completes it.
      EXPECT_LE(packets[i].at_ms + Rig::clock_offset_ms - packets[i].captured_ms, 30 + 2) << rate_hz;
    }
  }
}

TEST(VoiceSession, SilenceIsNotSentAndItsTimeGoesOn) {
  Rig rig;
  rig.begin();
  rig.run(8'000, voice(48'000, 1'000) + silence(48'000, 5'000) + voice(48'000, 1'000));
  const auto packets = rig.received_of(FrameKind::audio);
  EXPECT_LT(packets.size(), 250u) << "of 400 frames";
  const auto firsts = std::ranges::count_if(
      packets, [](const Received& one) { return (one.frame.flags & audio_first_of_spurt) != 0; });
  EXPECT_GE(firsts, 2);
  EXPECT_LE(firsts, 4);
  EXPECT_EQ(packets.front().frame.flags, audio_first_of_spurt);
}

TEST(VoiceSession, SpeechIsToldWithItsTrueEdges) {
  Rig rig;
  rig.begin();
  rig.run(3'000, silence(48'000, 1'000) + voice(48'000, 1'000) + silence(48'000, 1'000));
  const auto events = rig.received_of(FrameKind::speech);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_TRUE(events[0].frame.on);
  EXPECT_NEAR(events[0].frame.timestamp_48k / 48.0, 1'000, 30);
  EXPECT_FALSE(events[1].frame.on);
  EXPECT_NEAR(events[1].frame.timestamp_48k / 48.0, 1'950, 60);
  EXPECT_EQ(rig.speech(), (std::vector<bool>{true, false}));
}

TEST(VoiceSession, WhatTheAgentSaysIsHeard) {
  for (const int rate_hz : {16'000, 44'100, 48'000, 96'000}) {
    for (const double lead_ms : {0.0, 3'000.0}) {
      Rig rig({.capture_rate_hz = rate_hz, .playback_rate_hz = rate_hz});
      rig.begin();
      const auto sound = voice(48'000, 3'000, 180);
      rig.say(1, sound, lead_ms);
      rig.run(4'000);
      EXPECT_GT(likeness(sound, 48'000, rig.speaker.heard, rate_hz), 0.97) << rate_hz << " " << lead_ms;
      EXPECT_LE(rig.counted(Counter::concealed), 1u) << rate_hz << " " << lead_ms;
      const auto playout = rig.received_of(FrameKind::playout);
      ASSERT_GE(playout.size(), 6u);
      EXPECT_EQ(playout.back().frame.stream, 1);
      EXPECT_EQ(playout.back().frame.timestamp_48k, 144'000u) << "played out to its end";
      for (std::size_t i = 1; i + 1 < playout.size(); ++i)
        EXPECT_NEAR((playout[i].frame.timestamp_48k - playout[i - 1].frame.timestamp_48k) / 48.0, 500, 40);
    }
  }
}

TEST(VoiceSession, TheWorkletsQueueIsShort) {
  Rig rig;
  rig.begin();
  rig.say(1, voice(48'000, 3'000), 3'000);
  rig.run(100);
  for (int i = 0; i < 200; ++i) {
    rig.run(10);
    EXPECT_GE(rig.speaker.queued_ms(), 30);
    EXPECT_LE(rig.speaker.queued_ms(), 70);
  }
}

TEST(VoiceSession, AnInterruptionSilencesTheAgentAndTellsHowMuchWasHeard) {
  for (const bool counts_flushed : {false, true}) {
    Rig rig;
    rig.speaker.counts_flushed = counts_flushed;
    rig.begin();
    rig.say(7, voice(48'000, 6'000, 200), 500);
    // 1.5 s of the agent, then the shopper speaks.
    rig.run(3'000, silence(48'000, 1'500) + voice(48'000, 1'000, 110, 0.4f));
    const auto interrupts = rig.received_of(FrameKind::interrupt);
    ASSERT_EQ(interrupts.size(), 1u);
    EXPECT_EQ(interrupts[0].frame.stream, 7);
    EXPECT_EQ(rig.flushes, 1u);
    const double interrupted_ms = interrupts[0].at_ms - 1'000;
    EXPECT_LE(interrupted_ms, 1'500 + 100) << "60 ms to be sure, and the blocks";
    // Speech began to be heard when its first 40 ms were there; the speaker's own 10 ms steps.
    EXPECT_NEAR(interrupts[0].frame.timestamp_48k / 48.0, interrupted_ms - 10, 45);
    EXPECT_EQ(rig.flushed_at_ms, interrupts[0].at_ms) << "in the same moment";
    EXPECT_TRUE(rig.speaker.queue.empty()) << "what still comes of that utterance is dropped";

    // The next utterance is heard, and its positions are right.
    rig.stop_saying();
    rig.run(1'000);
    rig.say(8, voice(48'000, 1'000, 200), 100);
    rig.run(1'600);
    const auto playout = rig.received_of(FrameKind::playout);
    EXPECT_EQ(playout.back().frame.stream, 8);
    EXPECT_EQ(playout.back().frame.timestamp_48k, 48'000u);
  }
}

TEST(VoiceSession, NobodyIsInterruptedWhileTheAgentIsSilent) {
  Rig rig;
  rig.begin();
  rig.run(2'000, silence(48'000, 500) + voice(48'000, 1'000));
  EXPECT_TRUE(rig.received_of(FrameKind::interrupt).empty());
  EXPECT_EQ(rig.flushes, 0u);
}

TEST(VoiceSession, TheServersFlushEmptiesTheSpeaker) {
  Rig rig;
  rig.begin();
  rig.say(3, voice(48'000, 5'000), 1'000);
  rig.run(1'000);
  rig.stop_saying();
  rig.tell(FrameKind::flush, 3);
  EXPECT_EQ(rig.flushes, 1u);
  EXPECT_TRUE(rig.speaker.queue.empty());
  rig.run(500);
  EXPECT_TRUE(rig.speaker.queue.empty());
  EXPECT_EQ(rig.received_of(FrameKind::playout).back().frame.stream, 3);
  rig.tell(FrameKind::flush, 9);
  EXPECT_EQ(rig.flushes, 1u) << "nothing of it is in the speaker";
}

TEST(VoiceSession, MuteSendsNothingAndOutlivesReconnects) {
  Rig rig;
  rig.begin();
  rig.run(500, voice(48'000, 500));
  rig.session->mute(true, rig.now);
  rig.settle();
  EXPECT_EQ(rig.received.back().frame.kind, FrameKind::mute);
  EXPECT_EQ(rig.speech(), (std::vector<bool>{true, false})) << "speech ends with the mute";
  const auto before = rig.received_of(FrameKind::audio).size();
  rig.run(1'000, voice(48'000, 1'000));
  EXPECT_EQ(rig.received_of(FrameKind::audio).size(), before);
  rig.lose();
  rig.run(300, voice(48'000, 300));
  EXPECT_EQ(rig.received.back().frame.kind, FrameKind::hello);
  EXPECT_EQ(rig.received.back().frame.flags, hello_muted);
  rig.welcome(true, static_cast<std::uint32_t>(before) + 1);
  rig.run(500, voice(48'000, 500));
  EXPECT_EQ(rig.received_of(FrameKind::audio).size(), before);
  rig.session->mute(false, rig.now);
  const double unmuted_ms = rig.now.ms - 1'000;
  rig.run(500, voice(48'000, 500));
  const auto packets = rig.received_of(FrameKind::audio);
  ASSERT_GT(packets.size(), before);
  EXPECT_EQ(packets[before].frame.sequence, before + 1) << "mute leaves no gap in the sequence";
  EXPECT_NEAR(packets[before].frame.timestamp_48k / 48.0, unmuted_ms, 25) << "but its time goes on";
}

TEST(VoiceSession, MuteChangedDuringTheGreetingIsTold) {
  Rig rig({.muted = true});
  rig.connect();
  EXPECT_EQ(rig.received.back().frame.flags, hello_muted);
  rig.session->mute(false, rig.now);
  rig.welcome();
  ASSERT_EQ(rig.received_of(FrameKind::mute).size(), 1u);
  EXPECT_FALSE(rig.received_of(FrameKind::mute)[0].frame.on);
}

TEST(VoiceSession, PushToTalk) {
  Rig rig({.push_to_talk = true});
  rig.begin();
  rig.run(500, voice(48'000, 500));
  EXPECT_TRUE(rig.received_of(FrameKind::audio).empty());
  rig.say(2, voice(48'000, 5'000, 200), 200);
  rig.run(1'000);
  rig.session->talk(true, rig.now);
  rig.settle();
  EXPECT_EQ(rig.received_of(FrameKind::interrupt).size(), 1u) << "a press is sure";
  rig.stop_saying();
  rig.run(500, voice(48'000, 500));
  EXPECT_FALSE(rig.received_of(FrameKind::audio).empty());
  rig.session->talk(false, rig.now);
  rig.settle();
  EXPECT_EQ(rig.speech(), (std::vector<bool>{true, false}));
  const auto before = rig.received_of(FrameKind::audio).size();
  rig.run(500, voice(48'000, 500));
  EXPECT_EQ(rig.received_of(FrameKind::audio).size(), before);
}

TEST(VoiceSession, TheFirstWordsAreKeptUntilTheServerIsThere) {
  Rig rig;
  const auto sound = voice(48'000, 1'400);
  rig.run(700, sound);
  rig.connect();
  rig.run(300, Sound(sound.begin() + 33'600, sound.end()));
  rig.welcome();
  rig.run(600, Sound(sound.begin() + 48'000, sound.end()));
  const auto packets = rig.received_of(FrameKind::audio);
  ASSERT_FALSE(packets.empty());
  EXPECT_EQ(packets.front().frame.sequence, 1u);
  EXPECT_EQ(packets.front().frame.timestamp_48k, 0u);
  EXPECT_GT(likeness(sound, 48'000, decoded(packets), 48'000), 0.95);
  const auto speech = rig.received_of(FrameKind::speech);
  ASSERT_FALSE(speech.empty());
  EXPECT_TRUE(speech[0].frame.on) << "speech that began before is told";
}

TEST(VoiceSession, NoWordIsLostOverAReconnect) {
  Rig rig;
  rig.begin();
  const auto sound = voice(48'000, 3'000);
  rig.run(1'000, sound);
  const auto first = rig.received_of(FrameKind::audio);
  // The last three never arrived at the server.
  const auto arrived = first.size() - 3;
  rig.lose();
  rig.run(900, Sound(sound.begin() + 48'000, sound.end()));
  ASSERT_EQ(rig.received_of(FrameKind::hello).size(), 2u);
  rig.welcome(true, static_cast<std::uint32_t>(arrived) + 1);
  rig.run(1'500, Sound(sound.begin() + 91'200, sound.end()));
  auto packets = rig.received_of(FrameKind::audio);
  packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(arrived),
                packets.begin() + static_cast<std::ptrdiff_t>(first.size()));
  for (std::size_t i = 0; i < packets.size(); ++i) ASSERT_EQ(packets[i].frame.sequence, i + 1);
  EXPECT_GT(likeness(sound, 48'000, decoded(packets), 48'000), 0.97);
  EXPECT_EQ(rig.counted(Counter::resent), 3u);
  EXPECT_EQ(rig.counted(Counter::unsent), 0u);
}

TEST(VoiceSession, TheAgentGoesOnAfterAReconnect) {
  Rig rig;
  rig.welcomes = true;
  rig.connect();
  rig.say(1, voice(48'000, 4'000, 180), 400);
  rig.run(1'000);
  rig.lose();
  rig.stop_saying();
  rig.run(1'000);
  const auto hello = rig.received_of(FrameKind::hello).back();
  EXPECT_EQ(hello.frame.sequence, rig.agent_sequence) << "what it expects next";
  // The server repeats 200 ms that were heard before the break, and goes on.
  rig.agent_timestamp_48k -= 10 * frame_samples_48k;
  const auto sound = voice(48'000, 600, 180);
  const auto before = rig.speaker.taken;
  for (std::size_t at = 0; at + frame_samples_48k <= sound.size(); at += frame_samples_48k)
    rig.tell(rig.agent_frame(1, std::span(sound).subspan(at, frame_samples_48k)));
  rig.tell(FrameKind::end, 1, rig.agent_timestamp_48k);
  rig.run(1'500);
  EXPECT_EQ(rig.counted(Counter::replayed), 10u);
  EXPECT_NEAR((rig.speaker.taken - before) / 48, 400, 70)
      << "heard once (three frames are made up in the gap)";
  EXPECT_EQ(rig.received_of(FrameKind::playout).back().frame.timestamp_48k, rig.agent_timestamp_48k);
}

TEST(VoiceSession, AnInterruptionDuringTheBreakIsToldAfterIt) {
  Rig rig;
  rig.begin();
  rig.say(5, voice(48'000, 4'000, 200), 3'000);
  rig.run(1'000);
  rig.stop_saying();
  rig.reachable = false;
  rig.lose();
  rig.run(600, silence(48'000, 100) + voice(48'000, 500, 110, 0.4f));
  EXPECT_EQ(rig.flushes, 1u);
  rig.reachable = true;
  rig.run(3'000);
  rig.welcome(true, 1);
  const auto interrupts = rig.received_of(FrameKind::interrupt);
  ASSERT_EQ(interrupts.size(), 1u);
  EXPECT_EQ(interrupts[0].frame.stream, 5);
  EXPECT_NEAR(interrupts[0].frame.timestamp_48k / 48.0, 1'160, 60);
  EXPECT_EQ(rig.received_of(FrameKind::speech).size(), 2u) << "speech that began and ended meanwhile";
}

TEST(VoiceSession, FivePercentOfTheAgentsFramesLost) {
  Rig rig;
  rig.begin();
  Noise dice(42);
  rig.lose_frame = [&](std::uint32_t) { return dice.next() > 0.9f; };
  const auto sound = voice(48'000, 10'000, 180);
  rig.say(1, sound, 200);
  rig.run(11'000);
  const auto missing = rig.counted(Counter::missing);
  EXPECT_GT(missing, 10u);
  EXPECT_GT(rig.counted(Counter::recovered), missing / 2);
  EXPECT_GT(likeness(sound, 48'000, rig.speaker.heard, 48'000), 0.93);
  EXPECT_NEAR(rig.speaker.taken / 48, 10'000, 60) << "no time is lost or gained";
}

TEST(VoiceSession, LateBurstsAreWaitedForAndLearnt) {
  Rig rig;
  rig.begin();
  // 10 s in which everything comes in bursts of 160 ms, as over a bad TCP connection.
  const auto sound = voice(48'000, 10'000, 180);
  Noise dice(4);
  std::vector<Frame> held;
  std::vector<Bytes> packets;
  std::size_t at = 0;
  for (int tick = 0; tick < 1'050; ++tick) {
    if (tick % 2 == 0 && at + frame_samples_48k <= sound.size()) {
      auto frame = rig.agent_frame(1, std::span(sound).subspan(at, frame_samples_48k));
      packets.emplace_back(frame.payload.begin(), frame.payload.end());
      held.push_back(frame);
      at += frame_samples_48k;
    }
    if (tick % 16 == 0) {
      for (std::size_t i = 0; i < held.size(); ++i) {
        held[i].payload = packets[i];
        rig.tell(held[i]);
      }
      held.clear();
      packets.clear();
    }
    rig.run(10);
  }
  EXPECT_GE(rig.session->stat(static_cast<std::uint32_t>(Gauge::jitter_target_ms)), 100u);
  EXPECT_EQ(rig.counted(Counter::missing), 0u);
  EXPECT_GT(likeness(sound, 48'000, rig.speaker.heard, 48'000), 0.8);
  EXPECT_LE(rig.counted(Counter::underruns), 8u) << "of 62 bursts: the others found enough in the buffer";
}

TEST(VoiceSession, HostileFramesAreCountedAndSurvived) {
  Rig rig;
  rig.begin();
  const auto sound = voice(48'000, 4'000, 180);
  std::size_t at = 0;
  Noise dice(9);
  std::uint32_t forged = 0;
  Bytes last;
  for (int tick = 0; tick < 430; ++tick) {
    if (tick % 2 == 0 && at + frame_samples_48k <= sound.size()) {
      const auto frame = rig.agent_frame(1, std::span(sound).subspan(at, frame_samples_48k));
      at += frame_samples_48k;
      std::array<std::uint8_t, frame_bytes_max> bytes;
      const auto size = write_frame(frame, bytes);
      rig.tell_bytes(std::span(bytes).first(size));
      if (tick % 10 == 0) rig.tell_bytes(std::span(bytes).first(size));      // replayed
      if (tick % 14 == 0) rig.tell_bytes(std::span(bytes).first(5));         // truncated
      if (tick % 18 == 0) rig.tell_bytes(Bytes(frame_bytes_max + 1, 0x82));  // oversized
      if (tick % 22 == 0) rig.tell_bytes(Bytes{0x55, 1, 2});                 // unknown
      if (tick % 26 == 0) {
        Frame away = frame;
        away.sequence += 1'000'000 + static_cast<std::uint32_t>(tick) * 7;  // from nowhere
        rig.tell(away);
        ++forged;
      }
      if (tick % 30 == 0) rig.tell_bytes(Bytes{0x83, 9});  // an agent's state that is none
    }
    rig.run(10);
  }
  EXPECT_GT(likeness(sound, 48'000, rig.speaker.heard, 48'000), 0.97);
  EXPECT_EQ(rig.counted(Counter::replayed), 40u);
  EXPECT_GT(rig.counted(Counter::truncated), 20u);
  EXPECT_GT(rig.counted(Counter::oversized), 15u);
  EXPECT_GT(rig.counted(Counter::unknown), 15u);
  EXPECT_GE(rig.counted(Counter::forged), forged + 13);
  EXPECT_EQ(rig.counted(Counter::missing), 0u);
  EXPECT_EQ(rig.states.size(), 1u);
}

TEST(VoiceSession, SwappedFramesAreHeardInOrder) {
  Rig rig;
  rig.begin();
  const auto sound = voice(48'000, 3'000, 180);
  for (std::size_t at = 0; at + 2 * frame_samples_48k <= sound.size(); at += 2 * frame_samples_48k) {
    const auto first = rig.agent_frame(1, std::span(sound).subspan(at, frame_samples_48k));
    const Bytes kept(first.payload.begin(), first.payload.end());
    const auto second =
        rig.agent_frame(1, std::span(sound).subspan(at + frame_samples_48k, frame_samples_48k));
    // The first pair stays in order: nothing can come before the beginning.
    if (at > 0) rig.tell(second);
    Frame again = first;
    again.payload = kept;
    rig.tell(again);
    if (at == 0) rig.tell(second);
    rig.run(40);
  }
  rig.run(500);
  EXPECT_GT(rig.counted(Counter::reordered), 60u);
  EXPECT_EQ(rig.counted(Counter::missing), 0u);
  EXPECT_GT(likeness(sound, 48'000, rig.speaker.heard, 48'000), 0.97);
}

TEST(VoiceSession, GarbageInsteadOfOpusIsConcealed) {
  Rig rig;
  rig.begin();
  const auto sound = voice(48'000, 2'000, 180);
  Noise dice(3);
  for (std::size_t at = 0; at + frame_samples_48k <= sound.size(); at += frame_samples_48k) {
    auto frame = rig.agent_frame(1, std::span(sound).subspan(at, frame_samples_48k));
    Bytes garbage(40);
    for (auto& one : garbage) one = static_cast<std::uint8_t>(dice.next() * 127 + 128);
    garbage[0] = 0xff;  // code 3, 60 ms and more: longer than a frame may be
    if (frame.sequence % 10 == 0) frame.payload = garbage;
    rig.tell(frame);
    rig.run(20);
  }
  EXPECT_EQ(rig.counted(Counter::forged), 10u);
  EXPECT_GT(likeness(sound, 48'000, rig.speaker.heard, 48'000), 0.9);
}

TEST(VoiceSession, ASpeakerThatRunsDryMakesUpThreeFramesAndThenRests) {
  Rig rig;
  rig.begin();
  rig.say(1, voice(48'000, 3'000), 100);
  rig.run(1'000);
  rig.stop_saying();
  rig.run(2'000);
  EXPECT_EQ(rig.counted(Counter::underruns), 1u);
  EXPECT_EQ(rig.counted(Counter::concealed), 3u);
  EXPECT_GT(rig.session->deadline(), rig.now + 1_s) << "nothing keeps us awake";
}

TEST(VoiceSession, APausedPlayerIsNotFed) {
  Rig rig;
  rig.begin();
  rig.reports = false;
  rig.say(1, voice(48'000, 5'000), 4'000);
  rig.run(5'000);
  EXPECT_LE(rig.speaker.taken / 48 + rig.speaker.queued_ms(), 1'200);
  EXPECT_GT(rig.session->deadline(), rig.now + 1_s) << "and does not keep us awake";
}

TEST(VoiceSession, AFullSocketLowersTheBitrateAndThenHoldsPackets) {
  Rig rig;
  rig.begin();
  rig.waiting_bytes = 5'000;
  rig.run(3'000, voice(48'000, 3'000));
  EXPECT_EQ(rig.session->stat(static_cast<std::uint32_t>(Gauge::bitrate_bps)),
            static_cast<std::uint32_t>(limits::bitrate_bps_min));
  rig.waiting_bytes = limits::socket_bytes_max;
  const auto before = rig.received_of(FrameKind::audio).size();
  rig.run(1'000, voice(48'000, 1'000));
  EXPECT_EQ(rig.received_of(FrameKind::audio).size(), before);
  rig.waiting_bytes = 0;
  rig.run(20);
  EXPECT_GT(rig.received_of(FrameKind::audio).size(), before + 30) << "all of it, in order";
}

TEST(VoiceSession, LevelsAreToldAtMostTwentyTimesASecond) {
  Rig rig;
  rig.begin();
  rig.say(1, voice(48'000, 2'000), 500);
  rig.run(1'000, voice(48'000, 1'000, 120, 0.02f));
  EXPECT_LE(rig.levels.size(), 20u);
  EXPECT_GE(rig.levels.size(), 15u);
  float loudest = 0;
  for (const auto& level : rig.levels) loudest = std::max(loudest, level.first);
  EXPECT_GT(loudest, 0.1f);
  EXPECT_LE(loudest, 1.0f);
  rig.stop_saying();
  rig.session->mute(true, rig.now);
  rig.run(3'000);
  rig.levels.clear();
  rig.run(1'000);
  EXPECT_TRUE(rig.levels.empty()) << "nothing moves";
}

TEST(VoiceSession, AgentStatesArePassedOn) {
  Rig rig;
  rig.begin();
  Frame frame;
  frame.kind = FrameKind::agent;
  frame.agent = AgentState::thinking;
  rig.tell(frame);
  EXPECT_EQ(rig.agents, (std::vector<AgentState>{AgentState::thinking}));
}

TEST(VoiceSession, TwoUtterancesInARow) {
  Rig rig;
  rig.begin();
  const auto sound = voice(48'000, 800, 180);
  for (std::uint8_t stream = 255; stream != 2; ++stream) {
    rig.agent_timestamp_48k = 0;
    for (std::size_t at = 0; at + frame_samples_48k <= sound.size(); at += frame_samples_48k)
      rig.tell(rig.agent_frame(stream, std::span(sound).subspan(at, frame_samples_48k)));
    rig.tell(FrameKind::end, stream, rig.agent_timestamp_48k);
  }
  rig.run(4'000);
  std::vector<int> finished;
  for (const auto& one : rig.received_of(FrameKind::playout))
    if (one.frame.timestamp_48k == 38'400) finished.push_back(one.frame.stream);
  EXPECT_EQ(finished, (std::vector<int>{255, 0, 1}));
  EXPECT_NEAR(rig.speaker.taken / 48, 2'400, 30);
}

TEST(VoiceSession, RatesOutOfRangeAreRefused) {
  EXPECT_FALSE(VoiceSession({.capture_rate_hz = 1'000}).usable());
  EXPECT_FALSE(VoiceSession({.playback_rate_hz = 500'000}).usable());
}

}  // namespace
}  // namespace shopbell::voice
