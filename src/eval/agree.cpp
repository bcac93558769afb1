#include "eval/agree.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/check.h"

namespace wood::eval {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

// What Fleiss and Gwet share: observed agreement, and the mean share of each option.
struct Observed {
  double agreement = 0;
  std::vector<double> share;
};
std::optional<Observed> observe(const Votes& votes, int options) {
  CHECK(options >= 2);
  Observed out;
  out.share.assign(at(options), 0.0);
  std::vector<int> count(at(options));
  int cast = 0;   // cases with a vote
  int pairs = 0;  // cases with two
  for (int row = 0; row < votes.cases(); ++row) {
    std::fill(count.begin(), count.end(), 0);
    int n = 0;
    for (int voter = 0; voter < votes.voters; ++voter) {
      const int vote = votes.at(row, voter);
      if (vote == kMissing) continue;
      CHECK(vote >= 0 && vote < options);
      ++count[at(vote)];
      ++n;
    }
    if (n == 0) continue;
    ++cast;
    double alike = 0;
    for (int option = 0; option < options; ++option) {
      out.share[at(option)] += static_cast<double>(count[at(option)]) / n;
      alike += static_cast<double>(count[at(option)]) * (count[at(option)] - 1);
    }
    if (n < 2) continue;
    ++pairs;
    out.agreement += alike / (static_cast<double>(n) * (n - 1));
  }
  if (pairs == 0) return std::nullopt;
  out.agreement /= pairs;
  for (double& share : out.share) share /= cast;
  return out;
}

std::optional<double> above_chance(double observed, double expected) {
  if (expected >= 1) return std::nullopt;
  return (observed - expected) / (1 - expected);
}

int options_in(const Votes& votes) {
  int most = 1;
  for (const int vote : votes.cell) most = std::max(most, vote);
  return most + 1;
}

// Of each case and pair of voters what they were: twice the first's error plus the second's, or
// kUnpaired. Made once, so that a resample only counts.
class PairErrors {
 public:
  explicit PairErrors(const Votes& errors) {
    for (int a = 0; a < errors.voters; ++a)
      for (int b = a + 1; b < errors.voters; ++b) {
        columns_.emplace_back();
        for (int row = 0; row < errors.cases(); ++row)
          columns_.back().push_back(code(errors.at(row, a), errors.at(row, b)));
      }
  }

  [[nodiscard]] std::size_t pairs() const { return columns_.size(); }

  // Counts are whole, so φ is 1 exactly for twins.
  [[nodiscard]] std::optional<double> phi(std::size_t pair, std::span<const int> rows) const {
    std::array<std::int64_t, kUnpaired + 1> n{};
    for (const int row : rows) ++n[columns_[pair][at(row)]];
    const auto a1 = static_cast<double>(n[2] + n[3]);
    const auto b1 = static_cast<double>(n[1] + n[3]);
    const auto a0 = static_cast<double>(n[0] + n[1]);
    const auto b0 = static_cast<double>(n[0] + n[2]);
    if (a1 == 0 || b1 == 0 || a0 == 0 || b0 == 0) return std::nullopt;
    const auto together = static_cast<double>(n[3] * n[0] - n[2] * n[1]);
    return together / (std::sqrt(a1 * a0) * std::sqrt(b1 * b0));
  }

  struct Mean {
    double sum = 0;
    int pairs = 0;  // that have a φ
    [[nodiscard]] std::optional<double> value() const {
      return pairs > 0 ? std::optional(sum / pairs) : std::nullopt;
    }
  };
  [[nodiscard]] Mean mean_phi(std::span<const int> rows) const {
    Mean out;
    for (std::size_t pair = 0; pair < pairs(); ++pair)
      if (const auto one = phi(pair, rows)) {
        out.sum += *one;
        ++out.pairs;
      }
    return out;
  }

 private:
  static constexpr std::uint8_t kUnpaired = 4;
  static std::uint8_t code(int a, int b) {
    if (a == kMissing || b == kMissing) return kUnpaired;
    CHECK(a >= 0 && a <= 1 && b >= 0 && b <= 1);
    return static_cast<std::uint8_t>(2 * a + b);
  }

