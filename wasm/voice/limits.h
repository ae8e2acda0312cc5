// Every bound on what a device, the network or the gateway may cost the voice module. Nothing grows past it:
// the memory is taken once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.h"

namespace shopbell::voice::limits {

// The face
inline constexpr std::size_t in_bytes_max =
    8'192;  // a frame that is too big still comes in, to be counted; a piece of a sound
inline constexpr std::size_t pcm_in_samples_max = 4'096;  // all channels together
inline constexpr std::size_t out_bytes_max = 128 * 1'024;
inline constexpr std::size_t out_bytes_kept = 16 * 1'024;  // of them, for what must not be lost
inline constexpr std::size_t url_bytes_max = 2'048;
inline constexpr int rate_hz_min = 8'000;
inline constexpr int rate_hz_max = 192'000;

// Connection
inline constexpr Ms ticket_age_max = 60_s;
inline constexpr Ms welcome_within = 10_s;  // of the attempt's start
inline constexpr Ms backoff_base = 250_ms;
inline constexpr Ms backoff_max = 4_s;
inline constexpr Ms ask_again_after = 20_s;  // for a ticket
inline constexpr Ms settled_after = 3_s;     // a connection that held so long starts the back-off anew
inline constexpr Ms silence_max = 7_s;       // of the server, until it is asked
inline constexpr Ms probe_within = 1800_ms;  // the answer to our ping

// Microphone to wire
inline constexpr std::size_t uplink_packets_max = 100;  // 2 s: kept while the connection is away
inline constexpr std::size_t uplink_packet_bytes_max =
    400;                                                 // 160 kbit/s: far above what is asked of the encoder
inline constexpr std::size_t socket_bytes_max = 16'384;  // waiting in the socket: past it packets wait here
inline constexpr int bitrate_bps_min = 12'000;
inline constexpr int bitrate_bps_max = 32'000;
inline constexpr int bitrate_bps_start = 24'000;

// Microphone to a back end that takes bare samples
inline constexpr int spurt_rate_hz = 16'000;
inline constexpr std::size_t spurt_block_samples = 1'280;  // 80 ms; as JSON numbers below 10 kB
inline constexpr std::size_t spurt_kept_samples = 8 * spurt_block_samples;
inline constexpr Ms spurt_lead = 300_ms;  // before the onset
inline constexpr Ms spurt_pause =
    500_ms;  // after speech, until it has ended: people think between two sentences
inline constexpr Ms spurt_max = 30_s;

// Wire to speaker
inline constexpr std::size_t jitter_packets_max = 512;  // 10 s ahead of the speaker
inline constexpr std::size_t queued_frames_max = 64;    // in the playback worklet and on the way there
inline constexpr Ms queue_target = 45_ms;  // below it one more frame of sound is put in the playback worklet
inline constexpr Ms play_every = 10_ms;
inline constexpr Ms report_silence_max = 1_s;  // the worklet's reports stay away: nothing more is queued
inline constexpr Ms playout_every = 500_ms;
inline constexpr Ms level_every = 50_ms;

}  // namespace shopbell::voice::limits
