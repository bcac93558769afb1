// Everything that can influence the future is in the state hash: each member of the world is
// changed, one at a time, and each must bring a hash of its own. The headers are read, so that a
// member which is added later and not changed here fails the test by its name.
#include "drama/world.h"

#include <gtest/gtest.h>

#include "core/text.h"
#include "drama/testing.h"

namespace wood {

// Opens what the classes keep to themselves.
struct Tamper {
  static auto& deals(World& w) { return w.bank.deals_; }
  static auto& next_deal(World& w) { return w.bank.next_; }
  static auto& open(World& w) { return w.facts.open_; }
  static auto& named(World& w) { return w.facts.named_; }
  static auto& published(World& w) { return w.facts.published_; }
  static auto& desk(World& w) { return w.firewall.desk_; }
  static auto& texts(World& w) { return w.firewall.texts_; }
  static auto& canaries(World& w) { return w.firewall.canaries_; }
  static auto& counts(World& w) { return w.firewall.counts_; }
  static auto& leaks(World& w) { return w.firewall.leaks_; }
  static auto& heat(World& w) { return w.magistrate.heat_; }
  static auto& step(World& w) { return w.magistrate.step_; }
  static auto& tips(World& w) { return w.magistrate.tips_; }
  static auto& knowledge(World& w) { return w.magistrate.knowledge_; }
  static auto& pulled(World& w) { return w.magistrate.pulled_; }
  static auto& cornered(World& w) { return w.magistrate.cornered_; }
  static auto& trades(World& w) { return w.magistrate.trades_; }
  static auto& trust(Recall& r) { return r.trust_; }
  static auto& last(Recall& r) { return r.last_; }
};

namespace {

// ---- another value of the same type

std::int64_t another(std::int64_t v) { return v + 1; }
int another(int v) { return v + 1; }
bool another(bool v) { return !v; }
std::string another(const std::string& v) { return v + "x"; }
Seq another(Seq v) { return {v.value + 1}; }
AccountId another(AccountId v) { return {v.value + 1}; }
Money another(Money v) { return {v.value + 1}; }
Lots another(Lots v) { return {v.value + 1}; }
Ticks another(Ticks v) { return {v.value + 1}; }
DealState another(DealState v) {
  return v == DealState::active ? DealState::offered : DealState::active;
}
Promise another(Promise v) {
  return v == Promise::no_short ? Promise::share_tips : Promise::no_short;
}
std::vector<Seq> another(std::vector<Seq> v) { return v.push_back(Seq{1}), v; }
std::set<std::string> another(std::set<std::string> v) { return v.insert("x"), v; }
std::deque<std::string> another(std::deque<std::string> v) { return v.push_back("x"), v; }
std::vector<std::string> another(std::vector<std::string> v) { return v.push_back("x"), v; }
Audience::Kind another(Audience::Kind v) {
  return v == Audience::Kind::named ? Audience::Kind::everyone : Audience::Kind::named;
}

// A world in mid-story, with one of everything in it.
class Story {
 public:
  Story() : stage_(7), world(stage_.world.get()) {
    GuardedPanel guarded(stage_.panel, world->firewall);
    stage_.inbox.add(2, {"patron", Json::object({{"act", "tip"},
                                                 {"direction", "up"},
                                                 {"good", "honey"},
                                                 {"text", "The bees have left the old lime tree."},
                                                 {"to", "fenn"},
                                                 {"true", true}})});
    stage_.inbox.add(
        2,
        {"operator",
         Json::object({{"act", "shock"}, {"good", "acorns"}, {"kind", "drought"}, {"turns", 9}})});
    for (int turn = 0; turn < 4; ++turn) EXPECT_TRUE(play_turn(*world, guarded, stage_.inbox));
    furnish();
  }

 private:
  testing::Stage stage_;

 public:
  World* world;

