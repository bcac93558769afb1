#include "agents/tools.h"

#include "agents/some_facts_test.h"
#include "market/probe_test.h"
#include "minds/scripted.h"

namespace wood {
namespace {

using testing::oona_facts;
using testing::parsed;
using testing::SomeFacts;

const Json* option(const Json& schema, const std::string& act) {
  for (const Json& one : schema.at("oneOf").items())
    if (one.at("properties").at("act").at("const").string() == act) return &one;
  return nullptr;
}
std::string names(const Json& schema, const std::string& act, const char* member) {
  const Json* one = option(schema, act);
  return one == nullptr ? "none" : one->at("properties").at(member).at("enum").dump();
}

TEST(Tools, EnumsAreWhatIsInTheView) {
  Json facts = oona_facts();
  Json schema = answer_schema(facts, Looks::offered);
  EXPECT_TRUE(check_schema(schema));
  EXPECT_EQ(names(schema, "buy", "good"), R"(["acorns","berries","mushrooms","firewood"])");
  EXPECT_EQ(names(schema, "sell", "good"), R"(["acorns","honey","firewood"])");
  EXPECT_EQ(names(schema, "whisper", "to"), R"(["bram","fenn","mossback","pip"])");
  for (const char* act : {"cancel", "replace", "accept", "refuse"})
    EXPECT_EQ(option(schema, act), nullptr);
  facts["self"]["orders"].push(
      parsed(R"({"good":"acorns","lots":1,"order":31,"price":490,"side":"buy"})"));
  facts["deal"].push(
      parsed(R"({"deal":4,"from":"pip","to":"oona","state":"offered","kind":"gift","terms":{}})"));
  facts["deal"].push(
      parsed(R"({"deal":5,"from":"oona","to":"pip","state":"offered","kind":"gift","terms":{}})"));
  facts["deal"].push(
      parsed(R"({"deal":6,"from":"pip","to":"oona","state":"active","kind":"loan","terms":{}})"));
  schema = answer_schema(facts, Looks::offered);
  EXPECT_EQ(names(schema, "cancel", "order"), "[31]");
  EXPECT_EQ(names(schema, "accept", "deal"), "[4]");
}

// In 20 runs five of 6,152 orders were bids for an own good: "buy" had named what may be bought,
// but "order" named all goods for both sides.
TEST(Tools, NoSideOfAnOrderLetsOnesOwnGoodBeBought) {
  const Json schema = answer_schema(oona_facts(), Looks::offered);
  const auto said = [](const char* side, const char* good) {
    return parsed(std::string(R"({"reason":"x","act":"order","side":")") + side +
                  R"(","kind":"ioc","good":")" + good + R"(","lots":1,"price":900})");
  };
  EXPECT_TRUE(validate(said("buy", "berries"), schema).empty());
  EXPECT_TRUE(validate(said("sell", "honey"), schema).empty());
  EXPECT_FALSE(validate(said("buy", "honey"), schema).empty());
  EXPECT_FALSE(validate(said("sell", "berries"), schema).empty());  // she has none
}

TEST(Tools, PricesAreThoseThatSomeCollarLetsPass) {
  const Json schema = answer_schema(oona_facts(), Looks::offered);
  const Json& price = option(schema, "buy")->at("properties").at("price");
  EXPECT_EQ(price.dump(),
            // 500 - 30 % and 900 + 30 %, outwards to round numbers
            R"({"maximum":1200,"minimum":300,"type":"integer"})");
}

TEST(Tools, WhoMayNotTradeMayStillSpeak) {
  for (const auto& [key, value] :
       {std::pair<const char*, Json>{"frozen", true}, {"messages_left", 0}}) {
    Json facts = oona_facts();
    facts["self"].set(key, value);
    const Json schema = answer_schema(facts, Looks::offered);
    EXPECT_EQ(option(schema, "buy"), nullptr);
    EXPECT_NE(option(schema, "say"), nullptr);
    EXPECT_NE(option(schema, "finish"), nullptr);
  }
}

TEST(Tools, LooksCanBeWithheld) {
  const Json schema = answer_schema(oona_facts(), Looks::withheld);
  EXPECT_TRUE(check_schema(schema));
  for (const Json& one : schema.at("oneOf").items())
    EXPECT_TRUE(action_of(smallest(one), oona_facts())) << one.dump();
}

TEST(Tools, ACrowdIsNotListedWhole) {
  Json facts = oona_facts();
  facts["rules"].set("creatures", Json::array());
  for (int i = 0; i < 40; ++i) facts["memory"]["trust"].set("c" + std::to_string(i), i);
  const Json schema = answer_schema(facts, Looks::offered);
  EXPECT_EQ(option(schema, "whisper")->at("properties").at("to").at("enum").items().size(), 12U);
}

TEST(Tools, EmptyFactsStillAllowAnAnswer) {
  const Json schema = answer_schema(Json::object(), Looks::offered);
  EXPECT_TRUE(check_schema(schema));
  EXPECT_NE(option(schema, "finish"), nullptr);
}

TEST(Tools, AnswersBecomeActions) {
  Json facts = oona_facts();
  facts["self"]["orders"].push(
      parsed(R"({"good":"acorns","id":31,"lots":1,"order":3,"price":490,"side":"buy"})"));
  const auto body = [&](const char* text) {
    const auto action = action_of(parsed(text), facts);
    return action ? json(*action).dump() : "none";
  };
  EXPECT_EQ(body(R"({"act":"buy","good":"honey","lots":2,"price":9,"reason":""})"),
            R"({"act":"place","good":"honey","kind":"limit","lots":2,"may_short":false,"price":9,)"
            R"("side":"buy"})");
  EXPECT_EQ(body(R"({"act":"short","good":"honey","lots":2,"price":9})"),
            R"({"act":"place","good":"honey","kind":"limit","lots":2,"may_short":true,"price":9,)"
            R"("side":"sell"})");
  EXPECT_EQ(
      body(R"({"act":"order","kind":"market","side":"sell","good":"honey","lots":2,"price":9})"),
      R"({"act":"place","good":"honey","kind":"market","lots":2,"may_short":false,"price":0,)"
      R"("side":"sell"})");
  EXPECT_EQ(body(R"({"act":"cancel","order":3})"), R"({"act":"cancel","order":31})");
  EXPECT_EQ(body(R"({"act":"cancel","order":31})"), R"({"act":"cancel","order":-1})");
  EXPECT_EQ(body(R"({"act":"replace","order":3,"lots":1,"price":7})"),
            R"({"act":"replace","lots":1,"order":31,"price":7})");
  EXPECT_EQ(body(R"({"act":"say","text":"hm"})"), R"({"act":"say","text":"hm","to":""})");
  EXPECT_EQ(body(R"({"act":"whisper","to":"pip","text":"hm"})"),
            R"({"act":"whisper","text":"hm","to":"pip"})");
  EXPECT_EQ(
      body(R"({"act":"gift","to":"pip","good":"none","lots":0,"pebbles_mp":5})"),
      R"({"act":"offer","kind":"gift","terms":{"good":"","lots":0,"pebbles_mp":5},"to":"pip"})");
  EXPECT_EQ(
      body(R"({"act":"ally","to":"pip","promise":"no_short","turns":2})"),
      R"({"act":"offer","kind":"alliance","terms":{"promise":"no_short","turns":2},"to":"pip"})");
  EXPECT_EQ(body(R"({"act":"refuse","deal":3})"), R"({"act":"refuse","deal":3})");
  EXPECT_EQ(body(R"({"act":"finish"})"), R"({"act":"finish"})");
  EXPECT_EQ(body(R"({"act":"quote","good":"honey"})"), "none");
}

TEST(Tools, LooksAreAnsweredFromTheSnapshot) {
  SmallMarket market;
  market.good = market.honey;
  market.ask(market.oona, 104, 3);
  market.bid(market.pip, 98, 2);
  const Json facts =
      Json::object({{"market", Json(Json::Array{testing::market_fact("honey", 100)})},
                    {"memory", parsed(R"({"trust":{"pip":-12}})")}});
  const auto ask = [&](const char* text) {
    return look(parsed(text), facts, market.exchange, market.fenn);
  };
  EXPECT_EQ(ask(R"({"act":"quote","good":"honey"})"), testing::market_fact("honey", 100));
  EXPECT_EQ(ask(R"({"act":"depth","good":"honey"})").dump(),
            R"({"asks":[{"lots":3,"price":104}],"bids":[{"lots":2,"price":98}]})");
  EXPECT_EQ(ask(R"({"act":"history","good":"honey"})").dump(), R"({"marks":[92,100]})");
  EXPECT_EQ(ask(R"({"act":"portfolio"})").int_or("cash_mp", 0), 100'000);
  EXPECT_EQ(ask(R"({"act":"trust","to":"pip"})").dump(), R"({"trust":-12})");
  EXPECT_EQ(ask(R"({"act":"deals"})").dump(), R"({"deals":[]})");
  EXPECT_EQ(ask(R"({"act":"calculate","expression":"3 * 7"})").dump(), R"({"value":21})");
  for (const char* bad :
       {R"({"act":"calculate","expression":"1/0"})", R"({"act":"calculate","expression":"(2"})",
        R"({"act":"quote","good":"gold"})", R"({"act":"dance","good":"honey"})"})
    EXPECT_NE(ask(bad).find("error"), nullptr) << bad;
  const Json bought = ask(R"({"act":"what_if","side":"buy","good":"honey","lots":2,"price":104})");
  EXPECT_EQ(bought.int_or("filled", 0), 2);
  EXPECT_EQ(bought.int_or("value_mp", 0), 2'080);
  EXPECT_GT(bought.int_or("fees_mp", 0), 0);
  EXPECT_GT(bought.int_or("slippage_mp", 0), 0);
  const Json much = ask(R"({"act":"what_if","side":"sell","good":"honey","lots":30,"price":98})");
  EXPECT_EQ(much.str_or("refusal", ""), "insufficient_goods");
  const Json lent = ask(R"({"act":"what_if","side":"short","good":"honey","lots":30,"price":98})");
  EXPECT_EQ(lent.int_or("borrow", 0), 10);
}

// ---- properties over random views

Ask ask_of(const Json& facts, std::uint64_t seed, Looks looks) {
  Ask ask;
  ask.task = "creature.act";
  ask.facts = facts;
  ask.schema = answer_schema(facts, looks);
  ask.sampling.seed = seed;
  return ask;
}

Json answer_of(Mind& mind, const Ask& ask) {
  return parsed(std::get<Answer>(mind.ask(std::span(&ask, 1))[0]).text);
}

// What the exchange is known to refuse.
void expect_sensible(const Json& facts, const PlaceOrder& order) {
  const Json& self = facts.at("self");
  EXPECT_GT(self.int_or("messages_left", 0), 0);
  EXPECT_FALSE(self.bool_or("frozen", false));
  if (order.buy) {
    EXPECT_NE(order.good, facts.at("persona").str_or("makes", ""));
    EXPECT_LE(order.lots * order.price * 10, self.int_or("free_mp", 0));
  } else if (!order.may_short) {
    EXPECT_LE(order.lots, self.at("stores").int_or(order.good, 0));
  } else {
    EXPECT_EQ(facts.at("persona").str_or("temper", ""), "speculates");
  }
  for (const Json& m : facts.at("market").items()) {
    if (m.str_or("good", "") != order.good) continue;
    EXPECT_FALSE(m.bool_or("halted", false));
    EXPECT_LE(order.price, m.int_or("mark", 0) + m.int_or("mark", 0) * 3 / 10);
    EXPECT_GE(order.price, m.int_or("mark", 0) - m.int_or("mark", 0) * 3 / 10);
  }
}

TEST(Tools, EveryScriptedAnswerConformsAndMakesSense) {
  const auto rules = scripted_mind(Json::object());
  std::map<std::string, int> acts;
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    const Json facts = SomeFacts(seed).make();
    const Looks looks = seed % 3 == 0 ? Looks::withheld : Looks::offered;
    const Ask ask = ask_of(facts, seed, looks);
    const Json answer = answer_of(*rules, ask);
    ASSERT_EQ(validate(answer, ask.schema), std::vector<std::string>())
        << answer.dump() << facts.dump();
    EXPECT_EQ(answer, answer_of(*rules, ask));
    EXPECT_FALSE(answer.str_or("reason", "").empty());
    ++acts[answer.str_or("act", "")];
    const auto action = action_of(answer, facts);
    EXPECT_TRUE(action || looks == Looks::offered);
    if (action && std::holds_alternative<PlaceOrder>(*action))
      expect_sensible(facts, std::get<PlaceOrder>(*action));
    if (::testing::Test::HasFailure()) FAIL() << seed << answer.dump() << facts.dump();
  }
  // A teacher that never does a thing cannot teach it.
  for (const char* act :
       {"buy", "sell", "short", "order", "cancel", "replace", "say", "whisper", "lend", "swap",
        "ally", "accept", "refuse", "what_if", "quote", "depth", "portfolio", "finish"})
    EXPECT_GT(acts[act], 0) << act;
}

TEST(Tools, EveryRandomAnswerConforms) {
  const auto random = scripted_mind(Json::object({{"style", "random"}}));
  std::map<std::string, int> acts;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    const Ask ask = ask_of(SomeFacts(seed).make(), seed, Looks::offered);
    const Json answer = answer_of(*random, ask);
    ASSERT_EQ(validate(answer, ask.schema), std::vector<std::string>()) << answer.dump();
    ++acts[answer.str_or("act", "")];
  }
  EXPECT_EQ(acts.size(), 23U);  // every option there is
}

TEST(Tools, AnswersAreShort) {
  const auto rules = scripted_mind(Json::object());
  std::size_t sum = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Ask ask = ask_of(SomeFacts(seed).make(), seed, Looks::offered);
    const std::string text = std::get<Answer>(rules->ask(std::span(&ask, 1))[0]).text;
    EXPECT_TRUE(text.starts_with("{\"reason\":")) << text;  // the reason before the decision
    EXPECT_LE(text.size(), 320U) << text;
    sum += text.size();
  }
  EXPECT_LE(sum / 300, 150U);
}

}  // namespace
}  // namespace wood
