// What a codec says, as text: one line for each word of it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/vocabulary/codec.h"

namespace shopbell {

class Recorder final : public Listener {
 public:
  enum class Ids { shown, left_out };
  explicit Recorder(Ids ids = Ids::shown) : ids_(ids) {}

  // What was said since the last time, without the frames.
  std::string said() { return std::exchange(said_, {}); }

  std::vector<HttpRequest> requests;
  std::vector<std::string> frames;
  std::uint32_t seq = 0;  // the last one
  bool counting = true;   // what `counts` answers
  Welcome welcomed;
  std::vector<Row> rows;
  Failure failure;
  std::vector<Product> cards;
  VoiceOffer offered;
  std::vector<Ask> asked;

  void request(HttpRequest&& request) override { requests.push_back(std::move(request)); }
  void send(std::string&& frame) override { frames.push_back(std::move(frame)); }
  bool counts(std::uint32_t number) override {
    seq = number;
    return counting;
  }
  void welcome(Welcome&& welcome) override {
    say("welcome");
    welcomed = std::move(welcome);
  }
  void taken(const std::string& message) override { say("taken" + of(message)); }
  void failed(const std::string& message, const Failure& why) override {
    static constexpr const char* fates[] = {"not_taken", "refused", "unknown", "taken"};
    std::string line = "failed" + of(message) + " " + std::string(to_name(why.code)) + " " +
                       fates[static_cast<std::size_t>(why.fate)];
    if (why.retry_after_s >= 0)
      line += " after " + std::to_string(static_cast<int>(why.retry_after_s * 1000)) + " ms";
    if (!why.detail.empty()) line += " (" + why.detail + ")";
    failure = why;
    say(line);
  }
  void row(Row&& row) override {
    say("row " + row.id);
    rows.push_back(std::move(row));
  }
  void delta(const std::string& row, std::uint32_t at, std::string_view text) override {
    const std::string place = at == at_end ? "" : " at " + std::to_string(at);
    say("delta" + of(row) + place + " " + std::string(text));
  }
  void checkpoint(const std::string& row, std::string_view text) override {
    say("checkpoint" + of(row) + " " + std::string(text));
  }
  void products(const std::string& row, std::vector<Product>&& products) override {
    std::string line = "products" + of(row);
    for (const Product& product : products) line += " " + product.title;
    say(line);
    cards = std::move(products);
  }
  void done(const std::string& row, RowState state, const std::string& text) override {
    const std::string how = state == RowState::done ? "" : " " + std::string(to_name(state));
    say("done" + of(row) + how + " " + text);
  }
  void asks(std::vector<Ask>&& wishes) override {
    std::string line = "asks";
    for (const Ask& ask : wishes) {
      line +=
          std::string(&ask == wishes.data() ? "" : ";") + " " + std::string(to_name(ask.kind)) + " " + ask.id;
      if (ask.id != ask.call) line += " of " + ask.call;
      line += " " + ask.name + " " + ask.arguments.reveal();
      if (!ask.about.empty()) line += " \"" + ask.about.reveal() + "\"";
      if (ask.expires_ms > 0) line += " until " + std::to_string(static_cast<long long>(ask.expires_ms));
    }
    say(line);
    asked = std::move(wishes);
  }
  void result(const std::string& call, std::string_view content) override {
    say("result " + call + " " + std::string(content));
  }
  void restarted(const std::string& row) override { say("restarted" + of(row)); }
  void progress(const std::string& row) override { say("progress" + of(row)); }
  void caption(Row&& row) override {
    say("caption " + row.id);
    rows.push_back(std::move(row));
  }
  void agent(AgentState state) override {
    static constexpr const char* names[] = {"idle", "listening", "thinking", "speaking", "waiting"};
    say(std::string("agent ") + names[static_cast<std::size_t>(state)]);
  }
  void ticket(VoiceOffer&& offer) override {
    say("ticket");
    offered = std::move(offer);
  }
  void ticket_refused() override { say("ticket_refused"); }
  void sound(std::string&& wav) override { say("sound " + wav); }
  void trouble(std::string_view words) override { say("trouble " + std::string(words)); }
  void note(std::string_view words) override { say("note " + std::string(words)); }

 private:
  std::string of(const std::string& id) const { return ids_ == Ids::shown ? " " + id : std::string(); }
  void say(const std::string& line) { said_ += (said_.empty() ? "" : "\n") + line; }

  const Ids ids_;
  std::string said_;
};

}  // namespace shopbell
