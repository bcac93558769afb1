// The facts of a creature, taken apart once, and what its rules say with: for scripted_*.cpp alone.
// An idea looks at the table and gives an answer, or nothing if it has nothing to do now.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "core/rng.h"
#include "minds/mind.h"

namespace wood::scripted {

struct Good {
  std::string name;
  bool food = true;
  std::int64_t spoil_ppm = 0;
  std::int64_t mark = 1, bid = 0, ask = 0, ask_lots = 0;
  std::int64_t mean = 1, first = 1, before = 1;  // of the marks shown; `before`: the last but one
  std::int64_t have = 0, owed = 0, cost_mp = 0;  // in store; sold short; what a lot cost
  std::int64_t asked = 0;                        // of `have`, behind open asks
  bool halted = false, bidding = false;          // bidding: with an open bid of mine

  // Percent that the mark stands over its mean.
  [[nodiscard]] std::int64_t over() const { return (mark - mean) * 100 / mean; }
  [[nodiscard]] std::int64_t free() const { return have - asked; }
  // The largest store that does not spoil at all: spoilage is rounded down.
  [[nodiscard]] std::int64_t keeps() const { return spoil_ppm > 0 ? 999'999 / spoil_ppm : 1'000; }
};

struct Open {  // an order of mine
  std::int64_t order = 0, lots = 0, price = 0;
  std::string good;
  bool buy = false;
};

enum class Temper { hoards, speculates, gossips, distrusts, steady };

struct Table {
  explicit Table(const Ask& from);

  const Ask& ask;
  Chance chance;
  std::string me, makes;
  Temper temper = Temper::steady;
  std::vector<Good> goods;  // in the rules' order
  std::vector<Open> orders;
  std::vector<std::string> others;
  std::int64_t tick_mp = 10, fee_bps = 0, collar_bps = 3'000, lots_max = 12;
  std::int64_t burn = 0, meal_kinds = 0;
  std::int64_t turn = 1, turns = 1, round = 1, step = 1;
  std::int64_t free_mp = 0, heat = 0, messages_left = 0;
  bool frozen = false;

  [[nodiscard]] const Good* good(std::string_view name) const;
  // The facts of a list kind; empty if there are none.
  [[nodiscard]] const Json::Array& list(const char* kind) const;
  [[nodiscard]] std::int64_t trust(const std::string& other) const;
  // Whether an active alliance binds me to this promise.
  [[nodiscard]] bool promised(const char* promise) const;
  [[nodiscard]] std::int64_t cost_mp(const Good& g) const;      // of a lot at its mark
  [[nodiscard]] std::int64_t afford(std::int64_t price) const;  // lots, fees included
  [[nodiscard]] std::int64_t inside(const Good& g, std::int64_t price) const;  // the collar
  // Money that tomorrow's food and firewood will cost; only what is above it is played with.
  [[nodiscard]] std::int64_t reserve_mp() const;
  [[nodiscard]] std::int64_t spare_mp() const { return free_mp - reserve_mp(); }
  // One of the words, drawn; `n` tells the draws of one ask apart.
  [[nodiscard]] std::string pick(std::initializer_list<const char*> words, std::uint32_t n) const;
  [[nodiscard]] const std::string& anyone(std::uint32_t n) const;  // CHECK: there are others
};

using Idea = std::optional<Json>;

// {"act":what,"reason":why, fields…}; the reason is cut to what an answer may hold.
Json act(const std::string& why, const char* what, std::initializer_list<Json::Member> fields);

// Orders the exchange has no known reason to refuse, or nothing. `now`: take what is there and rest
// nothing.
enum class Way { rest, now, post };
Idea buy(const Table& t, const Good& g, std::int64_t lots, std::int64_t price, Way way,
         const std::string& why);
Idea sell(const Table& t, const Good& g, std::int64_t lots, std::int64_t price, Way way,
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
