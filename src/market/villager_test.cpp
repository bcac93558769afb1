#include "market/villager.h"

#include <gtest/gtest.h>

#include "market/probe_test.h"
#include "market/process.h"

namespace wood {
namespace {

struct Village {
  explicit Village(const VillagerConfig& config = {}, std::uint64_t seed_of = 1)
      : seed(seed_of), exchange(spec()), villagers(config, exchange) {}
  static ExchangeSpec spec() {
    return {{{"acorns", 10, {400}, {5'000}, {1'000}}, {"honey", 10, {900}, {5'000}, {1'000}}},
            {}, 1};
  }
  // Trades `turns` turns at the given values; gives the lots traded of each good.
  std::vector<std::int64_t> run(int turns, std::vector<std::int64_t> latent) {
    std::vector<std::int64_t> volume(latent.size());
    for (int i = 0; i < turns; ++i) {
      villagers.trade(exchange, seed, latent, events);
      for (std::size_t good = 0; good < volume.size(); ++good)
        volume[good] += exchange.today({static_cast<std::int64_t>(good)}).volume.value;
      exchange.dusk(events);
      EXPECT_EQ(exchange.invariants(), std::vector<std::string>{});
    }
    return volume;
  }
  Bytes state() const {
    Bytes out;
    exchange.state(out);
    return out;
  }
  std::uint64_t seed;
  Exchange exchange;
  Villagers villagers;
  MarketEvents events;
};

constexpr std::int64_t acorns_at = 400'000, honey_at = 900'000;

TEST(Villagers, KeepTheBooksAlive) {
  Village v;
  const auto volume = v.run(20, {acorns_at, honey_at});
  EXPECT_GT(volume[0], 20);
  EXPECT_GT(volume[1], 20);
  v.villagers.trade(v.exchange, 1, std::vector{acorns_at, honey_at}, v.events);
  for (const GoodId good : {GoodId{0}, GoodId{1}}) {
    EXPECT_GT(v.exchange.book(good).best_bid().value, 0);
    EXPECT_GT(v.exchange.book(good).best_ask().value, 0);
  }
}

TEST(Villagers, CarryThePriceToTheLatentValue) {
  Village v;
  v.run(25, {520'000, 700'000});
  EXPECT_NEAR(static_cast<double>(v.exchange.mark({0}).value), 520, 40);
  EXPECT_NEAR(static_cast<double>(v.exchange.mark({1}).value), 700, 50);
}

TEST(Villagers, DoTheSameUnderTheSameSeedAndOtherwiseNot) {
  Village a, b, c({}, 2);
  a.run(5, {acorns_at, honey_at});
  b.run(5, {acorns_at, honey_at});
  c.run(5, {acorns_at, honey_at});
  EXPECT_EQ(a.state(), b.state());
  EXPECT_NE(a.state(), c.state());
}

TEST(Villagers, NoneMeansSilence) {
  const auto none = villagers_from(Json());
  ASSERT_TRUE(none.has_value());
  EXPECT_EQ(none->count(), 0);
  Village v(*none);
  EXPECT_EQ(v.run(3, {acorns_at, honey_at}), (std::vector<std::int64_t>{0, 0}));
}

TEST(Villagers, MoreOfThemShiftNobodysLuck) {
  VillagerConfig few, more;
  more.noise += 5;
  Village a(few), b(more);
  std::vector<NewOrder> mine, same;
  for (std::int64_t i = 0; i < few.count(); ++i) {
    a.villagers.orders(a.exchange, i, 1, std::vector{acorns_at, honey_at}, mine);
    b.villagers.orders(b.exchange, i, 1, std::vector{acorns_at, honey_at}, same);
  }
  ASSERT_EQ(mine.size(), same.size());
  for (std::size_t i = 0; i < mine.size(); ++i) {
    EXPECT_EQ(mine[i].price, same[i].price);
    EXPECT_EQ(mine[i].lots, same[i].lots);
  }
}

TEST(Villagers, AreHardlyEverRefused) {
  Village v;
  std::int64_t sent = 0, refused = 0;
  for (int turn = 0; turn < 10; ++turn) {
    std::vector<NewOrder> out;
    for (std::int64_t i = 0; i < 40; ++i)
      v.villagers.orders(v.exchange, i, 1, std::vector{acorns_at, honey_at}, out);
    for (const NewOrder& order : out) {
      ++sent;
      refused += !v.exchange.place(order, v.events).admitted();
    }
    for (const AccountId id : v.villagers.accounts()) v.exchange.cancel_all(id, v.events);
    v.exchange.dusk(v.events);
  }
  EXPECT_GT(sent, 200);
  EXPECT_LT(refused, sent / 50);
}

TEST(Villagers, ComeInThousands) {
  VillagerConfig config{.makers = 500, .value = 1'500, .momentum = 500, .noise = 500};
  Village v(config);
  EXPECT_GT(v.run(2, {acorns_at, honey_at})[0], 1'000);
  EXPECT_EQ(v.exchange.accounts().name(v.villagers.accounts()[2'999]), "villager-3000");
}

TEST(Villagers, ConfigNamesItsFaults) {
  const auto bad = villagers_from(parse_json(R"({"makers":-1,"spred_bps":3})").value());
  ASSERT_FALSE(bad.has_value());
  EXPECT_NE(bad.error().what.find("villagers.makers"), std::string::npos);
  EXPECT_NE(bad.error().what.find("spread_bps"), std::string::npos);
  for (const auto kind : {Villagers::Kind::maker, Villagers::Kind::value,
                          Villagers::Kind::momentum, Villagers::Kind::noise})
    EXPECT_NE(std::string(name(kind)), "");
}

}  // namespace
}  // namespace wood
