// The Markdown module: what becomes which node, which links are made, and that no input does harm.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "markdown/limits.h"
#include "markdown/link_policy.h"
#include "markdown/node_list.h"
#include "markdown/parse.h"
#include "markdown/utf8.h"

namespace shopbell::markdown {
namespace {

constexpr std::string_view shop = "https://shop.example";

constexpr const char* names[] = {"",       "text", "host",  "a",     "away", "pre", "p",    "h",
                                 "ul",     "ol",   "li",    "quote", "rule", "br",  "code", "em",
                                 "strong", "del",  "table", "head",  "body", "row", "th",   "td"};

// Reads a list back as one line: elements as name[value](children), texts in quotes. Checks the grammar on
// the way.
class Reader {
 public:
  explicit Reader(std::string_view list) : list_(list) {}

  std::string all() {
    std::string out;
    while (at_ < list_.size()) {
      const std::size_t bytes = number();
      const std::size_t end = at_ + bytes;
      EXPECT_LE(end, list_.size());
      if (!out.empty()) out += ' ';
      node(out, kind());
      EXPECT_EQ(at_, end);
      if (at_ != end) break;
    }
    return out;
  }

  std::size_t nodes() const { return nodes_; }
  std::size_t depth() const { return depth_seen_; }

 private:
  unsigned char byte() { return at_ < list_.size() ? static_cast<unsigned char>(list_[at_++]) : 0; }
  std::size_t number() {
    std::size_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= static_cast<std::size_t>(byte()) << (8 * i);
    return value;
  }
  Kind kind() {
    const unsigned char kind = byte();
    EXPECT_LE(kind, static_cast<unsigned char>(Kind::cell));
    return static_cast<Kind>(kind);
  }
  std::string string(std::size_t bytes) {
    EXPECT_LE(bytes, list_.size() - at_);
    std::string text(list_.substr(at_, bytes));
    at_ += text.size();
    EXPECT_EQ(text, well_formed(text));
    return text;
  }

  static bool is_allowed(std::string_view href) {
    return href.starts_with("https://") || href.starts_with("http://") || href.starts_with("mailto:") ||
           href.starts_with("tel:");
  }

  void node(std::string& out, Kind kind) {
    ++nodes_;
    const std::size_t value = number();
    if (kind == Kind::text || kind == Kind::host) {
      out += (kind == Kind::host ? "host'" : "'") + string(value) + "'";
      return;
    }
    depth_seen_ = std::max(depth_seen_, ++depth_);
    out += names[static_cast<std::size_t>(kind)];
    if (kind <= Kind::code_block) {
      const std::string text = string(value);
      if (kind != Kind::code_block) {
        EXPECT_TRUE(is_allowed(text)) << text;
      }
      if (!text.empty()) out += "[" + text + "]";
    } else if (value != 0) {
      out += "[" + std::to_string(value) + "]";
    }
    out += '(';
    bool first = true;
    for (Kind child = this->kind(); child != Kind::close; child = this->kind(), first = false) {
      EXPECT_LT(at_, list_.size());
      if (at_ >= list_.size()) return;
      if (!first) out += ' ';
      node(out, child);
    }
    EXPECT_EQ(number(), 0u);
    out += ')';
    --depth_;
  }

