#include "core/wire/sse.h"

#include <utility>

#include "core/vocabulary/limits.h"
#include "core/wire/utf8.h"

namespace shopbell::wire {

bool SseParser::next(std::string_view& bytes, SseEvent& event) {
  while (!bytes.empty() && !too_long_) {
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view part = bytes.substr(0, end);
    if (line_.size() + data_.size() + part.size() > limits::event_bytes_max) {
      too_long_ = true;
      break;
    }
    line_ += part;
    bytes.remove_prefix(part.size());
    if (end == std::string_view::npos) return false;
    after_cr_ = bytes.front() == '\r';
    bytes.remove_prefix(1);
    if (std::exchange(first_line_, false) && line_.starts_with("\xef\xbb\xbf")) line_.erase(0, 3);
    if (line_.empty()) {
      if (dispatch(event)) return true;
    } else {
      line_ended();
    }
  }
  return false;
}

void SseParser::line_ended() {
  make_utf8(line_);
  const std::string_view line = line_;
  const std::size_t colon = line.find(':');
  std::string_view value;
  if (colon != line.npos) value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  field(line.substr(0, colon), value);
  line_.clear();
}

// A comment is a field without a name.
void SseParser::field(std::string_view name, std::string_view value) {
  if (name == "event") {
    type_ = value;
  } else if (name == "data") {
    data_ += value;
    data_ += '\n';
  } else if (name == "id") {
    if (value.find('\0') == value.npos) id_ = value;
  } else if (name == "retry") {
    double ms = value.empty() ? -1 : 0;
    for (const char c : value) ms = c < '0' || c > '9' || ms < 0 ? -1 : ms * 10 + (c - '0');
    if (ms >= 0) retry_ms_ = ms;
  }
}

bool SseParser::dispatch(SseEvent& event) {
  last_id_ = id_;
  type_out_ = type_.empty() ? "message" : std::exchange(type_, {});
  if (data_.empty()) return false;
  data_.pop_back();  // the last line's end
  data_out_ = std::exchange(data_, {});
  event = {type_out_, data_out_};
  return true;
}

}  // namespace shopbell::wire