 private:
  // What four turns need not have brought.
  void furnish() {
    World& w = *world;
    Tamper::deals(w)[900] = {900, 0, 1,  Loan{{5'000}, 300, 4, 2, {1}}, DealState::active,
                             3,   9, {7}};
    Tamper::deals(w)[901] = {901, 1, 2, Swap{0, {1}, 1, {2}}, DealState::offered, 4, 0, {8}};
    Tamper::deals(w)[902] = {902, 2, 3,  Alliance{5, Promise::no_short}, DealState::active,
                             4,   9, {9}};
    Tamper::deals(w)[903] = {903, 3, 4, Gift{1, {1}, {50}}, DealState::offered, 4, 0, {9}};
    w.desk_swaps["analysis"] = "other";
    w.beings[0].memory.trust("pip", 3);
    w.beings[0].memory.remember("a day in the sun");
    if (w.orders.empty()) w.orders[77] = {0, {5}, {2}, {0}};
    Tamper::leaks(w).push_back({"pip", {3}, "text", {2}});
    Tamper::pulled(w).push_back({1, 2, {3}, {4}});
    Tamper::cornered(w)[{1, 2}] = true;
    Tamper::trades(w).push_back({1, {500}, {2}, 0, 1, true, {3}, {4}, {5}});
    Tamper::desk(w).insert("oona");
  }
};

// Changes members, one at a time, and puts each back.
class Changer {
 public:
  explicit Changer(World& world) : world_(world), before_(world.state()) { seen_.insert(before_); }

  template <class T>
  void operator()(const std::string& name, T& member) {
    to(name, member, another(member));
  }
  template <class T>
  void to(const std::string& name, T& member, T other) {
    std::swap(member, other);
    const Bytes now = world_.state();
    EXPECT_TRUE(seen_.insert(now).second) << name << " is not in the state, or not told apart";
    std::swap(member, other);
    EXPECT_TRUE(world_.state() == before_) << name << " was not put back";
    changed.insert(name);
  }

  std::set<std::string> changed;

 private:
  World& world_;
  Bytes before_;
  std::set<Bytes> seen_;
};

void change_world(World& w, Changer& change) {
  change("World.turn", w.turn);
  change("World.tips", w.tips);
  change("World.genesis", w.genesis);
  change("World.last_turn", w.last_turn);
  change("World.dawn", w.dawn);
  change("World.stop", w.stop);
  change("World.touched", w.touched[1]);
  change("World.latent", w.latent[2]);
  change("World.anchor", w.anchor[2]);
  change("World.cast", w.cast["pip"]);
  change("World.desk_swaps", w.desk_swaps["analysis"]);
  auto swaps = w.desk_swaps;
  swaps["vote"] = "other";
  change.to("World.desk_swaps", w.desk_swaps, swaps);
  change("World.process", w.process[0].drift_ppm);
  Memory memory = w.desk_memory;
  memory.remember("analysis.seen", "honey", {Seq{4}, Json(5)}, 3);
  change.to("World.desk_memory", w.desk_memory, memory);
  change.to("World.running", w.running, {});
  change("Running.kind", w.running.front().kind);
  change("Running.good", w.running.front().good);
  change("Running.until", w.running.front().until);
  for (const auto& [name, counts] :
       {std::pair{"World.counts", &w.counts}, {"World.total", &w.total}}) {
    change("Counts.orders", counts->orders);
    change.changed.insert(name);
    change("Counts.refused", counts->refused);
    change("Counts.trades", counts->trades);
    change("Counts.lots", counts->lots);
    change("Counts.prompts", counts->prompts);
    change("Counts.answer_tokens", counts->answer_tokens);
  }
  auto& [id, order] = *w.orders.begin();
  change("OpenOrder.who", order.who);
  change("OpenOrder.command", order.command);
  change("OpenOrder.lots", order.lots);
  change("OpenOrder.filled", order.filled);
  auto orders = w.orders;
  orders.erase(id);
  change.to("World.orders", w.orders, orders);
}

void change_being(World& w, Changer& change) {
  Being& b = w.beings[0];
  change("Being.name", b.name);
  change("Being.account", b.account);
  change("Being.creature", b.creature);
  change("Being.mood", b.mood);
  change("Being.start", b.start);
  change("Being.frozen_until", b.frozen_until);
  change("Being.exiled", b.exiled);
  change("Being.touched", b.touched);
  change("Recall.trust_", Tamper::trust(b.memory)["pip"]);
  change("Recall.last_", Tamper::last(b.memory));
  Recall fresh;
  change.to("Being.memory", b.memory, fresh);
}

void change_deals(World& w, Changer& change) {
  change("Bank.next_", Tamper::next_deal(w));
  auto fewer = Tamper::deals(w);
  fewer.erase(901);
  change.to("Bank.deals_", Tamper::deals(w), fewer);
  Deal& d = Tamper::deals(w)[900];
  change("Deal.id", d.id);
  change("Deal.from", d.from);
  change("Deal.to", d.to);
  change("Deal.state", d.state);
  change("Deal.offered_turn", d.offered_turn);
  change("Deal.due", d.due);
  change("Deal.entry", d.entry);
  change.to("Deal.terms", d.terms, Terms(Gift{}));
  Loan& loan = std::get<Loan>(d.terms);
  change("Loan.principal", loan.principal);
  change("Loan.rate_bps", loan.rate_bps);
  change("Loan.turns", loan.turns);
  change("Loan.good", loan.good);
  change("Loan.lots", loan.lots);
  Swap& swap = std::get<Swap>(Tamper::deals(w)[901].terms);
  change("Swap.give", swap.give);
  change("Swap.give_lots", swap.give_lots);
  change("Swap.take", swap.take);
  change("Swap.take_lots", swap.take_lots);
  Alliance& alliance = std::get<Alliance>(Tamper::deals(w)[902].terms);
  change("Alliance.turns", alliance.turns);
  change("Alliance.promise", alliance.promise);
  Gift& gift = std::get<Gift>(Tamper::deals(w)[903].terms);
  change("Gift.good", gift.good);
  change("Gift.lots", gift.lots);
  change("Gift.pebbles", gift.pebbles);
}

void change_facts(World& w, Changer& change) {
  change("FactBook.published_", Tamper::published(w));
  auto open = Tamper::open(w);
  open.erase(open.begin());
  change.to("FactBook.open_", Tamper::open(w), open);
  auto named = Tamper::named(w);
  named.begin()->second.erase(named.begin()->second.begin());
  change.to("FactBook.named_", Tamper::named(w), named);
  auto& ring = Tamper::named(w).begin()->second.begin()->second.facts;
  const auto change_fact = [&](const char* name, auto edit) {
    auto made = std::make_shared<Fact>(*ring.back());
    edit(*made);
    change.to(name, ring.back(), FactPtr(made));
  };
  change_fact("Fact.entry", [](Fact& f) { f.entry = another(f.entry); });
  change_fact("Fact.kind", [](Fact& f) { f.kind = another(f.kind); });
  change_fact("Fact.data", [](Fact& f) { f.data.set("x", 1); });
  change_fact("Fact.audience", [](Fact& f) { f.audience = {Audience::Kind::world, {}}; });
  change_fact("Audience.kind", [](Fact& f) { f.audience.kind = another(f.audience.kind); });
  change_fact("Audience.names", [](Fact& f) { f.audience.names = another(f.audience.names); });
  auto fewer = ring;
  fewer.pop_back();
  change.to("Channel.facts", ring, fewer);
}

void change_firewall(World& w, Changer& change) {
  change("Firewall.desk_", Tamper::desk(w));
  auto& counts = Tamper::counts(w);
  change("Firewall.counts_", counts.prompts);
  change("Counts.facts", counts.facts);
  change("Counts.disclosures", counts.disclosures);
  change("Counts.leaks", counts.leaks);
  auto& [text, known] = *Tamper::texts(w).begin();
  change("Text.fact", known.fact);
  change("Text.open", known.open);
  change("Text.facts", known.facts);
  change("Text.heard", known.heard);
  change("Text.turn", known.turn);
  auto texts = Tamper::texts(w);
  texts.erase(text);
  change.to("Firewall.texts_", Tamper::texts(w), texts);
  auto& [nonce, canary] = *Tamper::canaries(w).begin();
  change("Canary.fact", canary.fact);
  change.to("Canary.audience", canary.audience, Audience{Audience::Kind::named, {"nobody"}});
  auto canaries = Tamper::canaries(w);
  canaries.erase(nonce);
  change.to("Firewall.canaries_", Tamper::canaries(w), canaries);
  Leak& leak = Tamper::leaks(w).front();
  change("Leak.reader", leak.reader);
  change("Leak.prompt", leak.prompt);
  change("Leak.kind", leak.kind);
  change("Leak.fact", leak.fact);
  change.to("Firewall.leaks_", Tamper::leaks(w), {});
}

void change_magistrate(World& w, Changer& change) {
  change("Magistrate.heat_", Tamper::heat(w)[1]);
  change("Magistrate.step_", Tamper::step(w)[1]);
  change.to("Magistrate.tips_", Tamper::tips(w), {});
  Tip& tip = Tamper::tips(w).begin()->second;
  change("Tip.id", tip.id);
  change("Tip.good", tip.good);
  change("Tip.up", tip.up);
  change("Tip.truth", tip.truth);
  change("Tip.by", tip.by);
  change("Tip.turn", tip.turn);
  change("Tip.entry", tip.entry);
  change("Tip.text", tip.text);
  change.to("Magistrate.knowledge_", Tamper::knowledge(w), {});
  auto& knows = Tamper::knowledge(w).front();
  change("Knowledge.tip", knows.tip);
  change("Knowledge.who", knows.who);
  change("Knowledge.by", knows.by);
  change("Knowledge.turn", knows.turn);
  change("Knowledge.entry", knows.entry);
  change("Knowledge.lots", knows.lots);
  change("Knowledge.paid_ticks", knows.paid_ticks);
  change("Knowledge.charged", knows.charged);
  change("Knowledge.trades", knows.trades);
  change.to("Magistrate.pulled_", Tamper::pulled(w), {});
  auto& pulled = Tamper::pulled(w).front();
  change("Pulled.who", pulled.who);
  change("Pulled.turn", pulled.turn);
  change("Pulled.command", pulled.command);
  change("Pulled.event", pulled.event);
  change.to("Magistrate.cornered_", Tamper::cornered(w), {});
  change.to("Magistrate.trades_", Tamper::trades(w), {});
  SeenTrade& seen = Tamper::trades(w).front();
  change("SeenTrade.good", seen.good);
  change("SeenTrade.price", seen.price);
  change("SeenTrade.lots", seen.lots);
  change("SeenTrade.buyer", seen.buyer);
  change("SeenTrade.seller", seen.seller);
  change("SeenTrade.buyer_took", seen.buyer_took);
  change("SeenTrade.bought", seen.bought);
  change("SeenTrade.sold", seen.sold);
  change("SeenTrade.event", seen.event);
}

// ---- what the headers declare

// The data members that `type` declares in a header, as "Type.member"; a line that holds a bracket
// declares none.
std::set<std::string> members_of(const std::string& header, const std::string& type) {
  const Bytes text = *read_file(WOOD_SOURCE_DIR "/src/" + header);
  std::set<std::string> out;
  int depth = -1;  // of braces within the type; -1: not there yet
  for (std::string line : split(text, '\n')) {
    line = line.substr(0, line.find("//"));
    const std::string plain(trim(line));
    const bool opens =
        plain == "struct " + type + " {" || plain.starts_with("class " + type + " {");
    if (depth < 0 && !opens) continue;
    if (depth == 0 && plain.starts_with("}")) break;
    if (depth < 0) {
      depth = 0;
      continue;
    }
    const bool declares =
        depth == 0 && plain.ends_with(";") && plain.find_first_of("()") == std::string::npos &&
        !plain.starts_with("friend") && !plain.starts_with("using") && !plain.starts_with("enum");
    for (const char c : line) depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (!declares) continue;
    std::string flat;  // without template arguments
    int angle = 0;
    for (const char c : plain) {
      angle += c == '<' ? 1 : 0;
      if (angle == 0 && c != ';') flat += c;
      angle -= c == '>' ? 1 : 0;
    }
    for (const std::string& one : split(flat, ',')) {
      const std::string name(trim(one.substr(0, one.find_first_of("={"))));
      out.insert(type + "." + name.substr(name.find_last_of(" &*") + 1));
    }
  }
  EXPECT_FALSE(out.empty()) << type << " was not found in " << header;
  return out;
}

TEST(World, EveryMemberIsInItsState) {
  Story story;
  Changer change(*story.world);
  change_world(*story.world, change);
  change_being(*story.world, change);
  change_deals(*story.world, change);
  change_facts(*story.world, change);
  change_firewall(*story.world, change);
  change_magistrate(*story.world, change);

  const std::set<std::string> elsewhere = {
      // Fixed by the genesis, which is the first entry.
      "World.setup",
      "World.scenario",
      "World.goods",
      "World.desk",
      "Magistrate.spec_",
      // Where entries go; what holds no state of its own; what is worked out from other members.
      "World.sink",
      "World.villagers",
      "World.by_account_",
      "Firewall.heads_",
      "Firewall.filter_",
      // Whole classes, each with its members here or, for the exchange, in market/state_test.cpp.
      "World.exchange",
      "World.beings",
      "World.bank",
      "World.facts",
      "World.firewall",
      "World.magistrate",
  };
  const std::vector<std::pair<const char*, std::vector<const char*>>> declared = {
      {"drama/world.h", {"World", "Being", "Running", "OpenOrder", "Counts"}},
      {"drama/bank.h", {"Bank"}},
      {"drama/deal.h", {"Deal", "Loan", "Swap", "Alliance", "Gift"}},
      {"drama/book.h", {"FactBook", "Channel"}},
      {"agents/fact.h", {"Fact", "Audience"}},
      {"agents/recall.h", {"Recall"}},
      {"drama/firewall.h", {"Firewall", "Counts", "Text", "Canary", "Leak"}},
      {"drama/magistrate.h", {"Magistrate", "Tip", "Knowledge", "Pulled", "SeenTrade"}},
  };
  for (const auto& [header, types] : declared)
    for (const char* type : types)
      for (const std::string& member : members_of(header, type))
        EXPECT_TRUE(change.changed.contains(member) || elsewhere.contains(member))
            << member << " of " << header << " is changed by no line of this test";
}

TEST(World, TheExchangeIsInItsState) {
  Story story;
  const Bytes before = story.world->state();
  ASSERT_EQ(story.world->exchange.pay(story.world->beings[0].account,
                                      story.world->beings[1].account, {1}),
            Moved::done);
  EXPECT_TRUE(story.world->state() != before);
}

}  // namespace
}  // namespace wood
