// Counting sealed ballots, and asking how many independent opinions they were.
//
// Ballots are counted only when all are in. A ballot is an option, a ranking of the options (Borda)
// or a quantity (median). What it weighs is stated, its confidence, or what was measured of its
// voter (calibration.h).
//
// Five minds that always agree are one opinion with five signatures: n_eff = n / (1 + (n−1)·rho),
// the size of an uncorrelated panel with the same variance (Kish's design effect). Where the truth
// of votes becomes known rho is that of the voters' errors (errors.h). Else it is the mean over
// pairs of voters of (k·a − 1)/(k − 1), where a is the share of earlier and present votes on which
// the two agreed and k the number of options: 0 for two who agree as often as chance would have it,
// 1 for two who always do; a pair that agrees less than that counts as 0. It measures agreement,
// not error: voters who are all right agree too, so n_eff errs low.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/json.h"
#include "pipeline/calibration.h"

namespace wood {

enum class VoteRule {
  plurality,  // most weight
  majority,   // more than half of the weight cast
  unanimity,  // all cast alike
  weighted,   // as majority; with stated weights every ballot must have one
  borda,      // rankings: most points
  median,     // quantities: the lower median of the weight cast
};
enum class TieRule {
  escalate,
  fallback,
  first
};  // first: of the tied options, the one listed first
enum class Weights {
  stated,      // the ballot's own, 1 unless it says otherwise
  confidence,  // its confidence, in parts per million
  calibrated,  // the voter's log odds, discounted within its camp (calibration.h), in millinats
};
enum class Source { declared, measured };  // of a confidence: the answer says it; its logits do

const char* name(VoteRule rule);
const char* name(TieRule rule);
const char* name(Weights weights);
const char* name(Source source);

inline constexpr const char* kAbstain = "abstain";

struct VoteTerms {
  VoteRule rule = VoteRule::plurality;
  TieRule tie = TieRule::fallback;
  std::vector<std::string> options;  // of a median: none
  std::string fallback;              // the outcome where the vote gives none; may be no option
  std::int64_t quorum = 1;           // ballots cast, abstentions not counted
  std::int64_t confidence_min = 0;   // mean of the winners', 0..100; 0: no bar
  Weights weights = Weights::stated;
  Source source = Source::declared;  // which confidence weighs and is held to the bar
  std::int64_t unstated = 100;       // what one counts that is not there, 0..100
  Calibration calibration = {};
  // Of a median. Outcomes, ballots and truths are quantities in decimal.
  std::int64_t low = 0, high = 0;  // what a ballot may be
  std::int64_t tolerance = 0;      // two that are so far apart still agree
  std::int64_t spread_max = -1;  // highest minus lowest, beyond which nothing is decided; -1: none
};

struct Ballot {
  enum class State { cast, abstained, failed };  // failed: no answer, or none that could be read
  std::string by;
  std::string mind = {};  // that answered; "": computed
  State state = State::failed;
  std::string option{};                // of a cast ballot; of a ranking its first
  std::vector<std::string> ranking{};  // borda: best first; some may be left out
  std::int64_t confidence = -1;        // declared, 0..100; -1: not stated
  std::int64_t measured_ppm = -1;      // of the vote, by its logits; -1: not measured
  std::int64_t weight = 1;
  bool veto = false;  // no other option than this ballot's is decided
  std::string reason{};
  Seq entry{};  // the reading or step that gave it
};
const char* name(Ballot::State state);

struct Tally {
  enum class Why {
    decided,
    tie,
    no_majority,
    not_unanimous,
    low_confidence,
    no_quorum,
    no_weight,  // what was cast weighs nothing
    scattered,  // a median of quantities further apart than the terms allow
    vetoed,
  };
  std::string outcome;  // empty unless decided
  Why why = Why::no_quorum;
  std::map<std::string, std::int64_t> counts;  // ballots by option, all options; of rankings firsts
  std::map<std::string, std::int64_t> weights;  // weight by option; of rankings half points
  std::vector<std::string> leaders;             // options with the most weight, in the order listed
  std::int64_t cast = 0, abstained = 0, failed = 0;
  std::int64_t confidence = 0;  // mean over the leading option's ballots, rounded down
};
const char* name(Tally::Why why);

// Pure; the order of the ballots does not matter, and those that are not cast move nothing. A vote
// more for the winner, or a ballot changed in its favour, does not make it lose, unless its
// confidence takes the mean under the bar.
Tally count(const std::vector<Ballot>& ballots, const VoteTerms& terms);

// 0..1'000'000: by the terms' source, or what they count where there is none.
std::int64_t confidence_ppm(const Ballot& ballot, const VoteTerms& terms);
// What a cast ballot weighs by the terms; a calibrated one before its camp's discount.
std::int64_t weight_of(const Ballot& ballot, const VoteTerms& terms);
// Whether a cast ballot is wrong where this is the truth: another option, for a ranking another
// first, for a quantity one further off than the tolerance.
bool is_wrong(const std::string& cast, const std::string& truth, const VoteTerms& terms);
// A ballot, an outcome or a truth as data, and back: a median's are integers, all others options.
// Nothing if it is neither an option nor a quantity from low to high.
Json value_of(const std::string& text, const VoteTerms& terms);
std::optional<std::string> text_of(const Json& value, const VoteTerms& terms);
// How many different answers there are, for the chance of agreeing: the options; 2 for rankings, of
// which each pair of options is compared; of quantities, how many fit between low and high that do
// not agree.
std::int64_t answers_of(const VoteTerms& terms);

// How often each pair of voters cast the same vote, over a run. Of two rankings, on how many pairs
// of options.
class Agreement {
 public:
  void add(const std::vector<Ballot>& ballots, const VoteTerms& terms = {});
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
