#include "drama/bank.h"

#include <algorithm>

#include "core/check.h"
#include "drama/world.h"

namespace wood {
namespace {

constexpr std::int64_t kTrustKept = 6;      // trust gained by keeping one's word
constexpr std::int64_t kTrustBroken = -30;  // lost by breaking it
constexpr std::int64_t kTrustDefault = -40;

Money owed(const Loan& loan) {
  return loan.principal + bps(loan.principal, loan.rate_bps, Round::up);
}

AccountId escrow() { return account(SourceAccount::escrow); }

}  // namespace

const Deal* Bank::find(std::int64_t id) const {
  const auto it = deals_.find(id);
  return it == deals_.end() ? nullptr : &it->second;
}

std::vector<const Deal*> Bank::of(int who) const {
  std::vector<const Deal*> out;
  for (const auto& [id, deal] : deals_)
    if (deal.from == who || deal.to == who) out.push_back(&deal);
  return out;
}

Money Bank::owes(int debtor, int creditor) const {
  Money sum;
  for (const auto& [id, deal] : deals_)
    if (const auto* loan = std::get_if<Loan>(&deal.terms))
      if (deal.state == DealState::active && deal.to == debtor && deal.from == creditor)
        sum += owed(*loan);
  return sum;
}

Money Bank::debts(int who) const {
  Money sum;
  for (const auto& [id, deal] : deals_)
    if (const auto* loan = std::get_if<Loan>(&deal.terms))
      if (deal.state == DealState::active && deal.to == who) sum += owed(*loan);
  return sum;
}

Money Bank::claims(int who) const {
  Money sum;
  for (const auto& [id, deal] : deals_)
    if (const auto* loan = std::get_if<Loan>(&deal.terms))
      if (deal.state == DealState::active && deal.from == who) sum += owed(*loan);
  return sum;
}

Lots Bank::pledged(int who, int good) const {
  Lots sum;
  for (const auto& [id, deal] : deals_)
    if (const auto* loan = std::get_if<Loan>(&deal.terms))
      if (deal.state == DealState::active && deal.to == who && loan->good == good)
        sum += loan->lots;
  return sum;
}

void Bank::move(World& world, Deal& deal, DealState state, std::vector<Seq> from) {
  deal.state = state;
  const auto& name_of = [&](int who) { return world.beings[static_cast<std::size_t>(who)].name; };
  deal.entry = world.event("deal", std::move(from),
                           Json::object({{"deal", deal.id},
                                         {"due", deal.due},
                                         {"from", name_of(deal.from)},
                                         {"kind", kind_name(deal.terms)},
                                         {"state", name(state)},
                                         {"terms", terms_json(deal.terms, world.goods)},
                                         {"to", name_of(deal.to)}}));
  publish_deal(world, deal);
}

std::string Bank::offer(World& world, int from, int to, Terms terms, Seq command) {
  if (to < 0) return "unknown_name";
  if (from == to) return "with_oneself";
  if (!world.may_act(to)) return "not_to_be_had";
  const auto open = of(from);
  if (static_cast<std::size_t>(std::count_if(open.begin(), open.end(), [&](const Deal* d) {
        return d->from == from && d->state == DealState::offered;
      })) >= kOffersMax)
    return "too_many_offers";
  Deal deal;
  deal.id = next_++;
  deal.from = from;
  deal.to = to;
  deal.terms = std::move(terms);
  deal.offered_turn = world.turn;
  Deal& kept = deals_[deal.id] = std::move(deal);
  move(world, kept, DealState::offered, {command});
  return "";
}

bool Bank::settle_loan(World& world, const Deal& deal, const Loan& loan) {
  const AccountId lender = world.beings[static_cast<std::size_t>(deal.from)].account;
  const AccountId borrower = world.beings[static_cast<std::size_t>(deal.to)].account;
  if (loan.good >= 0 &&
      world.exchange.give({loan.good}, borrower, escrow(), loan.lots) != Moved::done)
    return false;
  if (world.exchange.pay(lender, borrower, loan.principal) == Moved::done) return true;
  if (loan.good >= 0)
    CHECK(world.exchange.give({loan.good}, escrow(), borrower, loan.lots) == Moved::done);
  return false;
}

std::string Bank::accept(World& world, int who, std::int64_t id, Seq command) {
  const auto it = deals_.find(id);
  if (it == deals_.end() || it->second.to != who || it->second.state != DealState::offered)
    return "no_such_offer";
  Deal& deal = it->second;
  if (!world.may_act(deal.from)) return "not_to_be_had";
  const AccountId giver = world.beings[static_cast<std::size_t>(deal.from)].account;
  const AccountId taker = world.beings[static_cast<std::size_t>(who)].account;
  Exchange& exchange = world.exchange;
  const std::vector<Seq> causes = {deal.entry, command};
  DealState next = DealState::settled;
  if (const auto* loan = std::get_if<Loan>(&deal.terms)) {
    if (!settle_loan(world, deal, *loan)) return "not_covered";
    deal.due = world.turn + loan->turns;
    next = DealState::active;
  } else if (const auto* swap = std::get_if<Swap>(&deal.terms)) {
    if (exchange.give({swap->give}, giver, taker, swap->give_lots) != Moved::done)
      return "not_covered";
    if (exchange.give({swap->take}, taker, giver, swap->take_lots) != Moved::done) {
      CHECK(exchange.give({swap->give}, taker, giver, swap->give_lots) == Moved::done);
      return "not_covered";
    }
  } else if (const auto* alliance = std::get_if<Alliance>(&deal.terms)) {
    deal.due = world.turn + alliance->turns;
    next = DealState::active;
  } else {
    const auto& gift = std::get<Gift>(deal.terms);
    if (gift.pebbles.value > 0 && exchange.pay(giver, taker, gift.pebbles) != Moved::done)
      return "not_covered";
    if (gift.good >= 0 && exchange.give({gift.good}, giver, taker, gift.lots) != Moved::done) {
      if (gift.pebbles.value > 0) CHECK(exchange.pay(taker, giver, gift.pebbles) == Moved::done);
      return "not_covered";
    }
  }
  move(world, deal, next, causes);
  if (next == DealState::settled) deals_.erase(it);
  return "";
}

std::string Bank::refuse(World& world, int who, std::int64_t id, Seq command) {
  const auto it = deals_.find(id);
  if (it == deals_.end() || it->second.state != DealState::offered ||
      (it->second.to != who && it->second.from != who))
    return "no_such_offer";
  move(world, it->second, DealState::refused, {it->second.entry, command});
  deals_.erase(it);
  return "";
}

bool Bank::promised(int who, Promise promise, int maker) const {
  return std::any_of(deals_.begin(), deals_.end(), [&](const auto& item) {
    const Deal& deal = item.second;
    const auto* alliance = std::get_if<Alliance>(&deal.terms);
    return alliance != nullptr && deal.state == DealState::active && alliance->promise == promise &&
           ((deal.from == who && deal.to == maker) || (deal.to == who && deal.from == maker));
  });
}

void Bank::broke(World& world, int who, Promise promise, int good, Seq command) {
  for (auto it = deals_.begin(); it != deals_.end();) {
    Deal& deal = it->second;
    const auto* alliance = std::get_if<Alliance>(&deal.terms);
    const int other = deal.from == who ? deal.to : deal.from;
    const int creature = world.beings[static_cast<std::size_t>(other)].creature;
    const bool theirs =
        creature >= 0 && world.scenario.creatures[static_cast<std::size_t>(creature)].makes == good;
    if (alliance == nullptr || deal.state != DealState::active || alliance->promise != promise ||
        (deal.from != who && deal.to != who) || !theirs) {
      ++it;
      continue;
    }
    move(world, deal, DealState::broken, {deal.entry, command});
    const std::string& breaker = world.beings[static_cast<std::size_t>(who)].name;
    world.beings[static_cast<std::size_t>(other)].memory.trust(breaker, kTrustBroken);
    world.beings[static_cast<std::size_t>(other)].memory.remember(breaker + " broke our alliance");
    it = deals_.erase(it);
  }
}

void Bank::repay(World& world, Deal& deal, const Loan& loan) {
  Being& lender = world.beings[static_cast<std::size_t>(deal.from)];
  Being& borrower = world.beings[static_cast<std::size_t>(deal.to)];
  const bool paid = world.exchange.pay(borrower.account, lender.account, owed(loan)) == Moved::done;
  if (loan.good >= 0)
    CHECK(world.exchange.give({loan.good}, escrow(), paid ? borrower.account : lender.account,
                              loan.lots) == Moved::done);
  // Without enough free pebbles the borrower pays what he has; the rest is lost with his good name.
  MarketEvents events;
  if (!paid) world.exchange.take_money(borrower.account, lender.account, owed(loan), events);
  move(world, deal, paid ? DealState::settled : DealState::defaulted,
       {deal.entry, world.last_turn});
  digest(world, events, deal.entry, deal.to);
  lender.memory.trust(borrower.name, paid ? kTrustKept : kTrustDefault);
  lender.memory.remember(borrower.name + (paid ? " repaid me" : " defaulted on my loan"));
  if (!paid) borrower.memory.remember("I could not repay " + lender.name);
}

void Bank::dusk(World& world) {
  for (auto it = deals_.begin(); it != deals_.end();) {
    Deal& deal = it->second;
    const bool lapsed =
        deal.state == DealState::offered && world.turn - deal.offered_turn + 1 >= kOfferTurns;
    const bool due = deal.state == DealState::active && world.turn >= deal.due;
    if (!lapsed && !due) {
      ++it;
      continue;
    }
    if (lapsed) {
      move(world, deal, DealState::expired, {deal.entry, world.last_turn});
    } else if (const auto* loan = std::get_if<Loan>(&deal.terms)) {
      repay(world, deal, *loan);
    } else {
      move(world, deal, DealState::settled, {deal.entry, world.last_turn});
      Being& a = world.beings[static_cast<std::size_t>(deal.from)];
      Being& b = world.beings[static_cast<std::size_t>(deal.to)];
      a.memory.trust(b.name, kTrustKept);
      b.memory.trust(a.name, kTrustKept);
    }
    it = deals_.erase(it);
  }
}

void Bank::state(Bytes& out) const {
  for (const auto& [id, deal] : deals_) {
    out += "deal ";
    for (const std::int64_t n :
         {deal.id, std::int64_t{deal.from}, std::int64_t{deal.to},
          static_cast<std::int64_t>(deal.state), deal.offered_turn, deal.due, deal.entry.value})
      out += std::to_string(n) + " ";
    const std::vector<std::string> indices = [] {
      std::vector<std::string> names;
      for (int i = 0; i < 64; ++i) names.push_back(std::to_string(i));
      return names;
    }();
    out += std::string(kind_name(deal.terms)) + " " + terms_json(deal.terms, indices).dump() + "\n";
  }
  out += "next deal " + std::to_string(next_) + "\n";
}

}  // namespace wood
