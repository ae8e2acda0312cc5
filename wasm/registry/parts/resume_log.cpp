#include "registry/parts/resume_log.h"

#include "registry/frames/server_frames.h"

namespace shopbell::registry {

void ResumeLog::add(std::string frame, std::string_view reply) {
  entries_.push_back({std::move(frame), std::string(reply)});
  bytes_ += weight(entries_.back());
  ++last_;
  trim();
}

void ResumeLog::supersede(std::string_view reply) {
  for (Entry& entry : entries_) {
    if (entry.frame.empty() || entry.reply != reply) continue;
    bytes_ -= entry.frame.size();
    entry.frame = std::string();
  }
}

std::vector<std::string> ResumeLog::after(std::uint32_t sequence) const {
  std::vector<std::string> frames;
  const std::uint32_t missing = last_ - sequence;
  for (std::size_t i = entries_.size() - missing; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    const auto seq = static_cast<std::uint32_t>(last_ - (entries_.size() - 1 - i));
    frames.push_back(entry.frame.empty() ? frame_text(frame::Delta{.seq = seq, .id = entry.reply})
                                         : entry.frame);
  }
  return frames;
}

void ResumeLog::trim() {
  while (entries_.size() > bounds_.entries_max || (bytes_ > bounds_.bytes_max && !entries_.empty())) {
    bytes_ -= weight(entries_.front());
    entries_.pop_front();
  }
}

}  // namespace shopbell::registry
