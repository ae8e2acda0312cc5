// Options of the tag: a wrong value is told with the allowed ones, and the default is used.
#include "core/vocabulary/options.h"

#include <gtest/gtest.h>

#include "core/vocabulary/limits.h"

namespace shopbell {
namespace {

struct Checked {
  Options options;
  std::string lines;
  std::size_t complaints;
};

Checked check(std::vector<Setting> settings) {
  Commands out;
  Checked c{check_options(settings, "https://cdn.example", out), {}, out.list().size()};
  for (const auto& command : out.list()) c.lines += std::get<command::Console>(command).text;
  return c;
}

TEST(Options, DefaultsAreQuiet) {
  const auto c = check({});
  EXPECT_EQ(c.complaints, 0u);
  EXPECT_EQ(c.options.backend, "chatkit");
  EXPECT_EQ(c.options.voice, "off");
  EXPECT_EQ(c.options.look.position, "bottom-right");
  EXPECT_EQ(c.options.backend_options.api_url, "https://cdn.example");
  EXPECT_FALSE(c.options.backend_options.idempotency);
}

TEST(Options, GoodValuesAreTaken) {
  const auto c = check({{"api-url", "https://api.example/x///", "string"},
                        {"position", "bottom-left", "string"},
                        {"primary-color", "rgb(1 2 3 / 50%)", "color"},
                        {"bot-name", "Ruby", "color"},
                        {"idempotency", "on", "string"},
                        {"api-key", "k", "string"}});
  EXPECT_EQ(c.complaints, 0u) << c.lines;
  EXPECT_EQ(c.options.backend_options.api_url, "https://api.example/x");
  EXPECT_EQ(c.options.look.position, "bottom-left");
  EXPECT_TRUE(c.options.backend_options.idempotency);
  EXPECT_EQ(c.options.backend_options.api_key.reveal(), "k");
}

TEST(Options, EachBackEndOfTheTableCanBeNamed) {
#define BACKEND(identifier, name, transport, calls) name,
  const std::string_view names[] = {
#include "backends/backends.def"
  };
#undef BACKEND
  for (const auto name : names) {
    const auto c = check({{"backend", std::string(name), "string"}});
    EXPECT_EQ(c.complaints, 0u) << c.lines;
    EXPECT_EQ(c.options.backend, name);
  }
  const auto wrong = check({{"backend", "unheard", "string"}});
  EXPECT_EQ(wrong.options.backend, names[0]);
  EXPECT_NE(wrong.lines.find("allowed: chatkit, shopbell, "), std::string::npos) << wrong.lines;
}

TEST(Options, AYesNoOptionMayBeABoolean) {
  EXPECT_TRUE(check({{"idempotency", "true", "boolean"}}).options.backend_options.idempotency);
  EXPECT_FALSE(check({{"idempotency", "false", "boolean"}}).options.backend_options.idempotency);
}

TEST(Options, WrongValuesAreToldWithTheAllowedOnes) {
  const auto c = check({{"position", "middle", "string"}});
  EXPECT_EQ(c.complaints, 1u);
  EXPECT_NE(c.lines.find("bottom-right, bottom-left"), std::string::npos);
  EXPECT_EQ(c.options.look.position, "bottom-right");
}

TEST(Options, EachKindRefusesWhatIsNotOfIt) {
  const std::vector<Setting> wrong = {{"api-url", "javascript:alert(1)", "string"},
                                      {"api-url", "https://a b", "string"},
                                      {"primary-color", "red;background:url(//x)", "string"},
                                      {"primary-color", "", "string"},
                                      {"primary-color", "notacolour", "string"},
                                      {"primary-color", "red;", "color"},
                                      {"voice", "yes", "string"},
                                      {"api-key", "line\nbreak", "string"},
                                      {"api-key", "schl\xc3\xbcssel", "string"},
                                      {"backend", "42", "number"},
                                      {"greeting", "[object Object]", "object"},
                                      {"idempotency", "true", "string"},
                                      {"bot-name", std::string(limits::option_bytes_max + 1, 'x'), "string"},
                                      {"voice", "off, shopbell", "string"},
                                      {"", "x", "string"},
                                      {"no-such-option", "x", "string"}};
  for (const auto& setting : wrong)
    EXPECT_EQ(check({setting}).complaints, 1u) << setting.name << "=" << setting.value;
  EXPECT_EQ(check({{"bot-name", std::string(limits::option_bytes_max, 'x'), "string"}}).complaints, 0u);
}

// What others add to a script stays quiet.
TEST(Options, AMisspeltNameIsToldWithTheOneThatIsMeant) {
  const auto level_of = [](const std::string& name, std::string_view words) {
    Commands out;
    check_options({{name, "x", "string"}}, "", out);
    const auto line = std::get<command::Console>(out.list().front());
    EXPECT_NE(line.text.find(words), std::string::npos) << line.text;
    return line.level;
  };
  const std::pair<const char*, const char*> misspelt[] = {{"primary-colour", "\"primary-color\" meant?"},
                                                          {"idempotancy", "\"idempotency\" meant?"},
                                                          {"apiurl", "\"api-url\" meant?"},
                                                          {"api-kye", "\"api-key\" meant?"},
                                                          {"colour-scheme", "\"color-scheme\" meant?"},
                                                          {"back-end", "\"backend\" meant?"},
                                                          {"greetings", "\"greeting\" meant?"},
                                                          {"postion", "\"position\" meant?"}};
  for (const auto& [given, words] : misspelt) EXPECT_EQ(level_of(given, words), Level::warn) << given;
  for (const auto* name : {"cf-async", "no-optimize", "turbo-track", "rocket-src", "src", "id", "", "a",
                           "type", "nonce", "category", "cookieconsent", "wp-strategy", "ad-client"})
    EXPECT_EQ(level_of(name, "there is no option"), Level::debug) << name;
}

TEST(Options, AKeyIsNeverPrinted) {
  const auto c = check({{"api-key", std::string(limits::option_bytes_max + 1, 'k'), "string"}});
  EXPECT_EQ(c.complaints, 1u);
  EXPECT_EQ(c.lines.find("kkk"), std::string::npos);
}

// What is for the agent alone is never written where everybody reads it, and never told.
TEST(Options, WhatIsForTheAgentComesFromScriptsAlone) {
  for (const char* name : {"agent-headers", "forwarded-props"}) {
    const std::string json = R"({"x":"secret-7f3a"})";
    const auto given = check({{name, json, "object"}});
    EXPECT_EQ(given.complaints, 0u) << given.lines;
    const auto& options = given.options.backend_options;
    EXPECT_EQ((name[0] == 'a' ? options.agent_headers : options.forwarded_props).reveal(), json);
    const auto attribute = check({{name, json, "string"}});
    EXPECT_EQ(attribute.complaints, 1u);
    EXPECT_EQ(attribute.lines.find("secret"), std::string::npos) << attribute.lines;
    EXPECT_NE(attribute.lines.find("Shopbell.init"), std::string::npos) << attribute.lines;
    EXPECT_TRUE(attribute.options.backend_options.agent_headers.empty());
    EXPECT_TRUE(attribute.options.backend_options.forwarded_props.empty());
    const auto of_bytes = [](std::size_t bytes) { return R"({"x":")" + std::string(bytes - 8, 'x') + "\"}"; };
    EXPECT_EQ(check({{name, of_bytes(limits::option_json_bytes_max), "object"}}).complaints, 0u);
    EXPECT_EQ(check({{name, of_bytes(limits::option_json_bytes_max + 1), "object"}}).complaints, 1u);
  }
}

}  // namespace
}  // namespace shopbell
