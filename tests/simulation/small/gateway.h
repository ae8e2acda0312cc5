// Gateway: the real registry in a small world, and around it what tools/gateway is: a store that outlives its
// process, and an assistant that answers everything in two parts. What takes time waits in one line of jobs,
// of which the next is done when it is said to.
//
// A process that crashes is there again at once; what it had in memory is gone, and so are all connections.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "judge/ledger.h"
#include "registry/registry.h"
#include "small/wires.h"
#include "world/store.h"

namespace shopbell::simulation::small {

class Gateway {
 public:
  Gateway(Wires& wires, Ledger& ledger, const double& now_ms);

  void crash();
  void hears(std::uint32_t wire, WireKind kind, const WireItem& item);
  bool has_work() const { return !jobs_.empty(); }
  void work();
  // What is due by now; true: something was.
  bool tick();

  double deadline_ms() const { return registry_->deadline().ms; }
  bool answering() const { return !runs_.empty(); }
  const Store& store() const { return store_; }
  const registry::Registry& registry() const { return *registry_; }
  void digest(Digest& into) const;

 private:
  // An answer in the making.
  struct Run {
    std::string session{};
    std::string id{};
    std::string text{};
    bool followed = false;  // the registry hears of it
    bool stopped = false;
  };
  // A message that is to be stored, or the next part of an answer.
  struct Job {
    std::optional<registry::command::StoreMessage> message{};
    std::string session{};
    std::string id{};
  };

  void start();
  Now now() const { return {Mono{now_ms_}, Wall{1.7e12 + now_ms_}}; }
  void tell(registry::Event event, std::string payload = {});
  void handle(const registry::Event& event, const std::string& payload);
  void commit(const registry::command::StoreMessage& message);
  void answer(const std::string& session, const std::string& id);
  void start_run(const std::string& session, const std::string& id, bool followed);
  Run* run_of(const std::string& session, const std::string& id);

  void on(const registry::command::Send& send, std::string_view bytes);
  void on(const registry::command::Close& close, std::string_view);
  void on(const registry::command::LoadSession& load, std::string_view);
  void on(const registry::command::CreateSession& create, std::string_view) { store_.put(create); }
  void on(const registry::command::SaveEpoch& save, std::string_view) { store_.put(save); }
  void on(const registry::command::StoreMessage& message, std::string_view);
  void on(const registry::command::StoreRow& row, std::string_view);
  void on(const registry::command::Answer& answer, std::string_view);
  void on(const registry::command::StopAnswer& stop, std::string_view);
  template <class Other>
  void on(const Other&, std::string_view) {}  // logs, counts, and the agent of a call, who is silent

  Wires& wires_;
  Ledger& ledger_;
  const double& now_ms_;
  Store store_;

  // One life of the process.
  std::uint32_t life_ = 0;
  std::optional<registry::Registry> registry_;
  std::deque<std::pair<registry::Event, std::string>> queue_;
  bool working_ = false;
  std::deque<Job> jobs_;
  std::vector<Run> runs_;  // the oldest first
};

}  // namespace shopbell::simulation::small
