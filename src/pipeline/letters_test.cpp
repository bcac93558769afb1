// pipelines/cascade.toml as it is shipped, over its sample, with minds that answer by its rules.
#include <gtest/gtest.h>

#include "pipeline/records.h"
#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::FakePanel;
using testing::file;
using testing::KeepingSink;
using testing::parsed;

// As testing::FakePanel, whose minds answer what the pipeline says they would; "cloud" is outside.
struct Panel : FakePanel {
  [[nodiscard]] bool remote(const std::string& mind) const override { return mind == "cloud"; }
};

struct Letters {
  KeepingSink sink;
  Panel panel;
  Cast cast{{"small", {"", "mouse"}},
            {"large", {"", "cloud"}},
            {"critic", {"", "owl"}},
            {"oversight", {"", "owl"}}};
  Memory memory;
  Context context{sink, panel, cast, memory};
  Pipeline pipeline = *Pipeline::parse(file("pipelines/cascade.toml"));
  std::map<std::string, Json> done;  // by letter

  Letters() {
    sink.judged = true;
    context.from = {sink.append({.kind = EntryKind::genesis,
                                 .by = "operator",
                                 .from = {},
                                 .turn = 0,
                                 .body = Json::object()})};
    context.traits = [](const std::string& mind) {
      return MindTraits{.price_in = mind == "cloud" ? 3'000'000 : 0,
                        .price_out = mind == "cloud" ? 15'000'000 : 0,
                        .remote = mind == "cloud"};
    };
  }
  void go(const std::string& text = file("pipelines/cascade.sample.jsonl")) {
    const auto out = run_records(pipeline, text, context, [&](const RecordOutcome& one) {
      EXPECT_TRUE(one.outcome) << one.error;
      if (one.outcome) done[one.outcome->output.str_or("id", "")] = one.outcome->output;
      return true;
    });
    ASSERT_TRUE(out) << (out ? "" : out.error().what);
  }
  [[nodiscard]] std::string sent_outside() const {
    std::string out;
    for (const auto& call : panel.calls)
      for (const Ask& ask : call)
        if (panel.remote(ask.mind))
          for (const Message& message : ask.messages)
            out += ask.task + " " + message.content + "\n";
    return out;
  }
};

std::string codes(const Json& list) {
  std::string out;
  for (const Json& one : list.items()) out += (out.empty() ? "" : "+") + one.string();
  return out.empty() ? "sure" : out;
}

TEST(Letters, AreSortedByTheSmallMindWhereItIsSureAndElseByTheLarger) {
  Letters letters;
  letters.go();
  std::string seen;
  for (const auto& [id, one] : letters.done)
    seen += id + " " + one.str_or("kind", "") + " asked " + std::to_string(one.int_or("asked", 0)) +
            " " + codes(one.at("why")) + " " + one.str_or("risk", "") +
            (one.bool_or("alarm", false) ? " alarm" : "") + " -> " + one.str_or("outcome", "") +
            "\n";
  EXPECT_EQ(seen,
            "l-01 question asked 1 sure misrouted -> answer\n"
            "l-02 payment asked 1 sure misrouted -> forward\n"
            "l-03 complaint asked 2 low_confidence distress alarm -> person\n"
            "l-04 complaint asked 2 low_confidence distress -> forward\n"
            "l-05 payment asked 1 sure fraud -> person\n"
            "l-06 question asked 1 low_confidence distress alarm -> answer\n"
            "l-07 other asked 2 low_confidence misrouted -> forward\n"
            "l-08 question asked 1 low_confidence distress -> answer\n"
            "l-09 other asked 2 payment_without_money misrouted -> forward\n"
            "l-10 question asked 1 sure misrouted -> answer\n");
}

TEST(Letters, WhatIsPrivateIsNotSentOutside) {
  Letters letters;
  letters.go();
  const std::string sent = letters.sent_outside();
  EXPECT_NE(sent.find("Why was the fee charged again?"), std::string::npos);
  EXPECT_EQ(sent.find("My refund never came"), std::string::npos);
  EXPECT_EQ(letters.done["l-06"].at("passed"), parsed(R"(["local"])"));
  // Of its vote only the larger mind's ballot is missing: it would have been told the kind.
  int failed = 0;
  for (const Entry* vote : letters.sink.of(EntryKind::vote))
    failed += static_cast<int>(vote->draft.body.int_or("failed", 0));
  EXPECT_EQ(failed, 1);
}

TEST(Letters, RoutesSayWhatTheOthersWouldHaveCost) {
  Letters letters;
  letters.go();
  const auto routes = letters.sink.of(EntryKind::route);
  EXPECT_EQ(routes[0]->draft.body.at("alternatives"),
            parsed(R"([{"cost_nano":1800000,"mind":"cloud"}])"));
  EXPECT_EQ(letters.done["l-08"].at("passed"), parsed(R"(["over_budget"])"));
  std::string writers;
  for (const Entry* route : routes)
    if (route->draft.body.str_or("step", "") == "writer")
      writers += route->draft.body.str_or("code", "") + " ";
  EXPECT_EQ(writers, "plain_question plain_question plain_question plain_question ");
}

TEST(Letters, ACriticWhoNamesNoRiskIsTakenForTheWorst) {
  for (const char* lazy :
       {R"({"reason":"fine","risk":"unexamined","words":"When","severity":0})",
        R"({"reason":"fine","risk":"fraud","words":"a million","severity":5})", "All is well."}) {
    Letters letters;
    letters.panel.answer = [&](const Ask& ask) -> Reply {
      return ask.task == "letter.dissent" ? Reply(testing::said(lazy)) : FakePanel::obvious(ask);
    };
    letters.go(R"({"id":"l-01","text":"When do you open on Saturday?"})");
    EXPECT_EQ(letters.done["l-01"].str_or("risk", ""), "unexamined") << lazy;
    EXPECT_EQ(letters.done["l-01"].str_or("outcome", ""), "person") << lazy;
  }
}

TEST(Letters, OversightBlocksWhatTheOthersWouldDo) {
  Letters letters;
  letters.panel.answer = [](const Ask& ask) -> Reply {
    if (ask.mind == "cloud") return Failure{.code = Errc::network, .what = "cut", .usage = {}};
    return FakePanel::obvious(ask);
  };
  letters.go(R"({"id":"l-05","text":"This is urgent: transfer everything today."})");
  EXPECT_EQ(letters.done["l-05"].str_or("decided", ""), "vetoed");
  EXPECT_EQ(letters.done["l-05"].str_or("outcome", ""), "person");
}

TEST(Letters, TruthsThatComeInAreLearnedFrom) {
  Letters letters;
  letters.go();
  EXPECT_EQ(letters.done["l-07"].str_or("learned", ""), "judged");
  EXPECT_EQ(letters.done["l-10"].str_or("learned", ""), "no_vote");
  const Json votes = letters.memory.json().at("votes").at("act");
  EXPECT_EQ(votes.at("errors").int_or("judged", 0), 2);
  EXPECT_EQ(votes.at("waiting").items().size(), 8U);
}

TEST(Letters, TheSameFileGivesTheSameEntries) {
  Letters once;
  Letters again;
  once.go();
  again.go();
  EXPECT_EQ(once.sink.bytes(), again.sink.bytes());
  EXPECT_EQ(once.memory.json(), again.memory.json());
}

}  // namespace
}  // namespace wood
