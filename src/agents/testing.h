// For tests of agents: the facts of a creature, by hand. At random: some_facts_test.h.
#pragma once

#include <gtest/gtest.h>

#include "agents/fact.h"
#include "core/schema.h"
#include "pipeline/testing.h"

namespace wood::testing {

inline const std::vector<std::string>& good_names() {
  static const std::vector<std::string> names = {"acorns", "berries", "mushrooms", "honey",
                                                 "firewood"};
  return names;
}
inline const std::vector<std::string>& creature_names() {
  static const std::vector<std::string> names = {"bram", "fenn", "mossback", "oona", "pip"};
  return names;
}
inline Json market_fact(const std::string& good, std::int64_t mark) {
  return Json::object({{"ask", mark + 5},
                       {"ask_lots", 4},
                       {"bid", mark - 5},
                       {"bid_lots", 3},
                       {"borrow_bps", 50},
                       {"good", good},
                       {"halted", false},
                       {"last", mark},
                       {"mark", mark},
                       {"marks", Json(Json::Array{mark - 8, mark})},
                       {"volume", 9}});
}
inline Json rules_fact() {
  Json goods = Json::array();
  for (const std::string& good : good_names())
    goods.push(
        Json::object({{"food", good != "firewood"},
                      {"good", good},
                      {"spoil_ppm", good == "berries" || good == "mushrooms" ? 200'000 : 0}}));
  return Json::object({{"burn", 1},
                       {"collar_bps", 3'000},
                       {"creatures", Json::list(creature_names())},
                       {"fee_bps", 10},
                       {"goods", std::move(goods)},
                       {"lots_max", 60},
                       {"meal_kinds", 2},
                       {"round", 1},
                       {"rounds", 3},
                       {"season", "autumn"},
                       {"tick_mp", 10},
                       {"turn", 5},
                       {"turns", 30}});
}
// Oona the owl in her fifth turn, as View::data() would give it.
inline Json oona_facts() {
  Json market = Json::array();
  for (const std::string& good : good_names())
    market.push(market_fact(good, good == "honey" ? 900 : 500));
  const auto none = [] { return Json::array(); };
  return Json::object(
      {{"deal", none()},
       {"market", std::move(market)},
       {"news", none()},
       {"talk", none()},
       {"tip", none()},
       {"memory", Json::object({{"last", Json::array()},
                                {"owed", Json::object()},
                                {"owes", Json::object()},
                                {"trust", Json::object({{"pip", -12}})}})},
       {"persona", Json::object({{"animal", "owl"},
                                 {"makes", "honey"},
                                 {"makes_lots", 3},
                                 {"name", "oona"},
                                 {"role", "analyst"},
                                 {"temper", "hoards"}})},
       {"rules", rules_fact()},
       {"self",
        Json::object({{"cost", Json::object()},
                      {"free_mp", 40'000},
                      {"frozen", false},
                      {"heat", 0},
                      {"messages_left", 12},
                      {"mood", 60},
                      {"orders", Json::array()},
                      {"pnl_mp", 0},
                      {"purse_mp", 40'000},
                      {"short", Json::object()},
                      {"stores", Json::object({{"acorns", 2}, {"firewood", 3}, {"honey", 7}})},
                      {"worth_mp", 130'000}})}});
}
}  // namespace wood::testing
