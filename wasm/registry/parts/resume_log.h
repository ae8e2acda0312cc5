// ResumeLog: what a session's page has been sent, so that a page which comes back gets exactly what it
// missed.
//
// Theory of operation. Every sequenced frame of a session enters here with the next sequence and stays until
// the bounds push it out at the front; a page that asks from before the front gets the history instead. The
// sequence has no holes, so a reply's deltas cannot simply be taken out when a checkpoint has said all they
// said: a superseded entry keeps its number and loses its text, and is replayed as a delta that adds nothing.
// That keeps the log of a long answer linear in the answer, and a whole replay gives the same rows, because
// the checkpoint or the end that superseded an entry is always behind it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "registry/limits.h"

namespace shopbell {
class Digest;
}

namespace shopbell::registry {

struct LogBounds {
  std::size_t entries_max = limits::log_entries_max;
  std::size_t bytes_max = limits::log_bytes_max;
};

class ResumeLog {
 public:
  explicit ResumeLog(LogBounds bounds = {}) : bounds_(bounds) {}

  // The last sequence that was given out; 0: none.
  std::uint32_t last() const { return last_; }
  std::uint32_t next() const { return last_ + 1; }
  std::size_t bytes() const { return bytes_; }
  std::size_t size() const { return entries_.size(); }

  // `frame` was sent with the sequence next(). `reply` names the reply whose text so far it carries (a part
  // of it, with a delta), or is empty.
  void add(std::string frame, std::string_view reply = {});
  // What is now in the log about the text of `reply` will be said again by what is added next.
  void supersede(std::string_view reply);

  // True when nothing between `sequence` and now is missing.
  bool covers(std::uint32_t sequence) const {
    return sequence <= last_ && last_ - sequence <= entries_.size();
  }
  // The frames after `sequence`, which must be covered.
  std::vector<std::string> after(std::uint32_t sequence) const;
  void digest(shopbell::Digest& into) const;

 private:
  struct Entry {
    std::string frame;  // empty: superseded
    std::string reply;
  };
  static std::size_t weight(const Entry& entry) {
    return sizeof(Entry) + entry.frame.size() + entry.reply.size();
  }
  void trim();

  LogBounds bounds_;
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
  std::uint32_t last_ = 0;
};

}  // namespace shopbell::registry
