#include "serve/teller.h"

#include <gtest/gtest.h>

#include "drama/testing.h"

namespace wood::serve {
namespace {

// Readings that say enough to be told apart: those of the program stand above this layer.
Readings plain_readings() {
  Readings out;
  out.describe = [](const Entry& entry) { return std::string(wood::name(entry.draft.kind)); };
  out.minute = [](const LedgerReader&, const Entry& entry,
                  const Readings::Before&) -> std::vector<Line> {
    const std::string text = entry.draft.body.str_or("text", "");
    if (text.empty()) return {};
    return {{"Talk", entry.seq, text}};
  };
  out.report = [](const LedgerReader& ledger) -> Result<Json> {
    return Json::object({{"entries", ledger.size()}});
  };
  out.verify = [](Store&, const Verifying&, const Watch&) {
    return Json::object({{"good", true}});
  };
  out.replay = [](Store&, const Watch&) -> Status { return {}; };
  return out;
}

// A run of the rules, told as it is played, on one thread.
class Told : public ::testing::Test {
 protected:
  void SetUp() override {
    auto archive = Archive::create(::testing::TempDir());
    ASSERT_TRUE(archive);
    TellerOptions options;
    options.readings = plain_readings();
    options.store = std::move(*archive);
    options.gate = &gate_;
    options.publish = [this](StreamEvent event) { events_.push_back(std::move(event)); };
    live_ = std::make_unique<Teller>(std::move(options));
    setup_ = *testing::rules_setup(5);
    setup_.seed = 7;
  }
  // Plays so many turns; the rest of `live_` is what a server would have at that point.
  void play(std::int64_t turns) {
    auto store = std::make_unique<Relay>(memory_store(),
                                         [this](const Batch& batch) { live_->committed(batch); });
    ledger_ =
        *Ledger::create(std::move(store), {.run = "told", .key = *SigningKey::generate("teller")});
    PlayOptions options;
    options.on_dusk = [this](const World& world) { live_->look(look_at(world)); };
    std::int64_t played = 0;
    options.pause = [&] { return played++ == turns; };
    ASSERT_TRUE(wood::play(setup_, *ledger_, panel_, inbox_, options));
  }
  // Another teller over the same ledger, as of a file.
  std::unique_ptr<Teller> opened() {
    auto copy = memory_store();
    const auto batch = everything(ledger_->store());
    EXPECT_TRUE(batch && copy->commit(*batch));
    TellerOptions options;
    options.readings = plain_readings();
    options.store = std::move(copy);
    auto out = std::make_unique<Teller>(std::move(options));
    EXPECT_TRUE(out->read());
    return out;
  }
  static Response ask(Teller& teller, const std::string& target, const std::string& body = "") {
    const Request request{body.empty() ? "GET" : "POST", target, {}, body};
    return teller.answer(request, *parse_target(target));
  }
  static Json json(Teller& teller, const std::string& target) {
    const Response response = ask(teller, target);
    EXPECT_EQ(response.status, 200) << target << std::string(response.content());
    return *parse_json(response.content(), Floats::refuse, kDepthInside);
  }

