#include "market/account.h"

#include <gtest/gtest.h>

#include "market/probe_test.h"

namespace wood {
namespace {

constexpr GoodId honey{0};

TEST(Accounts, OpensTheSourcesFirst) {
  Accounts accounts(2);
  EXPECT_EQ(accounts.size(), source_accounts);
  EXPECT_EQ(accounts.name(account(SourceAccount::pool)), "@pool");
  EXPECT_TRUE(accounts.at(account(SourceAccount::outside)).source);
  EXPECT_EQ(accounts.find("@outside"), account(SourceAccount::outside));
  EXPECT_FALSE(accounts.find("nobody").some());
}

TEST(Accounts, EveryMovementHasTwoSides) {
  Accounts accounts(1);
  const auto ann = accounts.open({"ann", {}});
  const auto source = account(SourceAccount::endowment);
  accounts.pay(source, ann, {500});
  accounts.deliver(honey, source, ann, {3});
  EXPECT_EQ(accounts.at(source).purse.cash, Money{-500});
  EXPECT_EQ(accounts.stock(source, honey).held, Lots{-3});
  EXPECT_EQ(accounts.circulating(honey), Lots{3});
  std::vector<std::string> broken;
  accounts.audit(broken);
  EXPECT_TRUE(broken.empty());
  accounts.at(ann).purse.cash += {1};
  accounts.stock(ann, honey).held += {1};
  accounts.audit(broken);
  EXPECT_EQ(broken.size(), 2u);
}

TEST(Accounts, CountsTheAverageCostOfALongPosition) {
  Accounts accounts(1);
  const auto ann = accounts.open({"ann", {}});
  Stock& stock = accounts.stock(ann, honey);
  const auto trade = [&](std::int64_t lots, std::int64_t value) {
    accounts.cost_of_trade(ann, honey, {lots}, {value});
    stock.held += {lots};
  };
  trade(2, 200);
  trade(2, 300);
  EXPECT_EQ(stock.average(), Money{125});
  trade(-1, 180);
  EXPECT_EQ(stock.realised, Money{55});
  EXPECT_EQ(stock.cost, Money{375});
  trade(-3, 300);
  EXPECT_EQ(stock.realised, Money{-20});
  EXPECT_EQ(stock.cost, Money{0});
  EXPECT_EQ(stock.average(), Money{0});
}

TEST(Accounts, CountsWhatAShortBroughtInAndTurnsIntoALong) {
  Accounts accounts(1);
  const auto ann = accounts.open({"ann", {}});
  Stock& stock = accounts.stock(ann, honey);
  stock.held = {1};
  stock.cost = {100};
  accounts.cost_of_trade(ann, honey, {-3}, {360});  // one sold at 120, two short at 120
  stock.held = {0};
  stock.borrowed = {2};
  EXPECT_EQ(stock.realised, Money{20});
  EXPECT_EQ(stock.cost, Money{240});
  EXPECT_EQ(stock.average(), Money{120});
  accounts.cost_of_trade(ann, honey, {5}, {500});   // two bought back at 100, three kept
  EXPECT_EQ(stock.realised, Money{60});
  EXPECT_EQ(stock.cost, Money{300});
}

TEST(Accounts, WhatIsEatenTakesItsCostAlong) {
  Accounts accounts(1);
  const auto ann = accounts.open({"ann", {}});
  Stock& stock = accounts.stock(ann, honey);
  stock.held = {4};
  stock.cost = {100};
  accounts.cost_of_loss(ann, honey, {1});
  stock.held = {3};
  EXPECT_EQ(stock.cost, Money{75});
  EXPECT_EQ(stock.realised, Money{0});
}

TEST(AccountsDeath, NamesAreUnique) {
  Accounts accounts(1);
  accounts.open({"ann", {}});
  EXPECT_DEATH(accounts.open({"ann", {}}), "second");
}

}  // namespace
}  // namespace wood
