#include "minds/scripted.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "core/rng.h"
#include "core/schema.h"
#include "core/toml.h"

namespace wood {
namespace {

Json parsed(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : Json();
}

std::string say(const Ask& ask, const Json& options = Json::object()) {
  const auto mind = scripted_mind(options);
  return std::get<Answer>(mind->ask(std::span(&ask, 1))[0]).text;
}

Json schema() {
  return parsed(R"({"type":"object","required":["reason","side","lots"],"properties":{
    "lots":{"type":"integer","minimum":1,"maximum":9},"reason":{"type":"string","maxLength":20},
    "side":{"type":"string","enum":["buy","sell"]},"note":{"type":"string"}}})");
}

TEST(Scripted, SaysWhatItIsToldToSay) {
  Ask ask;
  ask.task = "creature.act";
  ask.facts = parsed(R"({"scripted":{"a":1,"lots":7,"reason":"so","side":"buy"}})");
  ask.schema = schema();
  EXPECT_EQ(say(ask), R"({"reason":"so","side":"buy","lots":7,"a":1})");
  ask.schema = Json();
  EXPECT_EQ(parsed(say(ask)), ask.facts.at("scripted"));
}

TEST(Scripted, AnUnknownTaskGetsTheSmallestValue) {
  Ask ask;
  ask.task = "letter.sort";
  ask.schema = schema();
  EXPECT_EQ(say(ask), R"({"reason":"","side":"buy","lots":1})");
  for (const auto& [text, least] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"({"type":"integer","maximum":-4})", "-4"},
           {R"({"type":"integer"})", "0"},
           {R"({"type":["boolean","null"]})", "false"},
           {R"({"type":"array","minItems":2,"items":{"type":"string","minLength":1}})",
            R"(["a","a"])"},
           {R"({"oneOf":[{"const":3},{"type":"null"}]})", "3"},
           {R"({"type":"null"})", "null"}}) {
    ASSERT_TRUE(check_schema(parsed(text)));
    EXPECT_EQ(smallest(parsed(text)).dump(), least);
    EXPECT_TRUE(validate(smallest(parsed(text)), parsed(text)).empty());
  }
}

TEST(Scripted, RandomIsUniformAndLegal) {
  Ask ask;
  ask.task = "creature.act";
  ask.schema = schema();
  std::map<std::string, int> sides;
  std::set<std::int64_t> lots;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    ask.sampling.seed = seed;
    const std::string text = say(ask, Json::object({{"style", "random"}}));
    ASSERT_TRUE(validate(parsed(text), ask.schema).empty()) << text;
    ++sides[parsed(text).str_or("side", "")];
    lots.insert(parsed(text).int_or("lots", 0));
  }
  EXPECT_NEAR(sides["buy"], 500, 80);
  EXPECT_EQ(lots.size(), 9U);
}

TEST(Scripted, TheCardSaysWhoPlays) {
  EXPECT_EQ(scripted_mind(Json::object())->card().str_or("family", ""), "rules");
  EXPECT_EQ(scripted_mind(Json::object({{"style", "random"}}))->card().str_or("family", ""),
            "random");
}

// ---- a creature's temper, one table turned a little

Ask creature(const std::string& temper, std::uint64_t seed = 1) {
  Ask ask;
  ask.task = "creature.act";
  ask.sampling.seed = seed;
  ask.schema = Json::object();
  ask.facts = parsed(R"({"deal":[],"news":[],"talk":[],"tip":[],
    "persona":{"name":"x","makes":"","temper":""},
    "rules":{"turn":5,"turns":30,"round":1,"burn":1,"meal_kinds":2,"tick_mp":10,"fee_bps":10,
      "collar_bps":3000,"lots_max":60,"creatures":[],"goods":[{"good":"acorns","food":true},
      {"good":"honey","food":true},{"good":"firewood","food":false}]},
    "self":{"free_mp":90000,"heat":0,"messages_left":9,"orders":[],"stores":
      {"acorns":9,"honey":9,"firewood":9},"short":{},"cost":{}},
    "market":[{"good":"acorns","mark":400,"bid":398,"ask":402,"marks":[400,400]},
      {"good":"honey","mark":900,"bid":896,"ask":904,"marks":[900,900]},
      {"good":"firewood","mark":500,"bid":498,"ask":502,"marks":[500,500]}]})");
  ask.facts["persona"].set("temper", temper);
  return ask;
}

