// Do the voters agree, are they right, and do they fail together?
//
// A table of cases × voters. Agreement (raw, Fleiss' κ, Gwet's AC1, Cohen's κ) looks at the votes
// alone; errors need the truth. The number that decides whether a council can help is the
// correlation of errors: n voters whose errors correlate by ρ on the mean are worth n/(1 + (n −
// 1)ρ) independent ones (Kish's design effect). pipeline/vote.h keeps a running figure of the same
// name from agreement alone, since a vote does not know the truth; this one does.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "eval/bootstrap.h"

namespace wood::eval {

inline constexpr int kMissing = -1;

// Row-major: cell[case·voters + voter] is an option 0, 1, …, or kMissing. Borrowed.
struct Votes {
  int voters = 0;
  std::span<const int> cell{};

  // CHECKs that the cells are whole rows.
  [[nodiscard]] int cases() const;
  [[nodiscard]] int at(int row, int voter) const {
    return cell[static_cast<std::size_t>(row) * static_cast<std::size_t>(voters) +
                static_cast<std::size_t>(voter)];
  }
};

// ---- Agreement. `options` ≥ 2 is the number of possible votes, cast or not; votes below it
// (CHECK). Over a subset of cases: pass a table of those. With missing votes as in Gwet (2014,
// chapter 2): a case counts for the observed part with at least two votes, for the expected part
// with one.

// Mean over cases of the share of pairs of votes that are alike. nullopt: no case with two votes.
[[nodiscard]] std::optional<double> raw_agreement(const Votes& votes);
// Fleiss (1971): expected Σπ², π the mean share of an option. Where votes are missing the two parts
// rest on different cases, and few cases with two votes can bring it below −1. nullopt: also where
// all votes are one option, and expected is 1.
[[nodiscard]] std::optional<double> fleiss_kappa(const Votes& votes, int options);
// Gwet (2008): expected Σπ(1 − π)/(options − 1). Stays near the raw agreement where nearly all
// votes are one option, when κ falls towards 0.
[[nodiscard]] std::optional<double> gwet_ac1(const Votes& votes, int options);
// Cohen (1960) of two voters, on the cases where both voted. nullopt: none, or expected is 1.
[[nodiscard]] std::optional<double> cohen_kappa(const Votes& votes, int first, int second,
                                                int options);

// ---- Errors

// 1 where the vote is not the truth, 0 where it is, kMissing where there was no vote; same shape.
// truth, here and below: one option a case (CHECK); cases whose truth is not known stay out.
[[nodiscard]] std::vector<int> errors_of(const Votes& votes, std::span<const int> truth);

// Pearson's φ of each pair's errors on the cases where both voted; voters² values, row-major,
// symmetric, 1 on the diagonal. nullopt where one of the two never or always erred there.
[[nodiscard]] std::vector<std::optional<double>> error_correlation(const Votes& errors);
// Of all times that two voters were both wrong, the share in which they gave the same wrong vote;
// with two options always 1. nullopt: no two were ever wrong together.
[[nodiscard]] std::optional<double> same_wrong(const Votes& votes, std::span<const int> truth);
// The mean φ over the pairs that have one. nullopt: no pair has.
[[nodiscard]] std::optional<double> mean_error_correlation(const Votes& errors);

// n/(1 + (n − 1)ρ), n ≥ 1 (CHECK). Not cut at n: voters who err by turns (ρ < 0) are worth more
// than independent ones. Infinite where ρ ≤ −1/(n − 1).
[[nodiscard]] double effective_voters(int n, double rho);

struct EffectiveVoters {
  Estimate rho;  // mean error correlation, cases drawn with replacement
  double n_eff = 0;
  Interval interval{};  // rho's ends put through the formula, which falls in ρ: low from high
  int pairs = 0;        // that have a correlation, of voters·(voters − 1)/2
};
// nullopt: no pair has a correlation, or bootstrap_cases has no interval for it.
[[nodiscard]] std::optional<EffectiveVoters> effective_voters(const Votes& errors,
                                                              const Draws& draws,
                                                              IntervalTerms terms = {});

// ---- Accuracy against the truth

// Share right of each voter's own votes. nullopt: it cast none.
[[nodiscard]] std::vector<std::optional<double>> accuracy(const Votes& votes,
                                                          std::span<const int> truth);

struct Majority {
  double accuracy = 0;
  int cases = 0;  // with at least one vote
  int tied = 0;   // of them
};
// Of the option with most votes. A tie of k leading options counts 1/k if the truth is among them:
// what a toss among them gives on the mean. nullopt: no votes.
[[nodiscard]] std::optional<Majority> majority(const Votes& votes, std::span<const int> truth);
// The same accuracy with an interval, cases drawn with replacement.
[[nodiscard]] std::optional<Estimate> majority_accuracy(const Votes& votes,
                                                        std::span<const int> truth,
                                                        const Draws& draws,
                                                        IntervalTerms terms = {});

}  // namespace wood::eval
