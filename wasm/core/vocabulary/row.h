// A row of the conversation as the view draws it, ready for rooms with several people.
#pragma once

#include "core/base/fields.h"
#include "core/vocabulary/errors.h"

namespace shopbell {

enum class AuthorKind : std::uint8_t { self, agent, person, system };
template <>
struct EnumNames<AuthorKind> {
  static constexpr std::string_view title = "AuthorKind";
  static constexpr std::string_view names[] = {"self", "agent", "person", "system"};
};

struct Author {
  static constexpr std::string_view type_name = "Author";
  std::string id;
  std::string name;
  AuthorKind kind = AuthorKind::self;
  SHOPBELL_FIELDS(Author, id, name, kind)
  bool operator==(const Author&) const = default;
};

// `question`: a question to the shopper. Its text's first line says what it is about in the page's own words, or is empty; all
// that follows is an agent's.
enum class RowKind : std::uint8_t { text, products, notice, question };
template <>
struct EnumNames<RowKind> {
  static constexpr std::string_view title = "RowKind";
  static constexpr std::string_view names[] = {"text", "products", "notice", "question"};
};

// Own rows: waiting (held, offline or backing off) -> sending -> sent, or unconfirmed ("may or may not have
// arrived"), or failed. Others' rows: streaming -> done, or stopped by the shopper, or broken (the connection
// or the server failed midway). A question's: streaming while it waits for its answer, sending while its tool
// runs; then done, stopped (not allowed), broken (it failed) or unconfirmed (it may have been done).
enum class RowState : std::uint8_t {
  waiting,
  sending,
  sent,
  unconfirmed,
  failed,
  streaming,
  done,
  stopped,
  broken
};
template <>
struct EnumNames<RowState> {
  static constexpr std::string_view title = "RowState";
  static constexpr std::string_view names[] = {"waiting",   "sending", "sent",    "unconfirmed", "failed",
                                               "streaming", "done",    "stopped", "broken"};
};

enum class RowAction : std::uint8_t { retry, edit, discard, take_over, allow, refuse };
template <>
struct EnumNames<RowAction> {
  static constexpr std::string_view title = "RowAction";
  static constexpr std::string_view names[] = {"retry", "edit", "discard", "take_over", "allow", "refuse"};
};

// A product card (`products` of the chatkit back end). An absent price is -1; absent texts are
// empty.
struct Product {
  static constexpr std::string_view type_name = "Product";
  std::string id;
  std::string title;
  std::string link;   // http(s) or empty
  std::string image;  // http(s) or empty
  std::string stock;
  std::string currency;
  double price = -1;
  SHOPBELL_FIELDS(Product, id, title, link, image, stock, currency, price)
  bool operator==(const Product&) const = default;
};

struct Row {
  static constexpr std::string_view type_name = "Row";
  std::string id;
  Author author;
  RowKind kind = RowKind::text;
  RowState state = RowState::done;
  std::string text;  // Markdown when `markdown`, else plain
  bool markdown = false;
  double at_ms = 0;                  // wall clock of the first moment
  double order = 0;                  // rows are shown by ascending order, then id
  ErrorCode note = ErrorCode::none;  // why it waits or failed: the view's locale has the words
  double wait_s = 0;                 // with a note: seconds until the next try, 0 when not known
  std::vector<RowAction> actions;
  std::vector<Product> products;
  SHOPBELL_FIELDS(Row, id, author, kind, state, text, markdown, at_ms, order, note, wait_s, actions, products)
  // As the page would read them: by their bytes, since a comparison of each member is code for each.
  bool operator==(const Row& other) const;
};

// The agent's answer to a message is a row that has the message's name.
inline constexpr std::string_view reply_ending = ".reply";
inline std::string reply_to(std::string message) { return message += reply_ending; }
inline std::string replied_to(std::string reply) {
  reply.resize(reply.size() - reply_ending.size());
  return reply;
}

}  // namespace shopbell
