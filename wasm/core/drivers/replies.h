// Replies: what of the server's answers has not come yet. It is what the typing indicator, the stop button
// and the busy guard stand for.
//
// Theory of operation. A message that the server has is awaited until its answer is over: that row's last
// word has come, another tab has heard it, or nothing was heard for five minutes; then what has come of it is
// shown as broken off. Who asked for an answer that grows may have been the page before this one: it is
// awaited too. In a call the agent is stopped by speaking, so nothing is awaited then.
#pragma once

#include <string>
#include <vector>

#include "core/conversation/conversation.h"

namespace shopbell {

class Digest;

class Replies {
 public:
  explicit Replies(Conversation& chat) : chat_(chat) {}

  bool empty() const { return awaited_.empty(); }
  void await(const std::string& message);
  // A message is on its way: nothing is late yet.
  void begun() { progress_at_ = chat_.now.mono; }
  // Something was heard of a row.
  void progress(const std::string& row);
  void over(const std::string& row);
  // Those that another tab has heard the end of, or nobody any more.
  void expire();
  // Nothing more will come here.
  void doubt_all();
  void clear();

  // Rows whose final text has not come, such as captions.
  void interim(const std::string& row) { interim_.push_back(row); }
  void final(const std::string& row) { std::erase(interim_, row); }
  void drop_interim();

  bool streams(const std::string& row) const;
  // The message whose answer the shopper sees come, or else the one whose turn it is; empty: none.
  std::string answered_now() const;
  bool late() const;
  Mono deadline() const;
  void digest(Digest& into) const;

 private:
  void doubt(const std::string& row);

  Conversation& chat_;
  std::vector<std::string> awaited_;  // messages
  std::vector<std::string> interim_;  // rows
  Mono progress_at_;
};

}  // namespace shopbell
