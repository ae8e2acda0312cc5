// JSON in: untrusted bytes become a Document, and a Document is looked at through Readers that cannot fail.
//
// Whatever the bytes are, `parse` returns: a document that breaks a rule or a bound carries a Fault and no
// values. A Reader of something that is not there, or is of another type, is an absent Reader whose answers
// are all empty, so a path such as `reader["flags"].at(2)["name"].text()` needs one check at its end.
//
// - A key that occurs twice: the last one wins, as with JavaScript's JSON.parse.
// - Numbers are doubles. One beyond a double's range makes the document `not_json`: no protocol here has a
//   use for it, and an infinity let in would spread silently.
// - Half a surrogate pair, written as an escape, becomes U+FFFD: servers cut texts in the middle of an emoji,
//   and the rest of such an answer is good.
// - A byte order mark in front is skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace shopbell::wire {

enum class Fault : std::uint8_t {
  none,
  not_json,  // the grammar is broken, the text ends early, or a number is out of range
  bad_utf8,
  raw_nul,   // a NUL byte; some parsers take it for the end and accept what stands before it
  too_deep,  // limits::json_depth_max
  too_long,  // limits::json_bytes_max or limits::json_values_max
};

namespace detail {

enum class Kind : std::uint8_t { null, boolean, number, text, array, object };

// Values in reading order; a member of an object is a text node (its key) followed by its value. `next` is
// the index after the whole value, so a container's first child is the following node and its siblings are a
// jump away.
struct Node {
  struct Span {
    std::uint32_t begin;
    std::uint32_t size;
  };
  Kind kind = Kind::null;
  std::uint32_t next = 0;
  union {
    double number = 0;
    bool boolean;
    Span text;
    std::uint32_t count;  // of items or members
  };
};

}  // namespace detail

struct Member;

// A view of one value. Valid as long as its Document, also when that is moved.
class Reader {
 public:
  Reader() = default;

  bool present() const { return node_ != nullptr; }
  bool is_null() const { return is(detail::Kind::null); }
  bool is_boolean() const { return is(detail::Kind::boolean); }
  bool is_number() const { return is(detail::Kind::number); }
  bool is_text() const { return is(detail::Kind::text); }
  bool is_array() const { return is(detail::Kind::array); }
  bool is_object() const { return is(detail::Kind::object); }

  Reader operator[](std::string_view key) const;  // a member; absent when this is no object
  Reader at(std::size_t index) const;      // an item; absent past the end. Walks: use a range `for` over many
  std::size_t size() const;                // items, or members as written; 0 when this is no container
  Member member(std::size_t index) const;  // as written; `index` below the size of an object. Walks

  std::optional<std::string_view> text() const;
  std::optional<double> number() const;
  std::optional<bool> boolean() const;

  // The items of an array; nothing for any other value.
  class Items {
   public:
    Reader operator*() const { return {nodes_, node_, pool_}; }
    Items& operator++() {
      node_ = nodes_ + node_->next;
      return *this;
    }
    bool operator!=(const Items& other) const { return node_ != other.node_; }

   private:
    friend class Reader;
    Items(const detail::Node* nodes, const detail::Node* node, const char* pool)
        : nodes_(nodes), node_(node), pool_(pool) {}
    const detail::Node* nodes_;
    const detail::Node* node_;
    const char* pool_;
  };
  Items begin() const { return {nodes_, is_array() ? node_ + 1 : nullptr, pool_}; }
  Items end() const { return {nodes_, is_array() ? nodes_ + node_->next : nullptr, pool_}; }

 private:
  friend class Document;
  Reader(const detail::Node* nodes, const detail::Node* node, const char* pool)
      : nodes_(nodes), node_(node), pool_(pool) {}
  bool is(detail::Kind kind) const { return node_ != nullptr && node_->kind == kind; }
  std::string_view span(const detail::Node& node) const { return {pool_ + node.text.begin, node.text.size}; }

  const detail::Node* nodes_ = nullptr;
  const detail::Node* node_ = nullptr;
  const char* pool_ = nullptr;  // the texts of all nodes
};

struct Member {
  std::string_view key;
  Reader value;
  bool counts = false;  // no later one has its key
};

class Document {
 public:
  Fault fault() const { return fault_; }
  bool ok() const { return fault_ == Fault::none; }
  Reader root() const { return ok() ? Reader(nodes_.data(), nodes_.data(), pool_.get()) : Reader(); }
  Reader operator[](std::string_view key) const { return root()[key]; }

 private:
  friend Document parse(std::string_view bytes);
  Fault fault_ = Fault::not_json;
  std::vector<detail::Node> nodes_;
  std::unique_ptr<char[]> pool_;
};

Document parse(std::string_view bytes);

}  // namespace shopbell::wire
