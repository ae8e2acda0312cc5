#include "core/conversation/store.h"

#include <algorithm>
#include <utility>

#include "core/base/sorted.h"
#include "core/base/text.h"
#include "core/wire/json_fields.h"
#include "core/wire/reader.h"
#include "core/wire/writer.h"

namespace shopbell {
namespace {

constexpr std::string_view call_key = "shopbell.1.call";
constexpr std::string_view older_prefix = "tz_";

template <class T>
std::string to_json(const T& value) {
  wire::Writer writer;
  wire::write(writer, value);
  return writer.take();
}

template <class T>
bool from_json(std::string_view json, T& value) {
  const auto document = wire::parse(json);
  return document.ok() && wire::read(document.root(), value);
}

std::optional<Row> row_in(const Entry& entry, const std::string& row_prefix) {
  Row row;
  if (!from_json(entry.value, row) || row.id.empty() || entry.key != row_prefix + row.id) return std::nullopt;
  return row;
}

std::optional<Message> message_in(const Entry& entry, const std::string& out_prefix) {
  Message message;
  const bool readable = from_json(entry.value, message) && !message.id.empty() &&
                        entry.key == out_prefix + message.id && !message.text.empty();
  if (!readable) return std::nullopt;
  return message;
}

std::string_view value_of(const std::vector<Entry>& entries, std::string_view key) {
  for (const auto& e : entries)
    if (e.key == key) return e.value;
  return {};
}

// Servers take session ids of 1..100 characters, and a session id is made of the client's and a time.
bool fits_id(std::string_view id) {
  return !id.empty() && id.size() <= 100 &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

double number_of(std::string_view digits) {
  double value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return 0;
    value = value * 10 + (c - '0');
  }
  return value;
}

void put_or_remove(std::string_view key, const std::string& value, Commands& out) {
  if (value.empty())
    out.put(command::StorageRemove{Area::tab, std::string(key)});
  else
    out.put(command::StorageSet{Area::tab, std::string(key), value});
}

}  // namespace

void Store::ask(Commands& out) {
  shop_.clear();
  tab_.clear();
  older_.clear();
  refused_ = holes_ = false;
  asked_ = 3;
  out.put(command::StorageLoad{Area::shop, prefix_});
  out.put(command::StorageLoad{Area::tab, std::string(stored::prefix)});
  out.put(command::StorageLoad{Area::shop, std::string(older_prefix)});
}

void Store::take(const event::StorageLoaded& answer) {
  if (asked_ == 0) return;
  --asked_;
  refused_ = refused_ || !answer.refused.empty();
  auto& into = answer.area == Area::tab ? tab_ : answer.prefix == prefix_ ? shop_ : older_;
  into = answer.entries;
}

Saved Store::read() {
  Saved saved;
  const std::string out_prefix = prefix_ + "out.";
  const std::string row_prefix = prefix_ + "row.";
  for (const auto& e : shop_) {
    bool readable = true;
    if (e.key.starts_with(out_prefix)) {
      auto message = message_in(e, out_prefix);
      readable = message.has_value();
      if (readable) put_sorted(saved.messages, std::move(*message), by_order);
    } else if (e.key.starts_with(row_prefix)) {
      auto row = row_in(e, row_prefix);
      readable = row.has_value();
      if (readable) put_sorted(saved.rows, std::move(*row), by_order);
    } else if (e.key == prefix_ + "session") {
      readable = from_json(e.value, saved.session);
      if (!readable) saved.session = {};
    } else if (e.key == prefix_ + "call") {
      readable = from_json(e.value, saved.call);
    } else if (e.key == prefix_ + "microphone") {
      saved.microphone = e.value;
    } else if (e.key == prefix_ + "speaker") {
      saved.speaker = e.value;
    }
    if (!readable) ++saved.unreadable;
  }
  saved.open = value_of(tab_, stored::left) == stored::left_open;
  saved.draft = value_of(tab_, "shopbell.1.draft");
  saved.tab = value_of(tab_, "shopbell.1.tab");
  if (const auto call = value_of(tab_, call_key); !call.empty()) {
    saved.call_muted = call[0] == '1';
    saved.call_left_ms = number_of(call.substr(1));
  }
  shop_.clear();
  tab_.clear();
  return saved;
}

// What the older widget kept, before and after it gave text and voice sessions of their own.
bool Store::read_older(double now_ms, Saved& saved) const {
  saved.session = {};
  saved.session.client_id = value_of(older_, "tz_client_id");
  saved.session.session_id = value_of(older_, "tz_text_session_id");
  saved.session.expires_ms = number_of(value_of(older_, "tz_text_session_expiry"));
  if (saved.session.session_id.empty()) {
    saved.session.session_id = value_of(older_, "tz_session_id");
    saved.session.expires_ms = number_of(value_of(older_, "tz_session_expiry"));
  }
  if (!fits_id(saved.session.client_id)) {
    saved.session = {};
    return false;
  }
  saved.rows.clear();
  if (!fits_id(saved.session.session_id) || saved.session.expires_ms <= now_ms) {
    saved.session.session_id.clear();
    return true;  // the browser is known, no more
  }

  const auto document = wire::parse(value_of(older_, "tz_chat_history"));
  const auto history = document.root();
  const std::size_t count = history.size();
  for (std::size_t i = count > limits::rows_stored_max ? count - limits::rows_stored_max : 0; i < count;
       ++i) {
    const auto text = history.at(i)["content"].text();
    const auto role = history.at(i)["role"].text();
    if (!text || !role || text->empty()) continue;
    Row row;
    const bool agent = *role == "assistant";
    row.id = "tz-" + decimal(static_cast<double>(i));
    row.author.kind = agent ? AuthorKind::agent : AuthorKind::self;
    row.state = agent ? RowState::done : RowState::sent;
    row.markdown = agent;
    row.text = *text;
    row.order = static_cast<double>(i);  // before any clock; their times are not known
    saved.rows.push_back(std::move(row));
  }
  return true;
}

void Store::ask_session(Commands& out) const {
  out.put(command::StorageLoad{Area::shop, prefix_ + "session"});
}

SessionRecord Store::read_session(const event::StorageLoaded& answer) const {
  SessionRecord session;
  return from_json(value_of(answer.entries, answer.prefix), session) ? session : SessionRecord{};
}

void Store::ask_messages(Commands& out) { out.put(command::StorageLoad{Area::shop, prefix_ + "out."}); }

std::vector<Message> Store::read_messages(const event::StorageLoaded& answer) const {
  std::vector<Message> messages;
  for (const auto& e : answer.entries)
    if (auto message = message_in(e, prefix_ + "out.")) messages.push_back(std::move(*message));
  return messages;
}

std::string Store::message_of(std::string_view key) const {
  const std::string head = prefix_ + "out.";
  return key.starts_with(head) ? std::string(key.substr(head.size())) : std::string();
}

void Store::ask_row(const std::string& id, Commands& out) const {
  out.put(command::StorageLoad{Area::shop, prefix_ + "row." + id});
}

std::optional<Row> Store::read_row(const event::StorageLoaded& answer) const {
  for (const auto& e : answer.entries)
    if (e.key == answer.prefix) return row_in(e, prefix_ + "row.");
  return std::nullopt;
}

CallRecord Store::read_call(const event::StorageLoaded& answer) const {
  CallRecord call;
  return from_json(value_of(answer.entries, answer.prefix), call) ? call : CallRecord{};
}

void Store::ask_asks(std::string_view message, Commands& out) const {
  out.put(command::StorageLoad{Area::shop, prefix_ + "ask." + std::string(message)});
}

bool Store::is_asks_of(std::string_view message, std::string_view key) const {
  return key == prefix_ + "ask." + std::string(message);
}

bool Store::read_asks(const Entry& entry, AskRecord& asks) const {
  return from_json(entry.value, asks) && is_asks_of(asks.message, entry.key);
}

void Store::put(const AskRecord& asks, Commands& out) const {
  out.put(command::StorageSet{Area::shop, prefix_ + "ask." + asks.message, to_json(asks)});
}

void Store::drop_asks(const std::string& message, Commands& out) const {
  out.put(command::StorageRemove{Area::shop, prefix_ + "ask." + message});
}

void Store::put(const Message& message, Commands& out) {
  std::erase(doubted_, message.id);
  out.put(command::StorageSet{Area::shop, prefix_ + "out." + message.id, to_json(message)});
}

void Store::doubt(const Message& message, Commands& out) {
  if (std::find(doubted_.begin(), doubted_.end(), message.id) != doubted_.end())
    return drop_message(message.id, out);
  Message bare;
  bare.id = message.id;
  bare.text = message.text;
  bare.order = message.order;
  bare.tab = message.tab;
  bare.state = MessageState::unconfirmed;
  put(bare, out);
  doubted_.push_back(message.id);
}

void Store::drop_message(const std::string& id, Commands& out) {
  std::erase(doubted_, id);
  out.put(command::StorageRemove{Area::shop, prefix_ + "out." + id});
}

void Store::put(const Row& row, Commands& out) const {
  out.put(command::StorageSet{Area::shop, prefix_ + "row." + row.id, to_json(row)});
}

void Store::drop_row(const std::string& id, Commands& out) const {
  out.put(command::StorageRemove{Area::shop, prefix_ + "row." + id});
}

void Store::put(const SessionRecord& session, Commands& out) {
  lacks_session_ = false;
  SessionRecord record = session;
  if (holes_) record.epoch = record.seq = 0;
  out.put(command::StorageSet{Area::shop, prefix_ + "session", to_json(record)});
}

void Store::has_holes(const SessionRecord& session, Commands& out) {
  if (!std::exchange(holes_, true) && !session.session_id.empty()) put(session, out);
}

void Store::put_left(Left left, Commands& out) const {
  const std::string_view how = left == Left::open      ? stored::left_open
                               : left == Left::waiting ? stored::left_waiting
                                                       : std::string_view();
  put_or_remove(stored::left, std::string(how), out);
}
void Store::put_draft(const std::string& draft, Commands& out) const {
  put_or_remove("shopbell.1.draft", draft, out);
}
void Store::put(const CallRecord& call, Commands& out) const {
  if (call.at_ms == 0)
    out.put(command::StorageRemove{Area::shop, prefix_ + "call"});
  else
    out.put(command::StorageSet{Area::shop, prefix_ + "call", to_json(call)});
}

void Store::put_call(bool muted, Wall left, Commands& out) const {
  put_or_remove(call_key, (muted ? "1" : "0") + decimal(left.ms), out);
}
void Store::drop_call(Commands& out) const { put_or_remove(call_key, {}, out); }
void Store::put_tab(const std::string& tab, Commands& out) const {
  put_or_remove("shopbell.1.tab", tab, out);
}

std::string Store::tab_of(const std::string& lock) const {
  const std::string head = prefix_ + "tab.";
  return lock.starts_with(head) ? lock.substr(head.size()) : std::string();
}

}  // namespace shopbell