  Gate gate_{{.first = Pace::ready,
              .turns_per_minute = 0,
              .on_rest = {},
              .on_pace = {},
              .on_take = [this](std::int64_t turn,
                                std::vector<std::int64_t> ids) { live_->taken(turn, ids); }},
             nullptr};
  std::vector<StreamEvent> events_;
  std::unique_ptr<Teller> live_;
  wood::Setup setup_;
  testing::RulesPanel panel_;
  ListedInbox inbox_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(Told, ALiveRunAndItsLedgerAreToldAlike) {
  play(99);
  const auto file = opened();
  for (const char* target :
       {"/v1/turns", "/v1/turns/3", "/v1/turns/3/minutes", "/v1/thoughts?limit=500", "/v1/goods",
        "/v1/trades?limit=500", "/v1/facts?limit=500", "/v1/desk", "/v1/verdicts",
        "/v1/handoffs?limit=500", "/v1/handoffs/100", "/v1/handoffs/300/trace?depth=50",
        "/v1/handoffs/300/proof", "/v1/report"})
    EXPECT_EQ(ask(*live_, target).content(), ask(*file, target).content()) << target;
  // What only the world knows is known of the run that was watched.
  EXPECT_TRUE(json(*live_, "/v1/books/honey").bool_or("depth", false));
  EXPECT_FALSE(json(*file, "/v1/books/honey").bool_or("depth", true));
}

TEST_F(Told, EventsAreTheSameWheneverTheyAreAskedFor) {
  play(3);  // unfinished: who may see what does not change
  std::string sent;
  for (const StreamEvent& event : events_)
    if (event.id >= 0) sent += *event.text;
  std::string again;
  for (std::int64_t id = -1;;) {
    const Teller::Chunk chunk = live_->behind(id, 1'000);
    again += chunk.text;
    EXPECT_GT(chunk.last, id);
    id = chunk.last;
    if (!chunk.more) break;
  }
  EXPECT_EQ(again, sent);
  EXPECT_GT(events_.size(), 50U);
}

TEST_F(Told, CandlesAreThoseOfTheExchange) {
  play(99);
  const Json book = json(*live_, "/v1/books/acorns?turn=2");
  ASSERT_EQ(book.at("candles").items().size(), 2U);
  std::int64_t volume = 0;
  const LedgerReader reader(ledger_->store());
  ASSERT_TRUE(reader.each([&](const Entry& entry) -> Status {
    if (entry.draft.turn == 2 && entry.draft.body.str_or("what", "") == "dusk")
      volume = entry.draft.body.at("volume").int_or("acorns", -1);
    return {};
  }));
  const Json& candle = book.at("candles").items().back();
  EXPECT_EQ(candle.int_or("volume", -2), volume);
  EXPECT_LE(candle.int_or("low", 0), candle.int_or("open", 0));
  EXPECT_GE(candle.int_or("high", 0), candle.int_or("close", 0));
}

TEST_F(Told, ACommandIsFollowedToWhatCameOfIt) {
  play(1);
  ASSERT_EQ(json(*live_, "/v1/run").int_or("turn", 0), 1);
  EXPECT_EQ(ask(*live_, "/v1/commands", R"({"act":"say","text":"Good morning, all."})").status,
            202);
  EXPECT_EQ(ask(*live_, "/v1/commands", R"({"act":"whisper","to":"fen","text":"x"})").status, 422);
  EXPECT_EQ(json(*live_, "/v1/commands").int_or("queued", 0), 1);
  live_->over(Stand::ended, "");
  EXPECT_EQ(json(*live_, "/v1/commands").at("commands").items().front().str_or("state", ""),
            "lost");
}

TEST_F(Told, ATamperedLedgerIsNotProved) {
  play(2);
  auto batch = everything(ledger_->store());
  ASSERT_TRUE(batch);
  // One byte of one entry: still an entry, and not the one that was signed.
  Bytes& entry = batch->record[9];
  const std::size_t at = entry.find("\"turn\":1");
  ASSERT_NE(at, std::string::npos);
  auto changed = decode(entry);
  ASSERT_TRUE(changed);
  changed->draft.body.set("orders", 999);
  entry = encode(*changed);
  auto store = memory_store();
  ASSERT_TRUE(store->commit(*batch));
  TellerOptions options;
  options.readings = plain_readings();
  options.store = std::move(store);
  Teller teller(std::move(options));
  ASSERT_TRUE(teller.read());
  EXPECT_EQ(ask(teller, "/v1/handoffs/6/proof").status, 500);
}

TEST_F(Told, WhatIsNoRunIsRefused) {
  auto ledger = *Ledger::create(memory_store(), {.run = "x", .key = *SigningKey::generate("t")});
  ledger->append({EntryKind::genesis, "world", {}, 0, Json::object({{"pipeline", "desk"}})});
  ASSERT_TRUE(ledger->commit());
  auto copy = memory_store();
  ASSERT_TRUE(copy->commit(*everything(ledger->store())));
  TellerOptions options;
  options.readings = plain_readings();
  options.store = std::move(copy);
  EXPECT_EQ(Teller(std::move(options)).read().error().code, Errc::usage);
}

}  // namespace
}  // namespace wood::serve
