// Deals from offer to settlement. Settling is atomic: either every leg moves or none does. Pebbles
// and collateral move between the two accounts and the exchange's escrow, never from nowhere.
#pragma once

#include <map>
#include <vector>

#include "core/bytes.h"
#include "drama/deal.h"

namespace wood {

struct World;

class Bank {
 public:
  [[nodiscard]] const Deal* find(std::int64_t id) const;
  // Deals that `who` is a side of and that are offered or active, by id.
  [[nodiscard]] std::vector<const Deal*> of(int who) const;
  [[nodiscard]] Money owes(int debtor, int creditor) const;
  [[nodiscard]] Money debts(int who) const;             // all that he owes
  [[nodiscard]] Money claims(int who) const;            // all that is owed to him
  [[nodiscard]] Lots pledged(int who, int good) const;  // his collateral in escrow

  // An offer by `from`; "" or why it was refused. At most kOffersMax open offers a being.
  std::string offer(World& world, int from, int to, Terms terms, Seq command);
  // Accepts an offer made to `who` and settles it; "" or why not (nothing has moved then).
  std::string accept(World& world, int who, std::int64_t id, Seq command);
  std::string refuse(World& world, int who, std::int64_t id, Seq command);
  // A promise of an alliance is broken by an act: ends it, and trust with it.
  void broke(World& world, int who, Promise promise, int good, Seq command);
  [[nodiscard]] bool promised(int who, Promise promise, int maker) const;
  // Repays or defaults what is due, ends alliances, forgets old offers.
  void dusk(World& world);
  void state(Bytes& out) const;

 private:
  friend struct Tamper;  // world_test.cpp changes every member and looks at the state hash
  void move(World& world, Deal& deal, DealState state, std::vector<Seq> from);
  bool settle_loan(World& world, const Deal& deal, const Loan& loan);
  void repay(World& world, Deal& deal, const Loan& loan);
  std::map<std::int64_t, Deal> deals_;  // offered and active ones only
  std::int64_t next_ = 1;
};

inline constexpr std::size_t kOffersMax = 4;
inline constexpr std::int64_t kOfferTurns = 2;  // an offer that nobody answers lapses

}  // namespace wood
