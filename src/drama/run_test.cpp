// A run: that a leak of any kind ends it before anybody is asked, and that the record is the same
// whoever compiled the program.
#include "drama/run.h"

#include <gtest/gtest.h>

#include <set>

#include "drama/testing.h"

namespace wood {
namespace {

// A faulty renderer: from one turn on it slips a text that this reader may not have into his
// prompt.
class Slip : public Panel {
 public:
  Slip(Panel& inner, std::string reader, bool in_facts)
      : inner_(inner), reader_(std::move(reader)), in_facts_(in_facts) {}
  std::string text;  // empty: it behaves

  std::vector<Reply> ask(std::span<const Ask> asks) override {
    std::vector<Ask> slipped(asks.begin(), asks.end());
    for (Ask& ask : slipped) {
      if (text.empty() || ask.reader != reader_) continue;
      if (in_facts_) ask.facts.set("slipped", text);
      else ask.messages.back().content += " " + text + " ";
    }
    return inner_.ask(slipped);
  }
  [[nodiscard]] std::map<std::string, Json> cards() const override { return {}; }

 private:
  Panel& inner_;
  std::string reader_;
  bool in_facts_;
};

class Counting : public testing::RulesPanel {
 public:
  std::vector<Reply> ask(std::span<const Ask> asks) override {
    asked += asks.size();
    return testing::RulesPanel::ask(asks);
  }
  std::size_t asked = 0;
};

// Nonces and words that somebody holds and `reader` may not: what a fact of this kind keeps.
std::string secret_of(const World& world, const std::string& kind) {
  std::string out;
  const std::int64_t size = world.last_turn.value;
  for (std::int64_t i = 0; i <= size; ++i) {
    const auto entry = LedgerReader(static_cast<Ledger&>(world.sink).store()).entry({i});
    if (!entry || entry->draft.kind != EntryKind::fact) continue;
    const Json& body = entry->draft.body;
    const Json& audience = body.at("audience");
    if (audience.is(Json::Kind::array) && audience.items().front() == Json("pip")) continue;
    if (kind == "whisper" && body.str_or("kind", "") == "talk" && audience.is(Json::Kind::array) &&
        audience.items().back() != Json("pip"))
      out = body.at("data").str_or("text", "");
    if (body.str_or("kind", "") + ".text" == kind) out = body.at("data").str_or("text", "");
    if (body.str_or("kind", "") + ".canary" == kind) out = body.at("data").str_or("canary", "");
  }
  return out;
}

class Leaks : public ::testing::TestWithParam<std::pair<const char*, bool>> {};

TEST_P(Leaks, EndTheRun) {
  const auto& [kind, in_facts] = GetParam();
  testing::Stage stage(3);
  World& world = *stage.world;
  stage.inbox.add(1, {"patron", Json::object({{"act", "tip"},
                                              {"direction", "up"},
                                              {"good", "honey"},
                                              {"to", "fenn"},
                                              {"true", true},
                                              {"text", "The bees have left the old lime tree."}})});
  stage.inbox.add(1, {"patron", Json::object({{"act", "whisper"},
                                              {"to", "fenn"},
                                              {"text", "Meet me at the hollow log at dusk."}})});
  Counting minds;
  GuardedPanel guarded(minds, world.firewall);
  Slip slip(guarded, "pip", in_facts);
  for (int turn = 0; turn < 2; ++turn) ASSERT_TRUE(play_turn(world, slip, stage.inbox));
  ASSERT_FALSE(world.stop);
  ASSERT_EQ(world.firewall.counts().leaks, 0);

  slip.text = secret_of(world, kind);
  ASSERT_FALSE(slip.text.empty()) << "this story has no " << kind;
  const std::size_t asked = minds.asked;
  const Seq before = world.last_turn;
  ASSERT_TRUE(play_turn(world, slip, stage.inbox));
  EXPECT_TRUE(world.stop);
  EXPECT_EQ(world.firewall.counts().leaks, 1);
  EXPECT_EQ(world.firewall.leaks().front().reader, "pip");
  // Of the asks of that step none went out, and none after it.
  EXPECT_LT(minds.asked - asked, 10U);
  const LedgerReader reader(stage.ledger->store());
  std::int64_t leaks = 0, commands = 0;
  for (std::int64_t i = before.value + 1; i < reader.size(); ++i) {
    const auto entry = reader.entry({i});
    ASSERT_TRUE(entry);
    leaks +=
        entry->draft.kind == EntryKind::event && entry->draft.body.str_or("what", "") == "leak";
    commands += entry->draft.kind == EntryKind::command && entry->draft.by == "pip";
  }
  EXPECT_EQ(leaks, 1);
  EXPECT_EQ(commands, 0);
}

INSTANTIATE_TEST_SUITE_P(
    EachKind, Leaks,
    ::testing::Values(std::pair{"latent.canary", false}, std::pair{"latent.canary", true},
                      std::pair{"truth.canary", false}, std::pair{"self.canary", false},
                      std::pair{"self.canary", true}, std::pair{"persona.canary", false},
                      std::pair{"tip.canary", false}, std::pair{"tip.text", false},
                      std::pair{"tip.text", true}, std::pair{"whisper", false},
                      std::pair{"whisper", true}));

// The root of the record of three turns with seed 7, whatever compiler and library made the
// program. When the drama is rightly changed this line is too: the failure prints the new value.
constexpr const char* kGolden =
    "718cca041f03f49bc1b09f4ee2299407620380a0609e5a6b25fbaa1def70980d";

TEST(Run, ComesOutTheSameWhereverItWasBuilt) {
  auto setup = testing::rules_setup(3);
  ASSERT_TRUE(setup);
  setup->seed = 7;
  const auto ledger = Ledger::create(memory_store(), {"golden", *SigningKey::generate("golden")});
  testing::RulesPanel panel;
  ListedInbox inbox;
  const auto played = play(*setup, **ledger, panel, inbox);
  ASSERT_TRUE(played) << played.error().what;
  EXPECT_EQ(hex((*ledger)->record_root()), kGolden);
}

// Follows a record and holds every view to the deals that stand at that moment: a reader is shown
// those he has a side in, once each and as they stand, and no others; as a seat of the desk, none.
struct DealWatch {
  std::map<std::int64_t, Json> open;           // offered and active ones: the event's body
  std::map<std::int64_t, Json> facts;          // by entry: the data of each deal fact
  std::map<std::string, std::int64_t> events;  // by state
  std::map<std::string, std::int64_t> shown;   // by state, in views
  std::int64_t outlived = 0;  // deals behind their end, by view of one of their sides
  std::set<std::pair<std::string, std::int64_t>> ended;
  std::set<std::int64_t> selves;  // the facts of kind "self"

