#include "agents/fact.h"

#include "agents/testing.h"

namespace wood {
namespace {

std::shared_ptr<const Fact> fact(std::int64_t entry, const std::string& kind, Json data) {
  return std::make_shared<const Fact>(Fact{{entry}, {}, kind, std::move(data)});
}

TEST(Audience, AdmitsWhomItNames) {
  const Audience everyone;
  const Audience two{Audience::Kind::named, {"fenn", "pip"}};
  const Audience world{Audience::Kind::world, {"fenn"}};
  EXPECT_TRUE(everyone.admits("oona"));
  EXPECT_TRUE(two.admits("pip"));
  EXPECT_FALSE(two.admits("oona"));
  EXPECT_FALSE(world.admits("fenn"));  // nobody, whoever is named
  EXPECT_EQ(everyone.json().dump(), "\"everyone\"");
  EXPECT_EQ(two.json().dump(), R"(["fenn","pip"])");
  EXPECT_EQ(world.json().dump(), "\"world\"");
}

TEST(View, MergesItsFactsByKind) {
  View view;
  view.reader = "oona";
  view.facts = {fact(1, "market", Json::object({{"good", "honey"}})),
                fact(2, "self", Json::object({{"mood", 1}})),
                fact(3, "market", Json::object({{"good", "acorns"}})),
                fact(4, "self", Json::object({{"mood", 2}}))};
  EXPECT_EQ(view.data().dump(),
            R"({"deal":[],"market":[{"good":"honey"},{"good":"acorns"}],"news":[],)"
            R"("self":{"mood":2},"talk":[],"tip":[]})");
}

TEST(View, GoodsKeepTheirPlaceWhicheverWasTradedLast) {
  View view;
  view.facts = {fact(1, "rules", testing::rules_fact())};
  for (const char* good : {"honey", "gold", "firewood", "acorns"})
    view.facts.push_back(fact(2, "market", Json::object({{"good", good}})));
  EXPECT_EQ(view.data().at("market").dump(),
            R"([{"good":"acorns"},{"good":"honey"},{"good":"firewood"},{"good":"gold"}])");
}

}  // namespace
}  // namespace wood
