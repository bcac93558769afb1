// Order messages a second, on one core: the exchange with controls, accounts and settlement,
// against a plain peer (std::map of price levels, std::list queues, no controls, no accounts) that
// is fed the same flow in the same run. The ratio holds on other machines, the number does not.
//
//   bench_market [messages]      default 4,000,000; prints one line of JSON

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "core/rng.h"
#include "core/text.h"
#include "market/exchange.h"

namespace {

using namespace wood;

constexpr int goods = 5, traders = 1'000;
constexpr std::int64_t mark = 400;

enum class Act : std::uint8_t { add, cancel, replace, market };

// What is drawn beforehand, so that the clock sees the exchange only. `pick` chooses an open order.
struct Message {
  Act act = Act::add;
  std::int64_t trader = 0, good = 0, price = 0, lots = 0, pick = 0;
  Side side = Side::bid;
};

std::vector<Message> flow(std::int64_t count) {
  std::vector<Message> out;
  out.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const Chance chance(7, "bench.market", 0, i);
    Message m;
    const std::int64_t dice = chance.below(100, 0);  // 45 add, 33 cancel, 12 replace, 10 market
    m.act = dice < 45 ? Act::add : dice < 78 ? Act::cancel : dice < 90 ? Act::replace : Act::market;
    m.trader = chance.below(traders, 1);
    m.good = chance.below(goods, 2);
    m.side = chance.below(2, 3) == 0 ? Side::bid : Side::ask;
    const std::int64_t away = chance.between(-1, 30, 4);
    m.price = m.side == Side::bid ? mark - away : mark + away;
    m.lots = chance.between(1, 10, 5);
    m.pick = chance.below(1 << 30, 6);
    out.push_back(m);
  }
  return out;
}

struct Count {
  std::int64_t messages = 0, refused = 0, trades = 0;
  double seconds = 0;
  [[nodiscard]] double rate() const { return static_cast<double>(messages) / seconds; }
};

