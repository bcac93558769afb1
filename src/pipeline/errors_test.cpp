#include "pipeline/errors.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/rng.h"
#include "pipeline/testing.h"
#include "pipeline/vote.h"

namespace wood {
namespace {

using testing::parsed;

Errors of(int both, int first, int second, int none) {
  Errors out;
  const auto add = [&](int times, bool a, bool b) {
    for (int i = 0; i < times; ++i) out.add({{"a", a}, {"b", b}});
  };
  add(both, true, true);
  add(first, true, false);
  add(second, false, true);
  add(none, false, false);
  return out;
}

TEST(Errors, RhoIsThePhiCoefficient) {
  // (n·both − a·b) / sqrt(a·(n − a)·b·(n − b)) = (10·3 − 4·4) / sqrt(4·6·4·6) = 14 / 24
  EXPECT_EQ(of(3, 1, 1, 5).rho_milli({"a", "b"}, 1), 583);
  EXPECT_EQ(of(3, 1, 1, 5).rho_milli({"b", "a"}, 10), 583);
  EXPECT_EQ(of(5, 0, 0, 5).rho_milli({"a", "b"}, 1), 1'000);
  EXPECT_EQ(of(0, 5, 5, 0).rho_milli({"a", "b"}, 1), 0);  // −1: no less than nothing
  EXPECT_EQ(of(1, 1, 1, 1).rho_milli({"a", "b"}, 1), 0);
}

TEST(Errors, WithoutEnoughJudgedVotesNothingIsKnown) {
  const Errors ten = of(3, 1, 1, 5);
  EXPECT_EQ(ten.rho_milli({"a", "b"}, 11), std::nullopt);
  EXPECT_EQ(ten.rho_milli({"a"}, 1), std::nullopt);
  EXPECT_EQ(ten.rho_milli({"a", "b", "c"}, 1), std::nullopt);
  // Who has never been wrong has no correlation with anybody.
  EXPECT_EQ(of(0, 3, 0, 7).rho_milli({"a", "b"}, 1), std::nullopt);
  EXPECT_EQ(Errors().rho_milli({"a", "b"}, 1), std::nullopt);
}

TEST(Errors, SurviveAsJsonAndRefuseWhatCannotBe) {
  const Errors errors = of(3, 1, 1, 5);
  const auto back = Errors::from(parsed(errors.json().dump()));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->json(), errors.json());
  EXPECT_EQ(back->judged(), 10);
  for (const char* bad : {"{}", R"({"judged":1})", R"({"judged":-1,"pairs":[]})",
                          R"({"judged":1,"pairs":[{}]})", R"({"judged":1,"pairs":1})"})
    EXPECT_FALSE(Errors::from(parsed(bad))) << bad;
  const auto pair = [](std::string a, std::string b, int both, int first, int second) {
    return Json::object({{"a", a},
                         {"b", b},
                         {"both_wrong", both},
                         {"votes", 3},
                         {"wrong_a", first},
                         {"wrong_b", second}});
  };
  const auto reads = [&](const Json& one, int judged) {
    Json list = Json::array();
    list.push(one);
    return Errors::from(Json::object({{"judged", judged}, {"pairs", list}})).has_value();
  };
  EXPECT_TRUE(reads(pair("x", "y", 1, 1, 2), 3));
  EXPECT_FALSE(reads(pair("x", "y", 1, 1, 2), 2));  // more votes of the pair than of all
  EXPECT_FALSE(reads(pair("x", "y", 2, 1, 2), 9));  // both wrong more often than one
  EXPECT_FALSE(reads(pair("x", "y", 0, 2, 2), 9));  // more errors than votes
  EXPECT_FALSE(reads(pair("y", "x", 0, 1, 1), 9));
}

// Five voters, each wrong with probability 0.3. With probability c a voter is wrong where a common
// draw is, else by one of its own: the errors of two correlate by c², so c = 0.6 is rho 0.36 and
// n_eff = 5 / (1 + 4 · 0.36) = 2.05; without the common draw it is 5. The agreement of the same
// voters says less in both: who is mostly right mostly agrees.
TEST(Errors, APlantedCorrelationIsFound) {
  const std::vector<std::string> voters = {"a", "b", "c", "d", "e"};
  const auto measure = [&](std::int64_t common_milli) {
    Errors errors;
    Agreement agreement;
    for (std::int64_t vote = 0; vote < 6'000; ++vote) {
      const Chance chance(7, "test.errors", vote, common_milli);
      const bool shared = chance.between(0, 999, 0) < 300;
      std::map<std::string, bool> wrong;
      std::vector<Ballot> ballots;
      for (std::size_t i = 0; i < voters.size(); ++i) {
        const bool follows =
            chance.between(0, 999, static_cast<std::uint32_t>(2 * i + 1)) < common_milli;
        const bool own = chance.between(0, 999, static_cast<std::uint32_t>(2 * i + 2)) < 300;
        wrong[voters[i]] = follows ? shared : own;
        ballots.push_back({.by = voters[i],
                           .state = Ballot::State::cast,
                           .option = wrong[voters[i]] ? "no" : "yes"});
      }
      errors.add(wrong);
      agreement.add(ballots);
    }
    const std::int64_t by_agreement = agreement.rho_milli(
        {{.by = "a", .state = Ballot::State::cast}, {.by = "b", .state = Ballot::State::cast}}, 2);
    EXPECT_GT(by_agreement, errors.rho_milli(voters, 30).value_or(0));
    return errors.rho_milli(voters, 30).value_or(-1);
  };
  EXPECT_LE(std::abs(measure(600) - 360), 30);
  EXPECT_LE(measure(0), 15);
  EXPECT_EQ(n_eff_milli(5, 360), 2'049);
}

TEST(Docket, AVoteWaitsForItsTruthAndIsJudgedOnce) {
  Docket docket;
  docket.put("k", {.entry = Seq{3}, .outcome = "yes", .ballots = {{"a", "yes"}}}, 2);
  const auto vote = docket.take("k");
  ASSERT_TRUE(vote);
  EXPECT_EQ(vote->entry, Seq{3});
  EXPECT_FALSE(docket.take("k"));
  EXPECT_TRUE(docket.empty());
}

TEST(Docket, TheOldestIsForgottenAndAKeyIsReplaced) {
  Docket docket;
  for (int i = 1; i <= 3; ++i)
    docket.put(std::to_string(i), {.entry = Seq{i}, .outcome = "o", .ballots = {}}, 2);
  EXPECT_FALSE(docket.take("1"));
  docket.put("2", {.entry = Seq{9}, .outcome = "new", .ballots = {}}, 2);
  const auto back = Docket::from(parsed(docket.json().dump()));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->json(), docket.json());
  EXPECT_EQ(docket.take("2")->outcome, "new");
  EXPECT_TRUE(docket.take("3"));
  for (const char* bad : {"{}", "[{}]", R"([{"ballots":{"a":1},"entry":1}])",
                          R"([{"ballots":{},"entry":1},{"ballots":{},"entry":1}])"})
    EXPECT_FALSE(Docket::from(parsed(bad))) << bad;
}

}  // namespace
}  // namespace wood
