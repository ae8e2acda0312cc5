// Conversation: what the widget and the driver of its back end both work on, and the few steps that concern
// several machines at once.
//
// Theory of operation. The widget turns what the shopper and the page do into wishes; the driver (driver.h)
// turns wishes into requests or frames, and what comes back into rows. Both change the machines held here;
// `settle_changes` then stores every message that changed and redraws its row, so that what is stored, what
// is shown and what is on the wire agree after each event, whoever changed it.
#pragma once

#include <array>
#include <string>

#include "core/base/random.h"
#include "core/conversation/store.h"
#include "core/machines/join.h"
#include "core/machines/outbox.h"
#include "core/machines/session.h"
#include "core/machines/transcript.h"
#include "core/vocabulary/commands.h"
#include "core/vocabulary/options.h"

namespace shopbell {

class Digest;

class Conversation {
 public:
  Now now;
  Commands out;
  Options options;
  Random random;
  Session session;
  Join join;
  Outbox outbox;
  Transcript transcript;
  Store store;
  bool online = true;
  bool visible = true;
  bool open = false;          // the panel
  bool snapshot_due = false;  // what a rebuilt core goes on from has changed
  bool in_call = false;
  std::uint32_t unread = 0;
  std::uint32_t exchanges = 0;  // over HTTP so far: their attempt numbers, whoever asks

  // Telling
  void console(Level level, std::string text) { out.put(command::Console{level, std::move(text)}); }
  void emit(PageEvent what, std::string id = {}, std::string text = {}, ErrorCode code = ErrorCode::none);
  // At most one line a second for each code, so that a misbehaving peer can't flood the console.
  void report(ErrorCode code, std::string_view detail = {});
  void announce(ErrorCode code) { out.put(command::Announce{{}, code}); }
  void announce(std::string row) { out.put(command::Announce{std::move(row), ErrorCode::none}); }

  // Messages
  void settle_changes();
  void draw(const Message& message);
  Row row_of(const Message& message) const;
  // The server said that it has it.
  void taken(const std::string& id);
  // It is known from elsewhere that the server has it: a history, or another tab. False: it is on its way
  // from here, or none of ours.
  bool arrived(const std::string& id);
  // What a failure means for the message.
  void failed(const std::string& id, const Failure& failure);

  // Rows. Storage has the last of those that are over, by their order.
  void keep(const Row& row);
  void forget(const std::string& row);
  // An agent's row as far as it has come, or a new one.
  Row agent_row(const std::string& id);
  // A row of the server's, as it is shown here: an agent speaks under the name that the shop gives it, and an
  // answer that failed can be asked for again.
  void dress(Row& row) const;
  // A row that grows, as far as it has come. True: it is a new one.
  bool caption(Row&& row);
  // Cards as a row of their own.
  void put_products(Row&& row, std::vector<Product>&& products);
  void append(const std::string& row, std::string_view text);
  // The row is over; `text`, where it came, is the whole of it.
  void finish(const std::string& row, RowState state, ErrorCode note, const std::string* text = nullptr);
  // A whole answer has come: the shopper, the page and a closed panel's badge hear of it.
  void tell_reply(const std::string& row, const std::string& text);

  // What the shopper said that it answers, where that is still here. A server's history may hold anything.
  const Row* said(const std::string& reply) const;

  bool consistent() const { return outbox.consistent() && transcript.consistent(); }
  void digest(Digest& into) const;

 private:
  double stored_from_ = 0;  // the order of the first row in storage
  std::array<Mono, std::size(EnumNames<ErrorCode>::names)> told_report_{};
  std::array<std::uint32_t, std::size(EnumNames<ErrorCode>::names)> reports_{};
};

}  // namespace shopbell
