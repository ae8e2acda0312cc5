// Packets: the sound of a simulated call. Every sample of a microphone is the number of the engine that it
// belongs to, or silence; every packet of the agent is the number of its utterance and which 20 ms of it
// this is. Coding such sound takes no time (codec.cpp), and both ends can tell what they hear.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace shopbell::simulation {

// Samples are exact in a float: 24 bits.
inline constexpr float sample_unit = 1.0f / (1 << 24);
inline constexpr float loud_from = 0.25f;

constexpr float microphone_sample(std::uint32_t engine) {
  return loud_from + static_cast<float>(engine) * sample_unit;
}

inline std::string packet_of(std::uint32_t number) {
  return {static_cast<char>(number >> 16), static_cast<char>(number >> 8), static_cast<char>(number)};
}
inline std::uint32_t number_of(std::string_view packet) {
  std::uint32_t number = 0;
  for (const char c : packet) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

inline std::string agent_packet(std::uint32_t utterance, std::uint32_t frame) {
  return packet_of((utterance & 0xff) << 16 | (frame & 0xffff));
}
inline std::uint32_t engine_of(std::string_view packet) { return number_of(packet); }

// What a sample of the agent's speech says; 0: silence, or made up.
inline std::uint32_t heard_in(float sample) {
  return static_cast<std::uint32_t>(std::lround(sample / sample_unit));
}

}  // namespace shopbell::simulation
