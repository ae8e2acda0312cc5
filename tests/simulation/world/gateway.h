// Gateway: the real registry, and around it what tools/gateway is: the store, the assistant that makes
// replies, the agents of calls. It can be stopped, killed and started again.
//
// Theory of operation. As in tools/gateway/sockets/sockets.mjs everything passes one queue: an event is
// told to the registry, its commands are carried out in their order, and what they bring about is the next
// event. What takes time (the store, a reply's words, an agent's speech) comes from the clock and is
// dropped when the process that asked for it has died since (`life_`). A stalled process hears nothing
// until it goes on, and then everything in its order.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "judge/ledger.h"
#include "registry/registry.h"
#include "world/agent.h"
#include "world/chance.h"
#include "world/clockwork.h"
#include "world/network.h"
#include "world/store.h"

namespace shopbell::simulation {

class Gateway final : public GatewayEnd {
 public:
  Gateway(Clockwork& clock, Network& network, Ledger& ledger, Chance chance)
      : clock_(clock), network_(network), ledger_(ledger), chance_(chance) {}

  void start();
  // Without a word to anyone; `machine` dies with it, so that nobody hears even of that.
  void kill(bool machine);
  // As SIGTERM does: nothing is taken any more, then every socket is closed.
  void leave(double grace_ms);
  void stall(double span_ms);
  // Of a process that is down: one of several sessions is not there any more when it is back.
  bool forget_session();
  // The shop ends a call; false: there is none.
  bool hang_up();
  bool answering() const { return !runs_.empty(); }

  // What the storm does to it, until these times.
  double store_slow_until_ms = 0;
  double store_failing_until_ms = 0;
  double crowded_until_ms = 0;
  double answers_break_until_ms = 0;

  bool running() const { return registry_.has_value(); }
  const registry::Registry* registry() const { return registry_ ? &*registry_ : nullptr; }
  const Store& store() const { return store_; }
  bool calls_open() const { return !agents_.empty(); }

  bool listening() const override { return running(); }
  bool machine_runs() const override { return machine_runs_; }
  void opened(std::uint32_t connection, SocketKind kind) override;
  void frame(std::uint32_t connection, const std::string& bytes) override;
  void closed(std::uint32_t connection) override;

 private:
  // An answer in the making.
  struct Run {
    std::string session{};
    std::string id{};
    std::vector<std::string> parts{};
    std::size_t next = 0;
    std::string text{};
    bool followed = false;  // the registry hears of it
    bool stopped = false;
    std::uint32_t number = 0;
  };

  void tell(registry::Event event, std::string payload = {});
  void work();
  void handle(const registry::Event& event, const std::string& payload);
  void set_timer();
  // In this life of the process only.
  void later(double span_ms, std::function<void()> what);

  void on(const registry::command::Send& command, std::string_view bytes);
  void on(const registry::command::Close& command, std::string_view);
  void on(const registry::command::LoadSession& command, std::string_view);
  void on(const registry::command::CreateSession& create, std::string_view) { store_.put(create); }
  void on(const registry::command::SaveEpoch& save, std::string_view) { store_.put(save); }
  void on(const registry::command::StoreMessage& command, std::string_view);
  void on(const registry::command::StoreRow& command, std::string_view);
  void on(const registry::command::Answer& command, std::string_view);
  void on(const registry::command::StopAnswer& command, std::string_view);
  void on(const registry::command::CallOpen& command, std::string_view);
  void on(const registry::command::CallHeard& command, std::string_view);
  void on(const registry::command::CallSpeech& command, std::string_view);
  void on(const registry::command::CallInterrupted& command, std::string_view);
  void on(const registry::command::CallPlayout& command, std::string_view);
  void on(const registry::command::CallPark& command, std::string_view);
  void on(const registry::command::CallResume& command, std::string_view);
  void on(const registry::command::CallClose& command, std::string_view);
  template <class Other>
  void on(const Other&, std::string_view) {}  // logs, counts, mute: nobody here acts on them

  void commit(const registry::command::StoreMessage& command);
  void start_run(const std::string& session, const std::string& id, bool followed);
  void step_run(const std::string& key, std::uint32_t number);
  void end_run(Run& run, registry::RowState state);
  CallAgent* agent_of(std::uint32_t call);
  static std::string key_of(const std::string& session, const std::string& id) { return session + ' ' + id; }

  Clockwork& clock_;
  Network& network_;
  Ledger& ledger_;
  Chance chance_;
  Store store_;
  bool machine_runs_ = true;
  std::uint32_t utterances_ = 0;

  // One life of the process.
  std::uint32_t life_ = 0;
  std::optional<registry::Registry> registry_;
  std::deque<std::pair<registry::Event, std::string>> queue_;
  bool working_ = false;
  double stalled_until_ms_ = 0;
  double timer_ms_ = 0;
  double store_free_at_ms_ = 0;
  std::map<std::string, Run> runs_;
  std::uint32_t last_run_ = 0;
  std::map<std::uint32_t, std::unique_ptr<CallAgent>> agents_;
};

}  // namespace shopbell::simulation
