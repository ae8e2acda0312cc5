// JSON out. What comes out is JSON whatever goes in: invalid UTF-8 becomes U+FFFD, NaN and the infinities
// become null, and `take` closes what is still open.
//
//     wire::Writer writer;
//     writer.object_begin().key("message").text(message).key("history").array_begin().array_end().object_end();
//     send(writer.take());
//
// Calls in an order that no JSON has (a value without a key inside an object, a key outside) are mistakes of
// ours and trap.
#pragma once

#include <string>
#include <string_view>

namespace shopbell::wire {

class Writer {
 public:
  Writer& object_begin();
  Writer& object_end();
  Writer& array_begin();
  Writer& array_end();
  Writer& key(std::string_view name);
  Writer& text(std::string_view value);
  // Whole numbers up to 2^53 and decimals of up to 15 digits (from 1e-7 on) read back as the same number, and
  // 5 is 5, not 5.0. Of others about 14 digits are kept: nothing here needs them, and exact ones would double
  // this file's weight.
  Writer& number(double value);
  Writer& boolean(bool value);
  Writer& null();
  // JSON that is one value already.
  Writer& json(std::string_view value);
  // The finished text; the writer is empty again.
  std::string take();

 private:
  void value_begin();
  Writer& open(char bracket);
  Writer& close(char bracket);
  void quoted(std::string_view value);

  std::string out_;
  std::string open_;  // the closing brackets still due, innermost last
  bool key_due_value_ = false;
};

}  // namespace shopbell::wire