Json tip(const char* good, const char* direction) {
  return Json::object({{"direction", direction},
                       {"from", "patron"},
                       {"good", good},
                       {"text", "psst"},
                       {"turn", 5}});
}

TEST(Scripted, EatsAndBurnsBeforeItTrades) {
  for (const char* temper : {"hoards", "speculates", "gossips", "distrusts", "steady"}) {
    Ask ask = creature(temper);
    ask.facts["self"]["stores"] = Json::object({{"honey", 9}, {"firewood", 9}});
    Json answer = parsed(say(ask));
    EXPECT_EQ(answer.str_or("side", ""), "buy") << answer.dump();
    EXPECT_EQ(answer.str_or("good", ""), "acorns");
    EXPECT_EQ(answer.str_or("kind", ""), "ioc");  // tonight, or from somebody else
    ask.facts["self"]["stores"] = Json::object({{"honey", 9}, {"acorns", 9}});
    answer = parsed(say(ask));
    EXPECT_EQ(answer.str_or("good", ""), "firewood") << answer.dump();
  }
}

TEST(Scripted, ABidThatNobodyTookIsRaisedAtNight) {
  Ask ask = creature("hoards");
  ask.facts["self"]["stores"] = Json::object({{"honey", 9}, {"firewood", 9}});
  ask.facts["self"]["orders"].push(
      parsed(R"({"good":"acorns","lots":3,"order":8,"price":390,"side":"buy"})"));
  const Json answer = parsed(say(ask));
  EXPECT_EQ(answer.str_or("act", ""), "replace") << answer.dump();
  EXPECT_EQ(answer.int_or("order", 0), 8);
  EXPECT_GE(answer.int_or("price", 0), 402);
}

TEST(Scripted, TipsAreFollowedByTemper) {
  Ask ask = creature("speculates");
  ask.facts["tip"].push(tip("acorns", "up"));
  EXPECT_EQ(parsed(say(ask)).str_or("side", ""), "buy") << say(ask);
  ask.facts["self"].set("heat", 70);  // too hot even for a fox
  EXPECT_EQ(parsed(say(ask)).find("side"), nullptr) << say(ask);
  ask = creature("distrusts");
  ask.facts["tip"].push(tip("acorns", "up"));
  EXPECT_EQ(parsed(say(ask)).find("good"), nullptr) << say(ask);
}

TEST(Scripted, AFoxSellsWhatItHasNotUnlessItPromised) {
  Ask ask = creature("speculates");
  ask.facts["self"]["stores"] = Json::object({{"honey", 9}, {"firewood", 9}, {"acorns", 9}});
  ask.facts["rules"].set("meal_kinds", 0);
  ask.facts["self"]["stores"].erase("acorns");
  ask.facts["tip"].push(tip("acorns", "down"));
  EXPECT_EQ(parsed(say(ask)).str_or("act", ""), "short") << say(ask);
  ask.facts["deal"].push(
      parsed(R"({"deal":1,"from":"pip","to":"x","kind":"alliance","state":"active",
                                    "terms":{"promise":"no_short","turns":5}})"));
  EXPECT_NE(parsed(say(ask)).str_or("act", ""), "short") << say(ask);
}