template <class Run>
double timed(Run run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// A book of everybody's open orders to pick cancels from. Stale ones are sent too: a real flow has
// cancels that come too late.
struct Open {
  std::vector<std::pair<std::int64_t, std::int64_t>> orders;  // order, owner
  std::pair<std::int64_t, std::int64_t> take(std::int64_t pick) {
    if (orders.empty()) return {-1, 0};
    const auto at = static_cast<std::size_t>(pick) % orders.size();
    std::swap(orders[at], orders.back());
    const auto out = orders.back();
    orders.pop_back();
    return out;
  }
};

Exchange market() {
  ExchangeSpec spec;
  for (int i = 0; i < goods; ++i)
    spec.goods.push_back({"good-" + std::to_string(i), 10, {mark}, {100'000}, {1'000}});
  spec.limits.messages_max = spec.limits.fills_max = 1'000'000'000;
  spec.limits.position_max = 100'000'000;
  Exchange exchange(std::move(spec));
  const AccountId endowment = account(SourceAccount::endowment);
  for (int i = 0; i < traders; ++i) {
    const AccountId id = exchange.open({"trader-" + std::to_string(i), {}});
    (void)exchange.pay(endowment, id, {1'000'000'000});
    for (int good = 0; good < goods; ++good)
      (void)exchange.give({good}, endowment, id, {100'000});
  }
  return exchange;
}

Count run_exchange(const std::vector<Message>& messages) {
  Exchange exchange = market();
  Open open;
  MarketEvents events;
  Count count;
  count.seconds = timed([&] {
    for (const Message& m : messages) {
      events.clear();
      OrderRefusal reason = OrderRefusal::none;
      const AccountId who{m.trader + source_accounts};
      if (m.act == Act::add || m.act == Act::market) {
        const auto kind = m.act == Act::add ? OrderKind::limit : OrderKind::market;
        const Placed placed = exchange.place(
            {who, {m.good}, m.side, kind, {m.price}, {m.lots}, false}, events);
        reason = placed.reason;
        if (placed.resting.value > 0) open.orders.emplace_back(placed.order.value, who.value);
      } else {
        const auto [order, owner] = open.take(m.pick);
        if (m.act == Act::cancel) {
          reason = exchange.cancel({owner}, {order}, events);
        } else {
          const Placed placed =
              exchange.replace({{owner}, {order}, {m.price}, {m.lots}}, events);
          reason = placed.reason;
          if (placed.resting.value > 0) open.orders.emplace_back(order, owner);
        }
      }
      ++count.messages;
      count.refused += reason != OrderRefusal::none;
      for (const MarketEvent& event : events) count.trades += std::holds_alternative<Trade>(event);
    }
  });
  const auto broken = exchange.invariants();
  for (const std::string& what : broken) std::fprintf(stderr, "broken: %s\n", what.c_str());
  return count;
}

// The peer: what a first version of a book looks like.
class PlainBook {
 public:
  struct Resting {
    std::int64_t id, owner, lots;
  };
  using Queue = std::list<Resting>;
  struct Where {
    Side side;
    std::int64_t price;
    Queue::iterator at;
  };

  std::int64_t add(std::int64_t id, const Message& m, bool rests) {
    std::int64_t left = m.lots;
    trades += m.side == Side::bid ? take(asks_, m, left, rests) : take(bids_, m, left, rests);
    if (left == 0 || !rests) return 0;
    auto& queue = m.side == Side::bid ? bids_[-m.price] : asks_[m.price];
    queue.push_back({id, m.trader, left});
    where_[id] = {m.side, m.price, std::prev(queue.end())};
    return left;
  }
  bool cancel(std::int64_t id) {
    const auto it = where_.find(id);
    if (it == where_.end()) return false;
    const auto [side, price, at] = it->second;
    auto& levels = side == Side::bid ? bids_ : asks_;
    const auto level = levels.find(side == Side::bid ? -price : price);
    level->second.erase(at);
    if (level->second.empty()) levels.erase(level);
    where_.erase(it);
    return true;
  }
  std::int64_t trades = 0;

 private:
  using Levels = std::map<std::int64_t, Queue>;  // bids under −price: best first on both sides
  std::int64_t take(Levels& levels, const Message& m, std::int64_t& left, bool priced) {
    std::int64_t fills = 0;
    const std::int64_t limit = m.side == Side::bid ? m.price : -m.price;
    while (left > 0 && !levels.empty() && (!priced || levels.begin()->first <= limit)) {
      Queue& queue = levels.begin()->second;
      Resting& first = queue.front();
      if (first.owner == m.trader) {
        left = 0;
        return fills;
      }
      const std::int64_t lots = std::min(left, first.lots);
      left -= lots;
      first.lots -= lots;
      ++fills;
      if (first.lots > 0) continue;
      where_.erase(first.id);
      queue.pop_front();
      if (queue.empty()) levels.erase(levels.begin());
    }
    return fills;
  }
  Levels bids_, asks_;
  std::map<std::int64_t, Where> where_;
};

Count run_plain(const std::vector<Message>& messages) {
  std::vector<PlainBook> books(goods);
  Open open;
  Count count;
  count.seconds = timed([&] {
    std::int64_t next = 0;
    for (const Message& m : messages) {
      PlainBook& book = books[static_cast<std::size_t>(m.good)];
      ++count.messages;
      if (m.act == Act::add || m.act == Act::market) {
        const std::int64_t id = goods * next++ + m.good;
        if (book.add(id, m, m.act == Act::add) > 0) open.orders.emplace_back(id, m.trader);
        continue;
      }
      const std::int64_t id = open.take(m.pick).first;
      if (id < 0 || !books[static_cast<std::size_t>(id % goods)].cancel(id)) ++count.refused;
      else if (m.act == Act::replace &&
               books[static_cast<std::size_t>(id % goods)].add(id, m, true) > 0)
        open.orders.emplace_back(id, m.trader);
    }
  });
  for (const PlainBook& book : books) count.trades += book.trades;
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  const auto wanted = argc > 1 ? wood::to_int(argv[1]) : 4'000'000;
  if (!wanted || *wanted < 1) {
    std::fprintf(stderr, "usage: bench_market [messages]\n");
    return 2;
  }
  const auto messages = flow(*wanted);
  const Count plain = run_plain(messages);
  const Count full = run_exchange(messages);
  std::printf("{\"messages\":%lld,\"per_second\":%.0f,\"ns\":%.0f,\"refused\":%lld,\"trades\":%lld,"
              "\"admitted_per_second\":%.0f,"
              "\"peer_per_second\":%.0f,\"peer_trades\":%lld,\"ratio_to_peer\":%.2f}\n",
              static_cast<long long>(full.messages), full.rate(), 1e9 / full.rate(),
              static_cast<long long>(full.refused), static_cast<long long>(full.trades),
              static_cast<double>(full.messages - full.refused) / full.seconds,
              plain.rate(), static_cast<long long>(plain.trades), full.rate() / plain.rate());
}
