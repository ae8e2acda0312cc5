// The voice module's face of a call: plain C exports and no imports, for the hand-written loader in
// shim/voice/module.ts. One session in an instance; times are milliseconds of one monotonic clock.
//
//   voice_start(capture_rate_hz, playback_rate_hz, flags)
//                                     flags: 1 push-to-talk, 2 muted, 4 a StreamSession. 32 random bytes
//                                     are read from voice_in(). 0: started. 1: a rate is out of range. 2:
//                                     memory is short. May be called again: a new session.
//   voice_in(), voice_in_bytes()      where the bytes of the next call are written, and their room
//   voice_pcm_in()                    where samples are written: 4,096 floats, planar
//   voice_out(), voice_out_bytes()    the records of command_list.h since voice_out_taken()
//   voice_deadline()                  when voice_tick is wanted; infinity: not at all
//   voice_stat(which)                 a Counter's total, or a Gauge (voice_session.h)
//
// The others are the session's own: of every session (session.h), of VoiceSession or of StreamSession. Memory
// grows in voice_start and never after it, so views of it stay good. Calls without a session, or without one
// that has them, and lengths past the room, are harmless. Built without Emscripten's glue: `_initialize` is to
// be called once, before anything else.
#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include "../voice/stream_session.h"
#include "../voice/voice_session.h"

using namespace shopbell;
using namespace shopbell::voice;

namespace {

constexpr std::uint32_t flag_push_to_talk = 1;
constexpr std::uint32_t flag_muted = 2;
constexpr std::uint32_t flag_stream = 4;
enum StartError : std::int32_t { started, bad_rate, no_memory };

Session* session = nullptr;
// It is one of the two.
VoiceSession* voice_session = nullptr;
StreamSession* stream_session = nullptr;
std::array<std::uint8_t, voice::limits::in_bytes_max> in;
std::array<float, voice::limits::pcm_in_samples_max> pcm_in;

bool is_rate(std::uint32_t rate_hz) {
  return rate_hz >= voice::limits::rate_hz_min && rate_hz <= voice::limits::rate_hz_max;
}

std::span<const std::uint8_t> taken_in(std::uint32_t bytes) {
  return std::span(in).first(std::min<std::size_t>(bytes, in.size()));
}

std::string_view text_in(std::size_t from, std::size_t bytes) {
  return {reinterpret_cast<const char*>(in.data()) + from, bytes};
}

void end() {
  delete session;
  session = voice_session = nullptr;
  stream_session = nullptr;
}

}  // namespace

#define EXPORT(name) [[clang::export_name(#name)]]

extern "C" {

EXPORT(voice_start)
std::int32_t voice_start(std::uint32_t capture_rate_hz, std::uint32_t playback_rate_hz, std::uint32_t flags) {
  end();
  if (!is_rate(capture_rate_hz) || !is_rate(playback_rate_hz)) return bad_rate;
  const SessionSettings settings{.capture_rate_hz = static_cast<int>(capture_rate_hz),
                                 .playback_rate_hz = static_cast<int>(playback_rate_hz),
                                 .push_to_talk = (flags & flag_push_to_talk) != 0,
                                 .muted = (flags & flag_muted) != 0,
                                 .seed = text_in(0, Random::seed_bytes)};
  if (flags & flag_stream)
    session = stream_session = new (std::nothrow) StreamSession(settings);
  else
    session = voice_session = new (std::nothrow) VoiceSession(settings);
  if (session && session->usable()) return started;
  end();
  return no_memory;
}

EXPORT(voice_in) std::uint8_t* voice_in() { return in.data(); }
EXPORT(voice_in_bytes) std::uint32_t voice_in_bytes() { return in.size(); }
EXPORT(voice_pcm_in) float* voice_pcm_in() { return pcm_in.data(); }

EXPORT(voice_connect) void voice_connect(std::uint32_t url_bytes, std::uint32_t ticket_bytes, double now) {
  if (!voice_session || url_bytes > in.size() || ticket_bytes > in.size() - url_bytes) return;
  voice_session->connect(text_in(0, url_bytes), text_in(url_bytes, ticket_bytes), Mono{now});
}

EXPORT(voice_socket_opened) void voice_socket_opened(std::uint32_t attempt, double now) {
  if (voice_session) voice_session->socket_opened(attempt, Mono{now});
}

EXPORT(voice_socket_frame) void voice_socket_frame(std::uint32_t attempt, std::uint32_t bytes, double now) {
  if (voice_session) voice_session->socket_frame(attempt, taken_in(bytes), Mono{now});
}

EXPORT(voice_socket_closed) void voice_socket_closed(std::uint32_t attempt, std::uint32_t code, double now) {
  if (voice_session) voice_session->socket_closed(attempt, code, Mono{now});
}

EXPORT(voice_buffered) void voice_buffered(std::uint32_t bytes) {
  if (voice_session) voice_session->buffered(bytes);
}

EXPORT(voice_captured)
void voice_captured(std::uint32_t samples, std::uint32_t channels, double captured_ms, double now) {
  if (!session || channels == 0 || samples > pcm_in.size() / channels) return;
  session->captured(std::span(pcm_in).first(samples * channels), channels, captured_ms, Mono{now});
}

EXPORT(voice_played) void voice_played(std::uint32_t queued_samples, double played_samples, double now) {
  if (session) session->played(queued_samples, played_samples, Mono{now});
}

EXPORT(voice_sound_waits) void voice_sound_waits(std::uint32_t bytes, double now) {
  if (stream_session) stream_session->sound_waits(bytes, Mono{now});
}

EXPORT(voice_sound) void voice_sound(std::uint32_t bytes, std::uint32_t last, double now) {
  if (stream_session) stream_session->sound(taken_in(bytes), last != 0, Mono{now});
}

EXPORT(voice_mute) void voice_mute(std::uint32_t on, double now) {
  if (session) session->mute(on != 0, Mono{now});
}

EXPORT(voice_talk) void voice_talk(std::uint32_t down, double now) {
  if (session) session->talk(down != 0, Mono{now});
}

EXPORT(voice_online) void voice_online(std::uint32_t online, double now) {
  if (voice_session) voice_session->online(online != 0, Mono{now});
}

EXPORT(voice_bye) void voice_bye(double now) {
  if (voice_session) voice_session->bye(Mono{now});
}

EXPORT(voice_tick) void voice_tick(double now) {
  if (session) session->tick(Mono{now});
}

EXPORT(voice_deadline) double voice_deadline() { return (session ? session->deadline() : never).ms; }

EXPORT(voice_out) const std::uint8_t* voice_out() {
  return session ? session->out().bytes().data() : in.data();
}

EXPORT(voice_out_bytes) std::uint32_t voice_out_bytes() {
  return session ? static_cast<std::uint32_t>(session->out().bytes().size()) : 0;
}

EXPORT(voice_out_taken) void voice_out_taken() {
  if (session) session->out().taken();
}

EXPORT(voice_stat) std::uint32_t voice_stat(std::uint32_t which) {
  return session ? session->stat(which) : 0;
}

}  // extern "C"
