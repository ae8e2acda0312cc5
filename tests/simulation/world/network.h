// Network: WebSockets over TCP as both ends see them, between browsers and the gateway.
//
// Theory of operation. Each browser has a Line; each connection has two ways. A way is a queue: what is sent
// arrives complete, in order and late (latency, jitter, thin bandwidth, slices), or never. What can go wrong
// with a line or a connection:
//
//   frozen    nothing passes until a time; then all of it does (TCP sends again)
//   mute      a half-open connection: nothing passes ever again, and nobody is told
//   reset     the connection is over and what was on its way is lost; each end is told, or is not
//   refusing  new connections end at once; swallowing: they stay unanswered
//   slow close   the close of one end reaches the other only after a long time
//
// An end that closes hears nothing more. A page's dial that was given up may still reach the gateway.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <vector>

#include "world/chance.h"
#include "world/clockwork.h"

namespace shopbell::simulation {

// RFC 6455, section 7.4.1: the connection ended without a word.
inline constexpr std::uint32_t broken_code = 1006;

enum class SocketKind : std::uint8_t { text, voice };

struct PageEnd {
  virtual void opened(std::uint32_t connection) = 0;
  virtual void frame(std::uint32_t connection, const std::string& bytes) = 0;
  virtual void closed(std::uint32_t connection, std::uint32_t code) = 0;

 protected:
  ~PageEnd() = default;
};

struct GatewayEnd {
  virtual bool listening() const = 0;  // else connections are refused by its machine, where that runs
  virtual bool machine_runs() const = 0;
  virtual void opened(std::uint32_t connection, SocketKind kind) = 0;
  virtual void frame(std::uint32_t connection, const std::string& bytes) = 0;
  virtual void closed(std::uint32_t connection) = 0;

 protected:
  ~GatewayEnd() = default;
};

// A browser's way to the gateway.
struct Line {
  double latency_ms = 20;
  double jitter_ms = 5;
  double bytes_per_ms = 1'000;
  double slice_ms = 0;  // a frame comes in up to four slices, each so late
  double slow_close_ms = 0;
  double frozen_until_ms = 0;
  double refusing_until_ms = 0;
  double swallowing_until_ms = 0;
};

struct Connection {
  struct Item {
    enum What : std::uint8_t { open, frame, close };
    double arrives_ms = 0;
    What what = frame;
    std::uint32_t code = 0;
    std::string bytes{};
  };
  struct Way {
    std::deque<Item> items{};
    double free_at_ms = 0;
    std::size_t bytes = 0;                                          // of frames on their way
    double pumped_at_ms = std::numeric_limits<double>::infinity();  // the next look at the queue
  };

  std::uint32_t number = 0;
  SocketKind kind = SocketKind::text;
  Line* line = nullptr;
  PageEnd* page = nullptr;
  bool page_open = true;  // the page has not closed it, and was not told of its end
  bool gateway_open = false;
  bool mute = false;
  bool orphaned = false;  // its gateway died without a word
  Way to_page{};
  Way to_gateway{};

  bool works() const { return page_open && gateway_open && !mute; }
};

class Network {
 public:
  Network(Clockwork& clock, Chance chance) : clock_(clock), chance_(chance) {}
  void attach(GatewayEnd& gateway) { gateway_ = &gateway; }

  std::uint32_t dial(Line& line, SocketKind kind, PageEnd& page);
  void page_sends(std::uint32_t number, std::string bytes);
  void page_closes(std::uint32_t number);
  void gateway_sends(std::uint32_t number, std::string bytes);
  void gateway_closes(std::uint32_t number, std::uint32_t code);
  std::size_t waiting_to_gateway(std::uint32_t number) const { return at(number).to_gateway.bytes; }
  std::size_t waiting_to_page(std::uint32_t number) const { return at(number).to_page.bytes; }

  // Faults.
  void reset(std::uint32_t number, bool tell_page, bool tell_gateway);
  void mute(std::uint32_t number);
  // The gateway's process has died. `silently`: its machine too.
  void gateway_died(bool silently);
  void thawed(Line& line);
  // It carries more again: what still waits goes at the new rate.
  void widened(const Line& line);

  // Connections that both ends take for open, of a line or of all.
  std::vector<std::uint32_t> working(const Line* line = nullptr) const;
  const Connection& at(std::uint32_t number) const { return connections_[number - 1]; }
  const std::deque<Connection>& all() const { return connections_; }

 private:
  Connection& one(std::uint32_t number) { return connections_[number - 1]; }
  void put(Connection& connection, bool to_page, Connection::Item item, double extra_ms = 0);
  void pump_at(Connection& connection, bool to_page, double when_ms);
  void pump(std::uint32_t number, bool to_page);
  void deliver_to_page(Connection& connection, const Connection::Item& item);
  void deliver_to_gateway(Connection& connection, const Connection::Item& item);

  Clockwork& clock_;
  Chance chance_;
  GatewayEnd* gateway_ = nullptr;
  std::deque<Connection> connections_;
};

}  // namespace shopbell::simulation