  std::string_view list_;
  std::size_t at_ = 0;
  std::size_t nodes_ = 0;
  std::size_t depth_ = 0;
  std::size_t depth_seen_ = 0;
};

std::string shown(std::string_view markdown, std::string_view origin = shop) {
  return Reader(parse(markdown, origin)).all();
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  text.reserve(part.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

TEST(Markdown, BlocksAndSpans) {
  EXPECT_EQ(shown(""), "");
  EXPECT_EQ(shown("one\ntwo"), "p('one\ntwo')");
  EXPECT_EQ(shown("one  \ntwo\\\nthree"), "p('one' br() 'two' br() 'three')");
  EXPECT_EQ(shown("## Title"), "h[2]('Title')");
  EXPECT_EQ(shown("- a\n- b"), "ul(li('a') li('b'))");
  EXPECT_EQ(shown("- a\n\n- b"), "ul(li(p('a')) li(p('b')))");
  EXPECT_EQ(shown("7. a\n8. b"), "ol[7](li('a') li('b'))");
  EXPECT_EQ(shown("0. a"), "ol(li('a'))");
  EXPECT_EQ(shown("> a"), "quote(p('a'))");
  EXPECT_EQ(shown("---"), "rule()");
  EXPECT_EQ(shown("```c++ x\na\n b\tc\n```"), "pre[c++]('a\n b\tc\n')");
  EXPECT_EQ(shown("`a` *b* **c** ~~d~~"), "p(code('a') ' ' em('b') ' ' strong('c') ' ' del('d'))");
  EXPECT_EQ(shown("a\n\nb"), "p('a') p('b')");
}

TEST(Markdown, Tables) {
  EXPECT_EQ(shown("| a | b | c | d |\n|---|:--|:-:|--:|\n| 1 | 2 | 3 | **4** |"),
            "table(head(row(th('a') th[1]('b') th[2]('c') th[3]('d'))) "
            "body(row(td('1') td[1]('2') td[2]('3') td[3](strong('4')))))");
}

TEST(Markdown, RawHtmlIsText) {
  EXPECT_EQ(shown("<img src=x onerror=alert(1)>"), "p('<img src=x onerror=alert(1)>')");
  EXPECT_EQ(shown("<script>\nalert(1)\n</script>"), "p('<script>\nalert(1)\n</script>')");
}

TEST(Markdown, CharacterReferences) {
  EXPECT_EQ(shown("&amp; &lt; &nbsp; &yuml; &euro; &rang;"), "p('& < \u00A0 \u00FF \u20AC \u27E9')");
  EXPECT_EQ(shown("&#38; &#x26; &#X1F600;"), "p('& & \U0001F600')");
  EXPECT_EQ(shown("&#0; &#xD800; &#x110000; &#9999999;"), "p('\uFFFD \uFFFD \uFFFD \uFFFD')");
  EXPECT_EQ(shown("&nosuch; &amp &; &#; &#x;"), "p('&nosuch; &amp &; &#; &#x;')");
  EXPECT_EQ(shown("``` a&auml;b\n```"),
            "pre[a\u00E4"
            "b]()");
}

// md4c 0.5.2 alone leaves these tabs and loses this line end.
TEST(Markdown, BlanksAtTheEdges) {
  EXPECT_EQ(shown("#\tFoo\t"), "h[1]('Foo')");
  EXPECT_EQ(shown("a *b*\t"), "p('a ' em('b'))");
  EXPECT_EQ(shown("&#32;a&#9;"), "p(' a\t')");
  EXPECT_EQ(shown("`a  \nb`"), "p(code('a   b'))");
  EXPECT_EQ(shown("> `a  \n>  b\n> c`"), "quote(p(code('a   b c')))");
}

// md4c 0.5.2 pairs delimiters in destinations with those outside and reports one end of the span only.
TEST(Markdown, DelimitersInDestinations) {
  EXPECT_EQ(shown("[a](/x~y) b [c](/v~w)"),
            "p(a[https://shop.example/x~y]('a') ' b ' a[https://shop.example/v~w]('c'))");
  EXPECT_EQ(shown("[](\t*)*\n\nb"), "p() p('b')");
  EXPECT_EQ(shown("*a [b](/x*) c\n\nd"), "p(em('a ' a[https://shop.example/x*]('b') ' c')) p('d')");
}

TEST(Markdown, IllFormedTextIsReplaced) {
  EXPECT_EQ(shown(std::string_view("a\0b", 3)), "p('a\uFFFDb')");
  EXPECT_EQ(shown("\xFF"), "p('\uFFFD')");
  EXPECT_EQ(shown("\xE2\x82"), "p('\uFFFD')");
  EXPECT_EQ(shown("\xE2\x82z"), "p('\uFFFDz')");
  EXPECT_EQ(shown("\xC0\xAF"), "p('\uFFFD\uFFFD')");
  EXPECT_EQ(shown("\xED\xA0\x80"), "p('\uFFFD\uFFFD\uFFFD')");
  EXPECT_EQ(shown("\xF4\x90\x80\x80"), "p('\uFFFD\uFFFD\uFFFD\uFFFD')");
  EXPECT_EQ(shown("\xF0\x9F\x98\x80"), "p('\U0001F600')");
}

TEST(Markdown, Images) {
  EXPECT_EQ(shown("![a *b* `c`](https://i.example/x.png)"),
            "p(away[https://i.example/x.png]('a b c') host'i.example')");
  EXPECT_EQ(shown("![a](data:image/png;base64,AA)"), "p('a')");
  EXPECT_EQ(shown("[![a](/b.png)](/c)"), "p(a[https://shop.example/c]('a'))");
  EXPECT_EQ(shown("[![a](/b.png)](javascript:x)"), "p(a[https://shop.example/b.png]('a'))");
  EXPECT_EQ(shown("![a [b](/c) d](/e)"), "p(a[https://shop.example/e]('a b d'))");
  EXPECT_EQ(shown("![a [b](/c) *d*](javascript:x) *e*"),
            "p('a ' a[https://shop.example/c]('b') ' d ' em('e'))");
}

TEST(Markdown, BareAddresses) {
  EXPECT_EQ(shown("see https://a.example/x."),
            "p('see ' away[https://a.example/x]('https://a.example/x') host'a.example' '.')");
  EXPECT_EQ(shown("me@a.example"), "p(a[mailto:me@a.example]('me@a.example'))");
  EXPECT_EQ(shown("www.a.example"), "p(away[http://www.a.example]('www.a.example') host'www.a.example')");
}

struct LinkCase {
  std::string_view destination;
  std::string_view href;  // empty: no link
  std::string_view host;
};

TEST(LinkPolicy, Allowed) {
  const LinkCase cases[] = {
      {"https://shop.example/a?b=c#d", "https://shop.example/a?b=c#d", ""},
      {"HTTPS://Shop.Example", "https://Shop.Example", ""},
      {"http://shop.example/", "http://shop.example/", ""},
      {"https://shop.example:443/", "https://shop.example:443/", ""},
      {"https://shop.example:00443/", "https://shop.example:00443/", ""},
      {"https://shop.example:/", "https://shop.example:/", ""},
      {"https://shop.example:8443/", "https://shop.example:8443/", "shop.example:8443"},
      {"https://shop.example:0/", "https://shop.example:0/", "shop.example:0"},
      {"https://shop.example:000/", "https://shop.example:000/", "shop.example:0"},
      {"https://shop.example:65535/", "https://shop.example:65535/", "shop.example:65535"},
      {"https://shop.example./", "https://shop.example./", "shop.example."},
      {"https://www.shop.example/", "https://www.shop.example/", "www.shop.example"},
      {"https://shop.example.evil.example/", "https://shop.example.evil.example/",
       "shop.example.evil.example"},
      {"https://EVIL.example?shop.example", "https://EVIL.example?shop.example", "evil.example"},
      {"https://evil.example#@shop.example", "https://evil.example#@shop.example", "evil.example"},
      {"https://evil.example?@shop.example", "https://evil.example?@shop.example", "evil.example"},
      {"https://shop.example@evil.example", "https://shop.example@evil.example", "evil.example"},
      {"https://shop.example:443@evil.example", "https://shop.example:443@evil.example", "evil.example"},
      {"https://a@shop.example@evil.example/x", "https://a@shop.example@evil.example/x", "evil.example"},
      {"https://shop.example%2F@evil.example", "https://shop.example%2F@evil.example", "evil.example"},
      {"https://a b@evil.example", "https://a%20b@evil.example", "evil.example"},
      {"https://\u0455hop.example/", "https://\u0455hop.example/", "\u0455hop.example"},
      {"https://xn--hop-7ed.example/", "https://xn--hop-7ed.example/", "xn--hop-7ed.example"},
      {"http://[2001:DB8::1]:80/x", "http://[2001:DB8::1]:80/x", "[2001:db8::1]"},
      {"http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080"},
      {"https://shop.example/a b\"<>\\^`{|}[]", "https://shop.example/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D",
       ""},
      {"https://shop.example/\u00E4%20", "https://shop.example/%C3%A4%20", ""},
      {"http://https://a.example:b", "http://https://a.example:b", "https"},
      {"mailto:a@b.example?subject=x y", "mailto:a@b.example?subject=x%20y", ""},
      {"MailTo:a@b.example", "mailto:a@b.example", ""},
      {"tel:+44-20-7946-0000", "tel:+44-20-7946-0000", ""},
      {"Tel:(020) 7946.0000;ext=12", "tel:(020)%207946.0000;ext=12", ""},
      {"/products/7?x=1#y", "https://shop.example/products/7?x=1#y", ""},
      {"/", "https://shop.example/", ""},
      {"/a//b@evil.example", "https://shop.example/a//b@evil.example", ""},
      {"/javascript:alert(1)", "https://shop.example/javascript:alert(1)", ""},
  };
  for (const LinkCase& each : cases) {
    const std::optional<Link> link = allowed_link(each.destination, shop);
    ASSERT_TRUE(link) << each.destination;
    EXPECT_EQ(link->href, each.href) << each.destination;
    EXPECT_EQ(link->host, each.host) << each.destination;
  }
}

TEST(LinkPolicy, Refused) {
  const std::string_view cases[] = {
      // other schemes, however they are written
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      " javascript:alert(1)",
      "java\tscript:alert(1)",
      "java\nscript:alert(1)",
      "\x01javascript:alert(1)",
      "javascript&colon;alert(1)",
      "%6aavascript:alert(1)",
      "javascript://shop.example/%0aalert(1)",
      "data:text/html,x",
      "data:image/png;base64,AA",
      "vbscript:x",
      "file:///etc/passwd",
      "blob:https://shop.example/1",
      "about:blank",
      "ftp://a.example",
      "ws://a.example",
      "intent://a#Intent;end",
      "sms:+1555",
      "view-source:https://a.example",
      "feed:https://a.example",
      "https",
      "https:",
      "mailto",
      "\uFF48ttps://a.example",
      "",
      // addresses that browsers read in another way than people
      "https:/a.example",
      "https:a.example",
      "https:///a.example",
      "https:\\\\a.example",
      "https://a.example\\@shop.example",
      "https:/\\a.example",
      "https://\\a.example",
      "//a.example",
      "///a.example",
      "/\\a.example",
      "\\\\a.example",
      "\\/a.example",
      "/a\tb",
      "/\n/a.example",
      "ht\ntps://a.example",
      "https://a.exa\tmple",
      "https://a.example/\r\nx",
      "https://a.example/\x7F",
      " https://a.example",
      // hosts that are none, or hide what they are
      "https://",
      "https://@",
      "https://user@",
      "https://.",
      "https://../",
      "https://-",
      "https://:80",
      "https://a b.example",
      "https://shop.example%2eevil.example",
      "https://%73hop.example",
      "https://a.example:x",
      "https://a.example:65536",
      "https://a.example:123456",
      "https://a.example:80:80",
      "https://a,b",
      "https://<a>",
      "https://a|b",
      "https://[::1",
      "https://[]",
      "https://[::1]x",
      "https://[v1.x]",
      "https://::1",
      "https://a*b.example",
      "https://shop.example\u3002evil.example",
      "https://\uFF45vil.example",
      "https://evil\u00ADil.example",
      "https://shop\u200B.example",
      "https://\u202Eelpmaxe.pohs",
      "https://shop.example\u2044evil.example",
      "https://shop.example\uFF0Fevil.example",
      "https://a\u2100b.example",
      "https://a\uFFFD.example",
      "https://a\u00A0b.example",
      "https://a\u0085.example",
      "https://\U0001D41A.example",
      "https://a\U000E0061.example",
      // relative addresses other than a path from the root
      "a",
      "a/b",
      "./a",
      "../a",
      "?a",
      "#a",
      "localhost:8788/a",
      "shop.example/a",
      // mail and telephone without anyone to reach; codes that telephones run
      "mailto:",
      "tel:",
      "tel:abc",
      "tel:+",
      "tel:*06#",
      "tel:%2A06%23",
      "tel:1;phone-context=<x>",
      "tel://1",
  };
  for (const std::string_view destination : cases) {
    const std::optional<Link> link = allowed_link(destination, shop);
    EXPECT_FALSE(link) << destination << " became " << link->href;
  }
}

TEST(LinkPolicy, ThePagesOriginDecidesWhatIsItsOwn) {
  EXPECT_EQ(allowed_link("http://localhost:8788/a", "http://localhost:8788")->host, "");
  EXPECT_EQ(allowed_link("http://localhost:8787/a", "http://localhost:8788")->host, "localhost:8787");
  EXPECT_EQ(allowed_link("/a", "http://localhost:8788")->href, "http://localhost:8788/a");
  EXPECT_EQ(allowed_link("https://a.example", "https://A.example:443")->host, "");
  for (const std::string_view origin :
       {"null", "", "file://", "shop.example", "javascript:", "https://\xFF"}) {
    EXPECT_FALSE(allowed_link("/a", origin)) << origin;
    EXPECT_EQ(allowed_link("https://shop.example/", origin)->host, "shop.example") << origin;
  }
}

TEST(LinkPolicy, HoldsThroughMarkdown) {
  EXPECT_EQ(shown("[a](javascript:x) [b](java&#115;cript:x) [c](<java&Tab;script:x>)"), "p('a b c')");
  EXPECT_EQ(shown("[*a* b](data:x)"), "p(em('a') ' b')");
  EXPECT_EQ(shown("<javascript:alert(1)>"), "p('javascript:alert(1)')");
  EXPECT_EQ(shown("[a](&#104;ttps://b.example)"), "p(away[https://b.example]('a') host'b.example')");
  EXPECT_EQ(shown("[a](https:&#47;&#47;b.example&#10;x)"), "p('a')");
  EXPECT_EQ(shown("[a][b]\n\n[b]: VBScript:x"), "p('a')");
  EXPECT_EQ(shown("[shop.example](https://evil.example)"),
            "p(away[https://evil.example]('shop.example') host'evil.example')");
  EXPECT_EQ(shown("[a](/b 'title')"), "p(a[https://shop.example/b]('a'))");
}

TEST(Limits, LengthOfALink) {
  const std::string path = "/" + std::string(href_bytes_max - shop.size() - 1, 'a');
  EXPECT_TRUE(allowed_link(path, shop));
  EXPECT_FALSE(allowed_link(path + "a", shop));
  const std::string full = std::string(shop) + path;
  EXPECT_TRUE(allowed_link(full, shop));
  EXPECT_FALSE(allowed_link(full + "a", shop));
  EXPECT_FALSE(allowed_link(full.substr(0, full.size() - 1) + " ", shop)) << "counted after encoding";
}

TEST(Limits, LengthOfAHost) {
  const std::string host(host_bytes_max, 'a');
  EXPECT_TRUE(allowed_link("https://" + host, shop));
  EXPECT_FALSE(allowed_link("https://" + host + "a", shop));
}

TEST(Limits, LengthOfAText) {
  const std::string at_limit = "*a*" + repeated("b", text_bytes_max - 3);
  EXPECT_EQ(shown(at_limit), "p(em('a') '" + at_limit.substr(3) + "')");
  EXPECT_EQ(shown(at_limit + "b"), "'" + at_limit + "b'");
  EXPECT_EQ(shown(repeated("\xFF", text_bytes_max + 1)), "'" + repeated("\uFFFD", text_bytes_max + 1) + "'");
}

TEST(Limits, Depth) {
  const std::string at_limit = repeated("> ", depth_max - 1) + "a";
  const std::string list = parse(at_limit, shop);
  Reader reader(list);
  EXPECT_EQ(reader.all(), repeated("quote(", depth_max - 1) + "p('a')" + repeated(")", depth_max - 1));
  EXPECT_EQ(reader.depth(), depth_max);
  EXPECT_EQ(shown("> " + at_limit), "'> " + at_limit + "'");
  EXPECT_EQ(shown("\n*" + at_limit), "p('*" + at_limit + "')") << "not nested at all";
}

TEST(Limits, Nodes) {
  // A paragraph with its text is two nodes.
  const std::string at_limit = repeated("a\n\n", nodes_max / 2);
  const std::string list = parse(at_limit, shop);
  Reader reader(list);
  EXPECT_EQ(reader.all().substr(0, 13), "p('a') p('a')");
  EXPECT_EQ(reader.nodes(), nodes_max);
  EXPECT_EQ(shown(at_limit + "---"), "'" + at_limit + "---'");
}

// Texts that made Markdown parsers slow or deep.
TEST(Limits, PathologicalTextsEnd) {
  const std::string_view parts[] = {"*",     "**a ",         "[",    "![", "![[]()", "[a](",     "<",
                                    "`",     "`a``b```",     "> ",   "- ", "1. ",    "|a\n|-\n", "&",
                                    "&amp;", "[a]: b\n",     "\\",   "~",  "~~a ",   "a**b_c_",  "www.a.",
                                    "a@b.c", "https://a.b ", "<!--", "\t", "\n",     "[[[a](b)", "_*",
                                    "#",     "```\n",        "| "};
  for (const std::string_view part : parts) {
    const std::string text = repeated(part, text_bytes_max / part.size());
    const std::string list = parse(text, shop);
    Reader reader(list);
    reader.all();
    EXPECT_LE(reader.nodes(), nodes_max) << part;
    EXPECT_LE(reader.depth(), depth_max) << part;
  }
  const std::string wide =
      "|" + repeated("a|", 100) + "\n|" + repeated("-|", 100) + "\n" + repeated("|\n", 10'000);
  EXPECT_EQ(shown(wide), "'" + wide + "'") << "rows are filled up to a million cells";
}

// Bytes of every value, and pieces that mean something to the parser. The same numbers in every run.
TEST(Fuzz, RandomTextsGiveWellFormedLists) {
  const std::string_view pieces[] = {"*",           "**",
                                     "_",           "`",
                                     "```\n",       "[",
                                     "](",          ")",
                                     "![",          "<",
                                     ">",           "\n",
                                     "\n\n",        "- ",
                                     "1. ",         "> ",
                                     "# ",          "|",
                                     "\n|-|-|\n",   "&amp;",
                                     "&#0;",        "https://a.example",
                                     "javascript:", "//",
                                     "\\",          "\t",
                                     "    ",        "~~",
                                     "a",           "\u00E4",
                                     "\xF0\x9F",    "[a]: /b\n",
                                     "www.",        "@",
                                     "==="};
  std::uint64_t state = 0x5EED;
  const auto random = [&state](std::size_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state >> 33) % below;
  };
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const std::size_t length = random(60);
    for (std::size_t i = 0; i < length; ++i) {
      if (random(4) == 0) {
        text += static_cast<char>(random(256));
      } else {
        text += pieces[random(std::size(pieces))];
      }
    }
    const std::string list = parse(text, shop);
    Reader reader(list);
    reader.all();
    ASSERT_FALSE(::testing::Test::HasFailure()) << text;
  }
}

}  // namespace
}  // namespace shopbell::markdown
