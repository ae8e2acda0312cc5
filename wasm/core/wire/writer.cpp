#include "core/wire/writer.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "core/base/invariant.h"
#include "core/wire/utf8.h"

namespace shopbell::wire {
namespace {

void append_digits(std::string& out, std::uint64_t digits, int fraction) {
  char text[24];
  int length = 0;
  do {
    if (length == fraction && fraction > 0) text[length++] = '.';
    text[length++] = static_cast<char>('0' + digits % 10);
    digits /= 10;
  } while (digits != 0 || length <= fraction + (fraction > 0));
  while (length > 0) out += text[--length];
}

// The fewest decimals that read back as `value`: a whole number up to 2^53 divided by a power of ten up to
// 10^22 is rounded correctly by the division itself, so trying is exact. Values that need more digits than
// that are cut.
void append_number(std::string& out, double value) {
  if (value < 0) {
    out += '-';
    value = -value;
  }
  constexpr double whole_max = 9007199254740992.0;  // 2^53
  double scale = 1;
  for (int fraction = 0; fraction <= 22; ++fraction, scale *= 10) {
    const double digits = std::floor(value * scale + 0.5);
    if (digits > whole_max) break;
    if (digits / scale == value) return append_digits(out, static_cast<std::uint64_t>(digits), fraction);
  }
  int exponent = 0;
  for (; value >= 1e15; value /= 10) ++exponent;
  for (; value < 1e14; value *= 10) --exponent;
  append_digits(out, static_cast<std::uint64_t>(value), 0);
  out += exponent < 0 ? "e-" : "e";
  append_digits(out, static_cast<std::uint64_t>(exponent < 0 ? -exponent : exponent), 0);
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

}  // namespace

// A comma is due after anything but an opening bracket, a key's colon or nothing: the last byte tells (a text
// ends in a quote).
void Writer::value_begin() {
  SHOPBELL_INVARIANT(open_.empty() ? out_.empty() : (open_.back() == '}') == key_due_value_);
  if (!key_due_value_ && !out_.empty() && out_.back() != '[') out_ += ',';
  key_due_value_ = false;
}

Writer& Writer::open(char bracket) {
  value_begin();
  out_ += bracket;
  open_ += bracket == '{' ? '}' : ']';
  return *this;
}

Writer& Writer::close(char bracket) {
  SHOPBELL_INVARIANT(!open_.empty() && open_.back() == bracket && !key_due_value_);
  out_ += bracket;
  open_.pop_back();
  return *this;
}

Writer& Writer::object_begin() { return open('{'); }
Writer& Writer::object_end() { return close('}'); }
Writer& Writer::array_begin() { return open('['); }
Writer& Writer::array_end() { return close(']'); }

Writer& Writer::key(std::string_view name) {
  SHOPBELL_INVARIANT(!open_.empty() && open_.back() == '}' && !key_due_value_);
  if (out_.back() != '{') out_ += ',';
  quoted(name);
  out_ += ':';
  key_due_value_ = true;
  return *this;
}

Writer& Writer::text(std::string_view value) {
  value_begin();
  quoted(value);
  return *this;
}

void Writer::quoted(std::string_view value) {
  out_ += '"';
  while (true) {
    // Nearly all of a snapshot.
    std::size_t plain = 0;
    while (plain < value.size() && is_plain(value[plain])) ++plain;
    out_ += value.substr(0, plain);
    value.remove_prefix(plain);
    if (value.empty()) break;
    const int length = utf8_sequence(value);
    const auto size = static_cast<std::size_t>(length < 0 ? -length : length);
    const char c = value.front();
    if (length < 0) {
      out_ += replacement_character;
    } else if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      if (c == '\n') {
        out_ += "\\n";
      } else {
        out_ += "\\u00";
        out_ += static_cast<char>('0' + (c >> 4));
        out_ += "0123456789abcdef"[c & 15];
      }
    } else {
      out_ += value.substr(0, size);
    }
    value.remove_prefix(size);
  }
  out_ += '"';
}

Writer& Writer::number(double value) {
  if (!std::isfinite(value)) return null();
  value_begin();
  append_number(out_, value);
  return *this;
}

Writer& Writer::boolean(bool value) {
  value_begin();
  out_ += value ? "true" : "false";
  return *this;
}

Writer& Writer::null() {
  value_begin();
  out_ += "null";
  return *this;
}

Writer& Writer::json(std::string_view value) {
  value_begin();
  out_ += value;
  return *this;
}

std::string Writer::take() {
  if (key_due_value_) null();
  while (!open_.empty()) close(open_.back());
  return std::exchange(out_, {});
}

}  // namespace shopbell::wire
