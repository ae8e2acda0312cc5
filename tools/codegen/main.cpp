// Prints shim/generated/messages.ts: the TypeScript types and the codec's tables of everything that crosses
// the face.
//   codegen             > shim/generated/messages.ts
//   codegen --machines  > docs/machines.md: the state diagrams, drawn from the tables that the machines run
//   on
// `npm run build` does both; `npm run check` fails when a file drifted.
#include <iostream>
#include <set>
#include <string>
#include <variant>

#include "core/conversation/store.h"
#include "core/vocabulary/commands.h"
#include "core/vocabulary/events.h"
#include "core/vocabulary/keys.h"
#include "machines.h"

namespace shopbell {
namespace {

struct Printer {
  std::set<std::string> seen;
  std::string types;
  std::string enums;
  std::string enum_lists;
  std::string structs;

  // The table's word for a type: what shim/codec.ts interprets.
  template <class T>
  std::string word() {
    if constexpr (std::is_same_v<T, bool>) {
      return "bool";
    } else if constexpr (std::is_same_v<T, std::uint32_t>) {
      return "u32";
    } else if constexpr (std::is_same_v<T, double>) {
      return "f64";
    } else if constexpr (std::is_same_v<T, std::string>) {
      return "string";
    } else if constexpr (std::is_same_v<T, Bytes>) {
      return "bytes";
    } else if constexpr (std::is_enum_v<T>) {
      print_enum<T>();
      return std::string(EnumNames<T>::title);
    } else if constexpr (is_vector<T>) {
      return word<typename T::value_type>() + "[]";
    } else {
      print_struct<T>();
      return std::string(T::type_name);
    }
  }

  template <class T>
  std::string type() {
    if constexpr (std::is_same_v<T, bool>) {
      return "boolean";
    } else if constexpr (std::is_arithmetic_v<T>) {
      return "number";
    } else if constexpr (std::is_same_v<T, Bytes>) {
      return "Uint8Array";
    } else if constexpr (is_vector<T>) {
      return type<typename T::value_type>() + "[]";
    } else {
      return word<T>();
    }
  }

  template <class E>
  void print_enum() {
    const std::string title(EnumNames<E>::title);
    if (!seen.insert(title).second) return;
    std::string names;
    std::string union_type;
    for (const auto name : EnumNames<E>::names) {
      names += " " + std::string(name);
      union_type += (union_type.empty() ? "'" : " | '") + std::string(name) + "'";
    }
    enums += title + names + "\n";
    enum_lists += " " + title + ": " + title + "[];";
    types += "export type " + title + " = " + union_type + ";\n";
  }

  template <class T>
  std::string members() {
    std::string out;
    const T object{};
    each_field<T>(object, [&]<class M>(std::string_view name, const M&) {
      out += std::string(name) + ": " + type<M>() + "; ";
    });
    return out;
  }

  // A line of a table (shim/table.ts).
  template <class T>
  std::string line() {
    std::string out(T::type_name);
    const T object{};
    each_field<T>(object, [&]<class M>(std::string_view name, const M&) {
      out += " " + std::string(name) + ":" + word<M>();
    });
    return out + "\n";
  }

  template <class T>
  void print_struct() {
    const std::string title(T::type_name);
    if (!seen.insert(title).second) return;
    const auto body = members<T>();
    structs += line<T>();
    types += "export type " + title + " = { " + body + "};\n";
  }

  template <class... Alternatives>
  void print_variant(const std::string& title, const std::string& list, std::string& out,
                     const std::variant<Alternatives...>*) {
    std::string rows;
    std::string union_type;
    ((rows += line<Alternatives>()), ...);
    ((union_type +=
      "\n  | { type: '" + std::string(Alternatives::type_name) + "'; " + members<Alternatives>() + "}"),
     ...);
    out += "export type " + title + " =" + union_type + ";\n\n" + constant(list, "table", rows);
  }

  // Marked, so that a bundle that does not use it has no call of it.
  static std::string constant(const std::string& name, const std::string& reader, const std::string& lines) {
    return "export const " + name + " = /* @__PURE__ */ " + reader + "(`\n" + lines + "`);\n\n";
  }
};

void print_words(std::string_view what,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> words) {
  std::cout << "// " << what << "\n";
  for (const auto& [name, word] : words) std::cout << "export const " << name << " = '" << word << "';\n";
}

}  // namespace
}  // namespace shopbell

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--machines") return shopbell::print_machines(), 0;
  shopbell::Printer printer;
  std::string variants;
  printer.print_variant("Event", "events", variants, static_cast<const shopbell::Event*>(nullptr));
  printer.print_variant("Command", "commands", variants, static_cast<const shopbell::Command*>(nullptr));
  std::cout << "// Printed by tools/codegen from the field tables in wasm/core. Do not edit: run `npm run "
               "build`.\n\n"
            << "import { lists, table } from '../table';\n\n"
            << printer.types << "\n"
            << shopbell::Printer::constant("enums", "lists<{" + printer.enum_lists + " }>", printer.enums)
            << shopbell::Printer::constant("structs", "table", printer.structs) << variants;
  shopbell::print_words("Keys that the core takes, for the frame that takes them before one runs.",
                        {{"send_key", shopbell::keys::send}, {"close_key", shopbell::keys::close}});
  shopbell::print_words("What the loader looks at in storage (wasm/core/conversation/store.h).",
                        {{"stored_prefix", shopbell::stored::prefix},
                         {"stored_left", shopbell::stored::left},
                         {"stored_left_open", shopbell::stored::left_open},
                         {"stored_call_ending", shopbell::stored::call_ending},
                         {"stored_call_is_left", shopbell::stored::call_is_left}});
}
