// A run as rows: what the ledger's entries come to, one at a time and in order, so that a run of
// any length is read once. Knows nothing of who may see what (eyes.h) and of JSON that goes out
// (rows.h).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "drama/scenario.h"
#include "ledger/ledger.h"

namespace wood::serve {

struct MindLine {
  std::string mind, lab, family;
};

// Somebody's figures over the run.
struct Tally {
  std::int64_t prompts = 0, failures = 0, tokens = 0, wall_us = 0, cost_nano = 0;
};

struct Candle {
  std::int64_t turn = 0, open = 0, high = 0, low = 0, close = 0, mark = 0, volume = 0;
};

struct BeingDay {
  std::int64_t worth_mp = 0, pnl_mp = 0, heat = 0, mood = -1;  // mood -1: has none
};

struct TurnRow {
  std::int64_t turn = 0;
  Seq entry, first;  // the turn entry; the first entry of that turn
  std::string season, state;
  Json counts;
  std::vector<BeingDay> beings;  // as Story::beings
  std::vector<Candle> candles;   // by good
};

struct TradeRow {
  Seq entry;
  std::int64_t turn = 0, price = 0, lots = 0;
  int good = 0;
  std::string buyer, seller;
  bool buyer_took = false;
};

struct ThoughtRow {
  Seq entry;
  std::int64_t turn = 0;
  std::string who, task, act, text;
};

struct SeatRow {
  std::string seat, by;
  Seq entry;
  Json said;
};
struct BallotRow {
  std::string seat, by, vote, reason;
  std::int64_t confidence = -1;
  Seq entry;  // none: no ballot came
};
struct DecisionRow {
  Seq entry, vote;
  std::int64_t turn = 0, lots = 0, price = 0, filled = 0, n_eff_milli = 0;
  std::string outcome, text, action, good, why;
  std::vector<SeatRow> seats;
  std::vector<BallotRow> ballots;
};

struct VerdictRow {
  Seq entry;
  std::int64_t turn = 0, heat = 0;
  std::string who, sentence, reason;
  std::vector<Seq> evidence;
};

struct LatentRow {
  std::int64_t turn = 0;
  std::vector<std::int64_t> values_mp;  // by good
};

// Of every entry: what a list of them is filtered by.
struct EntryRow {
  EntryKind kind = EntryKind::event;
  std::uint32_t by = 0;  // index in Story::names
  std::int32_t turn = 0;
};

// The list of what the exchange did, out of the body of a `market` or `close` event, wherever it
// stands; empty if it cannot be read.
Json market_events(const Json& body, const LedgerReader& reader);

class Story {
 public:
  // The next entry of the record; `reader` gives payloads. Errc::usage if the ledger is no run's.
  // `value`: of a reading, what was understood.
  Status take(const Entry& entry, const Json& value, const LedgerReader& reader);
  // A margin entry.
  void cost(Seq about, const Json& body);

  // ---- of the genesis
  Scenario scenario;
  std::string cast_name, seed, origin;
  std::map<std::string, MindLine> minds;  // creature → who plays it now
  std::int64_t turns_wanted = 0;
  Json cast_minds = Json::array();  // names of all minds on record, sorted: a swap may bring one in
  std::vector<std::string> beings;  // creatures, treasury, patron

  // ---- what happened
  std::vector<TurnRow> turns;
  std::vector<TradeRow> trades;
  std::vector<ThoughtRow> thoughts;
  std::vector<DecisionRow> decisions;
  std::vector<VerdictRow> verdicts;
  std::vector<LatentRow> latent;
  std::vector<Seq> facts;
  std::map<std::string, Tally> tallies;
  std::vector<EntryRow> entries;
  std::vector<std::string> names;              // who wrote entries
  std::map<std::int64_t, std::int64_t> usage;  // answer → margin entry
  std::int64_t margin = 0;                     // margin entries taken
  std::string season;
  bool sealed = false;
  std::string stopped;

  [[nodiscard]] int being(std::string_view name) const;  // or -1
  // The entries that name it as a cause, ascending; the last `count_max` of them.
  [[nodiscard]] std::vector<Seq> effects(Seq cause, std::size_t count_max) const;
  // The entries of a turn: first and one behind the last; of the turn under way too.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> span(std::int64_t turn) const;
  [[nodiscard]] const TurnRow* turn(std::int64_t number) const;

 private:
  Status begin(const Entry& entry, const LedgerReader& reader);
  void index(const Entry& entry);
  void read(const Entry& entry, const Json& value);
  void answer(const Entry& entry);
  void vote(const Entry& entry);
  void decide(const Entry& entry);
  void event(const Entry& entry, const LedgerReader& reader);
  void fills(const Entry& entry, const LedgerReader& reader);
  void close(const Entry& entry, const LedgerReader& reader);
  void dusk(const Entry& entry);
  void verdict(const Entry& entry);

  // What each entry caused, as lists in one array: the newest of them by entry, then the one
  // before.
  struct Effect {
    std::uint32_t entry, before;
  };
  static constexpr std::uint32_t kNone = 0xffffffffU;
  std::vector<std::uint32_t> newest_;
  std::vector<Effect> effects_;
  std::map<std::int64_t, std::string> tasks_;  // prompt, then answer → task
  std::map<std::int64_t, SeatRow> said_;       // readings of the desk, this turn
  DecisionRow pending_;
  std::vector<Candle> candles_;                  // of the day under way
  std::map<std::int64_t, std::int64_t> begins_;  // turn → its first entry
  std::map<std::string, std::uint32_t> ids_;
  std::map<std::string, MindLine> cards_;
};

}  // namespace wood::serve
