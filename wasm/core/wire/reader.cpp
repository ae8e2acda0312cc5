// nlohmann_json is included here and nowhere else, and only its tokens-to-events half is used: its tree and
// its exceptions' texts would weigh four times as much (see nlohmann_lean.h).
#include "core/wire/reader.h"

#include <cstring>
#include <string>

#include "core/vocabulary/limits.h"
#include "core/wire/nlohmann_lean.h"
#include "core/wire/utf8.h"

namespace shopbell::wire {
namespace {

using detail::Kind;
using detail::Node;

// Takes the parser's events and lays the values out in reading order. A `false` ends the parse.
class TreeBuilder {
 public:
  TreeBuilder(std::vector<Node>& nodes, char* pool) : nodes_(nodes), pool_(pool) {}
  Fault fault() const { return fault_; }

  bool null() { return value(Kind::null) != nullptr; }
  bool boolean(bool value_read) {
    Node* node = value(Kind::boolean);
    return node != nullptr && ((node->boolean = value_read), true);
  }
  bool number_integer(std::int64_t number) { return number_float(static_cast<double>(number), {}); }
  bool number_unsigned(std::uint64_t number) { return number_float(static_cast<double>(number), {}); }
  bool number_float(double number, const std::string&) {
    Node* node = value(Kind::number);
    return node != nullptr && ((node->number = number), true);
  }
  bool string(std::string& text) {
    Node* node = value(Kind::text);
    return node != nullptr && spell(*node, text);
  }
  bool key(std::string& text) {
    Node* node = append(Kind::text);
    return node != nullptr && spell(*node, text);
  }
  bool start_object(std::size_t) { return open(Kind::object); }
  bool start_array(std::size_t) { return open(Kind::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) { return false; }

 private:
  Node* append(Kind kind) {
    if (nodes_.size() == limits::json_values_max) {
      fault_ = Fault::too_long;
      return nullptr;
    }
    Node node;
    node.kind = kind;
    node.next = static_cast<std::uint32_t>(nodes_.size() + 1);
    nodes_.push_back(node);
    return &nodes_.back();
  }
  Node* value(Kind kind) {
    if (depth_ > 0) ++nodes_[open_[depth_ - 1]].count;
    return append(kind);
  }
  bool spell(Node& node, std::string_view text) {
    node.text = {pool_bytes_, static_cast<std::uint32_t>(text.size())};
    text.copy(pool_ + pool_bytes_, text.size());
    pool_bytes_ += node.text.size;
    return true;
  }
  bool open(Kind kind) {
    if (depth_ == limits::json_depth_max) {
      fault_ = Fault::too_deep;
      return false;
    }
    Node* node = value(kind);
    if (node == nullptr) return false;
    node->count = 0;
    open_[depth_++] = static_cast<std::uint32_t>(nodes_.size() - 1);
    return true;
  }
  bool close() {
    nodes_[open_[--depth_]].next = static_cast<std::uint32_t>(nodes_.size());
    return true;
  }

  std::vector<Node>& nodes_;
  char* pool_;
  std::uint32_t pool_bytes_ = 0;
  std::uint32_t open_[limits::json_depth_max] = {};
  std::size_t depth_ = 0;
  Fault fault_ = Fault::not_json;  // unless the parse succeeds
};

}  // namespace

Document parse(std::string_view bytes) {
  Document document;
  const auto failed = [&](Fault fault) {
    document.fault_ = fault;
    return std::move(document);
  };
  if (bytes.size() > limits::json_bytes_max) return failed(Fault::too_long);
  if (bytes.find('\0') != bytes.npos) return failed(Fault::raw_nul);
  if (!is_utf8(bytes)) return failed(Fault::bad_utf8);
  // No text is longer than it is written.
  document.pool_ = std::make_unique_for_overwrite<char[]>(bytes.size());
  TreeBuilder builder(document.nodes_, document.pool_.get());
  const bool good = nlohmann::json::sax_parse(bytes.data(), bytes.data() + bytes.size(), &builder);
  document.fault_ = good ? Fault::none : builder.fault();
  return document;
}

Reader Reader::operator[](std::string_view key) const {
  Reader found;
  if (!is_object()) return found;
  const Node* end = nodes_ + node_->next;
  for (const Node* name = node_ + 1; name != end; name = nodes_ + name[1].next) {
    if (span(*name) == key) found = {nodes_, name + 1, pool_};
  }
  return found;
}

Member Reader::member(std::size_t index) const {
  const Node* name = node_ + 1;
  while (index-- > 0) name = nodes_ + name[1].next;
  const std::string_view key = span(*name);
  return {key, {nodes_, name + 1, pool_}, (*this)[key].node_ == name + 1};
}

Reader Reader::at(std::size_t index) const {
  if (!is_array()) return {};
  for (const Reader item : *this) {
    if (index-- == 0) return item;
  }
  return {};
}

std::size_t Reader::size() const { return is_array() || is_object() ? node_->count : 0; }

std::optional<std::string_view> Reader::text() const {
  if (!is_text()) return std::nullopt;
  return span(*node_);
}
std::optional<double> Reader::number() const {
  if (!is_number()) return std::nullopt;
  return node_->number;
}
std::optional<bool> Reader::boolean() const {
  if (!is_boolean()) return std::nullopt;
  return node_->boolean;
}

}  // namespace shopbell::wire
