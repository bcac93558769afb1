// What a run was fed, what it answered and what came of it, each as a row of observations with
// their turns: what two runs are compared by (drift_report.h). One reading of one ledger.
//
// A channel is a kind of observation. Numbers: the return of a good's mark in basis points of the
// mark before; the length of a prompt in bytes of its messages; what an answer says of how sure it
// is, of 100, and how sure the model's own probabilities make it (minds/confidence.h); the length
// of an answer in bytes; the share of its tokens that the schema forced; the edge of an order, in
// basis points of its limit price on the right side of the latent value. Categories: the direction
// of the day's news, what was decided (by task), what became of an order, why one was refused.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "eval/figures.h"

namespace wood::eval {

struct Channel {
  enum class Group { input, answer, outcome } group = Group::input;
  enum class Kind { number, category } kind = Kind::number;
  std::vector<std::int64_t> turn;
  std::vector<double> value;       // of a number
  std::vector<std::string> label;  // of a category
};
const char* name(Channel::Group group);

// Ballots whose confidence is known and whose truth is: with the turn of each.
struct Sure {
  std::vector<std::int64_t> turn;
  std::vector<double> confidence;  // in [0, 1]
  std::vector<int> right;
};

enum class Sureness { stated, measured };
const char* name(Sureness source);
// In parts per million; -1: it has none.
[[nodiscard]] std::int64_t confidence_ppm(const Ballot& ballot, Sureness source);
// Of a cast ballot with such a confidence, in the order of the record.
[[nodiscard]] Sure sure(const Figures& figures, Sureness source);

struct Observed {
  std::string scenario, cast, seed, root;
  std::int64_t turns = 0;
  std::map<std::string, Channel> channels;  // by name: "return honey", "act creature.act"
  Sure stated, measured;
};
// Errors as read_figures.
Result<Observed> observe(const LedgerReader& ledger);
// Only what belongs to the turns first..last, both included.
[[nodiscard]] Observed between(const Observed& run, std::int64_t first, std::int64_t last);

}  // namespace wood::eval
