#include "core/machines/toolbox.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/wire/copy.h"
#include "core/wire/writer.h"

namespace shopbell {
namespace {

constexpr const char* no_parameters = R"({"type":"object","properties":{}})";

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::tool_name_bytes_max &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                  c == '-';
         });
}

}  // namespace

std::string Toolbox::offer(std::string_view json) {
  std::string refused;
  std::size_t count = 0;
  wire::Writer writer;
  writer.array_begin();
  const wire::Document document = wire::parse(json);
  for (std::size_t i = 0; i < document.root().size(); ++i) {
    const wire::Member member = document.root().member(i);
    const wire::Reader parameters = member.value["parameters"];
    const std::string_view description = trimmed(member.value["description"].text().value_or(""));
    const bool good = is_name(member.key) && !description.empty() &&
                      (parameters.is_object() || !parameters.present()) && count < limits::tools_max &&
                      wire::json_of(member.value).size() <= limits::tool_bytes_max;
    if (!good) {
      refused.append(" ").append(member.key);
      continue;
    }
    ++count;
    writer.object_begin();
    writer.key("name").text(member.key);
    writer.key("description").text(description);
    writer.key("parameters").json(parameters.present() ? wire::json_of(parameters) : no_parameters);
    writer.key("metadata").object_begin();
    writer.key("readOnly").boolean(member.value["readOnly"].boolean().value_or(false));
    writer.object_end().object_end();
  }
  tools_ = writer.take();
  return refused;
}

bool Toolbox::has(std::string_view name, Ask* ask) const {
  const wire::Document document = wire::parse(tools_);
  for (const wire::Reader tool : document.root()) {
    if (tool["name"].text() != name) continue;
    if (ask) {
      ask->about.set(*tool["description"].text());
      ask->read_only = *tool["metadata"]["readOnly"].boolean();
    }
    return true;
  }
  return false;
}

}  // namespace shopbell