TEST(Scripted, SellsBeforeThingsSpoil) {
  Ask ask = creature("gossips");
  ask.facts["persona"].set("makes", "acorns");
  ask.facts["rules"]["goods"].edit_items()[0].set("spoil_ppm", 200'000);
  const Json answer = parsed(say(ask));
  EXPECT_EQ(answer.str_or("act", ""), "sell") << answer.dump();
  EXPECT_EQ(answer.int_or("price", 0), 398);  // to whoever bids
  EXPECT_EQ(answer.int_or("lots", 0), 7);     // two for supper
}

TEST(Scripted, JudgesOffersByTheirTerms) {
  const auto answer = [](const char* temper, const std::string& kind, const char* terms,
                         std::int64_t trust = 0) {
    Ask ask = creature(temper);
    ask.facts.set("memory", Json::object({{"trust", Json::object({{"pip", trust}})}}));
    ask.facts["deal"].push(Json::object({{"deal", 3},
                                         {"from", "pip"},
                                         {"kind", kind},
                                         {"state", "offered"},
                                         {"terms", parsed(terms)},
                                         {"to", "x"}}));
    return parsed(say(ask)).str_or("act", "");
  };
  const char* good_swap =
      R"({"give_good":"honey","give_lots":2,"take_good":"acorns","take_lots":3})";
  const char* bad_swap =
      R"({"give_good":"acorns","give_lots":2,"take_good":"honey","take_lots":3})";
  EXPECT_EQ(answer("hoards", "swap", good_swap), "accept");
  EXPECT_EQ(answer("hoards", "swap", bad_swap), "refuse");
  EXPECT_EQ(answer("hoards", "swap", good_swap, -50), "refuse");
  EXPECT_EQ(answer("hoards", "gift", R"({"pebbles_mp":5})", -50), "accept");
  EXPECT_EQ(answer("hoards", "loan", R"({"principal_mp":9000,"rate_bps":200})"), "accept");
  EXPECT_EQ(answer("hoards", "loan", R"({"principal_mp":9000,"rate_bps":2000})"), "refuse");
  EXPECT_EQ(
      answer("hoards", "loan", R"({"good":"honey","lots":99,"principal_mp":9000,"rate_bps":100})"),
      "refuse");
  EXPECT_EQ(answer("distrusts", "alliance", R"({"promise":"share_tips","turns":5})"), "refuse");
  EXPECT_EQ(answer("distrusts", "alliance", R"({"promise":"share_tips","turns":5})", 10), "accept");
  EXPECT_EQ(answer("speculates", "alliance", R"({"promise":"no_short","turns":5})"), "refuse");
}

Json whim(const char* kind, const char* to, const char* good) {
  return Json::object({{"good", good}, {"kind", kind}, {"to", to}});
}

TEST(Scripted, AGossipHandsOnWhatItHeardWordForWord) {
  Ask ask = creature("gossips");
  ask.facts["rules"].set("creatures", parsed(R"(["pip","x"])"));
  ask.facts["self"].set("heat", 60);  // so it does not trade on it
  ask.facts["self"].set("whim", whim("talk", "pip", "acorns"));
  ask.facts["tip"].push(tip("honey", "down"));
  Json answer = parsed(say(ask));
  EXPECT_EQ(answer.str_or("act", ""), "whisper") << answer.dump();
  EXPECT_EQ(answer.str_or("text", ""), "psst");
  ask.facts["talk"].push(parsed(R"({"from":"x","text":"psst","to":"pip","turn":5})"));
  EXPECT_NE(parsed(say(ask)).str_or("text", ""), "psst");  // not twice
  ask.facts["persona"].set("temper", "distrusts");
  ask.facts["talk"] = Json::array();
  EXPECT_NE(parsed(say(ask)).str_or("text", ""), "psst");
}

// What is done follows from the digest, so that it can be learned; chance has the words alone.
TEST(Scripted, ChancePicksTheWordsAndNothingElse) {
  for (const char* temper : {"hoards", "speculates", "gossips", "distrusts", "steady"})
    for (const char* kind : {"", "talk", "deal", "yield", "tidy", "look"}) {
      std::set<std::string> done;
      for (std::uint64_t seed = 0; seed < 40; ++seed) {
        Ask ask = creature(temper, seed);
        ask.facts["rules"].set("creatures", parsed(R"(["pip","x"])"));
        ask.facts["self"].set("whim", whim(kind, "pip", "honey"));
        Json answer = parsed(say(ask));
        answer.erase("reason");
        answer.erase("text");
        done.insert(answer.dump());
      }
      EXPECT_EQ(done.size(), 1U) << temper << ' ' << kind << ' ' << *done.begin();
    }
}

TEST(Scripted, ItsProseVaries) {
  std::set<std::string> reasons;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Ask ask = creature("steady", seed);
    ask.facts["self"]["stores"] = Json::object(
        {{"acorns", 9}, {"honey", seed % 2 == 0 ? 0 : 9}, {"firewood", seed % 3 == 0 ? 0 : 5}});
    reasons.insert(parsed(say(ask)).str_or("reason", ""));
  }
  EXPECT_GT(reasons.size(), 5U);
}

