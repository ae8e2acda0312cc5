// CallAgent: the agent at the gateway's end of a call, as simple as one can be and still do all that a call
// has: it greets, hears a turn out, has it answered, speaks the answer at the pace of speech, falls silent
// when it is interrupted or parked, and goes on from what was heard when the page is back.
//
// Its packets say which 20 ms of which utterance they are (packets.h), so that the page's end can tell
// whether anything is heard twice or out of order.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "registry/events.h"
#include "world/chance.h"

namespace shopbell::simulation {

class CallAgent {
 public:
  using Tell = std::function<void(registry::Event, std::string)>;
  // In the agent's life only.
  using Later = std::function<void(double span_ms, std::function<void()>)>;

  CallAgent(std::uint32_t call, std::string name, Chance& chance, std::uint32_t& utterances, Tell tell,
            Later later)
      : call_(call),
        name_(std::move(name)),
        chance_(chance),
        utterances_(utterances),
        tell_(std::move(tell)),
        later_(std::move(later)) {}

  const std::string& name() const { return name_; }
  void begin() { speak(60); }
  // A packet of an engine's microphone; gives the one that was heard before it.
  std::uint32_t hears(std::uint32_t engine, std::uint32_t sequence) {
    return std::exchange(last_heard_[engine], sequence);
  }
  void speech(bool on);
  void interrupted() { stop(); }
  void playout(std::uint32_t stream, std::uint32_t timestamp_48k);
  void park();
  void resume();
  void answered() { speak(30 + static_cast<std::uint32_t>(chance_.below(90))); }

 private:
  void speak(std::uint32_t frames);
  void pace(std::uint32_t stream);
  void stop();
  void mood(registry::AgentMood mood);

  std::uint32_t call_;
  std::string name_;
  Chance& chance_;
  std::uint32_t& utterances_;  // of all agents
  Tell tell_;
  Later later_;
  bool parked_ = false;
  std::uint32_t stream_ = 0;  // of the last utterance
  std::uint32_t utterance_ = 0;
  std::uint32_t frame_ = 0;   // the next to be sent of it
  std::uint32_t frames_ = 0;  // in all; 0: silent
  std::uint32_t heard_ = 0;   // of it, by the page's word
  std::uint32_t turns_ = 0;
  std::map<std::uint32_t, std::uint32_t> last_heard_;
};

}  // namespace shopbell::simulation