  std::vector<std::vector<std::uint8_t>> columns_;  // of pairs (0, 1), (0, 2), …, (1, 2), …
};

std::vector<int> all_rows(const Votes& votes) {
  std::vector<int> rows(at(votes.cases()));
  for (int row = 0; row < votes.cases(); ++row) rows[at(row)] = row;
  return rows;
}

// What a case adds to the majority's accuracy; nullopt without votes.
struct Won {
  double credit = 0;
  int leaders = 0;
};
std::optional<Won> won(const Votes& votes, int row, int truth, std::vector<int>& count) {
  CHECK(truth >= 0);
  std::fill(count.begin(), count.end(), 0);
  for (int voter = 0; voter < votes.voters; ++voter)
    if (const int vote = votes.at(row, voter); vote != kMissing) ++count[at(vote)];
  const int most = *std::max_element(count.begin(), count.end());
  if (most == 0) return std::nullopt;
  const auto leaders = static_cast<int>(std::count(count.begin(), count.end(), most));
  const bool among = truth < static_cast<int>(count.size()) && count[at(truth)] == most;
  return Won{among ? 1.0 / leaders : 0.0, leaders};
}

}  // namespace

int Votes::cases() const {
  CHECK(voters >= 1 && cell.size() % static_cast<std::size_t>(voters) == 0);
  return static_cast<int>(cell.size()) / voters;
}

std::optional<double> raw_agreement(const Votes& votes) {
  const auto observed = observe(votes, options_in(votes));
  return observed ? std::optional(observed->agreement) : std::nullopt;
}

std::optional<double> fleiss_kappa(const Votes& votes, int options) {
  const auto observed = observe(votes, options);
  if (!observed) return std::nullopt;
  double expected = 0;
  for (const double share : observed->share) expected += share * share;
  return above_chance(observed->agreement, expected);
}

std::optional<double> gwet_ac1(const Votes& votes, int options) {
  const auto observed = observe(votes, options);
  if (!observed) return std::nullopt;
  double expected = 0;
  for (const double share : observed->share) expected += share * (1 - share);
  return above_chance(observed->agreement, expected / (options - 1));
}

std::optional<double> cohen_kappa(const Votes& votes, int first, int second, int options) {
  CHECK(options >= 2 && first >= 0 && first < votes.voters && second >= 0 && second < votes.voters);
  std::vector<double> of_first(at(options));
  std::vector<double> of_second(at(options));
  double alike = 0;
  double n = 0;
  for (int row = 0; row < votes.cases(); ++row) {
    const int a = votes.at(row, first);
    const int b = votes.at(row, second);
    if (a == kMissing || b == kMissing) continue;
    CHECK(a >= 0 && a < options && b >= 0 && b < options);
    of_first[at(a)] += 1;
    of_second[at(b)] += 1;
    alike += a == b ? 1 : 0;
    n += 1;
  }
  if (n == 0) return std::nullopt;
  double expected = 0;
  for (int option = 0; option < options; ++option)
    expected += of_first[at(option)] * of_second[at(option)];
  return above_chance(alike / n, expected / (n * n));
}

std::vector<int> errors_of(const Votes& votes, std::span<const int> truth) {
  CHECK(truth.size() == at(votes.cases()));
  std::vector<int> out;
  out.reserve(votes.cell.size());
  for (int row = 0; row < votes.cases(); ++row)
    for (int voter = 0; voter < votes.voters; ++voter) {
      const int vote = votes.at(row, voter);
      out.push_back(vote == kMissing ? kMissing : (vote == truth[at(row)] ? 0 : 1));
    }
  return out;
}

std::vector<std::optional<double>> error_correlation(const Votes& errors) {
  const PairErrors table(errors);
  const std::vector<int> rows = all_rows(errors);
  const std::size_t n = at(errors.voters);
  std::vector<std::optional<double>> out(n * n);
  std::size_t pair = 0;
  for (std::size_t a = 0; a < n; ++a) {
    out[a * n + a] = 1;
    for (std::size_t b = a + 1; b < n; ++b)
      out[a * n + b] = out[b * n + a] = table.phi(pair++, rows);
  }
  return out;
}

