// What an agent asks, and what becomes of it: nothing without a yes, and what was allowed once.
#include "core/machines/asks.h"

#include <gtest/gtest.h>

namespace shopbell {
namespace {

const Now asked_at{Mono{1'000}, Wall{1.7e12}};

Toolbox page_tools() {
  Toolbox tools;
  EXPECT_EQ(tools.offer(R"({"add":{"description":"Puts it into the basket","parameters":{}},
                            "look":{"description":"Looks it up","parameters":{},"readOnly":true}})"),
            "");
  return tools;
}

Ask a_call(std::string id, std::string name, std::string arguments = R"({"sku":"LAMP-1"})") {
  Ask ask;
  ask.id = ask.call = std::move(id);
  ask.name = std::move(name);
  ask.arguments.set(arguments);
  return ask;
}

Ask an_approval(std::string id, double expires_ms = 0) {
  Ask ask = a_call("c-" + id, "cancel_order");
  ask.id = std::move(id);
  ask.kind = AskKind::approval;
  ask.expires_ms = expires_ms;
  return ask;
}

Asks asking(std::vector<Ask> round) {
  Asks asks;
  asks.begin("m");
  EXPECT_TRUE(asks.add(std::move(round), page_tools(), asked_at));
  return asks;
}

AskState state_of(const Asks& asks, std::size_t i = 0) { return asks.asks().at(i).state; }
std::string answer_of(const Asks& asks, std::size_t i = 0) { return asks.asks().at(i).answer.reveal(); }

// As another page finds it.
Asks on_the_next_page(const Asks& asks, bool unheard = false) {
  Asks next;
  EXPECT_TRUE(next.restore(AskRecord(asks.record()), unheard, asked_at.mono));
  EXPECT_TRUE(next.consistent());
  return next;
}

TEST(Asks, AToolRunsAfterAYesAndOnce) {
  Asks asks = asking({a_call("c", "add")});
  EXPECT_EQ(state_of(asks), AskState::asked);
  EXPECT_FALSE(asks.run(asked_at.mono));
  EXPECT_FALSE(asks.ended(false, "never ran"));
  EXPECT_TRUE(asks.allow(asked_at.mono));
  EXPECT_FALSE(asks.allow(asked_at.mono));
  EXPECT_FALSE(asks.refuse()) << "the word was said";
  EXPECT_TRUE(asks.run(asked_at.mono));
  EXPECT_FALSE(asks.run(asked_at.mono));
  EXPECT_TRUE(asks.ended(false, "added"));
  EXPECT_EQ(asks.current(), nullptr);
  EXPECT_EQ(state_of(asks), AskState::done);
  EXPECT_EQ(answer_of(asks), "added");
  EXPECT_FALSE(asks.allow(asked_at.mono) || asks.refuse() || asks.run(asked_at.mono) ||
               asks.ended(true, "x"));
}

TEST(Asks, AToolThatChangesNothingNeedsNoYes) {
  Asks asks = asking({a_call("c", "look")});
  EXPECT_EQ(state_of(asks), AskState::allowed);
}

TEST(Asks, ARefusalIsAnAnswer) {
  Asks asks = asking({a_call("c", "add")});
  EXPECT_TRUE(asks.refuse());
  EXPECT_FALSE(asks.run(asked_at.mono));
  EXPECT_EQ(state_of(asks), AskState::refused);
  EXPECT_FALSE(answer_of(asks).empty());
}

TEST(Asks, OneAfterTheOther) {
  Asks asks = asking({a_call("a", "add"), a_call("b", "look"), a_call("c", "add")});
  EXPECT_EQ(asks.number(), 1u);
  EXPECT_EQ(asks.id_of(1), "m.ask.1");
  asks.allow(asked_at.mono);
  asks.run(asked_at.mono);
  EXPECT_TRUE(asks.consistent());
  asks.ended(true, "sold out");
  EXPECT_EQ(state_of(asks), AskState::failed);
  EXPECT_EQ(asks.number(), 2u) << "what changes nothing waits for its turn too";
  asks.run(asked_at.mono);
  asks.ended(false, "");
  EXPECT_EQ(asks.number(), 3u);
  EXPECT_EQ(state_of(asks, 2), AskState::asked) << "a yes to the first is none to the third";
}

TEST(Asks, WhatThePageDoesNotOfferFailsAtOnce) {
  for (const char* name : {"", "Add", "add ",
                           "\xd0\xb0"
                           "dd",
                           "constructor", "__proto__"}) {
    const Asks asks = asking({a_call("c", name)});
    EXPECT_EQ(state_of(asks), AskState::failed) << name;
  }
}

TEST(Asks, ArgumentsAreAnObjectOfABoundedLength) {
  const auto with = [](std::string json) { return state_of(asking({a_call("c", "add", std::move(json))})); };
  const auto of_bytes = [](std::size_t bytes) { return R"({"x":")" + std::string(bytes - 8, 'x') + "\"}"; };
  EXPECT_EQ(with(""), AskState::asked);
  EXPECT_EQ(with("{}"), AskState::asked);
  EXPECT_EQ(with(of_bytes(limits::arguments_bytes_max)), AskState::asked);
  EXPECT_EQ(with(of_bytes(limits::arguments_bytes_max + 1)), AskState::failed);
  for (const char* json : {"[]", "5", "{", "\"x\"", "null", "{}{}"})
    EXPECT_EQ(with(json), AskState::failed) << json;
}

TEST(Asks, WhatIsShownIsWhatRuns) {
  const Asks asks = asking({a_call("c", "add", R"({ "sku" : "A", "n":1, "n": 2e0 })")});
  EXPECT_EQ(asks.current()->arguments.reveal(), R"({"sku":"A","n":2})");
  // The agent carries out what it wrote, to the letter, when it has its yes.
  Ask odd = an_approval("i");
  odd.arguments.set(R"({"order": 12345678901234567890})");
  EXPECT_EQ(asking({odd}).current()->arguments.reveal(), R"({"order": 12345678901234567890})");
}

TEST(Asks, TheSameCallAgainIsTheSameAnswer) {
  Asks asks = asking({a_call("c", "add")});
  asks.allow(asked_at.mono);
  asks.run(asked_at.mono);
  asks.ended(false, "added");
  EXPECT_TRUE(asks.add({a_call("c", "add"), a_call("c2", "add")}, page_tools(), asked_at));
  EXPECT_EQ(state_of(asks, 1), AskState::done);
  EXPECT_EQ(answer_of(asks, 1), "added");
  EXPECT_EQ(asks.number(), 3u);
}

TEST(Asks, AnIdIsOneCallWhateverItIsGivenLater) {
  Asks asks = asking({a_call("c", "add")});
  asks.allow(asked_at.mono);
  asks.run(asked_at.mono);
  asks.ended(false, "added");
  EXPECT_TRUE(
      asks.add({a_call("c", "add", R"({"sku":"SAFE"})"), a_call("c", "look")}, page_tools(), asked_at));
  EXPECT_EQ(state_of(asks, 1), AskState::failed);
  EXPECT_EQ(state_of(asks, 2), AskState::failed);
  // And twice in one round.
  const Asks twice = asking({a_call("c", "add"), a_call("c", "add")});
  EXPECT_EQ(state_of(twice, 1), AskState::failed);
}

TEST(Asks, SoManyInARun) {
  std::vector<Ask> most;
  for (std::size_t i = 0; i < limits::asks_max; ++i) most.push_back(a_call("c" + std::to_string(i), "look"));
  Asks asks = asking(most);
  most.push_back(a_call("more", "look"));
  asks.begin("m");
  EXPECT_FALSE(asks.add(std::move(most), page_tools(), asked_at));
  EXPECT_TRUE(asks.asks().empty()) << "none of them runs";
}

TEST(Asks, IdsAndNamesHaveABound) {
  for (std::string Ask::* member : {&Ask::id, &Ask::call, &Ask::name, &Ask::message}) {
    for (const std::size_t bytes : {limits::ask_id_bytes_max, limits::ask_id_bytes_max + 1}) {
      Ask one = a_call("c", "look");
      one.*member = std::string(bytes, 'x');
      Asks asks;
      asks.begin("m");
      EXPECT_EQ(asks.add({one}, page_tools(), asked_at), bytes == limits::ask_id_bytes_max);
    }
  }
}

TEST(Asks, SoManyRounds) {
  Asks asks;
  asks.begin("m");
  for (std::size_t i = 0; i <= limits::rounds_max; ++i) {
    const bool taken = asks.add({a_call("c" + std::to_string(i), "none")}, page_tools(), asked_at);
    EXPECT_EQ(taken, i < limits::rounds_max);
  }
}

TEST(Asks, AnAnswerHasABound) {
  for (const std::size_t bytes : {limits::tool_answer_bytes_max, limits::tool_answer_bytes_max + 1}) {
    Asks asks = asking({a_call("c", "look")});
    asks.run(asked_at.mono);
    asks.ended(false, std::string(bytes, 'x'));
    EXPECT_EQ(state_of(asks), AskState::done) << "it was done";
    EXPECT_EQ(answer_of(asks).size() == bytes, bytes == limits::tool_answer_bytes_max);
  }
}

TEST(Asks, AnAgentsWordsAreCut) {
  Ask long_words = an_approval("i");
  long_words.about.set(std::string(limits::ask_words_bytes_max - 1, 'x') + "\xc3\xa4");
  EXPECT_EQ(asking({long_words}).current()->about.reveal().size(), limits::ask_words_bytes_max - 1);
}

// ---- time

TEST(Asks, ATooSlowToolIsGivenUp) {
  const Now last{asked_at.mono + (limits::tool_run_max - 1_ms), asked_at.wall},
      over{asked_at.mono + limits::tool_run_max, asked_at.wall};
  for (const auto& [name, becomes] :
       {std::pair{"look", AskState::failed}, std::pair{"add", AskState::lost}}) {
    Asks asks = asking({a_call("c", name)});
    asks.allow(asked_at.mono);
    asks.run(asked_at.mono);
    EXPECT_EQ(asks.deadline(asked_at), over.mono);
    EXPECT_FALSE(asks.expire(last));
    EXPECT_TRUE(asks.expire(over));
    EXPECT_EQ(state_of(asks), becomes) << "whether it was done is known of what does nothing alone";
    EXPECT_FALSE(asks.ended(false, "late"));
  }
}

TEST(Asks, AToolThatIsNotThereAnyMore) {
  Asks asks = asking({a_call("c", "look")});
  EXPECT_FALSE(asks.expire({asked_at.mono + (limits::tool_offered_within - 1_ms), asked_at.wall}));
  EXPECT_TRUE(asks.expire({asked_at.mono + limits::tool_offered_within, asked_at.wall}));
  EXPECT_EQ(state_of(asks), AskState::failed);
}

TEST(Asks, AQuestionRunsOutByItsAgentsClock) {
  Asks asks = asking({an_approval("i", asked_at.wall.ms + 5'000)});
  EXPECT_EQ(asks.deadline(asked_at), asked_at.mono + 5_s);
  EXPECT_FALSE(asks.expire({asked_at.mono + 4'999_ms, asked_at.wall + 4'999_ms}));
  EXPECT_TRUE(asks.expire({asked_at.mono + 5_s, asked_at.wall + 5_s}));
  EXPECT_EQ(state_of(asks), AskState::expired);
  EXPECT_FALSE(asks.allow(asked_at.mono));
  EXPECT_EQ(asking({an_approval("i")}).deadline(asked_at), never);
}

// ---- pages

TEST(Asks, WhatWasAskedIsAskedAgain) {
  const Asks next = on_the_next_page(asking({a_call("a", "add"), a_call("b", "add")}));
  EXPECT_EQ(next.number(), 1u);
  EXPECT_EQ(state_of(next), AskState::asked);
}

TEST(Asks, WhatRanRunsAgainOnlyWhereItChangesNothing) {
  for (const auto& [name, becomes] :
       {std::pair{"look", AskState::allowed}, std::pair{"add", AskState::lost}}) {
    Asks asks = asking({a_call("c", name)});
    asks.allow(asked_at.mono);
    asks.run(asked_at.mono);
    EXPECT_EQ(state_of(on_the_next_page(asks)), becomes);
  }
}

TEST(Asks, WhatWasDoneIsKnown) {
  Asks asks = asking({a_call("c", "add"), an_approval("i")});
  asks.allow(asked_at.mono);
  asks.run(asked_at.mono);
  asks.ended(false, "added");
  asks.allow(asked_at.mono);
  EXPECT_EQ(on_the_next_page(asks).current(), nullptr);
  // Its answers may have been sent: a tool's is a fact, and sent again; a yes would be a second one.
  const Asks next = on_the_next_page(asks, true);
  EXPECT_EQ(state_of(next, 0), AskState::done);
  EXPECT_EQ(state_of(next, 1), AskState::asked);
}

TEST(Asks, AStopRefusesAllOfIt) {
  Asks asks = asking({a_call("a", "add"), a_call("b", "add"), an_approval("i")});
  asks.allow(asked_at.mono);
  asks.run(asked_at.mono);
  asks.stop();
  EXPECT_EQ(asks.current(), nullptr);
  EXPECT_EQ(state_of(asks, 0), AskState::lost);
  EXPECT_EQ(state_of(asks, 1), AskState::refused);
  EXPECT_EQ(state_of(asks, 2), AskState::refused);
}

TEST(Asks, TheResultOfAnAllowedCallIsKept) {
  Asks asks = asking({an_approval("i")});
  asks.result("c-i", "too early");
  EXPECT_EQ(answer_of(asks), "");
  asks.allow(asked_at.mono);
  asks.result("other", "x");
  asks.result("c-i", "cancelled");
  EXPECT_EQ(answer_of(asks), "cancelled");
}

TEST(Asks, RecordsThatAreNone) {
  AskRecord empty;
  empty.message = "m";
  AskRecord endless = empty;
  endless.asks.resize(limits::asks_max * limits::rounds_max + 1);
  Asks asks;
  EXPECT_FALSE(asks.restore(std::move(empty), false, asked_at.mono));
  EXPECT_FALSE(asks.restore(std::move(endless), false, asked_at.mono));
}

}  // namespace
}  // namespace shopbell
