#include "serve/teller.h"

#include <gtest/gtest.h>

#include "drama/testing.h"
#include "host/testing.h"
#include "pipeline/reply.h"
#include "serve/rows.h"

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

// What the teller of a finished run is given.
TellerOptions of_a_file(std::unique_ptr<Store> store) {
  TellerOptions out;
  out.readings = plain_readings();
  out.store = std::move(store);
  out.scratch = *ScratchFile::anywhere();
  return out;
}

// The same bytes in another store.
std::unique_ptr<Archive> copy_of(Store& store) {
  auto out = std::make_unique<Archive>(*ScratchFile::anywhere());
  EXPECT_TRUE(out->take(store));
  return out;
}

// A run of the rules, told as it is played, on one thread.
class Told : public ::testing::Test {
 protected:
  void SetUp() override {
    TellerOptions options;
    options.readings = plain_readings();
    options.scratch = *ScratchFile::anywhere();
    options.store = std::make_unique<Archive>(options.scratch);
    options.gate = &gate_;
    options.publish = [this](StreamEvent event) { events_.push_back(std::move(event)); };
    live_ = std::make_unique<Teller>(std::move(options));
    setup_ = *testing::rules_setup(5);
    setup_.seed = 7;
  }
  // Plays so many turns; the rest of `live_` is what a server would have at that point.
  void play(std::int64_t turns, std::vector<Look>* seen = nullptr) {
    auto store = std::make_unique<Relay>(memory_store(),
                                         [this](const Batch& batch) { live_->committed(batch); });
    ledger_ =
        *Ledger::create(std::move(store), {.run = "told", .key = *SigningKey::generate("teller")});
    PlayOptions options;
    options.on_dusk = [&](const World& world) {
      live_->look(look_at(world));
      if (seen != nullptr) seen->push_back(look_at(world));
    };
    std::int64_t played = 0;
    options.pause = [&] { return played++ == turns; };
    ASSERT_TRUE(wood::play(setup_, *ledger_, panel_, inbox_, options));
  }
  // Another teller over the same ledger, as of a file.
  std::unique_ptr<Teller> opened() {
    auto out = std::make_unique<Teller>(of_a_file(copy_of(ledger_->store())));
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
  EXPECT_GT(events_.size(), 50U);
  const auto from = [](Teller& teller, std::int64_t id, std::size_t bytes_max) {
    std::string out;
    while (true) {
      const Teller::Chunk chunk = teller.behind(id, bytes_max);
      out += chunk.text;
      EXPECT_GT(chunk.last, id);
      id = chunk.last;
      if (!chunk.more) return out;
    }
  };
  const auto file = opened();  // has told nothing, and makes them anew
  for (const std::size_t bytes : {1U, 1'000U, 1'000'000U}) {
    EXPECT_EQ(from(*live_, -1, bytes), sent) << bytes;
    EXPECT_EQ(from(*file, -1, bytes), sent) << bytes;
  }
  for (const std::int64_t id : {17, 100, 333})
    EXPECT_EQ(from(*live_, id, 2'000), from(*file, id, 2'000)) << id;
  EXPECT_TRUE(live_->behind(1'000'000, 1'000).text.empty());
  EXPECT_FALSE(live_->behind(1'000'000, 1'000).more);
}

// What a plain reading of the ledger says.
struct Plain {
  std::map<std::int64_t, std::vector<std::int64_t>> effects;  // by cause
  std::vector<Entry> thoughts;
  std::map<std::int64_t, Entry> dusks, decisions;  // by turn
  std::map<std::int64_t, std::int64_t> lots;       // traded, but for villagers among themselves
};

Plain plain_reading(Store& store) {
  Plain out;
  const auto fetch = [&](const std::string& digest) { return store.blob(digest); };
  EXPECT_TRUE(LedgerReader(store).each([&](const Entry& entry) -> Status {
    const Draft& draft = entry.draft;
    for (const Seq cause : draft.from) out.effects[cause.value].push_back(entry.seq.value);
    if (draft.kind == EntryKind::reading) out.thoughts.push_back(entry);
    if (draft.kind == EntryKind::turn) out.dusks[draft.turn] = entry;
    if (draft.body.str_or("what", "") == "desk") out.decisions[draft.turn] = entry;
    if (const Json* fills = draft.body.find("fills")) {
      const Json list = *read_json(*fills, fetch);
      for (const Json& fill : list.items()) out.lots[draft.turn] += fill.int_or("lots", 0);
    }
    return {};
  }));
  return out;
}

std::vector<std::int64_t> numbers(const Json& list, const char* key = nullptr) {
  std::vector<std::int64_t> out;
  for (const Json& item : list.items())
    out.push_back(key == nullptr ? item.integer() : item.int_or(key, -1));
  return out;
}

// Of a run so long that every kind of row fills blocks of the scratch file.
TEST_F(Told, OfALongRunTheRowsSayWhatAPlainReadingOfTheLedgerSays) {
  setup_ = *testing::rules_setup(300);
  setup_.seed = 11;
  play(999);
  const Plain plain = plain_reading(ledger_->store());
  ASSERT_EQ(plain.dusks.size(), 300U);
  const std::int64_t size = json(*live_, "/v1/run").int_or("entries", 0);
  for (std::int64_t seq = 0; seq < size; seq += 331) {
    const auto known = plain.effects.find(seq);
    std::vector<std::int64_t> effects =
        known == plain.effects.end() ? std::vector<std::int64_t>() : known->second;
    if (effects.size() > 200) effects.erase(effects.begin(), effects.end() - 200);
    const Json shown = json(*live_, "/v1/handoffs/" + std::to_string(seq));
    EXPECT_EQ(numbers(shown.at("effects")), effects) << seq;
  }
  for (std::int64_t turn = 1; turn <= 300; turn += 23) {
    const std::string day = std::to_string(turn);
    const Json& dusk = plain.dusks.at(turn).draft.body;
    const Json shown = json(*live_, "/v1/turns/" + day);
    EXPECT_EQ(shown.str_or("state", ""), dusk.str_or("state", "?"));
    EXPECT_EQ(shown.at("beings").items().front().int_or("worth_mp", -1),
              dusk.at("worth_mp").int_or(setup_.scenario.creatures.front().name, -2));
    EXPECT_EQ(numbers(json(*live_, "/v1/desk?turn=" + day).at("decisions"), "entry"),
              std::vector{plain.decisions.at(turn).seq.value});
    const Json trades = json(*live_, "/v1/trades?limit=500&turn=" + day);
    std::int64_t lots = 0;
    for (const Json& trade : trades.at("trades").items()) lots += trade.int_or("lots", 0);
    const auto traded = plain.lots.find(turn);
    EXPECT_EQ(lots, traded == plain.lots.end() ? 0 : traded->second) << turn;
    std::vector<std::int64_t> thought;
    std::map<std::string, std::int64_t> last;
    for (const Entry& entry : plain.thoughts) {
      if (entry.draft.turn <= turn) last[entry.draft.by] = entry.seq.value;
      if (entry.draft.turn == turn) thought.insert(thought.begin(), entry.seq.value);
    }
    EXPECT_EQ(numbers(json(*live_, "/v1/thoughts?limit=500&turn=" + day).at("thoughts"), "entry"),
              thought);
    const Json beings = json(*live_, "/v1/creatures?turn=" + day);
    for (const Json& one : beings.at("creatures").items())
      if (const auto his = last.find(one.str_or("name", "")); his != last.end()) {
        EXPECT_EQ(one.at("thought").int_or("entry", -1), his->second) << turn;
      }
  }
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

TEST_F(Told, PagesOfTheDeskFollowEachOther) {
  play(99);
  const Json all = json(*live_, "/v1/desk");
  const auto& decisions = all.at("decisions").items();
  ASSERT_GE(decisions.size(), 3U);
  EXPECT_TRUE(all.at("next").is(Json::Kind::null));
  std::vector<Json> again;
  for (std::int64_t from = 0; from >= 0;) {
    const Json page = json(*live_, "/v1/desk?limit=2&from=" + std::to_string(from));
    for (const Json& one : page.at("decisions").items()) again.push_back(one);
    from = page.int_or("next", -1);
  }
  EXPECT_EQ(again, decisions);
  const std::int64_t turn = decisions[1].int_or("turn", 0);
  const Json day = json(*live_, "/v1/desk?turn=" + std::to_string(turn));
  ASSERT_EQ(day.at("decisions").items().size(), 1U);
  EXPECT_EQ(day.at("decisions").items().front(), decisions[1]);
  EXPECT_FALSE(decisions[1].at("seats").items().empty());
  EXPECT_FALSE(decisions[1].at("ballots").items().empty());
}

TEST_F(Told, WhatIsOnlySeenOfTheWorldIsKeptOfEveryTurn) {
  std::vector<Look> seen;
  play(99, &seen);
  ASSERT_EQ(seen.size(), 5U);
  const auto index = static_cast<std::size_t>(setup_.scenario.good("honey"));
  for (const Look& look : seen) {
    const Json book = json(*live_, "/v1/books/honey?turn=" + std::to_string(look.turn));
    EXPECT_EQ(book.at("bids"), depth_json(look.bids[index]));
    EXPECT_EQ(book.at("asks"), depth_json(look.asks[index]));
    const Json creatures = json(*live_, "/v1/creatures?turn=" + std::to_string(look.turn));
    for (std::size_t being = 0; being < creatures.at("creatures").items().size(); ++being) {
      const Json& one = creatures.at("creatures").items()[being];
      EXPECT_EQ(one.int_or("purse_mp", -1), look.beings[being].purse_mp);
      EXPECT_EQ(one.int_or("free_mp", -1), look.beings[being].free_mp);
      EXPECT_EQ(one.at("orders").items().size(), look.beings[being].orders.size());
    }
  }
  Bytes bytes = pack(seen.back());
  EXPECT_EQ(pack(*unpack(bytes)), bytes);
  bytes.pop_back();
  EXPECT_FALSE(unpack(bytes));
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

TEST_F(Told, WhereTheCopyHasNoRoomTheRunGoesOnAndReadersAreToldSo) {
  setup_ = *testing::rules_setup(60);
  const testing::FullDisk full(4'000'000);
  play(99);
  EXPECT_GT(ledger_->size(), 9'000);
  const Json run = json(*live_, "/v1/run");
  EXPECT_NE(run.str_or("why", "").find("what readers see ends here"), std::string::npos);
  EXPECT_NE(run.str_or("why", "").find("set TMPDIR"), std::string::npos) << run.str_or("why", "");
  EXPECT_LT(run.int_or("entries", 0), ledger_->size());
  EXPECT_GT(run.int_or("entries", 0), 100);
  EXPECT_EQ(json(*live_, "/v1/thoughts").at("thoughts").items().size(), 100U);
}

TEST_F(Told, WhatCannotBeReadIsNotShownAsSomethingElse) {
  play(2);
  EXPECT_FALSE(live_->behind(-1, 1'000).failed);
  char byte = 0;
  EXPECT_FALSE(live_->telling().scratch->read(&byte, 1, std::int64_t{1} << 40));
  for (const char* target : {"/v1/turns", "/v1/desk", "/v1/facts", "/v1/creatures"})
    EXPECT_EQ(ask(*live_, target).status, 500) << target;
  EXPECT_TRUE(live_->behind(-1, 1'000).failed);
  // What is commanded is done, and said to be.
  EXPECT_EQ(ask(*live_, "/v1/commands", R"({"act":"say","text":"Is anybody there?"})").status, 202);
}

TEST_F(Told, ATamperedLedgerIsNotProved) {
  play(2);
  Batch batch;
  ASSERT_TRUE(ledger_->store().each(Log::record, [&](std::int64_t, ByteView bytes) -> Status {
    batch.record.emplace_back(bytes);
    return {};
  }));
  ASSERT_TRUE(ledger_->store().each_blob([&](const std::string&, ByteView bytes) -> Status {
    batch.blobs.emplace_back(bytes);
    return {};
  }));
  batch.checkpoints = *ledger_->store().checkpoints();
  // One byte of one entry: still an entry, and not the one that was signed.
  Bytes& entry = batch.record[9];
  const std::size_t at = entry.find("\"turn\":1");
  ASSERT_NE(at, std::string::npos);
  auto changed = decode(entry);
  ASSERT_TRUE(changed);
  changed->draft.body.set("orders", 999);
  entry = encode(*changed);
  auto store = memory_store();
  ASSERT_TRUE(store->commit(batch));
  Teller teller(of_a_file(std::move(store)));
  ASSERT_TRUE(teller.read());
  EXPECT_EQ(ask(teller, "/v1/handoffs/6/proof").status, 500);
}

TEST_F(Told, WhatIsNoRunIsRefused) {
  auto ledger = *Ledger::create(memory_store(), {.run = "x", .key = *SigningKey::generate("t")});
  ledger->append({EntryKind::genesis, "world", {}, 0, Json::object({{"pipeline", "desk"}})});
  ASSERT_TRUE(ledger->commit());
  EXPECT_EQ(Teller(of_a_file(copy_of(ledger->store()))).read().error().code, Errc::usage);
}

}  // namespace
}  // namespace wood::serve
