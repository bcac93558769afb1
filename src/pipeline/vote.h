// Counting sealed ballots, and asking how many independent opinions they were.
//
// Ballots are counted only when all are in. Five minds that always agree are one opinion with five
// signatures: n_eff = n / (1 + (n−1)·rho), the size of an uncorrelated panel with the same variance
// (Kish's design effect). rho is the mean over pairs of voters of (k·a − 1)/(k − 1), where a is the
// share of earlier and present votes on which the two agreed and k the number of options: 0 for two
// who agree as often as chance would have it, 1 for two who always do; a pair that agrees less than
// that counts as 0. It measures agreement, not error: voters who are all right agree too, so n_eff
// errs low.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/json.h"

namespace wood {

enum class VoteRule {
  plurality,  // most weight
  majority,   // more than half of the weight cast
  unanimity,  // all cast alike
  weighted,   // as majority; ballots must state their weights
};
enum class TieRule {
  escalate,
  fallback,
  first
};  // first: of the tied options, the one listed first

const char* name(VoteRule rule);
const char* name(TieRule rule);

inline constexpr const char* kAbstain = "abstain";

struct VoteTerms {
  VoteRule rule = VoteRule::plurality;
  TieRule tie = TieRule::fallback;
  std::vector<std::string> options;
  std::string fallback;             // the outcome where the vote gives none; may be no option
  std::int64_t quorum = 1;          // ballots cast, abstentions not counted
  std::int64_t confidence_min = 0;  // mean of the winners', 0..100; 0: no bar
};

struct Ballot {
  enum class State { cast, abstained, failed };  // failed: no answer, or none that could be read
  std::string by;
  State state = State::failed;
  std::string option{};          // of a cast ballot
  std::int64_t confidence = -1;  // -1: not stated; counts as 100
  std::int64_t weight = 1;
  std::string reason{};
  Seq entry{};  // the reading or step that gave it
};
const char* name(Ballot::State state);

struct Tally {
  enum class Why { decided, tie, no_majority, not_unanimous, low_confidence, no_quorum };
  std::string outcome;  // empty unless decided
  Why why = Why::no_quorum;
  std::map<std::string, std::int64_t> counts;   // ballots by option, all options
  std::map<std::string, std::int64_t> weights;  // weight by option
  std::vector<std::string> leaders;             // options with the most weight, in the order listed
  std::int64_t cast = 0, abstained = 0, failed = 0;
  std::int64_t confidence = 0;  // mean over the leading option's ballots, rounded down
};
const char* name(Tally::Why why);

// Pure; the order of the ballots does not matter.
Tally count(const std::vector<Ballot>& ballots, const VoteTerms& terms);

// How often each pair of voters cast the same vote, over a run.
class Agreement {
 public:
  void add(const std::vector<Ballot>& ballots);
  // rho in thousandths over the pairs of those who cast now; 0 with fewer than two.
  [[nodiscard]] std::int64_t rho_milli(const std::vector<Ballot>& ballots,
                                       std::int64_t options) const;
  [[nodiscard]] Json json() const;
  static Result<Agreement> from(const Json& json);

 private:
  struct Pair {
    std::int64_t shared = 0, agreed = 0;
  };
  std::map<std::pair<std::string, std::string>, Pair> pairs_;  // first < second
};

// Thousandths, rounded down. n voters; 1000·n for rho 0.
std::int64_t n_eff_milli(std::int64_t n, std::int64_t rho_milli);

}  // namespace wood
