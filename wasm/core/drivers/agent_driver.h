// AgentDriver: HTTP to an agent that asks before it goes on (machines/asks.h): for a tool of the page, or for the shopper's yes.
//
//   Codec::asks -> Asks::add -> storage_set -> the question's row, or tool_run
//   row_action_pressed, tool_ended -> Asks -> storage_set; when all are answered: Codec::say, of the same message
//
// Theory of operation. The answer to one message may take several exchanges. Between two of them the message is `asking`:
// nothing is on the wire, and the messages behind it wait. The reply goes on in its row, and each question stands in a row below
// it: one at a time, so that a press which was meant for one is never the answer to the next. For the same reason a press counts
// only where nothing has moved for half a second.
//
// What is asked is stored before the shopper sees it, what he says before anything follows from it, and that a tool runs before
// it does. A page that takes an asking message over reads that record first, and so does one whose shopper asks for a broken
// answer once more. The record goes when the answer is over; that of an answer which broke off stays for a day.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/drivers/http_driver.h"
#include "core/machines/asks.h"
#include "core/machines/toolbox.h"

namespace shopbell {

class AgentDriver final : public HttpDriver {
 public:
  AgentDriver(std::unique_ptr<Codec> codec, Conversation& chat) : HttpDriver(std::move(codec), chat) {
    chat_.outbox.keep_asking();
  }

  void handle(const Event& event) override;
  void pump() override;
  void pressed(const event::RowActionPressed& press) override;
  bool loaded(const event::StorageLoaded& answer) override;
  void not_stored(std::string_view key) override;
  void stop() override;
  void urge(Why why) override;
  bool can_stop() const override { return HttpDriver::can_stop() || asking(); }
  Typing typing() const override;
  Mono deadline() const override;
  bool consistent() const override;

 private:
  bool asking() const;
  bool waits_for_shopper() const;
  bool is_turn_of(const std::string& id);
  void begin(const std::string& message);
  void turn();

  // The record
  void look_up(const std::string& message);
  void take(AskRecord&& record);
  void lose(const std::string& message);
  void keep() { chat_.store.put(asks_.record(), chat_.out); }
  void drop();

  // Rows. `changed`: the wish of that number is stored and drawn anew.
  void changed(std::size_t number);
  void draw(std::size_t number);
  void put_reply();

  void outfit(Outgoing& outgoing) override;
  bool set_out() override;

  // What the codec says
  void asks(std::vector<Ask>&& asks) override;
  void result(const std::string& call, std::string_view content) override { asks_.result(call, content); }
  void done(const std::string& row, RowState state, const std::string& text) override;
  void failed(const std::string& message, const Failure& failure) override;
  void restarted(const std::string& /*row*/) override { put_reply(); }
  void trouble(std::string_view words) override { chat_.console(Level::warn, std::string(words)); }

  Toolbox toolbox_;
  Asks asks_;
  std::string looked_up_;  // the message whose record storage is asked for
  bool unstored_ = false;  // storage did not take it: only this page has it
  bool began_ = false;
  std::size_t number_of_turn_ = 0;
};

}  // namespace shopbell
