// Markdown to the flat node list (see parse.h): md4c's callbacks, one for each thing it finds.
//
// md4c itself keeps no recursion over the text (containers and marks are arrays), so depth costs no stack
// here; the depth limit is for the page. A callback that returns a negative number ends the parse at once:
// that is how limits work.
#include "parse.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "entities.h"
#include "limits.h"
#include "link_policy.h"
#include "node_list.h"
#include "utf8.h"

extern "C" {
#include "md4c.h"
}

namespace shopbell::markdown {
namespace {

constexpr unsigned flags =
    MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEAUTOLINKS;

constexpr std::string_view blanks = " \t";
constexpr auto npos = std::string_view::npos;

constexpr int go_on = 0;
constexpr int past_limit = -1;  // md4c 0.5.2 forgets a positive value on its way out

std::string decoded(const MD_ATTRIBUTE& attribute) {
  std::string text;
  for (std::size_t i = 0; attribute.text != nullptr && attribute.substr_offsets[i] < attribute.size; ++i) {
    const MD_OFFSET begin = attribute.substr_offsets[i];
    const std::string_view part(attribute.text + begin, attribute.substr_offsets[i + 1] - begin);
    if (attribute.substr_types[i] == MD_TEXT_ENTITY) {
      append_entity(text, part);
    } else {
      text.append(part);
    }
  }
  return text;
}

// What an entered element left in the list, so that leaving it ends the right thing.
enum class Opened : unsigned char { nothing, element, link };

constexpr int no_span = -1;

struct Frame {
  Opened opened = Opened::nothing;
  int span = no_span;  // MD_SPANTYPE, or a block
};

class Builder {
 public:
  Builder(std::string_view source, std::string_view shop_origin)
      : source_(source), shop_origin_(shop_origin) {}

  std::string take() { return list_.take(); }

