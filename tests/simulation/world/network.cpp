#include "world/network.h"

#include <algorithm>
#include <utility>

namespace shopbell::simulation {
namespace {

constexpr double header_bytes = 40;

}  // namespace

std::uint32_t Network::dial(Line& line, SocketKind kind, PageEnd& page) {
  Connection& connection = connections_.emplace_back();
  connection.number = static_cast<std::uint32_t>(connections_.size());
  connection.kind = kind;
  connection.line = &line;
  connection.page = &page;
  const double now_ms = clock_.now_ms();
  if (now_ms < line.swallowing_until_ms || !gateway_->machine_runs()) {
    connection.mute = true;
  } else if (now_ms < line.refusing_until_ms) {
    put(connection, true, {.what = Connection::Item::close, .code = broken_code});
  } else {
    // The handshakes of TCP and TLS come before the upgrade.
    put(connection, false, {.what = Connection::Item::open}, 4 * line.latency_ms);
  }
  return connection.number;
}

void Network::put(Connection& connection, bool to_page, Connection::Item item, double extra_ms) {
  Connection::Way& way = to_page ? connection.to_page : connection.to_gateway;
  const Line& line = *connection.line;
  const double size = static_cast<double>(item.bytes.size()) + header_bytes;
  const double sliced_ms = line.slice_ms > 0 ? line.slice_ms * static_cast<double>(chance_.below(4)) : 0;
  const double leaves_ms = std::max(way.free_at_ms - line.latency_ms, clock_.now_ms());
  item.arrives_ms = std::max(way.free_at_ms, leaves_ms + size / line.bytes_per_ms + line.latency_ms +
                                                 line.jitter_ms * chance_.unit() + sliced_ms + extra_ms);
  way.free_at_ms = item.arrives_ms;
  way.bytes += item.bytes.size();
  way.items.push_back(std::move(item));
  pump_at(connection, to_page, way.items.front().arrives_ms);
}

void Network::pump_at(Connection& connection, bool to_page, double when_ms) {
  Connection::Way& way = to_page ? connection.to_page : connection.to_gateway;
  if (way.pumped_at_ms <= when_ms) return;
  way.pumped_at_ms = when_ms;
  clock_.at(when_ms, [this, number = connection.number, to_page, when_ms] {
    Connection::Way& due = to_page ? one(number).to_page : one(number).to_gateway;
    if (due.pumped_at_ms != when_ms) return;
    due.pumped_at_ms = std::numeric_limits<double>::infinity();
    pump(number, to_page);
  });
}

// Delivers what has arrived. Whoever hears of a frame may close or send at once.
void Network::pump(std::uint32_t number, bool to_page) {
  for (;;) {
    Connection& connection = one(number);
    Connection::Way& way = to_page ? connection.to_page : connection.to_gateway;
    if (way.items.empty() || connection.mute) return;
    const double due_ms = std::max(way.items.front().arrives_ms, connection.line->frozen_until_ms);
    if (due_ms > clock_.now_ms()) return pump_at(connection, to_page, due_ms);
    const Connection::Item item = std::move(way.items.front());
    way.items.pop_front();
    way.bytes -= item.bytes.size();
    if (to_page)
      deliver_to_page(connection, item);
    else
      deliver_to_gateway(connection, item);
  }
}

void Network::deliver_to_page(Connection& connection, const Connection::Item& item) {
  if (!connection.page_open) return;
  switch (item.what) {
    case Connection::Item::open:
      return connection.page->opened(connection.number);
    case Connection::Item::frame:
      return connection.page->frame(connection.number, item.bytes);
    case Connection::Item::close:
      connection.page_open = false;
      return connection.page->closed(connection.number, item.code);
  }
}

void Network::deliver_to_gateway(Connection& connection, const Connection::Item& item) {
  if (connection.orphaned && item.what != Connection::Item::open) {
    // The machine runs again and knows nothing of this connection.
    if (gateway_->machine_runs())
      put(connection, true, {.what = Connection::Item::close, .code = broken_code});
    return;
  }
  switch (item.what) {
    case Connection::Item::open:
      if (!gateway_->listening())
        return put(connection, true, {.what = Connection::Item::close, .code = broken_code});
      connection.gateway_open = true;
      put(connection, true, {.what = Connection::Item::open});
      return gateway_->opened(connection.number, connection.kind);
    case Connection::Item::frame:
      if (connection.gateway_open) gateway_->frame(connection.number, item.bytes);
      return;
    case Connection::Item::close:
      if (std::exchange(connection.gateway_open, false)) gateway_->closed(connection.number);
  }
}

void Network::page_sends(std::uint32_t number, std::string bytes) {
  Connection& connection = one(number);
  if (connection.page_open) put(connection, false, {.bytes = std::move(bytes)});
}

void Network::page_closes(std::uint32_t number) {
  Connection& connection = one(number);
  if (!std::exchange(connection.page_open, false)) return;
  put(connection, false, {.what = Connection::Item::close}, connection.line->slow_close_ms);
}

void Network::gateway_sends(std::uint32_t number, std::string bytes) {
  Connection& connection = one(number);
  if (connection.gateway_open) put(connection, true, {.bytes = std::move(bytes)});
}

void Network::gateway_closes(std::uint32_t number, std::uint32_t code) {
  Connection& connection = one(number);
  if (!std::exchange(connection.gateway_open, false)) return;
  put(connection, true, {.what = Connection::Item::close, .code = code}, connection.line->slow_close_ms);
}

void Network::reset(std::uint32_t number, bool tell_page, bool tell_gateway) {
  Connection& connection = one(number);
  for (Connection::Way* way : {&connection.to_page, &connection.to_gateway}) {
    way->items.clear();
    way->bytes = 0;
  }
  if (tell_gateway && std::exchange(connection.gateway_open, false)) gateway_->closed(number);
  if (tell_page && std::exchange(connection.page_open, false)) connection.page->closed(number, broken_code);
  connection.mute = true;
}

void Network::mute(std::uint32_t number) { one(number).mute = true; }

void Network::gateway_died(bool silently) {
  for (Connection& connection : connections_) {
    const bool reached = std::exchange(connection.gateway_open, false);
    if (!reached) continue;
    if (silently)
      connection.orphaned = true;
    else if (connection.page_open && !connection.mute)
      put(connection, true, {.what = Connection::Item::close, .code = broken_code});
  }
}

void Network::thawed(Line& line) {
  line.frozen_until_ms = std::min(line.frozen_until_ms, clock_.now_ms());
  for (const Connection& connection : connections_) {
    if (connection.line != &line || connection.mute) continue;
    if (!connection.to_page.items.empty()) pump(connection.number, true);
    if (!connection.to_gateway.items.empty()) pump(connection.number, false);
  }
}

void Network::widened(const Line& line) {
  for (Connection& connection : connections_) {
    if (connection.line != &line) continue;
    for (const bool to_page : {false, true}) {
      Connection::Way& way = to_page ? connection.to_page : connection.to_gateway;
      double leaves_ms = clock_.now_ms();
      for (Connection::Item& item : way.items) {
        leaves_ms += (static_cast<double>(item.bytes.size()) + header_bytes) / line.bytes_per_ms;
        item.arrives_ms = std::min(item.arrives_ms, leaves_ms + line.latency_ms);
      }
      if (way.items.empty()) continue;
      way.free_at_ms = way.items.back().arrives_ms;
      pump_at(connection, to_page, way.items.front().arrives_ms);
    }
  }
}

std::vector<std::uint32_t> Network::working(const Line* line) const {
  std::vector<std::uint32_t> numbers;
  for (const Connection& connection : connections_)
    if (connection.works() && (line == nullptr || connection.line == line))
      numbers.push_back(connection.number);
  return numbers;
}

}  // namespace shopbell::simulation
