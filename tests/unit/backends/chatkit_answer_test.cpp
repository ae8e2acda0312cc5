// Answers that are 2xx: JSON and streams, mislabelled ones, cut ones, broken ones and long ones.
#include <gtest/gtest.h>

#include "backends/products.h"
#include "chatkit_rig.h"
#include "core/vocabulary/limits.h"
#include "core/wire/reader.h"

namespace shopbell::chatkit {
namespace {

using namespace chatkit_rig;

const std::string full_json =
    R"({"response":"We have **3** lamps \u2014 look.","sessionId":"s1","model":"m","verification":{"confidence":0.5,)"
    R"("flags":{"is_provisional":false}},"usage":{"promptTokens":1},"later":[[[]]]})";
const std::string head_events =
    ": hi\n\nid: 1\nevent: delta\ndata: {\"text\":\"We \"}\n\nid: 2\nevent: delta\ndata: {\"text\":\"have "
    "é\"}\n\n";
const std::string done_event =
    "id: 3\nevent: done\ndata: {\"response\":\"We have é 3.\",\"model\":\"m\"}\n\n";

std::string sse(std::string_view type, std::string_view data) {
  return "event: " + std::string(type) + "\ndata: " + std::string(data) + "\n\n";
}

TEST(ChatkitAnswer, ReadsJson) {
  EXPECT_EQ(answers_to(json(full_json)), "taken\ndone We have **3** lamps \u2014 look.");
  EXPECT_EQ(answers_to({201, {}, full_json}), "taken\ndone We have **3** lamps \u2014 look.");
  EXPECT_EQ(answers_to(json("\xef\xbb\xbf \n"
                            R"({"response":"x"})"
                            "\n")),
            "taken\ndone x");
  EXPECT_EQ(answers_to({200, {{"content-type", "text/html"}}, R"({"response":"x"})"}), "taken\ndone x");
}

TEST(ChatkitAnswer, ReadsAStream) {
  EXPECT_EQ(answers_to(stream(head_events + done_event)),
            "taken\ndelta We \ndelta have é\ndone We have é 3.");
  EXPECT_EQ(answers_to(stream(done_event)), "taken\ndone We have é 3.");
}

TEST(ChatkitAnswer, AStreamIsTakenAtItsHead) {
  const auto backend = make();
  request(*backend, message());
  Recorder said = recorder();
  backend->head(200, {{"content-type", "text/event-stream"}}, said);
  EXPECT_EQ(said.said(), "taken");
}

TEST(ChatkitAnswer, EachEventIsGivenWhenItIsComplete) {
  const auto backend = make();
  request(*backend, message());
  Recorder said = recorder();
  backend->head(200, {{"content-type", "text/event-stream"}}, said);
  said.said();
  backend->received("event: delta\ndata: {\"text\":\"a\"}\n", said);
  EXPECT_EQ(said.said(), "");
  backend->received("\n", said);
  EXPECT_EQ(said.said(), "delta a");
}

TEST(ChatkitAnswer, LooksPastAWrongLabel) {
  EXPECT_EQ(answers_to({200, {{"content-type", "text/event-stream"}}, " " + full_json}),
            "taken\ndone We have **3** lamps \u2014 look.");
  for (const char* type : {"application/json", "text/plain", ""}) {
    EXPECT_EQ(answers_to({200, {{"content-type", type}}, head_events + done_event}),
              "taken\ndelta We \ndelta have é\ndone We have é 3.");
    EXPECT_EQ(answers_to({200, {{"content-type", type}}, "\xef\xbb\xbf\n" + done_event}),
              "taken\ndone We have é 3.");
  }
  EXPECT_EQ(answers_to({200, {}, "data sheet not found"}), "failed answer_unreadable unknown");
  EXPECT_EQ(answers_to({200, {}, "event"}), "failed answer_unreadable unknown");
  EXPECT_EQ(answers_to(stream("event")), "taken\nfailed answer_broken taken");
  EXPECT_EQ(answers_to(json(std::string(5'000, ' ') + full_json)),
            "taken\ndone We have **3** lamps \u2014 look.");
}

TEST(ChatkitAnswer, SaysWhyAnAnswerCantBeUsed) {
  EXPECT_EQ(answers_to(json("")), "failed answer_unreadable unknown");
  EXPECT_EQ(answers_to({204, {}, ""}), "failed answer_unreadable unknown");
  EXPECT_EQ(answers_to(json("<html>login</html>")), "failed answer_unreadable unknown");
  EXPECT_EQ(answers_to(json(R"({"response":"x")")), "failed answer_unreadable unknown");
  EXPECT_EQ(answers_to(json("{\"response\":\"\xff\"}")), "failed answer_unreadable unknown");
  EXPECT_EQ(answers_to(json(std::string(10'000, '['))), "failed answer_unreadable unknown");
  for (const char* body : {"{}", "[]", "5", "\"x\"", "null", R"({"response":5})", R"({"response":null})",
                           R"({"response":" \n"})"}) {
    EXPECT_EQ(answers_to(json(body)), "failed answer_empty unknown") << body;
  }
  EXPECT_EQ(answers_to(stream(sse("done", "{}"))), "taken\nfailed answer_empty taken");
  EXPECT_EQ(answers_to(stream(sse("done", "{\"resp"))), "taken\nfailed answer_unreadable taken");
}

TEST(ChatkitAnswer, KnowsWhereItWasCut) {
  auto cut = json(full_json.substr(0, 40));
  cut.cut = ErrorCode::connection_lost;
  EXPECT_EQ(answers_to(cut), "failed connection_lost unknown");
  cut = stream(head_events);
  cut.cut = ErrorCode::no_answer;
  EXPECT_EQ(answers_to(cut), "taken\ndelta We \ndelta have é\nfailed no_answer taken");
  EXPECT_EQ(answers_to(stream(head_events)), "taken\ndelta We \ndelta have é\nfailed answer_broken taken");
  EXPECT_EQ(answers_to(stream("")), "taken\nfailed answer_broken taken");
  // A `done` whose last empty line is missing may be cut inside a number of its JSON: the standard drops it.
  EXPECT_EQ(answers_to(stream(done_event.substr(0, done_event.size() - 1))),
            "taken\nfailed answer_broken taken");

  const auto backend = make();
  Recorder said = recorder();
  request(*backend, message());
  backend->cut(ErrorCode::offline, said);
  EXPECT_EQ(said.said(), "failed offline unknown");
  said.said();
  request(*backend, message());
  backend->ended(said);
  EXPECT_EQ(said.said(), "failed connection_lost unknown");
}

TEST(ChatkitAnswer, HearsTheStreamsError) {
  EXPECT_EQ(answers_to(
                stream(head_events + sse("error", R"({"error":"model failed","code":"E7","retryAfter":3})"))),
            "taken\ndelta We \ndelta have é\nfailed answer_failed taken after 3000 ms (status 200; model "
            "failed; code E7)");
  EXPECT_EQ(answers_to(stream(sse("error", "oops"))), "taken\nfailed answer_failed taken (status 200)");
  EXPECT_EQ(answers_to(stream("retry: 2500\n" + head_events)),
            "taken\ndelta We \ndelta have é\nfailed answer_broken taken after 2500 ms");
}

TEST(ChatkitAnswer, NothingCountsAfterTheLastWord) {
  EXPECT_EQ(answers_to(stream(done_event + head_events + done_event)), "taken\ndone We have é 3.");
  EXPECT_EQ(answers_to(stream(sse("error", "{}") + done_event)),
            "taken\nfailed answer_failed taken (status 200)");
}

TEST(ChatkitAnswer, SkipsWhatItDoesNotKnow) {
  EXPECT_EQ(answers_to(stream("data: [DONE]\n\n" + sse("later", "{}") + sse("delta", "nonsense") +
                              sse("delta", R"({"text":5})") + sse("delta", R"({"text":""})") +
                              sse("products", "[]") + done_event)),
            "taken\ndone We have é 3.");
}

TEST(ChatkitAnswer, BoundsTheWholeAnswer) {
  const std::string start = R"({"response":")";
  const std::string most = start + std::string(limits::answer_bytes_max - start.size() - 2, 'x') + "\"}";
  EXPECT_EQ(answers_to(json(most)).size(), 11 + most.size() - start.size() - 2);
  EXPECT_EQ(answers_to(json(most + " ")), "failed answer_too_long taken");
  EXPECT_EQ(answers_to(json(std::string(10'000'000, 'x'))), "failed answer_too_long taken");

  std::string comments;
  while (comments.size() < limits::answer_bytes_max) comments += ": 345678\n";
  comments.resize(limits::answer_bytes_max - done_event.size() - 1);
  comments += "\n";
  EXPECT_EQ(answers_to(stream(comments + done_event)), "taken\ndone We have é 3.");
  EXPECT_EQ(answers_to(stream(comments + "\n" + done_event)), "taken\nfailed answer_too_long taken");
  EXPECT_EQ(answers_to(stream("data: " + std::string(limits::event_bytes_max, 'x'))),
            "taken\nfailed answer_too_long taken");
}

TEST(ChatkitAnswer, GivesProducts) {
  EXPECT_EQ(answers_to(stream(
                sse("products", R"({"products":[{"productId":1,"name":"Lamp"},{"x":1},{"name":"Bell"}]})") +
                done_event)),
            "taken\nproducts Lamp Bell\ndone We have é 3.");
}

std::vector<Product> products_of(std::string_view text) {
  const auto document = wire::parse(text);
  return read_products(document.root());
}

TEST(ChatkitProducts, ReadsEveryField) {
  const auto products = products_of(
      R"([{"productId":17,"name":"Lamp","permalink":"https://shop.example/p/17","price_sgd":19.9,"stock_status":"instock",)"
      R"("image":"http://shop.example/17.png","categories":[{"name":"Light","slug":"light"}]},)"
      R"({"productId":"sku-4","name":"Bell","price_sgd":null}])");
  ASSERT_EQ(products.size(), 2u);
  EXPECT_EQ(products[0], (Product{"17", "Lamp", "https://shop.example/p/17", "http://shop.example/17.png",
                                  "instock", "SGD", 19.9}));
  EXPECT_EQ(products[1], (Product{"sku-4", "Bell", "", "", "", "", -1}));
}

TEST(ChatkitProducts, LeavesOutWhatItCantUse) {
  const auto products = products_of(
      R"--([5,null,{"productId":1},{"name":""},{"name":7},{"productId":1e300,"name":"a","permalink":"javascript:alert(1)",)--"
      R"--("image":"data:image/png,x","price_sgd":-5,"stock_status":3},{"productId":[],"name":"b","permalink":"//x","price_sgd":"9"}])--");
  ASSERT_EQ(products.size(), 2u);
  EXPECT_EQ(products[0], (Product{"", "a", "", "", "", "", -1}));
  EXPECT_EQ(products[1], (Product{"", "b", "", "", "", "", -1}));
  EXPECT_TRUE(products_of("{}").empty());
}

TEST(ChatkitProducts, BoundsTheirNumber) {
  std::string list = "[";
  for (std::size_t i = 0; i < limits::products_max; ++i) list += R"({"name":"x"},)";
  EXPECT_EQ(products_of(list + "1]").size(), limits::products_max);
  EXPECT_EQ(products_of(list + R"({"name":"x"}])").size(), limits::products_max);
}

}  // namespace
}  // namespace shopbell::chatkit
