// Server-sent events, read as they come (WHATWG HTML, "Server-sent events", parsing and interpreting an event
// stream).
//
// The bytes may be split anywhere, also inside a character or between CR and LF: the events are the same.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shopbell::wire {

// Valid until the parser's next call.
struct SseEvent {
  std::string_view type;  // "message" when the stream names none
  std::string_view data;
};

class SseParser {
 public:
  // Takes bytes from the front of `bytes` until an event is complete (true; call again for the rest) or none
  // are left (false).
  bool next(std::string_view& bytes, SseEvent& event);

  // An event passed limits::event_bytes_max: nothing more is read.
  bool too_long() const { return too_long_; }
  // The id of the last complete event that had one or inherited it; what Last-Event-ID names.
  const std::string& last_id() const { return last_id_; }
  // The server's wish for the wait before reconnecting; -1: none.
  double retry_ms() const { return retry_ms_; }

 private:
  void line_ended();
  void field(std::string_view name, std::string_view value);
  bool dispatch(SseEvent& event);

  std::string line_;
  std::string type_;
  std::string data_;
  std::string id_;
  std::string last_id_;
  std::string type_out_;
  std::string data_out_;
  double retry_ms_ = -1;
  bool first_line_ = true;
  bool after_cr_ = false;
  bool too_long_ = false;
};

}  // namespace shopbell::wire
