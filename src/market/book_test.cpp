#include "market/book.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "market/probe_test.h"

namespace wood {
namespace {

constexpr AccountId ann{1}, ben{2}, cat{3};

Incoming order(AccountId who, Side side, std::int64_t price, std::int64_t lots,
               OrderKind kind = OrderKind::limit) {
  return {who, side, kind, {price}, {lots}, {}, {}, 1};
}

struct Bench {
  Book book{{{5'000}, {0}, 1}};
  std::vector<BookEvent> out;
  OrderId put(const Incoming& in, Band band = {}) {
    out.clear();
    return book.place(in, band, out);
  }
};

std::vector<std::string> audit(const Book& book) {
  std::vector<std::string> out;
  book.audit("good", out);
  return out;
}

TEST(Book, TradesAtTheMakersPriceBestFirstThenOldest) {
  Bench b;
  b.put(order(ann, Side::ask, 12, 3));
  const auto first = b.put(order(ann, Side::ask, 10, 2));
  const auto second = b.put(order(ben, Side::ask, 10, 2));
  b.put(order(cat, Side::bid, 12, 3));
  ASSERT_EQ(b.out.size(), 2u);
  EXPECT_EQ(std::get<Fill>(b.out[0]).maker, first);
  EXPECT_EQ(std::get<Fill>(b.out[0]).lots, Lots{2});
  EXPECT_EQ(std::get<Fill>(b.out[1]).maker, second);
  EXPECT_EQ(std::get<Fill>(b.out[1]).price, Ticks{10});
  EXPECT_EQ(std::get<Fill>(b.out[1]).maker_left, Lots{1});
  EXPECT_EQ(b.book.best_ask(), Ticks{10});
}

TEST(Book, RestsWhatIsLeftOfALimitOrder) {
  Bench b;
  b.put(order(ann, Side::ask, 10, 2));
  const auto id = b.put(order(ben, Side::bid, 11, 5));
  EXPECT_EQ(std::get<Rested>(b.out[1]).lots, Lots{3});
  EXPECT_EQ(b.book.best_bid(), Ticks{11});
  EXPECT_EQ(b.book.best_ask(), Ticks{0});
  EXPECT_EQ(b.book.find(id)->lots, Lots{3});
}

TEST(Book, IocAndMarketRestNothing) {
  Bench b;
  b.put(order(ann, Side::ask, 10, 2));
  const auto id = b.put(order(ben, Side::bid, 11, 5, OrderKind::ioc));
  EXPECT_EQ(std::get<Dropped>(b.out[1]).why, CancelReason::unfilled);
  EXPECT_EQ(b.book.find(id), nullptr);
  b.put(order(ben, Side::bid, 11, 5, OrderKind::market));
  EXPECT_EQ(std::get<Dropped>(b.out[0]).lots, Lots{5});
}

TEST(Book, FokFillsWholeOrNotAtAll) {
  Bench b;
  b.put(order(ann, Side::ask, 10, 2));
  b.put(order(ann, Side::ask, 12, 2));
  b.put(order(ben, Side::bid, 11, 3, OrderKind::fok));
  ASSERT_EQ(b.out.size(), 1u);
  EXPECT_EQ(std::get<Dropped>(b.out[0]).why, CancelReason::unfilled);
  EXPECT_EQ(b.book.lots_at({10}), Lots{2});
  b.put(order(ben, Side::bid, 12, 3, OrderKind::fok));
  EXPECT_EQ(b.out.size(), 2u);
  EXPECT_EQ(b.book.lots_at({12}), Lots{1});
}

TEST(Book, FokThatMeetsItsOwnOrderOrTheBandIsDroppedUntouched) {
  Bench b;
  b.put(order(ben, Side::ask, 10, 2));
  b.put(order(ann, Side::ask, 12, 2));
  b.put(order(ann, Side::bid, 12, 3, OrderKind::fok));
  EXPECT_EQ(std::get<Dropped>(b.out[0]).why, CancelReason::self_trade);
  b.put(order(cat, Side::bid, 12, 3, OrderKind::fok), {{1}, {11}});
  EXPECT_EQ(std::get<Dropped>(b.out[0]).why, CancelReason::halted);
  EXPECT_EQ(std::get<Dropped>(b.out[0]).price, Ticks{12});
  EXPECT_EQ(b.book.open(), 2);
}

TEST(Book, PostOnlyNeverTakes) {
  Bench b;
  b.put(order(ann, Side::ask, 10, 2));
  b.put(order(ben, Side::bid, 10, 2, OrderKind::post_only));
  EXPECT_EQ(std::get<Dropped>(b.out[0]).why, CancelReason::would_take);
  b.put(order(ben, Side::bid, 9, 2, OrderKind::post_only));
  EXPECT_EQ(std::get<Rested>(b.out[0]).lots, Lots{2});
}

TEST(Book, CancelsTheNewestWhereAnAccountWouldTradeWithItself) {
  Bench b;
  b.put(order(ann, Side::ask, 10, 2));
  b.put(order(ben, Side::ask, 11, 2));
  b.put(order(ann, Side::ask, 9, 1));
  b.put(order(ben, Side::bid, 11, 5));
  ASSERT_EQ(b.out.size(), 3u);  // 9, 10, then its own at 11
  EXPECT_EQ(std::get<Dropped>(b.out[2]).why, CancelReason::self_trade);
  EXPECT_EQ(std::get<Dropped>(b.out[2]).lots, Lots{2});
  EXPECT_EQ(b.book.lots_at({11}), Lots{2});
  EXPECT_EQ(b.book.best_bid(), Ticks{0});
}

TEST(Book, StopsAtTheBand) {
  Bench b;
  b.put(order(ann, Side::ask, 10, 2));
  b.put(order(ann, Side::ask, 14, 2));
  b.put(order(ben, Side::bid, 20, 4), {{8}, {12}});
  EXPECT_EQ(std::get<Fill>(b.out[0]).price, Ticks{10});
  EXPECT_EQ(std::get<Dropped>(b.out[1]).why, CancelReason::halted);
  EXPECT_EQ(std::get<Dropped>(b.out[1]).price, Ticks{14});
  EXPECT_EQ(b.book.best_bid(), Ticks{0});
}

TEST(Book, AReplaceKeepsItsPlaceOnlyWhenItOnlyShrinks) {
  Bench b;
  const auto first = b.put(order(ann, Side::bid, 10, 5));
  b.put(order(ben, Side::bid, 10, 5));
  std::vector<BookEvent> out;
  EXPECT_TRUE(b.book.replace(first, order(ann, Side::bid, 10, 3), {}, out));
  EXPECT_EQ(b.book.queue(Side::bid)[0].id, first);
  EXPECT_FALSE(b.book.replace(first, order(ann, Side::bid, 10, 4), {}, out));
  EXPECT_EQ(b.book.queue(Side::bid)[1].id, first);
  EXPECT_EQ(b.book.lots_at({10}), Lots{9});
}

TEST(Book, AReplacedPriceMayTake) {
  Bench b;
  b.put(order(ann, Side::ask, 12, 2));
  const auto id = b.put(order(ben, Side::bid, 10, 5));
  std::vector<BookEvent> out;
  b.book.replace(id, order(ben, Side::bid, 12, 5), {}, out);
  EXPECT_EQ(std::get<Fill>(out[0]).lots, Lots{2});
  EXPECT_EQ(std::get<Rested>(out[1]).lots, Lots{3});
  EXPECT_EQ(b.book.find(id)->price, Ticks{12});
}

TEST(Book, FindsLevelsHoweverFarApart) {
  Book book({{262'143}, {0}, 1});
  std::vector<BookEvent> out;
  const std::vector<std::int64_t> prices{1, 63, 64, 4'095, 4'096, 100'000, 131'071, 131'072};
  for (const auto price : prices) book.place(order(ann, Side::bid, price, 1), {}, out);
  book.place(order(ann, Side::ask, 262'143, 1), {}, out);
  std::vector<std::int64_t> seen;
  for (const Level& level : book.depth(Side::bid, 100)) seen.push_back(level.price.value);
  auto expected = prices;
  std::reverse(expected.begin(), expected.end());
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(book.depth(Side::ask, 1)[0].price, Ticks{262'143});
  EXPECT_EQ(book.depth(Side::bid, 2).size(), 2u);
}

TEST(Book, ForgetsIdsThatAreGoneAndKnowsThoseThatAreNot) {
  Bench b;
  for (int i = 0; i < 50; ++i) b.book.cancel(b.put(order(ann, Side::bid, 10, 1)));
  const auto open = b.put(order(ann, Side::bid, 10, 1));
  b.book.trim();
  EXPECT_EQ(b.book.find({3}), nullptr);
  EXPECT_FALSE(b.book.cancel({3}));
  EXPECT_EQ(b.book.find(open)->id, open);
  EXPECT_EQ(b.book.next_id(), OrderId{51});
  EXPECT_EQ(b.book.find({999}), nullptr);
}

TEST(Book, BorrowedLotsOfAnAskGoLast) {
  Bench b;
  Incoming in = order(ann, Side::ask, 10, 5);
  in.borrow = {2};
  const auto id = b.put(in);
  b.put(order(ben, Side::bid, 10, 4));
  EXPECT_EQ(std::get<Fill>(b.out[0]).maker_borrow, Lots{1});
  EXPECT_EQ(b.book.find(id)->borrow, Lots{1});
}

TEST(Book, AuditSeesDamage) {
  Bench b;
  b.put(order(ann, Side::bid, 10, 5));
  b.put(order(ben, Side::ask, 12, 5));
  EXPECT_TRUE(audit(b.book).empty());
  MarketProbe::levels(b.book)[10].lots = {4};
  EXPECT_FALSE(audit(b.book).empty());
  MarketProbe::levels(b.book)[10].lots = {5};
  MarketProbe::bid(b.book) = {12};
  EXPECT_FALSE(audit(b.book).empty());
}

// ---- against a slow, obvious book: one vector of orders in time order, searched whole each time.

class Model {
 public:
  struct Open {
    std::int64_t id, owner, price, lots;
    Side side;
  };
  std::vector<Open> orders;  // by when they joined their queue

  void place(std::int64_t id, const Incoming& in, Band band, std::vector<std::string>& log) {
    std::int64_t left = in.lots.value;
    if (in.kind == OrderKind::post_only && best(in) != nullptr)
      return drop(log, left, "would_take");
    if (in.kind == OrderKind::fok) {
      Model copy = *this;
      std::vector<std::string> tried;
      Incoming ioc = in;
      ioc.kind = OrderKind::ioc;
      copy.place(id, ioc, band, tried);
      if (!tried.empty() && tried.back().starts_with("drop")) {
        const auto why = tried.back().substr(tried.back().rfind(' ') + 1);
        return drop(log, left, why);
      }
    }
    while (left > 0) {
      Open* maker = best(in);
      if (maker == nullptr) break;
      if (maker->price < band.low.value || maker->price > band.high.value)
        return drop(log, left, "halted");
      if (maker->owner == in.owner.value) return drop(log, left, "self_trade");
      const std::int64_t lots = std::min(left, maker->lots);
      left -= lots;
      maker->lots -= lots;
      log.push_back("fill " + std::to_string(maker->id) + " " + std::to_string(maker->price) + " " +
                    std::to_string(lots) + " " + std::to_string(maker->lots));
      std::erase_if(orders, [](const Open& o) { return o.lots == 0; });
    }
    if (left == 0) return;
    if (in.kind != OrderKind::limit && in.kind != OrderKind::post_only)
      return drop(log, left, "unfilled");
    orders.push_back({id, in.owner.value, in.price.value, left, in.side});
    log.push_back("rest " + std::to_string(left));
  }
  bool cancel(std::int64_t id) {
    return std::erase_if(orders, [&](const Open& o) { return o.id == id; }) > 0;
  }
  Open* find(std::int64_t id) {
    const auto it =
        std::find_if(orders.begin(), orders.end(), [&](const Open& o) { return o.id == id; });
    return it == orders.end() ? nullptr : &*it;
  }

 private:
  Open* best(const Incoming& in) {
    Open* found = nullptr;
    for (Open& o : orders) {
      const bool buys = in.side == Side::bid;
      if (o.side == in.side || (buys ? o.price > in.price.value : o.price < in.price.value))
        continue;
      if (found == nullptr || (buys ? o.price < found->price : o.price > found->price)) found = &o;
    }
    return found;
  }
  static void drop(std::vector<std::string>& log, std::int64_t lots, const std::string& why) {
    log.push_back("drop " + std::to_string(lots) + " " + why);
  }
};

std::vector<std::string> written(const std::vector<BookEvent>& events) {
  std::vector<std::string> log;
  for (const BookEvent& event : events) {
    if (const auto* f = std::get_if<Fill>(&event))
      log.push_back("fill " + std::to_string(f->maker.value) + " " +
                    std::to_string(f->price.value) + " " + std::to_string(f->lots.value) + " " +
                    std::to_string(f->maker_left.value));
    else if (const auto* r = std::get_if<Rested>(&event))
      log.push_back("rest " + std::to_string(r->lots.value));
    else if (const auto* d = std::get_if<Dropped>(&event))
      log.push_back("drop " + std::to_string(d->lots.value) + " " + name(d->why));
  }
  return log;
}

Incoming any_order() {
  return {{*rc::gen::inRange<std::int64_t>(0, 4)},
          *rc::gen::element(Side::bid, Side::ask),
          *rc::gen::weightedElement<OrderKind>({{6, OrderKind::limit},
                                                {1, OrderKind::market},
                                                {1, OrderKind::ioc},
                                                {1, OrderKind::fok},
                                                {1, OrderKind::post_only}}),
          {*rc::gen::inRange<std::int64_t>(90, 111)},
          {*rc::gen::inRange<std::int64_t>(1, 9)},
          {},
          {},
          1};
}

void expect_same(const Book& book, Model& model) {
  RC_ASSERT(audit(book).empty());
  RC_ASSERT(book.open() == static_cast<std::int64_t>(model.orders.size()));
  for (const Side side : {Side::bid, Side::ask}) {
    std::vector<Model::Open> expected;
    for (const auto& o : model.orders)
      if (o.side == side) expected.push_back(o);
    std::stable_sort(expected.begin(), expected.end(), [&](const auto& a, const auto& b) {
      return side == Side::bid ? a.price > b.price : a.price < b.price;
    });
    const auto queue = book.queue(side);
    RC_ASSERT(queue.size() == expected.size());
    for (std::size_t i = 0; i < queue.size(); ++i) {
      RC_ASSERT(queue[i].id.value == expected[i].id);
      RC_ASSERT(queue[i].lots.value == expected[i].lots);
    }
  }
}

RC_GTEST_PROP(BookProperty, DoesWhatTheObviousBookDoes, ()) {
  Book book({{1'000}, {3}, 2});
  Model model;
  const Band band = *rc::gen::element(Band{}, Band{{94}, {106}});
  const int count = *rc::gen::inRange(1, 120);
  for (int i = 0; i < count; ++i) {
    std::vector<BookEvent> out;
    std::vector<std::string> expected;
    const int act = *rc::gen::inRange(0, 10);
    const OrderId known{3 + 2 * *rc::gen::inRange<std::int64_t>(0, i + 1)};
    Model::Open* open = model.find(known.value);
    if (act < 6) {
      const Incoming in = any_order();
      const Sweep ahead = book.sweep(in, band);
      model.place(book.place(in, band, out).value, in, band, expected);
      std::int64_t filled = 0;
      for (const BookEvent& e : out)
        if (const auto* f = std::get_if<Fill>(&e)) filled += f->lots.value;
      if (filled > 0) RC_ASSERT(filled == ahead.lots.value);
    } else if (act < 8 || open == nullptr) {
      RC_ASSERT(book.cancel(known) == model.cancel(known.value));
    } else {
      Incoming in = any_order();
      in.owner = {open->owner};
      in.side = open->side;
      in.kind = OrderKind::limit;
      if (*rc::gen::inRange(0, 2) == 0) in.price = {open->price};
      const bool keeps = in.price.value == open->price && in.lots.value <= open->lots;
      RC_ASSERT(book.replace(known, in, band, out) == keeps);
      if (keeps) {
        open->lots = in.lots.value;
      } else {
        model.cancel(known.value);
        model.place(known.value, in, band, expected);
      }
    }
    RC_ASSERT(written(out) == expected);
    expect_same(book, model);
  }
}

}  // namespace
}  // namespace wood
