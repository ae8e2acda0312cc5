#include "core/vocabulary/options.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "core/vocabulary/limits.h"

namespace shopbell {
namespace {

bool is_url(std::string_view v) {
  const bool http = v.starts_with("https://") || v.starts_with("http://");
  return http &&
         std::none_of(v.begin(), v.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

// Without anything that could end a declaration: #hex, a name, or rgb(…)/hsl(…)/oklch(…). Which names there
// are is the browser's to know, and it says so in the setting's type.
bool is_color(std::string_view v) {
  return !v.empty() && v.size() <= 60 && std::all_of(v.begin(), v.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("#(),.% /-+").find(c) != std::string_view::npos;
  });
}

bool is_any(std::string_view) { return true; }

// It comes as JSON, and as no text: attributes are written where everybody can read them, and so are pages.
bool is_object(std::string_view) { return true; }

// fetch throws at a header value with other characters, and with it goes every message.
bool is_header_text(std::string_view v) {
  return std::all_of(v.begin(), v.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

// `allowed`: the values, or in words what a value must be; with `check` null the value must be one of those
// words.
struct Rule {
  std::string_view name;
  std::string_view allowed;
  bool (*check)(std::string_view);
  std::size_t slot;  // where it stands in Options: a function for each would be three times as much
};

#define SLOT(member) offsetof(Options, member)
// It is looked at below, or by others.
constexpr std::size_t no_slot = ~std::size_t{0};

// The default first. The comma before it is cut off.
constexpr std::string_view comma_and_backends =
#define BACKEND(identifier, name, transport, calls) ", " name
#include "backends/backends.def"
#undef BACKEND
    ;
constexpr std::string_view backends = comma_and_backends.substr(2);
constexpr std::string_view default_backend = backends.substr(0, backends.find(", "));

// What carries a call: the page's own back end, or another one.
constexpr std::string_view voices = "off, backend"
#define NAME_none(name) ""
#define NAME_socket(name) ", " name
#define NAME_frames(name) ", " name
#define NAME_peer(name) ", " name
#define NAME_room(name) ", " name
#define BACKEND(identifier, name, transport, calls) NAME_##calls(name)
#include "backends/backends.def"
#undef BACKEND
    ;

constexpr Rule rules[] = {
    {"api-url", "an http(s) address", is_url, SLOT(backend_options.api_url)},
    {"api-key", "text of ASCII characters", is_header_text, no_slot},
    {"backend", backends, nullptr, SLOT(backend)},
    {"voice", voices, nullptr, SLOT(voice)},
    {"idempotency", "on, off", nullptr, no_slot},
    {"push-to-talk", "on, off", nullptr, no_slot},
    {"position", "bottom-right, bottom-left", nullptr, SLOT(look.position)},
    {"color-scheme", "auto, light, dark", nullptr, SLOT(look.color_scheme)},
    {"primary-color", "a CSS colour such as #8b5cf6", is_color, SLOT(look.primary_color)},
    {"greeting", "text", is_any, SLOT(look.greeting)},
    {"bot-name", "text", is_any, SLOT(look.bot_name)},
    {"bot-subtitle", "text", is_any, SLOT(look.bot_subtitle)},
    {"placeholder", "text", is_any, SLOT(look.placeholder)},
    {"version", "text", is_header_text, SLOT(backend_options.version)},  // the app's own
    {"agent-headers", "an object, by Shopbell.init alone", is_object, no_slot},
    {"forwarded-props", "an object, by Shopbell.init alone", is_object, no_slot},
    {"preload", "intent, idle", nullptr, no_slot},  // the loader's own
    {"top-layer", "on, off", nullptr, no_slot},     // the loader's own
    {"wasm", "on, off", nullptr, no_slot},          // the loader's own
    {"script-url", "text", is_any, no_slot},        // the loader's own
    {"worker-url", "text", is_any, no_slot},        // the voice engine's own
};
#undef SLOT

bool is_word_of(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto comma = list.find(", ");
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 2);
  }
  return false;
}

// What the page may write more naturally: `idempotency: true` in Shopbell.init.
Setting natural(const Rule& rule, Setting setting) {
  if (rule.allowed == "on, off" && setting.type == "boolean")
    return {setting.name, setting.value == "true" ? "on" : "off", "string"};
  return setting;
}

bool is_text(const Setting& setting) { return setting.type == "string" || setting.type == "color"; }

bool allows(const Rule& rule, const Setting& setting) {
  if (rule.check == is_color && setting.type != "color") return false;
  if (rule.check == is_object)
    return setting.type == "object" && setting.value.size() <= limits::option_json_bytes_max;
  if (!is_text(setting) || setting.value.size() > limits::option_bytes_max) return false;
  return rule.check ? rule.check(setting.value) : is_word_of(rule.allowed, setting.value);
}

// One slip of the pen: what is left of either after all that they begin and end with in common is two letters
// at most.
bool is_misspelt(std::string_view given, std::string_view meant) {
  if (given.size() > meant.size()) std::swap(given, meant);
  if (given.size() + 2 < meant.size()) return false;
  std::size_t same = 0;
  while (same < given.size() && given[same] == meant[same]) ++same;
  std::size_t end = 0;
  while (end < given.size() && given[given.size() - 1 - end] == meant[meant.size() - 1 - end]) ++end;
  return same + end + 2 >= meant.size();
}

// Other names get no warning: tag managers and optimisers add data attributes of their own to any script.
command::Console unknown(const std::string& name) {
  const std::string line = "[Shopbell] there is no option \"" + name + "\"";
  for (const auto& rule : rules)
    if (is_misspelt(name, rule.name))
      return {Level::warn, line + "; is \"" + std::string(rule.name) + "\" meant?"};
  return {Level::debug, line + "."};
}

// The value is told only where it can't be private: not the key, nor what is for the agent alone, and not what was given in a wrong type.
std::string complaint(const Rule& rule, const Setting& setting) {
  const bool is_private = rule.name == "api-key" || rule.check == is_object;
  const bool tell = is_text(setting) && !is_private && setting.value.size() <= 60;
  const std::string given = tell ? "\"" + setting.value + "\"" : "of type " + setting.type;
  return "[Shopbell] option \"" + setting.name + "\" is " + given +
         "; allowed: " + std::string(rule.allowed) + ". The default is used.";
}

}  // namespace

Options check_options(const std::vector<Setting>& settings, const std::string& script_origin,
                      Commands& complaints) {
  Options options;
  options.backend = default_backend;
  options.look.position = "bottom-right";
  options.look.color_scheme = "auto";
  options.backend_options.api_url = script_origin;
  for (const auto& given : settings) {
    const auto rule =
        std::find_if(std::begin(rules), std::end(rules), [&](const Rule& r) { return r.name == given.name; });
    if (rule == std::end(rules)) {
      complaints.put(unknown(given.name.substr(0, 60)));
      continue;
    }
    const Setting setting = natural(*rule, given);
    if (!allows(*rule, setting)) {
      complaints.put(command::Console{Level::warn, complaint(*rule, setting)});
      continue;
    }
    if (rule->slot != no_slot)
      *reinterpret_cast<std::string*>(reinterpret_cast<char*>(&options) + rule->slot) = setting.value;
    if (setting.name == "api-key") options.backend_options.api_key = Private(setting.value);
    if (setting.name == "agent-headers") options.backend_options.agent_headers = Private(setting.value);
    if (setting.name == "forwarded-props") options.backend_options.forwarded_props = Private(setting.value);
    if (setting.name == "push-to-talk") options.push_to_talk = setting.value == "on";
    if (setting.name == "idempotency") options.backend_options.idempotency = setting.value == "on";
  }
  auto& url = options.backend_options.api_url;
  while (url.ends_with('/')) url.pop_back();
  return options;
}

}  // namespace shopbell
