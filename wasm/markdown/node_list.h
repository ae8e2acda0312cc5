// The flat node list: what the parser writes and the view (web/markdown.ts) reads.
//
// All numbers are unsigned 32-bit, little-endian, unaligned. All strings are valid UTF-8 without NUL.
//
//   list   := block*                      the top-level nodes, in order
//   block  := bytes:u32 record*           `bytes` counts the records that follow; they form exactly one node
//   record := kind:u8 value:u32 string?   for the kinds up to `code_block`, `value` is the number of bytes of
//   the
//                                         string that follows; for the others it is the number named below
//
// Every element's record is followed by its children's and ended by one `close`; `text` and `host` have none.
// A block's bytes depend on nothing outside it, so equal bytes mean an equal node: a reader that keeps the
// last list finds by comparing bytes which leading nodes it can keep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace shopbell::markdown {

// The numbers are the format: web/markdown.ts lists the same order.
enum class Kind : std::uint8_t {
  close = 0,       // ends the innermost open element; value 0
  text = 1,        // string: the text. "\n" is a soft line break, or a line's end in a code block
  host = 2,        // string: where the link just closed leads, to be shown small behind it
  link = 3,        // string: href, to the shop's own host or for the mail or telephone program
  link_away = 4,   // string: href, to another host; a `host` record follows the link
  code_block = 5,  // string: the language, "" when none was named
  paragraph = 6,
  heading = 7,       // value: level, 1 to 6
  bullet_list = 8,   // a tight list's items hold their text directly, a loose list's hold paragraphs
  ordered_list = 9,  // value: the first item's number, 0 to 999,999,999
  item = 10,
  quote = 11,
  rule = 12,        // no children
  line_break = 13,  // no children
  code = 14,
  emphasis = 15,
  strong = 16,
  strikethrough = 17,
  table = 18,
  table_head = 19,
  table_body = 20,
  row = 21,
  header_cell = 22,  // value: alignment: 0 not given, 1 left, 2 centre, 3 right
  cell = 23,         // value: the same
};

// Writes a list. The caller keeps to the grammar above; a block ends with the `close` of its first element.
class NodeList {
 public:
  void open(Kind kind, std::uint32_t value = 0);
  void open(Kind kind, std::string_view string);
  void close();

  // Texts in a row become one record.
  void text(std::string_view text);
  void host(std::string_view host);

  // A list of one text and nothing else: what a text past a limit becomes.
  static std::string plain(std::string_view text);

  std::size_t nodes() const { return nodes_; }
  std::string take() { return std::move(bytes_); }

 private:
  void begin(Kind kind, std::uint32_t value);

  std::string bytes_;
  std::size_t block_at_ = 0;  // where the current block's size stands
  std::size_t text_at_ = 0;   // where the last record stands if it is a text, else 0
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
};

}  // namespace shopbell::markdown
