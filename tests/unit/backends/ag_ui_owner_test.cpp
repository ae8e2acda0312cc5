// What an owner adds to each run of an `ag-ui` agent: headers that fetch would take, and forwardedProps.
#include "ag_ui_rig.h"
#include "backends/ag_ui/owner.h"

namespace shopbell::ag_ui {
namespace {

// The headers as they are sent, and behind a bar the names of those that are not.
std::string owners_headers(std::string_view json) {
  std::vector<Header> headers;
  const std::string refused = add_headers(json, headers);
  std::string text;
  for (const Header& header : headers) text += header.name + "=" + header.value + ";";
  return text + "|" + refused;
}

TEST(AgUiOwner, HeadersOfAnObject) {
  EXPECT_EQ(owners_headers(R"({"Authorization":"Bearer x.y","X-Shopper":"5"})"),
            "authorization=Bearer x.y;x-shopper=5;|");
  EXPECT_EQ(owners_headers("{}"), "|");
  EXPECT_EQ(owners_headers(""), "|");
  EXPECT_EQ(owners_headers("[]"), "|");
}

TEST(AgUiOwner, NamesAreTokens) {
  for (const char* name : {"a b", "a:b", "a\\nb", "\xc3\xa4", "a\\\"b", "a/b", "", "a(b)"})
    EXPECT_EQ(owners_headers("{\"" + std::string(name) + R"(":"x"})").substr(0, 2), "| ") << name;
  EXPECT_EQ(owners_headers(R"({"!#$%&'*+-.^_`|~9aZ":"x"})"), "!#$%&'*+-.^_`|~9az=x;|");
}

TEST(AgUiOwner, ValuesAreTextsOfAscii) {
  for (const char* value : {"5", "null", "{}", "\"\xc3\xa4\"", "\"a\\nb: c\"", "\"a\\u0000\"", "\"\\u007f\""})
    EXPECT_EQ(owners_headers(R"({"a":)" + std::string(value) + "}"), "| a") << value;
}

TEST(AgUiOwner, WhatIsTheBrowsersOrOursIsNotSent) {
  for (const char* name : {"Accept",
                           "accept-charset",
                           "Accept-Encoding",
                           "Access-Control-Request-Method",
                           "Connection",
                           "Content-Length",
                           "CONTENT-TYPE",
                           "Cookie",
                           "cookie2",
                           "Date",
                           "DNT",
                           "Expect",
                           "Host",
                           "Keep-Alive",
                           "Origin",
                           "Proxy-Authorization",
                           "Referer",
                           "Sec-Fetch-Site",
                           "Set-Cookie",
                           "TE",
                           "Trailer",
                           "Transfer-Encoding",
                           "Upgrade",
                           "Via",
                           "X-API-Key"})
    EXPECT_EQ(owners_headers("{\"" + std::string(name) + R"(":"x"})"), "| " + std::string(name));
  EXPECT_EQ(owners_headers(R"({"tenant":"a","dater":"b","hosts":"c","viable":"d"})"),
            "tenant=a;dater=b;hosts=c;viable=d;|");
}

TEST(AgUiOwner, TheSameNameTwice) { EXPECT_EQ(owners_headers(R"({"X-A":"1","x-a":"2"})"), "x-a=1;| x-a"); }

TEST(AgUiOwner, TheyGoWithEveryRun) {
  BackendOptions options;
  options.api_url = "https://shop.example/agent";
  options.agent_headers.set(R"({"X-Shopper":"5","Cookie":"secret=1"})");
  options.forwarded_props.set(R"({"tier":"gold"})");
  const auto codec = make_codec("ag-ui", options);
  Recorder said;
  codec->begin(said);
  EXPECT_EQ(said.said(), "trouble [Shopbell] these of agentHeaders can't be sent: Cookie");
  for (const char* id : {"m1", "m2"}) codec->say(lamps(id), said);
  for (const HttpRequest& request : said.requests) {
    EXPECT_EQ(request.headers.back().name, "x-shopper");
    EXPECT_NE(request.body.find(R"("forwardedProps":{"tier":"gold"})"), std::string::npos);
  }
}

TEST(AgUiOwner, PropsThatAreNoObjectAreNone) {
  for (const char* props : {"", "5", "[1]", "{", "null"}) {
    BackendOptions options;
    options.forwarded_props.set(props);
    const auto codec = make_codec("ag-ui", options);
    Recorder said;
    codec->say(lamps(), said);
    EXPECT_NE(said.requests.at(0).body.find(R"("forwardedProps":{})"), std::string::npos) << props;
  }
}

}  // namespace
}  // namespace shopbell::ag_ui
