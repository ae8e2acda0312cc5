#include "core/drivers/agent_driver.h"

#include <algorithm>

#include "core/wire/writer.h"

namespace shopbell {
namespace {

std::string call_of(const Ask& ask) {
  wire::Writer writer;
  writer.object_begin().key("name").text(ask.name).key("arguments").json(ask.arguments.reveal());
  return writer.take();
}

}  // namespace

bool AgentDriver::asking() const {
  const Message* m = chat_.outbox.in_flight();
  return m && m->state == MessageState::asking;
}

// ---- the page and the shopper

void AgentDriver::handle(const Event& event) {
  if (const auto* offer = std::get_if<event::ToolsOffered>(&event)) {
    if (const std::string refused = toolbox_.offer(offer->tools); !refused.empty())
      chat_.console(Level::warn, "[Shopbell] tools against the rules are not offered:" + refused);
  } else if (const auto* end = std::get_if<event::ToolEnded>(&event)) {
    if (is_turn_of(end->id) && asks_.ended(end->failed, end->content)) changed(number_of_turn_);
  } else {
    HttpDriver::handle(event);
  }
}

void AgentDriver::pressed(const event::RowActionPressed& press) {
  if (!is_turn_of(press.row) || Ms{press.still_ms} < limits::ask_still_for) return;
  if (press.action == RowAction::allow ? asks_.allow(chat_.now.mono) : asks_.refuse())
    changed(number_of_turn_);
}

// Notes its number: what follows may end its turn.
bool AgentDriver::is_turn_of(const std::string& id) {
  number_of_turn_ = asks_.number();
  return number_of_turn_ > 0 && asks_.id_of(number_of_turn_) == id;
}

void AgentDriver::stop() {
  if (asking()) {
    const std::size_t number = asks_.number();
    asks_.stop();
    if (number > 0) draw(number);
    if (chat_.transcript.find(reply())) chat_.finish(reply(), RowState::stopped, ErrorCode::none);
    chat_.outbox.stopped(current_);
  } else {
    HttpDriver::stop();
  }
  const Message* m = chat_.outbox.find(asks_.message());
  if (!m || m->state == MessageState::settled) drop();
}

// Another page may have gone on from what is stored.
void AgentDriver::urge(Why why) {
  HttpDriver::urge(why);
  if (why == Why::thawed && !unstored_) begin({});
}

// ---- whose turn it is

void AgentDriver::pump() {
  if (!std::exchange(began_, true)) {
    codec_->begin(*this);
    chat_.store.ask_asks({}, chat_.out);
  }
  expire();
  if (link_.open()) return;
  Mono due;
  const Message* next = chat_.outbox.next(chat_.now.mono, chat_.online, due);
  if (!next) next = asking() ? chat_.outbox.in_flight() : nullptr;
  if (!next) return;
  if (asks_.message() != next->id) {
    if (next->taken) return look_up(next->id);  // its answer may have come some way
    begin(next->id);
  }
  if (asks_.current()) chat_.outbox.ask(next->id);
  if (asking()) turn();
  const bool may_go = chat_.online && chat_.outbox.guard_until() <= chat_.now.mono;
  if (!asks_.current() && may_go) start_exchange(*next);
}

void AgentDriver::begin(const std::string& message) {
  asks_.begin(message);
  looked_up_.clear();
  unstored_ = false;
}

void AgentDriver::turn() {
  current_ = asks_.message();
  while (const Ask* ask = asks_.current()) {
    const std::size_t number = asks_.number();
    if (ask->state == AskState::allowed && toolbox_.has(ask->name)) {
      asks_.run(chat_.now.mono);
      changed(number);
      chat_.out.put(command::ToolRun{asks_.id_of(number), call_of(*ask)});
      return;
    }
    if (!asks_.expire(chat_.now)) return draw(number);
    changed(number);
  }
}

void AgentDriver::outfit(Outgoing& outgoing) {
  outgoing.tools = &toolbox_.tools();
  outgoing.asks = &asks_.asks();
}

bool AgentDriver::set_out() {
  return asking() ? chat_.outbox.go_on(current_, chat_.now.mono) : HttpDriver::set_out();
}

// ---- what the codec says

void AgentDriver::asks(std::vector<Ask>&& asks) {
  taken(current_);
  link_.finish(chat_.now.mono);
  chat_.outbox.ask(current_);
  if (asks_.add(std::move(asks), toolbox_, chat_.now)) return keep();
  failed(current_, {ErrorCode::answer_failed, Fate::taken, -1, "it asks for more than a message may need"});
}

void AgentDriver::done(const std::string& row, RowState state, const std::string& text) {
  if (text.empty()) {  // what it did was all
    taken(current_);
    link_.finish(chat_.now.mono);
    chat_.outbox.settle(current_);
    chat_.transcript.remove(row, chat_.out);
  } else {
    HttpDriver::done(row, state, text);
  }
  drop();
}

// The record stays for whoever asks for the answer once more. Another page may, so storage's is the one that counts.
void AgentDriver::failed(const std::string& message, const Failure& failure) {
  HttpDriver::failed(message, failure);
  const Message* m = chat_.outbox.find(message);
  if (m && m->state == MessageState::settled && !unstored_) begin({});
}

// ---- telling

bool AgentDriver::waits_for_shopper() const {
  const Ask* ask = asks_.current();
  return ask && ask->state == AskState::asked;
}

Typing AgentDriver::typing() const {
  if (!asking()) return HttpDriver::typing();
  return waits_for_shopper() ? Typing::none : Typing::thinking;
}

Mono AgentDriver::deadline() const {
  const Mono next = HttpDriver::deadline();
  if (!asking() || !looked_up_.empty()) return next;
  if (!asks_.current()) return chat_.online ? std::min(next, chat_.outbox.guard_until()) : next;
  return std::min(next, asks_.deadline(chat_.now));
}

// A question that is open stands on the screen.
bool AgentDriver::consistent() const {
  if (!HttpDriver::consistent() || !asks_.consistent()) return false;
  if (!asking() || !looked_up_.empty()) return true;
  return chat_.outbox.in_flight()->id == asks_.message() &&
         (!waits_for_shopper() || chat_.transcript.find(asks_.id_of(asks_.number())));
}

}  // namespace shopbell
