// The magistrate: surveillance by rule. He reads what happened (trades, cancelled orders, tips
// told), raises heat, and finds verdicts, each with the entries that prove it. He moves nothing
// himself: the turn applies his sentences (fine, freeze, exile) as booked transfers and limits.
//
//   tip       profit within the window, in the tip's direction, on a true private tip: heat =
//   pebbles of
//             profit, once it is at least `tip_heat_min`
//   rumour    passing on a planted tip: heat = half of what those told lost by following it, in
//   pebbles wash      the same two sold a good to each other both ways in one turn spoof     three
//   large orders cancelled untouched within the window corner    over `corner_ppm` of all lots of a
//   good in one hand at dusk close     a small last trade of the turn, 2 % or more off the turn's
//   average, in favour of the
//             taker's own position
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "drama/scenario.h"

namespace wood {

// A trade between two parties; a party is a participant's index, or -1 for a villager.
struct SeenTrade {
  int good = 0;
  Ticks price;
  Lots lots;
  int buyer = -1, seller = -1;
  bool buyer_took = false;  // the buyer's order came last
  Seq bought, sold;         // the commands behind the two orders
  Seq event;
};

struct SeenCancel {  // an order that left the book by its owner's wish
  int who = -1;
  int good = 0;
  Lots lots;  // as placed
  Lots filled;
  Seq command;  // the order
  Seq event;    // its cancellation
};

struct Tip {
  std::int64_t id = 0;
  int good = 0;
  bool up = true;
  bool truth = true;
  int by = -1;  // who planted or gave it
  std::int64_t turn = 0;
  Seq entry;
  std::string text;
};

struct Sentence {
  enum class Kind { investigation, fine, freeze, exile };
  Kind kind;
  int who = -1;
  std::string reason;  // the rule that raised the heat last
  std::int64_t heat = 0;
  std::vector<Seq> evidence;  // entries that prove it, ascending
};
const char* name(Sentence::Kind kind);

struct Charge {  // one rise of heat
  int who = -1;
  std::string rule;
  std::int64_t heat = 0;
  std::vector<Seq> evidence;
};

struct DuskView {                               // what the magistrate sees of the market at dusk
  std::vector<std::int64_t> marks;              // ticks, by good
  std::vector<std::vector<std::int64_t>> held;  // [participant][good] lots
  std::vector<std::int64_t> stock;              // all lots of a good, whoever holds them
  std::int64_t tick_mp = 10;
};

class Magistrate {
 public:
  Magistrate(MagistrateSpec spec, int participants);

  void tipped(const Tip& tip);
  // `who` was told the tip by `by` (the giver himself, or one who passed it on) in `entry`.
  void told(std::int64_t tip, int who, int by, std::int64_t turn, Seq entry);
  void trade(const SeenTrade& trade);
  void cancelled(const SeenCancel& cancel, std::int64_t turn);

  // Charges for the turn's trades, fades heat, and finds sentences for every threshold newly
  // passed.
  struct Findings {
    std::vector<Charge> charges;
    std::vector<Sentence> sentences;
  };
  Findings dusk(std::int64_t turn, const DuskView& market);

  [[nodiscard]] std::int64_t heat(int who) const { return heat_[static_cast<std::size_t>(who)]; }
  [[nodiscard]] const Tip* find_tip(std::string_view text) const;
  void state(Bytes& out) const;

 private:
  friend struct Tamper;  // world_test.cpp changes every member and looks at the state hash
  struct Knowledge {     // a participant who knows a tip, and what he made of it
    std::int64_t tip = 0;
    int who = -1, by = -1;
    std::int64_t turn = 0;  // when he was told
    Seq entry;
    std::int64_t lots = 0;        // net lots traded in the tip's direction since
    std::int64_t paid_ticks = 0;  // Σ price × lots of those
    std::int64_t charged = 0;     // pebbles charged already
    std::vector<Seq> trades;
  };
  struct Pulled {
    int who;
    std::int64_t turn;
    Seq command, event;
  };
  void follow(const SeenTrade& trade, int who, bool bought, Seq command);
  void charge(Charge charge, Findings& out);
  void judge_tips(std::int64_t turn, const DuskView& market, Findings& out);
  void judge_wash(Findings& out);
  void judge_spoof(std::int64_t turn, Findings& out);
  void judge_corner(const DuskView& market, Findings& out);
  void judge_close(const DuskView& market, Findings& out);
  void sentence(Findings& out);

  MagistrateSpec spec_;
  std::vector<std::int64_t> heat_;
  std::vector<int> step_;  // highest threshold already sentenced: 0 none … 4 exile
  std::map<std::int64_t, Tip> tips_;
  std::vector<Knowledge> knowledge_;
  std::vector<Pulled> pulled_;
  std::map<std::pair<int, int>, bool> cornered_;  // (who, good) charged while it lasts
  std::vector<SeenTrade> trades_;                 // of this turn
};

}  // namespace wood
