// What the facts of a creature come to: the sums done, the comparisons made, everything in a few
// grades. The rules decide by a digest and by nothing else, and the terse prompt is a digest in
// words: so a model of a few million parameters is shown what its teacher goes by, and has to
// learn what to do, not how to divide. Whoever changes the words raises kPromptFormat.
//
// Nothing here depends on the temper: what a grade means to whom is for whoever decides.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json.h"

namespace wood {

struct CreatureDigest {
  // How the mark stands to the mean of the marks shown, in percent: at most -8, -5, -3; less than
  // 2; less than 6; less than 15; more.
  enum class Grade { slump, cheap, low, fair, firm, dear, steep };
  // What a seller asks over the mean: at most 10 %, 20 %, 30 %; more; nobody sells.
  enum class Cost { fine, high, hard, mad, none };
  // Free money against the reserve (tomorrow's food and fuel): under half of it; under it; under
  // twice it; more; so much more that twice a lot of the mean price could be lost.
  enum class Purse { broke, thin, tight, ok, rich };
  // under -20, under 0, under 5, to 10, over.
  enum class Trust { foe, bad, known, good, friendly };

  struct Good {
    std::string name;
    bool food = true, halted = false;
    std::int64_t spoil_ppm = 0;
    std::int64_t mark = 1, bid = 0,
                 ask = 0;  // ticks; 0: nobody (a bid 10 % under the mark is none)
    Grade grade = Grade::fair;
    int trend = 0;                   // of the last mark: over 1 % up, over 1 % down, neither
    std::int64_t own = 0, owed = 0;  // lots in store; sold short
    std::int64_t asked = 0;          // of `own`, behind open asks
    // Of the rest, what is not needed and can be offered: at most an order's lots, and fewer while
    // an ask of mine has just as many, which the exchange would take for the same order again.
    std::int64_t spare = 0;
    bool buying = false, selling = false;  // with an open order of mine
    bool spoils = false;                   // more than keeps
    int gain = 0;                          // what the bid brings over what spare lots cost: 4, 6,
                                           // 9: at least so many percent; 0: less
    std::string cover;                     // of a short: "win" (5 %), "lose" (10 %), "cheap", ""
    std::int64_t can = 0;      // lots that the free money buys, at the mark or at what is asked
    std::int64_t cost_mp = 0;  // what a lot of `own` or `owed` cost

    [[nodiscard]] std::int64_t hit() const { return bid > 0 ? bid : mark; }
    [[nodiscard]] std::int64_t take() const { return ask > 0 ? ask : mark; }
    // Where an ask that nobody takes comes down to.
    [[nodiscard]] std::int64_t lower() const { return bid > mark ? bid : mark; }
  };
  struct Order {
    std::int64_t order = 0, lots = 0, price = 0;
    std::string good;
    bool buy = false;
    // To the mark, from the side where nothing trades: 8 % (an ask) or 6 % (a bid) off; some off (a
    // bid: 2 %); near. An ask that could come down, were it not for a promise, is bound.
    enum class Off { near, bound, behind, far } off = Off::near;
  };
  struct Need {
    // hungry, cold: for tonight. larder: for tomorrow. fuel: less than two nights. logs: less than
    // three, and firewood is not dear.
    enum class Kind { hungry, cold, larder, fuel, logs } kind = Kind::hungry;
    std::size_t good = 0;   // in goods
    std::int64_t lots = 0;  // what would do
    Cost cost = Cost::none;
  };
  struct Offer {
    std::int64_t deal = 0;
    std::string kind, from, promise;
    Trust trust = Trust::known;
    // swap: by the marks, and 8 % for what is missing at home: good (4 %), even (0), bad.
    // loan: the whole rate: low (2.5 %), fair (9 %), high (15 %), dear.
    std::string terms;
    bool can = true;  // give or pledge what is asked
  };
  struct Heard {  // a tip of two turns, a report of one turn at most
    std::size_t good = 0;
    bool up = false;
    Trust trust = Trust::known;  // in whom a tip came from
    std::string text;
  };
  // What could be proposed to whom; "" if nobody, because of a promise, a debt or a grudge.
  struct Openings {
    std::string beggar;          // asked for pebbles
    std::string swap_with;       // has the missing good to spare, or came to mind
    std::size_t swap_good = 0;   // missing at home
    std::int64_t swap_lots = 0;  // of mine, worth two of it by the marks
    std::string ally;            // came to mind
    std::string lend;            // came to mind
  };

  std::string me, temper, makes;
  std::int64_t turn = 1, turns = 1, round = 1;
  std::string whim, whim_to, whim_good;  // "", "talk", "deal", "yield", "tidy", "look"
  Purse purse = Purse::ok;
  int heat = 0;  // under 20, 40, 50; more: 0 to 3
  bool frozen = false;
  std::int64_t messages_left = 0;
  std::vector<Good> goods;    // in the rules' order
  std::vector<Order> orders;  // four, shown and tended: bids, then asks, the furthest off first
  std::vector<Need> needs;
  std::vector<std::string> vows;  // promises in force
  std::vector<Offer> offers;      // to me, open
  std::vector<Heard> tips, news;  // the latest, at most one of each
  Openings openings;
  std::string tell;  // the latest tip's words, while they are fresh and have not been passed on

  // For the bounds of an order; never shown.
  std::int64_t free_mp = 0, tick_mp = 10, fee_bps = 0, collar_bps = 3'000, lots_max = 12;
  std::vector<std::string> others;

  [[nodiscard]] const Good* good(std::string_view name) const;
  [[nodiscard]] bool vowed(std::string_view promise) const;
  // Whether it can do nothing more: frozen, or less messages left than an order's change takes.
  [[nodiscard]] bool still() const { return frozen || messages_left < 2; }
};

// From the facts of a creature as View::data() gives them; facts of the wrong shape count as none.
CreatureDigest digest(const Json& facts);

const char* word(CreatureDigest::Grade grade);
const char* word(CreatureDigest::Cost cost);
const char* word(CreatureDigest::Purse purse);
const char* word(CreatureDigest::Trust trust);
const char* word(CreatureDigest::Need::Kind kind);
const char* word(CreatureDigest::Order::Off off);

// The digest in one line of words: what a terse prompt says of a creature's moment. What others
// said stands in it as `fence` makes it.
std::string in_words(const CreatureDigest& digest, std::string (*fence)(const std::string&));

}  // namespace wood
