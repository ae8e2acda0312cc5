#include "core/machines/question.h"

#include <cstdint>
#include <cstdlib>

#include "core/base/text.h"
#include "core/wire/copy.h"
#include "core/wire/utf8.h"
#include "core/wire/writer.h"

namespace shopbell {
namespace {

// Unicode's controls, format characters and fillers, first and last of each span: what has no width, no ink, or
// an effect on its neighbours. The variation selectors of emoji are left.
constexpr std::uint32_t unseen[][2] = {
    {0x00, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},       {0x34f, 0x34f},   {0x61c, 0x61c},
    {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f}, {0x2800, 0x2800},   {0x3164, 0x3164},   {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
    {0xfff0, 0xfffb}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

std::uint32_t code_point(std::string_view sequence) {
  std::uint32_t point = static_cast<std::uint8_t>(sequence[0]);
  if (sequence.size() > 1) point &= 0x7fu >> sequence.size();
  for (const char c : sequence.substr(1)) point = (point << 6) | (static_cast<std::uint8_t>(c) & 0x3fu);
  return point;
}

bool is_unseen(std::uint32_t point) {
  for (const auto& [first, last] : unseen)
    if (point >= first && point <= last) return true;
  return false;
}

}  // namespace

void append_visible(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto size = static_cast<std::size_t>(std::abs(wire::utf8_sequence(text)));
    const std::uint32_t point = code_point(text.substr(0, size));
    if (point == '\n') {
      out += ' ';
    } else if (is_unseen(point)) {
      out += "\\u";
      for (int shift = point > 0xffff ? 20 : 12; shift >= 0; shift -= 4)
        out += "0123456789abcdef"[(point >> shift) & 15];
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
}

std::string question(const Ask& ask) {
  std::string text;
  const bool approval = ask.kind == AskKind::approval;
  if (approval) text = "\n\u201c";
  append_visible(text, ask.about.reveal());
  if (approval) {
    text += "\u201d\n";
    append_visible(text, ask.name);
    text += ' ';
    append_visible(text, ask.arguments.reveal());
    return text;
  }
  const wire::Document document = wire::parse(ask.arguments.reveal());
  for (std::size_t i = 0; i < document.root().size(); ++i) {
    const wire::Member member = document.root().member(i);
    wire::Writer key;
    key.text(member.key);
    text += '\n';
    append_visible(text, key.take());
    text += ": ";
    append_visible(text, wire::json_of(member.value));
  }
  return text;
}

}  // namespace shopbell