  void add(const Entry& entry) {
    const Json& body = entry.draft.body;
    if (entry.draft.kind == EntryKind::event && body.str_or("what", "") == "deal") event(body);
    if (entry.draft.kind == EntryKind::fact) fact(entry.seq.value, body);
    if (entry.draft.kind == EntryKind::view) view(entry);
  }

  void fact(std::int64_t seq, const Json& body) {
    if (body.str_or("kind", "") == "deal") facts[seq] = body.at("data");
    if (body.str_or("kind", "") == "self") selves.insert(seq);
  }

  void event(const Json& body) {
    const std::string state = body.str_or("state", "");
    const std::int64_t id = body.int_or("deal", 0);
    ++events[state];
    open.erase(id);
    if (state == "offered" || state == "active") open[id] = body;
    else
      for (const char* side : {"from", "to"}) ended.insert({body.str_or(side, ""), id});
  }

  void view(const Entry& entry) {
    const std::string reader = entry.draft.body.str_or("reader", "");
    std::multimap<std::int64_t, std::string> is, should;
    bool creature = false;  // a seat of the desk is not shown its own affairs
    for (const Json& fact : entry.draft.body.at("facts").items()) {
      creature = creature || selves.contains(fact.integer());
      if (const auto it = facts.find(fact.integer()); it != facts.end())
        is.emplace(it->second.int_or("deal", 0), it->second.str_or("state", ""));
    }
    for (const auto& [id, deal] : open)
      if (creature && (deal.str_or("from", "") == reader || deal.str_or("to", "") == reader))
        should.emplace(id, deal.str_or("state", ""));
    EXPECT_EQ(is, should) << "entry " << entry.seq.value << ", the view of " << reader;
    for (const auto& [id, state] : is) ++shown[state];
    for (const auto& [who, id] : ended) outlived += creature && who == reader;
  }
};

TEST(Run, OffersAreAnswered) {
  // Both sides see an offer and what it became, nobody else does, and what is over is seen no more.
  DealWatch all;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    testing::Stage stage(seed);
    GuardedPanel guarded(stage.panel, stage.world->firewall);
    for (int turn = 0; turn < 12; ++turn)
      ASSERT_TRUE(play_turn(*stage.world, guarded, stage.inbox));
    DealWatch watch;
    const LedgerReader reader(stage.ledger->store());
    ASSERT_TRUE(reader.each([&](const Entry& entry) -> Status {
      watch.add(entry);
      return {};
    }));
    for (const auto& [state, count] : watch.events) all.events[state] += count;
    for (const auto& [state, count] : watch.shown) all.shown[state] += count;
    all.outlived += watch.outlived;
  }
  const std::int64_t answered =
      all.events["active"] + all.events["refused"] + all.events["settled"];
  EXPECT_GT(all.events["offered"], 4);
  EXPECT_GT(answered, all.events["offered"] / 2);
  EXPECT_GT(all.shown["offered"], all.events["offered"]);  // to both sides, or more than once
  EXPECT_GT(all.shown["active"], all.events["active"]);
  EXPECT_GT(all.outlived, all.events["offered"]);
}

}  // namespace
}  // namespace wood
