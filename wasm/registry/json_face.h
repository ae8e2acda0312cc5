// The registry as a gateway in another language calls it: events and commands are JSON of their field tables
// (events.h, commands.h), each with a member `type`; frames and audio lie beside them as bytes. An event that
// cannot be read gives "" and changes nothing.
#pragma once

#include <string>
#include <string_view>

#include "core/wire/reader.h"
#include "core/wire/writer.h"
#include "registry/frames/json.h"
#include "registry/registry.h"

namespace shopbell::registry {

class JsonFace {
 public:
  // RegistryOptions as JSON; what cannot be read leaves the defaults.
  explicit JsonFace(std::string_view options) : registry_(read_options(options)) {}

  // A JSON list of commands.
  std::string handle(std::string_view json, std::string_view payload, Now now) {
    output_ = {};
    const wire::Document document = wire::parse(json);
    const auto event = get_variant(document.root(), static_cast<const Event*>(nullptr));
    if (!event) return "";
    output_ = registry_.handle(*event, payload, now);
    wire::Writer writer;
    writer.array_begin();
    for (const Command& command : output_.commands) put_variant(writer, command);
    writer.array_end();
    return writer.take();
  }

  // The bytes that the commands name; valid until the next call.
  std::string_view payload() const { return output_.payload; }
  const Registry& registry() const { return registry_; }

  // {text_sockets, voice_sockets, sessions, calls}
  std::string counts() const {
    wire::Writer writer;
    put(writer, Counts{double(registry_.text_sockets()), double(registry_.voice_sockets()),
                       double(registry_.sessions()), double(registry_.calls())});
    return writer.take();
  }

 private:
  struct Counts {
    double text_sockets;
    double voice_sockets;
    double sessions;
    double calls;
    SHOPBELL_FIELDS(Counts, text_sockets, voice_sockets, sessions, calls)
  };

  static RegistryOptions read_options(std::string_view json) {
    RegistryOptions options;
    const wire::Document document = wire::parse(json);
    if (!get(document.root(), options)) options = {};
    return options;
  }

  Registry registry_;
  Output output_;
};

}  // namespace shopbell::registry
