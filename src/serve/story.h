// A run as rows: what the ledger's entries come to, one at a time and in order, so that a run of
// any length is read once. The rows lie in a scratch file, and what is long in the ledger alone
// (recall.h): memory does not grow with the run. Knows nothing of who may see what (eyes.h) and of
// JSON that goes out (rows.h).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drama/scenario.h"
#include "host/column.h"
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
  Seq entry, first;          // the turn entry; the first entry of that turn
  std::uint32_t season = 0;  // index in Story::names
};

struct TradeRow {
  Seq entry;
  std::int64_t turn = 0, price = 0, lots = 0;
  std::int32_t good = 0;
  std::uint32_t buyer = 0, seller = 0;  // indexes in Story::names
  std::uint32_t buyer_took = 0;
};

inline constexpr std::uint32_t kNoRow = 0xffffffffU;

// What was thought stands in the entry (recall.h).
struct ThoughtRow {
  Seq entry;
  std::int64_t turn = 0;
  std::uint32_t who = 0, task = 0;  // indexes in Story::names
  std::uint32_t before = kNoRow;    // his last thought before it
  std::uint32_t desk = 0;           // whether he had a seat at the desk
};

struct DecisionRow {
  Seq entry, vote;
  std::int64_t turn = 0;
  std::uint32_t seat = 0, seats = 0;  // in Story::seats: the first, how many
};

struct VerdictRow {
  Seq entry;
  std::int64_t turn = 0;
};

// Of every entry: what a list of them is filtered by, and what it has of the rows above.
struct EntryRow {
  enum Has : std::uint32_t { nothing, thought, trades, decision, usage };
  EntryKind kind = EntryKind::event;
  std::uint32_t by = 0;  // index in Story::names
  std::int32_t turn = 0;
  Has has = nothing;
  std::uint32_t row = 0;  // the first of these; usage: of the margin
};

// The list of what the exchange did, out of the body of a `market` or `close` event, wherever it
// stands; empty if it cannot be read.
Json market_events(const Json& body, const LedgerReader& reader);

class Story {
 public:
  explicit Story(const std::shared_ptr<ScratchFile>& scratch);
  // The next entry of the record; `reader` gives payloads. Errc::usage if the ledger is no run's.
  // Rows for which the scratch file has no room stay in memory.
  Status take(const Entry& entry, const LedgerReader& reader);
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
  Column<TurnRow> turns;
  Column<TradeRow> trades;
  Column<ThoughtRow> thoughts;
  Column<DecisionRow> decisions;
  Column<Seq> seats;  // readings of the desk's seats
  Column<VerdictRow> verdicts;
  Column<Seq> facts;
  Column<EntryRow> entries;
  std::map<std::string, Tally> tallies;
  std::vector<std::string> names;  // who wrote entries, and other words that come again and again
  std::int64_t margin = 0;         // margin entries taken
  std::string season;
  bool sealed = false;
  std::string stopped;

  [[nodiscard]] int being(std::string_view name) const;  // or -1
  // The entries that name it as a cause, ascending; the last `count_max` of them.
  [[nodiscard]] std::vector<Seq> effects(Seq cause, std::size_t count_max) const;
  // The entries of a turn: first and one behind the last; of the turn under way too.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> span(std::int64_t turn) const;
  [[nodiscard]] std::optional<TurnRow> turn(std::int64_t number) const;
  [[nodiscard]] std::int64_t played() const { return static_cast<std::int64_t>(turns.size()); }
  // Of a turn; zeros if there is none. `good`, `being`: indexes.
  [[nodiscard]] Candle candle(std::int64_t turn, std::size_t good) const;
  [[nodiscard]] BeingDay day(std::int64_t turn, std::size_t being) const;
  // What a latent fact said: its turn, then a value by good.
  [[nodiscard]] std::size_t latents() const { return latent_.size() / (scenario.goods.size() + 1); }
  [[nodiscard]] std::int64_t latent_turn(std::size_t i) const;
  [[nodiscard]] std::int64_t latent_mp(std::size_t i, std::size_t good) const;
  // His last thought in a turn or before it; none: up to now.
  [[nodiscard]] std::optional<ThoughtRow> thought_of(std::string_view who,
                                                     std::optional<std::int64_t> turn) const;
  // What this entry traded, in order.
  [[nodiscard]] std::vector<TradeRow> trades_of(Seq entry) const;

 private:
  Status begin(const Entry& entry, const LedgerReader& reader);
  void index(const Entry& entry);
  std::uint32_t id(const std::string& name);
  void has(Seq entry, EntryRow::Has what, std::size_t row);
  void read(const Entry& entry);
  void answer(const Entry& entry);
  void decide(const Entry& entry);
  void event(const Entry& entry, const LedgerReader& reader);
  void fact(const Entry& entry);
  void fills(const Entry& entry, const LedgerReader& reader);
  void close(const Entry& entry, const LedgerReader& reader);
  void dusk(const Entry& entry);

  // What each entry caused, as lists in one column: the newest of them by entry, then the one
  // before.
  struct Effect {
    std::uint32_t entry = 0, before = kNoRow;
  };
  struct Begin {
    std::int64_t turn = 0, entry = 0;
  };
  Column<std::uint32_t> newest_;
  Column<Effect> effects_;
  Column<Begin> begins_;    // ascending by turn
  Column<Candle> candles_;  // of each turn, by good
  Column<BeingDay> days_;   // of each turn, as `beings`
  Column<std::int64_t> latent_;
  std::map<std::int64_t, std::string> tasks_;  // prompt, then answer → task; of this turn
  std::vector<Seq> said_;                      // readings of the desk, this turn
  Seq vote_;
  std::vector<Candle> today_;  // by good
  std::map<std::string, std::uint32_t, std::less<>> ids_;
  std::map<std::uint32_t, std::uint32_t> last_thought_;  // by index in names
  std::map<std::string, MindLine> cards_;
};

}  // namespace wood::serve
