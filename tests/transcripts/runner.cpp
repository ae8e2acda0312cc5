// Runs test transcripts against the core: `transcripts FILE...` prints each file's commands in canonical text
// when called with --print, and fails when an expectation is not met. Format: script.h.
#include <fstream>
#include <iostream>
#include <sstream>

#include "backends/registry.h"
#include "core/widget.h"
#include "core/wire/json_fields.h"
#include "core/wire/reader.h"
#include "core/wire/writer.h"
#include "json_of.h"
#include "script.h"

namespace shopbell::script {
namespace {

struct Printed {
  std::string type;
  std::vector<std::pair<std::string, std::string>> fields;  // name, JSON
};

// A JSON string's own text; any other value's JSON.
std::string plain(const std::string& json) {
  const auto document = wire::parse(json);
  return std::string(document.root().text().value_or(json));
}

template <class Struct>
Printed printed(const Struct& s) {
  Printed p{std::string(Struct::type_name), {}};
  each_field<Struct>(
      s, [&](std::string_view name, const auto& member) { p.fields.emplace_back(name, json_of(member)); });
  return p;
}

std::string to_text(const Printed& p) {
  std::string text = p.type;
  for (const auto& [name, json] : p.fields) text += " " + name + "=" + json;
  return text;
}

// The event of that name with those fields.
struct Maker {
  std::string_view name;
  std::string json;
  std::optional<Event> event;
  std::string error;

  template <class Alternative>
  bool try_one() {
    if (Alternative::type_name != name) return false;
    Alternative value;
    const auto document = wire::parse(json);
    bool fine = document.ok();
    each_field<Alternative>(value, [&]<class M>(std::string_view field_name, M& member) {
      const auto reader = document.root()[field_name];
      if (!reader.present()) return;
      if constexpr (std::is_same_v<M, Bytes>) {
        if (const auto text = reader.text())
          member.data = *text;
        else
          fine = false;
      } else {
        fine = wire::read(reader, member) && fine;
      }
    });
    if (!fine) error = "a field has a wrong type: " + json;
    event = value;
    return true;
  }
  template <class... Alternatives>
  void try_all(const std::variant<Alternatives...>*) {
    if (!(try_one<Alternatives>() || ...)) error = "no such event: " + std::string(name);
  }
};

class Run {
 public:
  explicit Run(std::ostream* print) : print_(print) {}

  int failures = 0;

  void line(std::string text, int number) {
    for (const auto& [name, value] : remembered_)
      for (std::size_t at; (at = text.find("$" + name + "$")) != std::string::npos;)
        text.replace(at, name.size() + 2, value);
    const Line line = parse_line(text, number);
    switch (line.kind) {
      case '@':
        now_.mono.ms += std::stod(line.head), now_.wall.ms += std::stod(line.head);
        break;
      case '~':
        now_.wall.ms += std::stod(line.head);
        break;
      case '=':
      case '-':
        preload(line);
        break;
      case '>':
        play(line);
        break;
      case '<':
        expect(line);
        break;
      case '!':
        for (const auto& c : step_)
          if (matches(c, line)) fail(line, "came, but must not: " + to_text(c));
        break;
      case '?': {
        const double due = widget_.deadline().ms - now_.mono.ms;
        const bool fits = line.head == "never" ? widget_.deadline() == never : due == std::stod(line.head);
        if (!fits) fail(line, "the deadline is in " + std::to_string(due) + " ms");
        break;
      }
      default:
        break;
    }
  }

 private:
  void preload(const Line& line) {
    std::istringstream in(line.rest);
    std::string area, key, value;
    in >> area >> key;
    std::getline(in >> std::ws, value);
    auto& entries = area == "tab" ? tab_ : shop_;
    if (line.kind == '-')
      entries.erase(key);
    else
      entries[key] = value;
  }

  void play(const Line& line) {
    std::string json = "{";
    for (const auto& a : line.arguments) json += (json.size() > 1 ? ",\"" : "\"") + a.name + "\":" + a.value;
    Maker maker{line.head, json + "}", {}, {}};
    maker.try_all(static_cast<const Event*>(nullptr));
    if (!maker.error.empty()) return fail(line, maker.error);
    step_.clear();
    next_ = 0;
    if (print_) *print_ << "> " << line.rest << "\n";
    handle(*maker.event);
  }

  void handle(const Event& event) {
    std::vector<Event> answers;
    for (const Command& command : widget_.handle(event, now_).list()) {
      step_.push_back(std::visit([](const auto& c) { return printed(c); }, command));
      if (print_) *print_ << "< " << to_text(step_.back()) << "\n";
      if (const auto* set = std::get_if<command::StorageSet>(&command))
        storage(set->area)[set->key] = set->value;
      if (const auto* gone = std::get_if<command::StorageRemove>(&command))
        storage(gone->area).erase(gone->key);
      if (const auto* load = std::get_if<command::StorageLoad>(&command)) {
        event::StorageLoaded answer{load->area, load->prefix, {}, {}};
        for (const auto& [key, value] : storage(load->area))
          if (key.starts_with(load->prefix)) answer.entries.push_back({key, value});
        answers.push_back(answer);
      }
    }
    for (const auto& answer : answers) handle(answer);
  }

  void expect(const Line& line) {
    for (; next_ < step_.size(); ++next_) {
      if (!matches(step_[next_], line)) continue;
      ++next_;
      return;
    }
    std::string seen;
    for (const auto& c : step_) seen += "\n      " + to_text(c).substr(0, 300);
    fail(line, "did not come (in this order); the step gave:" + seen);
  }

  bool matches(const Printed& command, const Line& line) {
    if (command.type != line.head) return false;
    std::map<std::string, std::string> remember;
    for (const auto& a : line.arguments) {
      const std::string* json = nullptr;
      for (const auto& [name, value] : command.fields)
        if (name == a.name) json = &value;
      if (!json) return false;
      if (a.how == '=' && *json != a.value) return false;
      if (a.how == '~' && plain(*json).find(plain(a.value)) == std::string::npos) return false;
      if (a.how == '$') remember[a.value] = json->substr(1, json->size() - 2);
    }
    for (auto& [name, value] : remember) remembered_[name] = value;
    return true;
  }

  void fail(const Line& line, const std::string& why) {
    ++failures;
    std::cerr << "  line " << line.number << ": " << line.kind << " " << line.rest << "\n    " << why << "\n";
  }

  std::map<std::string, std::string>& storage(Area area) { return area == Area::tab ? tab_ : shop_; }

  std::ostream* print_;
  Widget widget_{parts_of_this_build()};
  Now now_{Mono{1000}, Wall{1'700'000'000'000}};
  std::map<std::string, std::string> shop_, tab_, remembered_;
  std::vector<Printed> step_;
  std::size_t next_ = 0;
};

}  // namespace
}  // namespace shopbell::script

int main(int argc, char** argv) {
  bool print = false;
  int passed = 0, failed = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--print") {
      print = true;
      continue;
    }
    std::ifstream file(argv[i]);
    shopbell::script::Run run(print ? &std::cout : nullptr);
    int number = 0;
    for (std::string text; std::getline(file, text);) run.line(text, ++number);
    if (number == 0) ++run.failures;
    std::cerr << (run.failures ? "FAILED " : "ok     ") << argv[i] << "\n";
    ++(run.failures ? failed : passed);
  }
  std::cerr << passed << " passed, " << failed << " failed\n";
  return failed == 0 && passed > 0 ? 0 : 1;
}
