// Wires: the WebSockets between pages and the gateway, where whatever is under way arrives when it is said to.
//
// Theory of operation. Each wire has two ways, each a queue. Nothing arrives by itself: `to_page` and
// `to_gateway` hand over all that waits there by then, in order. Several frames that one end sent in one go
// arrive in one go; what was sent later may arrive later or not at all.
//
//   opening   the dial waits in the way to the gateway; when it arrives, both ends are open
//   silent    nothing passes ever again, and neither end is told ("drop")
//   reset     what was under way is lost, and each end hears that it is over, when it hears it
//   left      the page has closed it or given it up. The gateway hears so later; the page still hears late
//             words of it (that it has opened, that it is closed), which its core must drop by their number
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/base/digest.h"

namespace shopbell::simulation::small {

enum class WireKind : std::uint8_t { text, voice };

struct WireItem {
  enum What : std::uint8_t { open, frame, close };
  What what = frame;
  std::uint32_t code = 0;
  std::string bytes{};
};

// Who hears what arrives.
struct WireEnds {
  virtual void page_hears(std::uint32_t wire, const WireItem& item) = 0;
  virtual void gateway_hears(std::uint32_t wire, const WireItem& item) = 0;

 protected:
  ~WireEnds() = default;
};

struct Wire {
  std::uint32_t number = 0;
  WireKind kind = WireKind::text;
  std::uint8_t tab = 0;       // of the page
  std::uint32_t page = 0;     // its number
  std::uint32_t attempt = 0;  // the page's, or its engine's
  bool page_open = true;      // the page has not left it, and was not told of its end
  bool gateway_open = false;
  bool opened = false;  // the page knows
  bool silent = false;  // nothing more is put on it
  std::deque<WireItem> to_page{};
  std::deque<WireItem> to_gateway{};
};

class Wires {
 public:
  explicit Wires(WireEnds& ends) : ends_(ends) {}

  std::uint32_t dial(WireKind kind, std::uint8_t tab, std::uint32_t page, std::uint32_t attempt);
  void page_sends(std::uint32_t number, std::string bytes);
  // `hears_late`: the page is still there.
  void page_leaves(std::uint32_t number, bool hears_late);
  void gateway_sends(std::uint32_t number, std::string bytes);
  void gateway_closes(std::uint32_t number, std::uint32_t code);
  // The page is gone.
  void forget_page(std::uint32_t page);
  // What it has sent still arrives.
  void gateway_died();

  // By their place in `all`.
  void arrive_at_page(std::size_t place);
  void arrive_at_gateway(std::size_t place);
  void drop(std::size_t place);
  void reset(std::size_t place);

  const std::vector<Wire>& all() const { return wires_; }
  const Wire* find(std::uint32_t number) const;
  void digest(Digest& into) const;

 private:
  Wire* one(std::uint32_t number);
  void tidy();

  WireEnds& ends_;
  // By tab, the oldest first: which of two tabs has dialled first decides nothing. Those that nobody hears of
  // any more are gone.
  std::vector<Wire> wires_;
  std::uint32_t last_ = 0;
};

}  // namespace shopbell::simulation::small