TEST(Scripted, FactsOfTheWrongShapeDoNotHurt) {
  for (const char* facts :
       {"{}", R"({"rules":3,"self":[],"market":{},"persona":null,"deal":"x","tip":{}})",
        R"({"market":[{}],"rules":{"goods":[{}]},"self":{"messages_left":1}})",
        R"({"market":[{"good":"acorns","marks":["a"]}]})", R"({"market":[{"marks":[null,{},9]}]})",
        R"({"market":[{"good":"acorns","marks":"abc"},{"good":"honey","halted":true,"marks":7}]})",
        R"({"market":[],"rules":{"creatures":[3,null,"x"]}})", R"({"market":[7,"x",[]]})",
        R"({"rules":{"tick_mp":1,"fee_bps":-20000,"meal_kinds":1,"goods":[{"good":"a"}]},
            "market":[{"good":"a","mark":1,"ask":1}],"self":{"messages_left":3}})",
        R"({"rules":{"tick_mp":9007199254740991,"burn":9007199254740991,"meal_kinds":2},
            "market":[{"good":"a","mark":9007199254740991,"ask":9007199254740991,
            "bid":-9007199254740991,"marks":[9007199254740991,9007199254740991]}],
            "self":{"free_mp":9007199254740991,"messages_left":3,"stores":{"a":9007199254740991},
            "orders":[{"good":"a","side":"buy","price":9007199254740991,"lots":-5}]}})"})
    for (const char* task : {"creature.act", "desk.news", "desk.analyst", "desk.quant", "desk.risk",
                             "desk.vote", "desk.oversight"}) {
      Ask ask = creature("steady");
      ask.task = task;
      ask.facts = parsed(facts);
      EXPECT_TRUE(parsed(say(ask)).is(Json::Kind::object)) << task << facts;
    }
}

// ---- the desk, with the schemas of its own file

class Seats {
 public:
  Seats() {
    std::ifstream in(std::string(WOOD_SOURCE_DIR) + "/pipelines/desk.toml");
    std::stringstream text;
    text << in.rdbuf();
    auto toml = parse_toml(text.str());
    EXPECT_TRUE(toml);
    if (!toml) return;
    for (const Json& step : toml->value.at("step").items())
      if (const Json* task = step.find("task")) schemas_[task->string()] = step.at("schema");
  }
  // The answer of a seat, checked against its schema, and kept for the seats after it.
  Json sit(Ask ask, const std::string& task) {
    ask.task = task;
    ask.schema = schemas_.at(task);
    EXPECT_TRUE(check_schema(ask.schema));
    const std::string text = say(ask);
    EXPECT_TRUE(text.starts_with("{\"reason\":")) << text;
    const Json answer = parsed(text);
    EXPECT_EQ(validate(answer, ask.schema), std::vector<std::string>()) << text;
    EXPECT_FALSE(answer.str_or("reason", "").empty());
    return answer;
  }

