#include "pipeline/records.h"

#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::FakePanel;
using testing::file;
using testing::KeepingSink;

struct Stand {
  KeepingSink sink;
  FakePanel panel;  // answers with facts.scripted, as the scripted mind does
  Cast cast{{"pattern", {"", "small"}}, {"context", {"", "other"}}};
  Memory memory;
  Context context{sink, panel, cast, memory};
  std::vector<RecordOutcome> seen;
  Pipeline pipeline = *Pipeline::parse(file("pipelines/payments.toml"));

  Stand() {
    sink.judged = true;
    context.from = {sink.append({.kind = EntryKind::genesis,
                                 .by = "world",
                                 .from = {},
                                 .turn = 0,
                                 .body = Json::object()})};
  }
  RecordsSummary go(const std::string& text) {
    const auto out = run_records(pipeline, text, context, [&](const RecordOutcome& one) {
      seen.push_back(one);
      return true;
    });
    EXPECT_TRUE(out) << (out ? "" : out.error().what);
    return out ? *out : RecordsSummary{};
  }
  // "t-0009 structuring", one line an alert.
  [[nodiscard]] std::string alerts() const {
    std::string out;
    for (const RecordOutcome& one : seen)
      if (one.outcome && one.outcome->output.bool_or("alert", false))
        out += one.outcome->output.str_or("id", "") + " " +
               one.outcome->output.at("codes").items()[0].string() + "\n";
    return out;
  }
};

TEST(Records, PaymentsAreWatched) {
  Stand stand;
  const RecordsSummary out = stand.go(file("pipelines/payments.sample.jsonl"));
  EXPECT_EQ(out.read, 24);
  EXPECT_EQ(out.bad, 0);
  EXPECT_EQ(stand.alerts(),
            "t-0009 structuring\nt-0015 velocity\nt-0016 velocity\nt-0018 new_payee_at_risk\n"
            "t-0022 far_above_usual\nt-0024 structuring\n");
}

TEST(Records, TheSameFileGivesTheSameEntries) {
  Stand once;
  Stand again;
  once.go(file("pipelines/payments.sample.jsonl"));
  again.go(file("pipelines/payments.sample.jsonl"));
  EXPECT_EQ(once.sink.bytes(), again.sink.bytes());
}

// A file in two parts with the memory carried between is the file in one.
TEST(Records, MemoryCarriesOver) {
  const std::string text = file("pipelines/payments.sample.jsonl");
  const std::size_t half = text.find('\n', text.size() / 2) + 1;
  Stand whole;
  whole.go(text);
  Stand parts;
  parts.context.turn += parts.go(text.substr(0, half)).read;
  parts.memory = *Memory::from(parts.memory.json());
  parts.go(text.substr(half));
  EXPECT_EQ(whole.alerts(), parts.alerts());
  EXPECT_EQ(whole.memory.json().at("windows"), parts.memory.json().at("windows"));
}

TEST(Records, ABadLineIsRecordedAndPassedOver) {
  Stand stand;
  std::string good = file("pipelines/payments.sample.jsonl");
  good = good.substr(0, good.find('\n') + 1);
  const RecordsSummary out =
      stand.go(good + "{oops\n\n[1]\n{\"id\":\"x\"}\n" + std::string(70'000, 'x') + "\n" + good);
  EXPECT_EQ(out.read, 6);
  EXPECT_EQ(out.bad, 4);
  ASSERT_EQ(stand.seen.size(), 6U);
  EXPECT_TRUE(stand.seen[0].outcome && stand.seen[5].outcome);
  EXPECT_EQ(stand.seen[1].error.substr(0, 24), "line 2: not JSON at byte");
  EXPECT_EQ(stand.seen[2].error, "line 4: a record must be an object, not array");
  EXPECT_EQ(stand.seen[3].error.substr(0, 20), "line 5: $.at is miss");
  EXPECT_EQ(stand.seen[4].error, "line 6: longer than 65536 bytes");
  EXPECT_EQ(stand.seen[5].line, 7);
  EXPECT_NE(stand.sink.at(stand.seen[1].entry).body.find("error"), nullptr);
  EXPECT_EQ(stand.sink.at(stand.seen[5].entry).turn, 5);
}

TEST(Records, EndEarlyWhenTold) {
  Stand stand;
  const auto out =
      run_records(stand.pipeline, file("pipelines/payments.sample.jsonl"), stand.context,
                  [](const RecordOutcome& one) { return one.line < 3; });
  ASSERT_TRUE(out);
  EXPECT_EQ(out->read, 3);
}

TEST(Records, FailOnlyForTheCastOrTheSink) {
  Stand stand;
  stand.cast.clear();
  const auto each = [](const RecordOutcome&) { return true; };
  const std::string text = file("pipelines/payments.sample.jsonl");
  EXPECT_EQ(run_records(stand.pipeline, text, stand.context, each).error().code, Errc::not_found);
  Stand full;
  full.sink.commits_max = 3;
  EXPECT_EQ(run_records(full.pipeline, text, full.context, each).error().what, "disk full");
}

}  // namespace
}  // namespace wood
