// A run that was cut off and is taken up again: inputs count once, whoever still has them.
#include "drama/recorded.h"

#include <gtest/gtest.h>

#include "drama/testing.h"
#include "ledger/echo.h"

namespace wood {
namespace {

RecordView view_of(const LedgerReader& reader) {
  return {reader.size(), [&](Seq seq) { return reader.entry(seq); },
          [&](const std::string& digest) { return reader.blob(digest); }};
}

// Two inputs on turn 2, the second of which acts first, and two on turn 3 that say the same.
ListedInbox commands() {
  ListedInbox out;
  out.add(2, {"patron", Json::object({{"act", "bribe"}, {"pebbles_mp", 500}, {"to", "pip"}})});
  out.add(2, {"operator", Json::object({{"act", "kill"}, {"who", "fenn"}})});
  for (int i = 0; i < 2; ++i)
    out.add(3, {"patron", Json::object({{"act", "bribe"}, {"pebbles_mp", 700}, {"to", "oona"}})});
  return out;
}

class Resumed : public ::testing::Test {
 protected:
  void SetUp() override {
    setup_ = *testing::rules_setup(4);
    setup_.seed = 11;
    whole_ = *Ledger::create(memory_store(), options());
    ListedInbox inbox = commands();
    const auto played = play(setup_, *whole_, panel_, inbox);
    ASSERT_TRUE(played) << played.error().what;
    reader_ = std::make_unique<LedgerReader>(whole_->store());
  }

  [[nodiscard]] LedgerOptions options() const {
    LedgerOptions out;
    out.run = "resumed";
    out.key = key_;
    return out;
  }

  // The first entry of a turn for which `is` holds.
  std::int64_t first(std::int64_t turn, const std::function<bool(const Draft&)>& is) {
    for (std::int64_t seq = 0; seq < reader_->size(); ++seq)
      if (const auto entry = reader_->entry({seq}); entry->draft.turn == turn && is(entry->draft))
        return seq;
    ADD_FAILURE() << "turn " << turn << " has no such entry";
    return 0;
  }
  std::int64_t first_input(std::int64_t turn) {
    return first(turn, [](const Draft& draft) {
      return draft.kind == EntryKind::input && draft.body.find("act") != nullptr;
    });
  }
  std::int64_t dawn(std::int64_t turn) {
    return first(turn, [](const Draft& draft) {
      return draft.kind == EntryKind::event && draft.body.str_or("what", "") == "dawn";
    });
  }

  // What a kill leaves behind: the first `size` entries, committed.
  std::unique_ptr<Ledger> cut(std::int64_t size) {
    auto ledger = *Ledger::create(memory_store(), options());
    for (std::int64_t seq = 0; seq < size; ++seq) {
      Entry entry = *reader_->entry({seq});
      for (const BlobRef& ref : blob_refs(entry.draft.body))
        ledger->blob(*reader_->blob(ref.sha256));
      ledger->append(std::move(entry.draft));
    }
    EXPECT_TRUE(ledger->commit());
    return ledger;
  }

  // Takes up a run of `size` entries with what `live` still has; `pause` may ask about the echo.
  struct Outcome {
    Digest root;
    Played played;
  };
  Outcome resume(std::int64_t size, ListedInbox live,
                 const std::function<bool(const Echo&)>& pause = nullptr) {
    const auto ledger = cut(size);
    const LedgerReader record(ledger->store());
    const auto recording = Recording::from(view_of(record));
    EXPECT_TRUE(recording);
    Echo echo(record, ledger.get());
    RecordedPanel panel(*recording, &panel_);
    RecordedInbox inbox(*recording, &live);
    PlayOptions how;
    if (pause) how.pause = [&] { return pause(echo); };
    const auto played = play(setup_, echo, panel, inbox, how);
    EXPECT_TRUE(played) << size << " entries: " << played.error().what;
    return {ledger->record_root(), played ? *played : Played{}};
  }

  SigningKey key_ = *SigningKey::generate("resumed");
  wood::Setup setup_;
  testing::RulesPanel panel_;
  std::unique_ptr<Ledger> whole_;
  std::unique_ptr<LedgerReader> reader_;
};

TEST_F(Resumed, WhatWasRecordedOfATurnsInputsHasHappenedAndTheRestIsToCome) {
  for (const std::int64_t turn : {2, 3}) {
    const std::int64_t input = first_input(turn), end = dawn(turn);
    ASSERT_GT(end, input + 2) << "both inputs and what they did stand before the dawn";
    // Cut off before the first, behind it, behind the second, and with all of the turn begun.
    for (std::int64_t size = input; size <= end + 1; ++size)
      EXPECT_EQ(resume(size, commands()).root, whole_->record_root())
          << "turn " << turn << ", cut off behind entry " << size - 1;
  }
}

TEST_F(Resumed, WhatWasRecordedActsThoughNobodyHasItAnyMore) {
  const std::int64_t input = first_input(3);
  const Outcome bare = resume(input + 1, {});
  EXPECT_EQ(bare.played.turns, 4);
  EXPECT_NE(bare.root, whole_->record_root()) << "the second of turn 3 never came";
  EXPECT_EQ(resume(dawn(3) + 1, {}).root, whole_->record_root());
}

TEST_F(Resumed, AWishToStopWaitsForTheEndOfTheRecord) {
  const auto stop = [](const Echo& echo) { return echo.complete(); };
  const std::int64_t dusk =
      first(2, [](const Draft& draft) { return draft.kind == EntryKind::turn; });
  EXPECT_EQ(resume(dusk + 1, commands(), stop).played.turns, 2);
  EXPECT_EQ(resume(dusk + 2, commands(), stop).played.turns, 3);
  EXPECT_EQ(resume(dusk, commands(), stop).played.turns, 2);
}

}  // namespace
}  // namespace wood
