// The reading of a run: one pass over its ledger, finished or not. What `run` prints at the end,
// what `show` begins with, and --json. Nothing here was remembered by the run itself: whoever has
// the file can draw up the same report.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/table.h"
#include "ledger/ledger.h"

namespace wood::cli {

struct BeingLine {
  std::string name, mind;
  std::int64_t pnl_mp = 0, worth_mp = 0, mood = -1, heat = 0;  // mood -1: has none
  std::int64_t orders = 0, refused = 0, trades = 0;            // trades: fills, own and met
  std::int64_t prompts = 0, failures = 0, tokens = 0;
  std::int64_t forced = 0;         // of `tokens`, put in by the schema without asking the model
  std::int64_t prompt_tokens = 0;  // of which `reused` had been read for an earlier ask (margin)
  std::int64_t reused = 0;
  std::int64_t repaired = 0, unread = 0;         // answers that were mended, and that could not be
  std::int64_t wall_us = 0, cpu_us = 0;          // from the margin
  std::map<std::string, std::int64_t> refusals;  // of orders and other acts, by reason
};
struct TurnLine {
  std::int64_t turn = 0;
  std::int64_t orders = 0, refused = 0, trades = 0, lots = 0;
  std::int64_t creature_trades = 0;  // those with a creature on one side or both
};
struct GoodLine {
  std::string name;
  std::vector<std::int64_t> marks;  // ticks: the opening, then of each dusk
  std::int64_t lots = 0;            // traded
};
struct BallotLine {
  std::string by, seat, vote;  // vote: an option, "abstain" or "no answer"
  std::int64_t confidence = -1;
  std::string reason;
};
struct DeskLine {
  std::int64_t turn = 0;
  std::string outcome, text;
  std::int64_t n_eff_milli = 0;
  std::vector<BallotLine> ballots;
  Seq entry;  // of the decision; for `wood trace`
};
struct VerdictLine {
  std::int64_t turn = 0, heat = 0;
  std::string who, sentence, reason;
  Seq entry;
};

struct SilenceLine {             // asks of one mind that ended the same way
  std::string mind, code, what;  // what: said of the first
  std::int64_t count = 0;
  Seq entry;  // of the first
};

struct Report {
  std::string scenario, title, seed, cast;
  std::int64_t turns = 0, turns_wanted = 0, tick_mp = 1;
  bool sealed = false;
  std::string stopped;  // why it ended early
  std::vector<BeingLine> beings;
  std::vector<GoodLine> goods;
  std::vector<TurnLine> by_turn;
  std::vector<DeskLine> desk;
  std::vector<VerdictLine> verdicts;
  std::vector<SilenceLine> silences;
  std::int64_t orders = 0, refused = 0, trades = 0, lots = 0;
  std::int64_t prompts = 0, facts = 0, disclosures = 0, leaks = 0;
  std::int64_t tokens = 0, failures = 0, repaired = 0, unread = 0, wall_us = 0;
  std::string state;  // of the last turn
  std::int64_t record_size = 0, margin_size = 0;
  std::string record_root, margin_root;  // hex
};

Result<Report> read_report(const LedgerReader& ledger);
Json json(const Report& report);
std::string text(const Report& report, const Terminal& terminal);

// "desk.vote" ballots as lines; the reason stands in the reading that each ballot names.
std::vector<BallotLine> ballots_of(const Entry& vote, const LedgerReader& ledger);
// A value that may stand as a blob ({"bytes","sha256"}).
Result<Json> whole_value(const Json& value, const LedgerReader& ledger);

}  // namespace wood::cli