 private:
  std::map<std::string, Json> schemas_;
};

Json desk_facts(const Chance& chance) {
  std::uint32_t n = 0;
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return chance.between(low, high, n++);
  };
  Json facts = creature("steady").facts;
  facts.set("turn", 5);
  for (Json& m : facts["market"].edit_items()) {
    m.set("mark", draw(100, 1'500));
    m.set("bid", draw(0, 1) * draw(90, 1'500));
    m.set("ask", draw(0, 1) * draw(90, 1'500));
    m.set("ask_lots", draw(0, 9));
    m.set("bid_lots", draw(0, 9));
    m.set("marks", Json(Json::Array{draw(100, 1'500), draw(100, 1'500)}));
  }
  facts.set("treasury", Json::object({{"free_mp", draw(0, 300'000)},
                                      {"worth_mp", 200'000},
                                      {"stores", Json::object({{"acorns", draw(0, 30)}})}}));
  if (draw(0, 1) == 1)
    facts["news"].push(Json::object({{"direction", draw(0, 1) == 1 ? "up" : "down"},
                                     {"good", "honey"},
                                     {"text", "A dry spring."},
                                     {"turn", draw(2, 5)}}));
  return facts;
}

TEST(Scripted, EverySeatOfTheDeskConforms) {
  Seats seats;
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Ask ask;
    ask.sampling.seed = seed;
    ask.facts = desk_facts(Chance(seed, "desk", 0, 0));
    Json draft = Json::object();
    const auto put = [&](const char* step, Json output) {
      ++seen[output.str_or("stance", "") + output.str_or("side", "") + output.str_or("vote", "") +
             output.str_or("decision", "") + output.str_or("objection", "")];
      draft.set(step, std::move(output));
      ask.facts.set("draft", draft);
    };
    put("news", seats.sit(ask, "desk.news"));
    put("analyst", seats.sit(ask, "desk.analyst"));
    put("quant", seats.sit(ask, "desk.quant"));
    const Json order = draft.at("quant");
    const std::int64_t lots = order.int_or("lots", 0);
    const std::int64_t cost = lots * order.int_or("limit_ticks", 0) * 10;
    // What the desk's own checks would turn into a default.
    const Json& fund = ask.facts.at("treasury");
    if (order.str_or("side", "") == "buy") {
      EXPECT_LE(cost, fund.int_or("free_mp", 0));
    } else if (order.str_or("side", "") == "sell") {
      EXPECT_LE(lots, fund.at("stores").int_or(order.str_or("good", ""), 0));
    }
    EXPECT_EQ(order.str_or("side", "") == "hold", lots == 0);
    // As another mind's proposal might be: larger and further off than a scripted one.
    const auto odd = static_cast<std::int64_t>(seed);
    draft.set("delta", Json::object({{"held_after", odd % 30},
                                     {"mark_gap_bps", odd * 7 % 2'000 - 1'000},
                                     {"worth_bps", odd * 13 % 3'000}}));
    ask.facts.set("draft", draft);
    put("risk", seats.sit(ask, "desk.risk"));
    for (const char* seat : {"news", "analyst", "quant", "risk", "oversight"}) {
      ask.facts.set("seat", seat);
      const Json ballot = seats.sit(ask, "desk.vote");
      ++seen[ballot.str_or("vote", "")];
    }
    draft.set("vote", parsed(R"({"counts":{"approve":4,"reject":1}})"));
    put("vote", draft.at("vote"));
    const Json signature = seats.sit(ask, "desk.oversight");
    EXPECT_LE(signature.int_or("lots", 0), lots);  // it may only shrink
    ++seen[signature.str_or("decision", "")];
  }
  for (const char* what : {"buy", "sell", "hold", "approve", "reject", "sign", "none", "size",
                           "price", "news", "concentration", "liquidity"})
    EXPECT_GT(seen[what], 0) << what;
}

}  // namespace
}  // namespace wood
