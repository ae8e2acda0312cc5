// The text form of test transcripts: one line an event, an expectation or a step of time.
//
//   # comment
//   % core-shopbell                          the core that the face test takes; `core` without this line
//   @ +1500                                  both clocks go on by 1,500 ms
//   ~ -3600000                               the shopper's clock (wall) is set; the monotonic one is not
//   = shop shopbell.1.x {"a":1}              storage holds this before the next event
//   - shop shopbell.1.x                      and this no more (another tab was here)
//   > key_pressed key="Enter" in_box=true    an event; fields that are not named have their defaults
//   < http_send attempt=1 body=~"hello"      a command that must come, in this order; only fields named
//                                            count:
//                                            `=~` "contains", `=*` anything, `=$name` remembers the value for
//                                            later lines
//   ! http_send                              no such command came in this step
//   ? 6000                                   the deadline that the core names, in ms from now, or `never`
//
// Storage is played by the runner: storage_set and storage_remove change it, storage_load is answered from it
// at once. tests/node/transcripts.test.mjs reads the same files and must see the same commands through the
// WebAssembly face.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/vocabulary/commands.h"
#include "core/vocabulary/events.h"

namespace shopbell::script {

struct Argument {
  std::string name;
  char how = '=';     // '=' equal, '~' contains, '*' anything, '$' remember
  std::string value;  // JSON text; for '$' the name to remember
};

struct Line {
  char kind = ' ';
  std::string head;
  std::vector<Argument> arguments;
  std::string rest;  // for lines that are not of the `name field=value` form
  int number = 0;
};

// Splits `key_pressed key="Enter" settings=[{"name": "x"}]`; a JSON value ends at a space outside quotes and
// brackets.
inline Line parse_line(std::string_view text, int number) {
  Line line;
  line.number = number;
  line.kind = text.empty() ? '#' : text[0];
  text.remove_prefix(std::min<std::size_t>(2, text.size()));
  line.rest = text;
  const auto space = text.find(' ');
  line.head = text.substr(0, space);
  text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
  while (!text.empty()) {
    const auto equal = text.find('=');
    if (equal == std::string_view::npos) break;
    Argument argument;
    argument.name = text.substr(0, equal);
    std::size_t i = equal + 1;
    if (i < text.size() && (text[i] == '~' || text[i] == '*' || text[i] == '$')) argument.how = text[i++];
    const std::size_t from = i;
    int depth = 0;
    for (bool quoted = false; i < text.size() && (quoted || depth > 0 || text[i] != ' '); ++i) {
      if (quoted && text[i] == '\\')
        ++i;
      else if (text[i] == '"')
        quoted = !quoted;
      else if (!quoted && (text[i] == '[' || text[i] == '{'))
        ++depth;
      else if (!quoted && (text[i] == ']' || text[i] == '}'))
        --depth;
    }
    argument.value = text.substr(from, i - from);
    line.arguments.push_back(std::move(argument));
    text.remove_prefix(std::min(i + 1, text.size()));
  }
  return line;
}

}  // namespace shopbell::script
