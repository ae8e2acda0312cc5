#include "voice/wire/voice_link.h"

#include <algorithm>

#include "core/base/backoff.h"

namespace shopbell::voice {
namespace {

// Close codes of RFC 6455, section 7.4.1, and of the protocol page.
constexpr std::uint32_t close_normal = 1000;
constexpr std::uint32_t close_going_away = 1001;
constexpr std::uint32_t close_restart = 1012;
constexpr std::uint32_t close_try_later = 1013;
constexpr std::uint32_t close_bad_frame = 4400;
constexpr std::uint32_t close_not_let_in = 4401;
constexpr std::uint32_t close_origin = 4403;
constexpr std::uint32_t close_silent = 4408;
constexpr std::uint32_t close_replaced = 4409;
constexpr std::uint32_t close_too_big = 4413;
constexpr std::uint32_t close_version = 4426;
constexpr std::uint32_t close_too_fast = 4429;

}  // namespace

bool VoiceLink::move(VoiceLinkMove move) { return follow(voice_link_table, state_, move); }

bool VoiceLink::connect(std::string_view url, std::string_view ticket, Mono now) {
  if (url.empty() || url.size() > url_.size() || ticket.empty() || ticket.size() > ticket_.size())
    return false;
  if (!move(VoiceLinkMove::connect)) return false;
  std::ranges::copy(url, url_.begin());
  url_bytes_ = url.size();
  std::ranges::copy(ticket, ticket_.begin());
  ticket_bytes_ = ticket.size();
  ticket_until_ = now + limits::ticket_age_max;
  tries_ = 0;
  open(now);
  return true;
}

void VoiceLink::open(Mono now) {
  ++attempt_;
  opened_at_ = now;
  retry_at_ = probe_until_ = never;
  out_.open(attempt_, std::span(url_).first(url_bytes_));
}

bool VoiceLink::opened(std::uint32_t attempt, std::uint32_t next_sequence, bool muted, Mono now) {
  if (attempt != attempt_ || !move(VoiceLinkMove::opened)) {
    counters_.add(Counter::stale);
    return false;
  }
  frame_at_ = now;
  Frame hello;
  hello.kind = FrameKind::hello;
  hello.ticket = ticket();
  hello.sequence = next_sequence;
  hello.flags = muted ? hello_muted : 0;
  return send(hello);
}

bool VoiceLink::frame_arrived(std::uint32_t attempt, Mono now) {
  if (attempt != attempt_ || (state_ != VoiceLinkState::greeting && state_ != VoiceLinkState::live)) {
    counters_.add(Counter::stale);
    return false;
  }
  frame_at_ = now;
  probe_until_ = never;
  return true;
}

bool VoiceLink::welcomed(const Frame& welcome, Mono now) {
  if (welcome.version != protocol_version) {
    out_.close(attempt_, close_version);
    end(EngineReason::version);
    return false;
  }
  if (!move(VoiceLinkMove::welcomed)) {
    counters_.add(Counter::forged);
    return false;
  }
  std::ranges::copy(welcome.ticket, ticket_.begin());
  ticket_bytes_ = welcome.ticket.size();
  ticket_until_ = never;
  welcomed_at_ = now;
  if (was_live_) counters_.add(Counter::reconnects);
  out_.state(was_live_ ? EngineState::back : EngineState::live, EngineReason::none);
  was_live_ = true;
  told_lost_ = false;
  return true;
}

void VoiceLink::pinged(std::uint32_t n) {
  Frame pong;
  pong.kind = FrameKind::pong;
  pong.n = n;
  if (live()) send(pong);
}

bool VoiceLink::closed(std::uint32_t attempt, std::uint32_t code, Mono now) {
  const bool open = state_ == VoiceLinkState::opening || state_ == VoiceLinkState::greeting || live();
  if (attempt != attempt_ || !open) {
    counters_.add(Counter::stale);
    return false;
  }
  switch (code) {
    case close_not_let_in:
    case close_origin:
      // This ticket is worth nothing any more; another one may be, and a shop's list of origins can be
      // mended.
      ticket_bytes_ = 0;
      lose(EngineReason::refused, 0_ms, now);
      break;
    case close_replaced:
      end(EngineReason::replaced);
      break;
    case close_version:
      end(EngineReason::version);
      break;
    case close_going_away:
    case close_restart:
      lose(EngineReason::going_away, 0_ms, now);
      break;
    case close_try_later:
    case close_too_fast:
      lose(EngineReason::going_away, limits::backoff_max, now);
      break;
    case close_bad_frame:
    case close_too_big:
      lose(EngineReason::protocol, 0_ms, now);
      break;
    default:
      lose(EngineReason::network, 0_ms, now);
  }
  return true;
}

void VoiceLink::ended(EndReason reason, Mono now) {
  // A server that goes away is no end of the call: it, or another one, comes back.
  if (reason == EndReason::going_away) return drop(close_normal, EngineReason::going_away, now);
  out_.close(attempt_, close_normal);
  end(static_cast<EngineReason>(reason));
}

void VoiceLink::bye() {
  if (state_ == VoiceLinkState::gone) return;
  Frame frame;
  frame.kind = FrameKind::bye;
  if (live()) send(frame);
  if (state_ == VoiceLinkState::opening || state_ == VoiceLinkState::greeting || live())
    out_.close(attempt_, close_normal);
  end(EngineReason::none);
}

// The connection is no good: it is closed from here.
void VoiceLink::drop(std::uint32_t code, EngineReason reason, Mono now) {
  out_.close(attempt_, code);
  lose(reason, 0_ms, now);
}

void VoiceLink::lose(EngineReason reason, Ms at_least, Mono now) {
  if (live()) {
    if (now >= welcomed_at_ + limits::settled_after) tries_ = 0;
    // The server keeps the next ticket for as long from when it saw the close.
    ticket_until_ = now + limits::ticket_age_max;
  }
  probe_until_ = never;
  if (ticket_bytes_ == 0 || now >= ticket_until_) {
    if (move(VoiceLinkMove::starved)) want(reason, now);
    return;
  }
  if (!move(VoiceLinkMove::lost)) return;
  const Ms backoff = doubled(limits::backoff_base, tries_++, limits::backoff_max);
  retry_at_ = now + drawn(std::max(backoff, at_least), 0.5, random_);
  if (told_lost_) return;
  told_lost_ = true;
  out_.state(EngineState::reconnecting, reason);
}

void VoiceLink::want(EngineReason reason, Mono now) {
  retry_at_ = now + limits::ask_again_after;
  out_.state(EngineState::needs_ticket, reason);
}

void VoiceLink::end(EngineReason reason) {
  if (!move(VoiceLinkMove::end)) return;
  retry_at_ = probe_until_ = never;
  out_.state(EngineState::gone, reason);
}

void VoiceLink::online(bool online, Mono now) {
  if (!online) return;
  if (state_ == VoiceLinkState::waiting) {
    tries_ = 0;
    retry_at_ = now;
  }
  probe(now);
}

void VoiceLink::probe(Mono now) {
  if (!live() || probe_until_ != never) return;
  Frame ping;
  ping.kind = FrameKind::ping;
  send(ping);
  probe_until_ = now + limits::probe_within;
}

// When the connection is dead, or is to be asked whether it is.
Mono VoiceLink::due_at() const {
  switch (state_) {
    case VoiceLinkState::opening:
    case VoiceLinkState::greeting:
      return opened_at_ + limits::welcome_within;
    case VoiceLinkState::live:
      return probe_until_ == never ? frame_at_ + limits::silence_max : probe_until_;
    default:
      return never;
  }
}

void VoiceLink::tick(Mono now) {
  if (now >= due_at()) {
    if (live() && probe_until_ == never)
      probe(now);
    else
      drop(live() ? close_silent : close_normal, EngineReason::network, now);
  }
  if (state_ == VoiceLinkState::wanting && now >= retry_at_) want(EngineReason::network, now);
  if (state_ != VoiceLinkState::waiting) return;
  if (now >= ticket_until_) {
    if (move(VoiceLinkMove::starved)) want(EngineReason::network, now);
  } else if (now >= retry_at_ && move(VoiceLinkMove::retry)) {
    open(now);
  }
}

Mono VoiceLink::deadline() const {
  if (state_ == VoiceLinkState::waiting) return std::min(retry_at_, ticket_until_);
  if (state_ == VoiceLinkState::wanting) return retry_at_;
  return due_at();
}

bool VoiceLink::send(const Frame& frame, double captured_ms) {
  if (state_ != VoiceLinkState::greeting && !live()) return false;
  std::array<std::uint8_t, audio_header_bytes + limits::uplink_packet_bytes_max> bytes;
  const auto size = write_frame(frame, bytes);
  return size > 0 && out_.send(attempt_, std::span(bytes).first(size), captured_ms);
}

}  // namespace shopbell::voice
