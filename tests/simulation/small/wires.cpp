#include "small/wires.h"

#include <algorithm>
#include <span>
#include <utility>

#include "voice/wire/frames.h"

namespace shopbell::simulation::small {
namespace {

// RFC 6455, section 7.4.1: the connection ended without a word.
constexpr std::uint32_t code_broken = 1006;

void feed_voice(Digest& into, const std::string& bytes, voice::Sender sender) {
  voice::Frame frame;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  into.is(voice::read_frame(sender, std::span(data, bytes.size()), frame));
  into.is(frame.kind, frame.flags, frame.stream, frame.on, frame.sequence, frame.n, frame.reason,
          frame.agent);
  into.secret({reinterpret_cast<const char*>(frame.ticket.data()), frame.ticket.size()});
}

void feed(Digest& into, const std::deque<WireItem>& way, WireKind kind, voice::Sender sender) {
  into.is(way.size());
  for (const WireItem& item : way) {
    into.is(item.what, item.code);
    if (kind == WireKind::voice)
      feed_voice(into, item.bytes, sender);
    else
      into.text(item.bytes);
  }
}

}  // namespace

const Wire* Wires::find(std::uint32_t number) const {
  const auto found = std::ranges::find(wires_, number, &Wire::number);
  return found == wires_.end() ? nullptr : &*found;
}
Wire* Wires::one(std::uint32_t number) { return const_cast<Wire*>(find(number)); }

void Wires::tidy() {
  std::erase_if(wires_, [](const Wire& wire) {
    return !wire.page_open && !wire.gateway_open && wire.to_page.empty() && wire.to_gateway.empty();
  });
}

std::uint32_t Wires::dial(WireKind kind, std::uint8_t tab, std::uint32_t page, std::uint32_t attempt) {
  Wire& wire = *wires_.emplace(std::ranges::upper_bound(wires_, tab, {}, &Wire::tab));
  wire.number = ++last_;
  wire.kind = kind;
  wire.tab = tab;
  wire.page = page;
  wire.attempt = attempt;
  wire.to_gateway.push_back({WireItem::open});
  return wire.number;
}

void Wires::page_sends(std::uint32_t number, std::string bytes) {
  Wire* wire = one(number);
  if (wire && wire->page_open && !wire->silent) wire->to_gateway.push_back({.bytes = std::move(bytes)});
}

void Wires::page_leaves(std::uint32_t number, bool hears_late) {
  Wire* wire = one(number);
  if (!wire || !std::exchange(wire->page_open, false)) return;
  wire->to_page.clear();
  // A dial that was given up before it arrived leads nowhere.
  if (!wire->gateway_open) wire->to_gateway.clear();
  if (wire->gateway_open && !wire->silent) wire->to_gateway.push_back({WireItem::close});
  if (hears_late && !wire->opened && !wire->silent) wire->to_page.push_back({WireItem::open});
  if (hears_late) wire->to_page.push_back({WireItem::close, code_broken});
  tidy();
}

void Wires::gateway_sends(std::uint32_t number, std::string bytes) {
  Wire* wire = one(number);
  if (wire && wire->gateway_open && wire->page_open && !wire->silent)
    wire->to_page.push_back({.bytes = std::move(bytes)});
}

void Wires::gateway_closes(std::uint32_t number, std::uint32_t code) {
  Wire* wire = one(number);
  if (!wire || !std::exchange(wire->gateway_open, false)) return;
  wire->to_gateway.clear();
  if (wire->page_open && !wire->silent) wire->to_page.push_back({WireItem::close, code});
  tidy();
}

void Wires::forget_page(std::uint32_t page) {
  for (Wire& wire : wires_)
    if (wire.page == page) wire.to_page.clear();
  tidy();
}

void Wires::gateway_died() {
  for (Wire& wire : wires_) {
    if (!std::exchange(wire.gateway_open, false)) continue;
    wire.to_gateway.clear();
    if (wire.page_open && !wire.silent) wire.to_page.push_back({WireItem::close, code_broken});
  }
  tidy();
}

// Whoever hears of it may send, leave or dial at once, so nothing is held over that.
void Wires::arrive_at_page(std::size_t place) {
  const std::uint32_t number = wires_[place].number;
  for (std::size_t count = wires_[place].to_page.size(); count > 0; --count) {
    Wire* wire = one(number);
    if (!wire || wire->to_page.empty()) break;
    const WireItem item = std::move(wire->to_page.front());
    wire->to_page.pop_front();
    const bool late = !wire->page_open;
    if (item.what == WireItem::close) wire->page_open = false;
    ends_.page_hears(number, item);
    // A page that leaves while it hears puts late words there; they come later.
    wire = one(number);
    if (!late && (!wire || !wire->page_open)) break;
  }
  tidy();
}

void Wires::arrive_at_gateway(std::size_t place) {
  const std::uint32_t number = wires_[place].number;
  for (std::size_t count = wires_[place].to_gateway.size(); count > 0; --count) {
    Wire* wire = one(number);
    if (!wire || wire->to_gateway.empty()) break;
    const WireItem item = std::move(wire->to_gateway.front());
    wire->to_gateway.pop_front();
    if (item.what == WireItem::open) {
      wire->gateway_open = wire->opened = true;
      ends_.gateway_hears(number, item);
      ends_.page_hears(number, item);
      break;  // what the page says to that is under way now
    }
    if (item.what == WireItem::close) wire->gateway_open = false;
    ends_.gateway_hears(number, item);
  }
  tidy();
}

void Wires::drop(std::size_t place) {
  Wire& wire = wires_[place];
  wire.silent = true;
  wire.to_page.clear();
  wire.to_gateway.clear();
}

void Wires::reset(std::size_t place) {
  Wire& wire = wires_[place];
  wire.silent = true;
  wire.to_page.clear();
  wire.to_gateway.clear();
  if (wire.page_open) wire.to_page.push_back({WireItem::close, code_broken});
  if (wire.gateway_open) wire.to_gateway.push_back({WireItem::close});
}

void Wires::digest(Digest& into) const {
  const auto& [ends, wires, last] = *this;
  into.is(wires.size());
  for (const Wire& wire : wires) {
    const auto& [number, kind, tab, page, attempt, page_open, gateway_open, opened, silent, to_page,
                 to_gateway] = wire;
    into.number('s', number);
    into.number('p', page);
    into.is(kind, tab, page_open, gateway_open, opened, silent);
    feed(into, to_page, kind, voice::Sender::server);
    feed(into, to_gateway, kind, voice::Sender::page);
  }
}

}  // namespace shopbell::simulation::small
