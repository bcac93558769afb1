#include "market/account.h"

#include <algorithm>

namespace wood {
namespace {

constexpr const char* source_names[source_accounts] = {
    "@endowment", "@production", "@spoilage", "@meal",      "@burn",   "@fine",
    "@fees",      "@pool",       "@imports",  "@guarantee", "@escrow", "@outside"};

// amount × part / whole, to the nearest, ties to even.
Money share(Money amount, Lots part, Lots whole) {
  if (part == whole) return amount;
  return {mul_div(amount.value, part.value, whole.value, Round::half_even)};
}

void put(Bytes& out, std::int64_t value) { put_u64le(out, static_cast<std::uint64_t>(value)); }

void put(Bytes& out, const Account& account) {
  const Standing& standing = account.standing;
  for (const std::int64_t value :
       {account.purse.cash.value, account.purse.reserved.value, account.purse.margin.value,
        account.messages, account.fills, account.makes.value, std::int64_t{account.source},
        std::int64_t{standing.frozen}, std::int64_t{standing.exiled},
        std::int64_t{standing.killed}, std::int64_t{standing.throttled}})
    put(out, value);
}

void put(Bytes& out, const Stock& stock) {
  for (const std::int64_t value :
       {stock.held.value, stock.reserved.value, stock.borrowed.value, stock.bids.value,
        stock.asks.value, stock.bid_hold.value, stock.ask_hold.value, stock.margin.value,
        stock.cost.value, stock.realised.value})
    put(out, value);
}

}  // namespace

const char* name(SourceAccount source) { return source_names[static_cast<int>(source)]; }

Money Stock::average() const {
  const std::int64_t lots = net().value < 0 ? -net().value : net().value;
  return lots == 0 ? Money{} : Money{mul_div(cost.value, 1, lots, Round::half_even)};
}

Accounts::Accounts(int goods) : goods_(goods) {
  for (const char* source : source_names) at(open({source, {}})).source = true;
}

AccountId Accounts::open(const AccountSpec& spec) {
  const AccountId id{size()};
  CHECK(!spec.name.empty());
  CHECK(by_name_.emplace(spec.name, id.value).second);
  accounts_.emplace_back().makes = spec.makes;
  stocks_.resize(stocks_.size() + static_cast<std::size_t>(goods_));
  names_.push_back(spec.name);
  return id;
}

const std::string& Accounts::name(AccountId id) const { return names_[index(id)]; }

AccountId Accounts::find(std::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? AccountId{} : AccountId{it->second};
}

void Accounts::pay(AccountId from, AccountId to, Money amount) {
  CHECK(amount.value >= 0);
  at(from).purse.cash -= amount;
  at(to).purse.cash += amount;
}

void Accounts::deliver(GoodId good, AccountId from, AccountId to, Lots lots) {
  CHECK(lots.value >= 0);
  stock(from, good).held -= lots;
  stock(to, good).held += lots;
}

void Accounts::cost_of_trade(AccountId id, GoodId good, Lots bought, Money value) {
  Stock& line = stock(id, good);
  const Lots net = line.net();
  const bool buys = bought.value > 0;
  const Lots lots = buys ? bought : -bought;
  const Lots against = buys ? std::max(Lots{}, -net) : std::max(Lots{}, net);
  const Lots closing = std::min(lots, against);
  if (closing.value > 0) {
    const Money paid = share(value, closing, lots);
    const Money was = share(line.cost, closing, against);
    line.realised += buys ? was - paid : paid - was;
    line.cost -= was;
    value -= paid;
  }
  line.cost += value;
}

void Accounts::cost_of_loss(AccountId id, GoodId good, Lots lots) {
  Stock& line = stock(id, good);
  const Lots net = line.net();
  if (net.value > 0) line.cost -= share(line.cost, std::min(lots, net), net);
}

Lots Accounts::circulating(GoodId good) const {
  Lots sum;
  for (std::int64_t id = source_accounts; id < size(); ++id) sum += stock({id}, good).held;
  return sum;
}

void Accounts::state(Bytes& out) const {
  put(out, size());
  for (std::int64_t id = 0; id < size(); ++id) {
    put(out, static_cast<std::int64_t>(name({id}).size()));
    out += name({id});
    put(out, at({id}));
    for (int good = 0; good < goods_; ++good) put(out, stock({id}, {good}));
  }
}

void Accounts::audit(std::vector<std::string>& out) const {
  Money money;
  for (const Account& account : accounts_) money += account.purse.cash;
  if (money.value != 0)
    out.push_back("money does not sum to zero but to " + std::to_string(money.value));
  for (int good = 0; good < goods_; ++good) {
    Lots lots;
    for (std::int64_t id = 0; id < size(); ++id) lots += stock({id}, {good}).held;
    if (lots.value != 0)
      out.push_back("good " + std::to_string(good) + " does not sum to zero but to " +
                    std::to_string(lots.value));
  }
}

}  // namespace wood
