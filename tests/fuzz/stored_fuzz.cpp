// Any records in the page's storage, of this format, of the older widget and of none: the widget begins with
// what it can read, touches no key of another format, shows only text, and a second page on what the first
// one left finds it no worse.
//
// Each line is one entry: `shop KEY VALUE` or `tab KEY VALUE`. `@` at a key's beginning stands for the keys
// of the back end, so that one input serves both.
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "backends/registry.h"
#include "core/base/invariant.h"
#include "core/vocabulary/limits.h"
#include "core/wire/utf8.h"

namespace {

using namespace shopbell;

using Storage = std::map<std::string, std::string>;

event::Start start_with(std::string_view backend) {
  event::Start start;
  start.settings = {{"backend", std::string(backend), "string"},
                    {"voice", backend == "shopbell" ? "shopbell" : "off", "string"}};
  start.script_origin = "https://shop.example";
  return start;
}

// As the widget asks for them first.
std::string prefix_of(std::string_view backend) {
  Widget widget(parts_of_this_build());
  for (const Command& command : widget.handle(start_with(backend), {Mono{0}, Wall{0}}).list())
    if (const auto* load = std::get_if<command::StorageLoad>(&command)) return load->prefix;
  return {};
}

class Page {
 public:
  Page(Storage& shop, Storage& tab) : shop_(shop), tab_(tab) {}

  void live(std::string_view backend) {
    handle(start_with(backend));
    handle(event::PageOpen{});
    for (int i = 0; i < 8; ++i) {
      now_.mono.ms += 1'000;
      now_.wall.ms += 1'000;
      handle(event::Tick{});
    }
    handle(event::PageSend{"one more"});
    handle(event::PageClose{});
    SHOPBELL_INVARIANT(rows_.size() <= limits::rows_stored_max + messages_stored() + 2);
  }

 private:
  void handle(const Event& event) {
    // An answer is handled before the rest of the commands are, as it may come in a page.
    for (const Command& command : widget_.handle(event, now_).list())
      std::visit([&](const auto& one) { on(one); }, command);
  }

  void on(const command::StorageLoad& load) {
    event::StorageLoaded answer{load.area, load.prefix, {}, {}};
    const Storage& storage = load.area == Area::tab ? tab_ : shop_;
    for (auto at = storage.lower_bound(load.prefix);
         at != storage.end() && std::string_view(at->first).starts_with(load.prefix); ++at)
      answer.entries.push_back({at->first, at->second});
    handle(answer);
  }
  void on(const command::StorageSet& set) {
    SHOPBELL_INVARIANT(std::string_view(set.key).starts_with("shopbell.1."));
    SHOPBELL_INVARIANT(wire::is_utf8(set.value));
    (set.area == Area::tab ? tab_ : shop_)[set.key] = set.value;
  }
  void on(const command::StorageRemove& remove) {
    SHOPBELL_INVARIANT(std::string_view(remove.key).starts_with("shopbell.1."));
    (remove.area == Area::tab ? tab_ : shop_).erase(remove.key);
  }
  void on(const command::RowPut& put) {
    SHOPBELL_INVARIANT(!put.row.id.empty() && wire::is_utf8(put.row.text));
    rows_.insert(put.row.id);
  }
  void on(const command::RowRemove& remove) { rows_.erase(remove.row); }
  template <class Other>
  void on(const Other&) {}

  std::size_t messages_stored() const {
    std::size_t count = 0;
    for (const auto& [key, value] : shop_) count += key.find(".out.") != std::string::npos;
    return count;
  }

  Storage& shop_;
  Storage& tab_;
  Widget widget_{parts_of_this_build()};
  Now now_{Mono{0}, Wall{1.7e12}};
  std::set<std::string> rows_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A page's strings are UTF-8 when they arrive here.
  std::string text(reinterpret_cast<const char*>(data), size);
  wire::make_utf8(text);
  for (const std::string_view backend : {"chatkit", "shopbell"}) {
    const std::string prefix = prefix_of(backend);
    Storage shop, tab;
    for (std::string_view rest = text; !rest.empty();) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      const auto first = line.find(' '), second = line.find(' ', first + 1);
      if (first == std::string_view::npos || second == std::string_view::npos) continue;
      std::string key(line.substr(first + 1, second - first - 1));
      if (key.starts_with('@')) key = prefix + key.substr(1);
      (line.starts_with("tab") ? tab : shop)[key] = line.substr(second + 1);
    }
    Page(shop, tab).live(backend);
    Page(shop, tab).live(backend);
  }
  return 0;
}
