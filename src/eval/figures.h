// What one run's ledger says, as numbers that runs can be compared by. One pass; integers as they
// stand in the record, times as they stand in the margin. Nothing is estimated here: figures over
// many runs are compare.h's.
//
// Whether a decision was right is asked of the latent value, which the simulator knows and nobody
// in the wood: to buy is right where a lot is worth more than its limit price, to sell where it is
// worth less. That is a judgement of the price alone. A creature that pays more for its last meal
// of the day is not wrong, it is hungry; so orders are counted, and votes are judged.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace wood::eval {

struct Ballot {
  std::string seat;                // of the desk
  std::string mind{};              // that gave it; "": a rule, or no answer
  std::string vote;                // "approve", "reject", "abstain"; "": no answer
  std::int64_t stated_ppm = -1;    // how sure it says it is; -1: it does not
  std::int64_t measured_ppm = -1;  // the model's probability of its vote (minds/confidence.h); -1:
                                   // it has none
  Seq answer{}, prompt{};          // entries; none: a rule gave it, or nobody
};

// What the desk voted on. A proposal to hold has no truth and does not stand here.
struct Proposal {
  std::int64_t turn = 0;
  std::string good;
  std::int64_t lots = 0;      // to sell: below 0
  std::int64_t limit_mp = 0;  // of a lot
  std::int64_t latent_mp = 0;
  std::string outcome;  // of the vote
  std::vector<Ballot> ballots;

  // "approve" or "reject".
  [[nodiscard]] std::string truth() const {
    return (lots > 0 ? latent_mp > limit_mp : latent_mp < limit_mp) ? "approve" : "reject";
  }
};

struct Trader {
  std::string name;
  std::string mind;                      // at the run's start; "": it has none
  std::vector<std::int64_t> worth_mp;    // at each dusk
  std::vector<std::int64_t> pnl_mp;      // so far, at each dusk
  std::int64_t orders = 0, refused = 0;  // by the pre-trade controls
  std::int64_t priced = 0;  // of its orders that passed: those with a latent value to compare with
  std::int64_t favourable = 0;  // of these, on the right side of it
  std::int64_t own_bids = 0;    // bids for the good that it makes itself
};

struct Answers {  // of one mind to one task
  std::int64_t asked = 0, failed = 0;
  std::int64_t clean = 0;  // conformed without a repair
  std::int64_t unread = 0;
  std::int64_t tokens = 0, forced = 0, prompt_tokens = 0;
  std::int64_t longest = 0;       // prompt and answer together, tokens
  std::int64_t prompt_bytes = 0;  // of all messages: what an endpoint is sent, besides the schema
  std::int64_t cost_nano = 0;     // by the price list in the genesis
  std::int64_t cpu_us = 0;        // margin
  std::vector<std::int64_t> wall_us{};  // margin: one an answer that has one
};

struct Figures {
  std::string scenario, cast, seed;
  std::int64_t turns = 0;
  enum class State { open, sealed } state = State::open;
  std::string stopped;          // why it ended early
  std::vector<Trader> traders;  // creatures, the Treasury, the Patron; by name
  std::vector<Proposal> proposals;
  std::map<std::pair<std::string, std::string>, Answers> answers;  // by mind and task
  std::int64_t trades = 0, leaks = 0, verdicts = 0;
  std::int64_t heat = 0;  // of all creatures, at the last dusk
  // Orders of creatures and the desk, and those of them from which the causes on record lead to the
  // answer that was given and the prompt it was given to.
  std::int64_t acts = 0, traced = 0;
  std::int64_t entries = 0;
  std::string root;  // hex, of the record

  [[nodiscard]] const Trader* trader(const std::string& name) const;
};

// Errc::integrity, Errc::parse: this is no run, or its record cannot be read.
Result<Figures> read_figures(const LedgerReader& ledger);

// For a table of many runs, and for reading them again.
Json json(const Figures& figures);

}  // namespace wood::eval