std::optional<double> same_wrong(const Votes& votes, std::span<const int> truth) {
  CHECK(truth.size() == at(votes.cases()));
  double both = 0;
  double same = 0;
  const auto wrong = [&](int row, int voter) {
    return votes.at(row, voter) != kMissing && votes.at(row, voter) != truth[at(row)];
  };
  for (int row = 0; row < votes.cases(); ++row)
    for (int a = 0; a < votes.voters; ++a)
      for (int b = a + 1; b < votes.voters; ++b) {
        if (!wrong(row, a) || !wrong(row, b)) continue;
        both += 1;
        same += votes.at(row, a) == votes.at(row, b) ? 1 : 0;
      }
  return both > 0 ? std::optional(same / both) : std::nullopt;
}

std::optional<double> mean_error_correlation(const Votes& errors) {
  return PairErrors(errors).mean_phi(all_rows(errors)).value();
}

double effective_voters(int n, double rho) {
  CHECK(n >= 1);
  const double design = 1 + (n - 1) * rho;
  return design > 0 ? n / design : std::numeric_limits<double>::infinity();
}

std::optional<EffectiveVoters> effective_voters(const Votes& errors, const Draws& draws,
                                                IntervalTerms terms) {
  const PairErrors table(errors);
  const auto statistic = [&](std::span<const int> rows) { return table.mean_phi(rows).value(); };
  const auto rho = bootstrap_cases(errors.cases(), statistic, draws, terms);
  if (!rho) return std::nullopt;
  EffectiveVoters out;
  out.rho = *rho;
  out.n_eff = effective_voters(errors.voters, rho->value);
  out.interval = {effective_voters(errors.voters, rho->interval.high),
                  effective_voters(errors.voters, rho->interval.low)};
  out.pairs = table.mean_phi(all_rows(errors)).pairs;
  return out;
}

std::vector<std::optional<double>> accuracy(const Votes& votes, std::span<const int> truth) {
  const std::vector<int> errors = errors_of(votes, truth);
  const Votes table{votes.voters, errors};
  std::vector<std::optional<double>> out;
  for (int voter = 0; voter < votes.voters; ++voter) {
    int cast = 0;
    int wrong = 0;
    for (int row = 0; row < votes.cases(); ++row)
      if (const int error = table.at(row, voter); error != kMissing) {
        ++cast;
        wrong += error;
      }
    out.push_back(cast > 0 ? std::optional(1 - static_cast<double>(wrong) / cast) : std::nullopt);
  }
  return out;
}

std::optional<Majority> majority(const Votes& votes, std::span<const int> truth) {
  CHECK(truth.size() == at(votes.cases()));
  std::vector<int> count(at(options_in(votes)));
  Majority out;
  for (int row = 0; row < votes.cases(); ++row)
    if (const auto one = won(votes, row, truth[at(row)], count)) {
      out.accuracy += one->credit;
      out.tied += one->leaders > 1 ? 1 : 0;
      ++out.cases;
    }
  if (out.cases == 0) return std::nullopt;
  out.accuracy /= out.cases;
  return out;
}

std::optional<Estimate> majority_accuracy(const Votes& votes, std::span<const int> truth,
                                          const Draws& draws, IntervalTerms terms) {
  CHECK(truth.size() == at(votes.cases()));
  std::vector<int> count(at(options_in(votes)));
  std::vector<std::optional<Won>> each;
  for (int row = 0; row < votes.cases(); ++row)
    each.push_back(won(votes, row, truth[at(row)], count));
  const auto statistic = [&](std::span<const int> rows) -> std::optional<double> {
    double credit = 0;
    int cases = 0;
    for (const int row : rows)
      if (each[at(row)]) {
        credit += each[at(row)]->credit;
        ++cases;
      }
    return cases > 0 ? std::optional(credit / cases) : std::nullopt;
  };
  return bootstrap_cases(votes.cases(), statistic, draws, terms);
}

}  // namespace wood::eval
