// A creature's digest with what its rules say with: for scripted_*.cpp alone. An idea looks at the
// table and gives an answer, or nothing if it has nothing to do now. Chance picks words and
// nothing else: what is done follows from the digest, and so can be learned from it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "core/rng.h"
#include "minds/digest.h"
#include "minds/mind.h"

namespace wood::scripted {

using Good = CreatureDigest::Good;
using Grade = CreatureDigest::Grade;
using Need = CreatureDigest::Need;
using Purse = CreatureDigest::Purse;

enum class Temper { hoards, speculates, gossips, distrusts, steady };

struct Table {
  explicit Table(const Ask& from);

  const Ask& ask;
  Chance chance;
  CreatureDigest d;
  Temper temper = Temper::steady;
  std::int64_t step = 1;

  [[nodiscard]] bool rich() const { return d.purse == Purse::rich; }
  [[nodiscard]] bool poor() const { return d.purse <= Purse::thin; }
  [[nodiscard]] bool feels(const char* whim) const { return d.whim == whim; }
  [[nodiscard]] std::int64_t inside(const Good& g, std::int64_t price) const;  // the collar
  // One of the words, drawn; `n` tells the draws of one ask apart.
  [[nodiscard]] std::string pick(std::initializer_list<const char*> words, std::uint32_t n) const;
};

using Idea = std::optional<Json>;

// {"act":what,"reason":why, fields…}; the reason is cut to what an answer may hold.
Json act(const std::string& why, const char* what, std::initializer_list<Json::Member> fields);

// Orders the exchange has no known reason to refuse, or nothing. `now`: take what is there and rest
// nothing; `post`: only rest.
enum class Way { rest, now, post };
Idea buy(const Table& t, const Good& g, std::int64_t lots, std::int64_t price, Way way,
         const std::string& why);
Idea sell(const Table& t, const Good& g, std::int64_t lots, std::int64_t price,
          const std::string& why);
// Speculators alone: sells what it has not.
Idea sell_short(const Table& t, const Good& g, std::int64_t lots, const std::string& why);

// ---- ideas, by the file they stand in
Idea keep_alive(const Table& t);    // scripted_keep.cpp: food and warmth for tonight
Idea stock_up(const Table& t);      //   and for the nights after
Idea sell_harvest(const Table& t);  //   what it makes and does not need
Idea tend_orders(const Table& t);   //   orders that the market has left behind
Idea act_on_tip(const Table& t);    // scripted_trade.cpp
Idea act_on_news(const Table& t);
Idea cover_short(const Table& t);
Idea trade_by_temper(const Table& t);
Idea answer_offers(const Table& t);  // scripted_talk.cpp
Idea make_deal(const Table& t);
Idea talk(const Table& t);

}  // namespace wood::scripted