  int enter_block(MD_BLOCKTYPE type, void* detail) {
    block_boundary();
    switch (type) {
      case MD_BLOCK_DOC:
        return go_on;
      case MD_BLOCK_QUOTE:
        return open(Kind::quote);
      case MD_BLOCK_UL:
        return open(Kind::bullet_list);
      case MD_BLOCK_OL:
        return open(Kind::ordered_list, static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start);
      case MD_BLOCK_LI:
        return open(Kind::item);
      case MD_BLOCK_HR:
        return open(Kind::rule);
      case MD_BLOCK_H:
        return open(Kind::heading, static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
      case MD_BLOCK_CODE: {
        list_.open(Kind::code_block, decoded(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang));
        return entered(Opened::element);
      }
      case MD_BLOCK_HTML:  // not made: MD_FLAG_NOHTML
      case MD_BLOCK_P:
        return open(Kind::paragraph);
      case MD_BLOCK_TABLE:
        return open(Kind::table);
      case MD_BLOCK_THEAD:
        return open(Kind::table_head);
      case MD_BLOCK_TBODY:
        return open(Kind::table_body);
      case MD_BLOCK_TR:
        return open(Kind::row);
      case MD_BLOCK_TH:
        return open(Kind::header_cell, static_cast<MD_BLOCK_TD_DETAIL*>(detail)->align);
      case MD_BLOCK_TD:
        return open(Kind::cell, static_cast<MD_BLOCK_TD_DETAIL*>(detail)->align);
    }
    return past_limit;
  }

  int leave_block(MD_BLOCKTYPE type) {
    block_boundary();
    return type == MD_BLOCK_DOC ? go_on : close_block();
  }

  int enter_span(MD_SPANTYPE type, void* detail) {
    within_block();
    switch (type) {
      case MD_SPAN_IMG:
        ++images_;
        return open_link(type, static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src);
      case MD_SPAN_A:
        return open_link(type, static_cast<MD_SPAN_A_DETAIL*>(detail)->href);
      case MD_SPAN_EM:
        return open_span(type, Kind::emphasis);
      case MD_SPAN_STRONG:
        return open_span(type, Kind::strong);
      case MD_SPAN_CODE:
        in_code_span_ = true;
        return open_span(type, Kind::code);
      case MD_SPAN_DEL:
        return open_span(type, Kind::strikethrough);
      default:  // spans of extensions that are off
        return entered(Opened::nothing, type);
    }
  }

  // md4c 0.5.2 pairs a delimiter inside a link's destination with one outside ("[a](/x*) b*") and then
  // reports only one end of the span. An end without a beginning is passed over; a span without an end ends
  // with what is around it.
  int leave_span(MD_SPANTYPE type) {
    within_block();
    for (std::size_t i = depth_; i > 0 && frames_[i - 1].span != no_span; --i) {
      if (frames_[i - 1].span != type) continue;
      while (depth_ >= i) pop();
      break;
    }
    return within_nodes();
  }

  int text(MD_TEXTTYPE type, std::string_view text) {
    if (type == MD_TEXT_NORMAL && at_block_start_)
      text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    within_block();
    switch (type) {
      case MD_TEXT_NORMAL: {
        const std::size_t end = text.find_last_not_of(blanks) + 1;
        list_.text(text.substr(0, end));
        held_back_ = text.substr(end);
        break;
      }
      case MD_TEXT_CODE:
        if (in_code_span_) add_lost_line_end(text);
        list_.text(text);
        break;
      case MD_TEXT_BR:
        if (images_ > 0) {
          list_.text("\n");
        } else {
          list_.open(Kind::line_break);
          list_.close();
        }
        break;
      case MD_TEXT_SOFTBR:
        list_.text("\n");
        break;
      case MD_TEXT_ENTITY: {
        std::string meaning;
        append_entity(meaning, text);
        list_.text(meaning);
        break;
      }
      default:
        list_.text(text);
    }
    return within_nodes();
  }

 private:
  // md4c trims spaces at a block's ends but leaves tabs there ("#\tFoo"). So blanks at the end of a text are
  // held back until something follows them in the same block. Blanks written as entities are meant and stay.
  void block_boundary() {
    held_back_ = {};
    at_block_start_ = true;
  }
  void within_block() {
    list_.text(held_back_);
    held_back_ = {};
    at_block_start_ = false;
  }

  // A line's end in a code span reads as a space. md4c writes it as a text of its own, from outside the
  // source, but forgets it where blanks end the line; then there is a line end between two texts of the
  // source.
  void add_lost_line_end(std::string_view text) {
    const bool from_source = !std::less<>{}(text.data(), source_.data()) &&
                             std::less<>{}(text.data(), source_.data() + source_.size());
    if (!from_source) {
      code_end_ = nullptr;
      return;
    }
    if (code_end_ != nullptr && std::string_view(code_end_, text.data()).find_first_of("\r\n") != npos)
      list_.text(" ");
    code_end_ = text.data() + text.size();
  }

  int within_nodes() const { return list_.nodes() <= nodes_max ? go_on : past_limit; }

  int entered(Opened opened, int span = no_span) {
    if (depth_ == depth_max) return past_limit;
    frames_[depth_++] = {opened, span};
    return within_nodes();
  }

  int open(Kind kind, std::uint32_t value = 0) {
    list_.open(kind, value);
    return entered(Opened::element);
  }

  int open_span(MD_SPANTYPE type, Kind kind) {
    if (images_ > 0) return entered(Opened::nothing, type);  // alternative text has no emphasis in it
    list_.open(kind);
    return entered(Opened::element, type);
  }

  // HTML allows no link inside a link; an image may stand in one, or hold one in its alternative text.
  int open_link(MD_SPANTYPE type, const MD_ATTRIBUTE& destination) {
    if (in_link_) return entered(Opened::nothing, type);
    std::optional<Link> link = allowed_link(decoded(destination), shop_origin_);
    if (!link) return entered(Opened::nothing, type);
    in_link_ = true;
    list_.open(link->host.empty() ? Kind::link : Kind::link_away, link->href);
    host_ = std::move(link->host);
    return entered(Opened::link, type);
  }

  void pop() {
    const Frame frame = frames_[--depth_];
    if (frame.opened != Opened::nothing) list_.close();
    if (frame.opened == Opened::link) {
      in_link_ = false;
      if (!host_.empty()) list_.host(host_);
    }
    if (frame.span == MD_SPAN_IMG) --images_;
    if (frame.span == MD_SPAN_CODE) {
      in_code_span_ = false;
      code_end_ = nullptr;
    }
  }

  int close_block() {
    while (frames_[depth_ - 1].span != no_span) pop();
    pop();
    return within_nodes();
  }

  std::string_view source_;
  std::string_view shop_origin_;
  NodeList list_;
  std::array<Frame, depth_max> frames_{};
  std::size_t depth_ = 0;
  std::size_t images_ = 0;
  bool in_link_ = false;
  bool in_code_span_ = false;
  bool at_block_start_ = false;
  std::string_view held_back_;
  const char* code_end_ = nullptr;  // where the code span's last text from the source ends
  std::string host_;                // of the open link
};

Builder& builder(void* userdata) { return *static_cast<Builder*>(userdata); }

constexpr MD_PARSER parser = {
    .abi_version = 0,
    .flags = flags,
    .enter_block = [](MD_BLOCKTYPE type, void* detail,
                      void* to) { return builder(to).enter_block(type, detail); },
    .leave_block = [](MD_BLOCKTYPE type, void*, void* to) { return builder(to).leave_block(type); },
    .enter_span = [](MD_SPANTYPE type, void* detail,
                     void* to) { return builder(to).enter_span(type, detail); },
    .leave_span = [](MD_SPANTYPE type, void*, void* to) { return builder(to).leave_span(type); },
    .text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE bytes,
               void* to) { return builder(to).text(type, {text, bytes}); },
    .debug_log = nullptr,
    .syntax = nullptr,
};

}  // namespace

std::string parse(std::string_view text, std::string_view shop_origin) {
  const std::string clean = well_formed(text);
  if (text.size() > text_bytes_max) return NodeList::plain(clean);
  Builder to(clean, shop_origin);
  if (md_parse(clean.data(), static_cast<MD_SIZE>(clean.size()), &parser, &to) != 0)
    return NodeList::plain(clean);
  return to.take();
}

}  // namespace shopbell::markdown
