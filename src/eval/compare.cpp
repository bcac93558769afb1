#include "eval/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "eval/power.h"
#include "eval/stats.h"

namespace wood::eval {
namespace {

Draws draws_of(std::uint64_t seed, const char* purpose) {
  return {.seed = seed, .purpose = purpose, .replicates = 2'000};
}

std::optional<double> mean_of(std::span<const double> sample) { return mean(sample); }

// The values of one metric, cast by cast in the order of the seeds.
class Table {
 public:
  Table(const std::vector<CastNote>& casts, const std::vector<std::uint64_t>& seeds,
        const std::vector<Run>& runs)
      : casts_(casts), seeds_(seeds), runs_(runs) {}

  [[nodiscard]] MetricLine line(const Metric& metric, std::uint64_t seed) const {
    MetricLine out;
    out.metric = &metric;
    for (const CastNote& cast : casts_) {
      Spread spread;
      spread.values = values(metric, cast.name);
      std::vector<double> known;
      for (const auto& value : spread.values)
        if (value) known.push_back(*value);
      if (known.size() >= 2) spread.mean = estimate(known, seed);
      out.casts.push_back(std::move(spread));
    }
    for (std::size_t i = 1; i < casts_.size(); ++i)
      out.differences.push_back(difference(out.casts[i], out.casts[0], casts_[i].name, seed));
    return out;
  }

 private:
  [[nodiscard]] std::vector<std::optional<double>> values(const Metric& metric,
                                                          const std::string& cast) const {
    std::vector<std::optional<double>> out(seeds_.size());
    for (const Run& run : runs_) {
      if (run.cast != cast) continue;
      const auto at = std::find(seeds_.begin(), seeds_.end(), run.seed);
      if (at != seeds_.end()) out[static_cast<std::size_t>(at - seeds_.begin())] = metric.of(run);
    }
    return out;
  }

  // Where all are alike there is nothing to draw, and the interval is the value.
  static Estimate estimate(std::span<const double> known, std::uint64_t seed) {
    const Draws draws = draws_of(seed, "compare");
    if (auto out = bootstrap(known, mean_of, draws, {.kind = IntervalKind::percentile}))
      return *out;
    const double value = mean(known).value_or(0);
    return {.value = value, .interval = {value, value}, .replicates = 0};
  }

  static Difference difference(const Spread& a, const Spread& b, const std::string& cast,
                               std::uint64_t seed) {
    Difference out;
    out.cast = cast;
    std::vector<double> d;
    for (std::size_t i = 0; i < a.values.size(); ++i)
      if (a.values[i] && b.values[i]) d.push_back(*a.values[i] - *b.values[i]);
    if (d.size() < 2) return out;
    out.mean = estimate(d, seed);
    out.test = sign_flip(d, draws_of(seed, "compare.sign_flip"));
    return out;
  }

  const std::vector<CastNote>& casts_;
  const std::vector<std::uint64_t>& seeds_;
  const std::vector<Run>& runs_;
};

// Holm over every comparison of a figure of the record that has a better end.
int correct(std::vector<MetricLine>& lines) {
  std::vector<double> p;
  std::vector<Difference*> which;
  for (MetricLine& line : lines) {
    if (line.metric->source != Source::record || line.metric->better == Better::neither) continue;
    for (Difference& d : line.differences)
      if (d.test) p.push_back(d.test->p), which.push_back(&d);
  }
  const std::vector<double> adjusted = holm(p);
  for (std::size_t i = 0; i < which.size(); ++i) which[i]->p_holm = adjusted[i];
  return static_cast<int>(p.size());
}

CouncilLine::Sureness sureness(const std::vector<double>& confidence,
                               const std::vector<int>& right) {
  CouncilLine::Sureness out;
  out.cases = static_cast<int>(right.size());
  const Forecasts forecasts{confidence, right};
  out.brier = brier(forecasts);
  out.ece = ece(forecasts);
  if (!right.empty()) out.bins = reliability(forecasts);
  return out;
}

// The proposals of a cast's runs as a table of votes.
struct Cases {
  std::vector<std::string> seats;
  std::vector<int> cells, truth, cluster;
  std::vector<double> stated, measured;
  std::vector<int> stated_right, measured_right;
};

int option_of(const std::string& vote) {
  return vote == "approve" ? 0 : vote == "reject" ? 1 : kMissing;
}

Cases cases_of(const std::string& cast, const std::vector<Run>& runs) {
  Cases out;
  for (const Run& run : runs)
    if (run.cast == cast)
      for (const Proposal& p : run.figures.proposals)
        for (const Ballot& b : p.ballots)
          if (std::find(out.seats.begin(), out.seats.end(), b.seat) == out.seats.end())
            out.seats.push_back(b.seat);
  for (std::size_t r = 0; r < runs.size(); ++r) {
    if (runs[r].cast != cast) continue;
    for (const Proposal& p : runs[r].figures.proposals) {
      std::vector<int> row(out.seats.size(), kMissing);
      for (const Ballot& b : p.ballots) {
        const auto at = std::find(out.seats.begin(), out.seats.end(), b.seat);
        const int option = option_of(b.vote);
        row[static_cast<std::size_t>(at - out.seats.begin())] = option;
        if (option == kMissing) continue;
        const int right = b.vote == p.truth();
        if (b.stated_ppm >= 0)
          out.stated.push_back(static_cast<double>(b.stated_ppm) / 1e6),
              out.stated_right.push_back(right);
        if (b.measured_ppm >= 0)
          out.measured.push_back(static_cast<double>(b.measured_ppm) / 1e6),
              out.measured_right.push_back(right);
      }
      out.cells.insert(out.cells.end(), row.begin(), row.end());
      out.truth.push_back(option_of(p.truth()));
      out.cluster.push_back(static_cast<int>(r));
    }
  }
  return out;
}

CouncilLine council(const std::string& cast, const std::vector<Run>& runs, std::uint64_t seed) {
  CouncilLine out;
  out.cast = cast;
  const Cases cases = cases_of(cast, runs);
  out.seats = cases.seats;
  out.cases = static_cast<int>(cases.truth.size());
  out.approved = static_cast<int>(std::count(cases.truth.begin(), cases.truth.end(), 0));
  if (out.cases == 0) return out;
  const Votes votes{.voters = static_cast<int>(cases.seats.size()), .cell = cases.cells};
  const std::vector<int> errors = errors_of(votes, cases.truth);
  const Votes wrong{.voters = votes.voters, .cell = errors};
  const IntervalTerms terms{.kind = IntervalKind::percentile, .cluster = cases.cluster};
  out.accuracy = accuracy(votes, cases.truth);
  out.majority = majority_accuracy(votes, cases.truth, draws_of(seed, "compare.majority"), terms);
  out.agreement = raw_agreement(votes);
  out.kappa = fleiss_kappa(votes, 2);
  out.ac1 = gwet_ac1(votes, 2);
  out.correlation = error_correlation(wrong);
  out.effective = effective_voters(wrong, draws_of(seed, "compare.effective"), terms);
  out.stated = sureness(cases.stated, cases.stated_right);
  out.measured = sureness(cases.measured, cases.measured_right);
  return out;
}

Coverage coverage(const CastNote& cast, const std::vector<Run>& runs) {
  Coverage out{.cast = cast.name};
  for (const Run& run : runs) {
    if (run.cast != cast.name) continue;
    for (const auto& [who, answers] : run.figures.answers) {
      out.asks += answers.asked;
      if (!cast.exempt.contains(who.first) && !cast.trained.contains(who))
        out.untrained += answers.asked;
    }
  }
  return out;
}

std::optional<double> detectable(const MetricLine& pnl, std::uint64_t seed) {
  if (pnl.casts.size() < 2) return std::nullopt;
  std::vector<double> d;
  for (std::size_t i = 0; i < pnl.casts[0].values.size(); ++i)
    if (pnl.casts[0].values[i] && pnl.casts[1].values[i])
      d.push_back(*pnl.casts[1].values[i] - *pnl.casts[0].values[i]);
  if (d.size() < 2) return std::nullopt;
  const PowerTerms terms{.pairs = static_cast<int>(d.size()), .test = PairedTest::t, .pilot = d};
  Draws draws = draws_of(seed, "compare.power");
  draws.replicates = 1'000;
  return detectable_effect(0.8, terms, draws);
}

}  // namespace

Comparison compare(std::vector<CastNote> casts, std::vector<std::uint64_t> seeds,
                   std::vector<Run> runs, std::uint64_t seed) {
  Comparison out;
  out.casts = std::move(casts);
  out.seeds = std::move(seeds);
  out.runs = std::move(runs);
  if (!out.runs.empty()) out.scenario = out.runs.front().figures.scenario;
  const Table table(out.casts, out.seeds, out.runs);
  for (const Metric& metric : metrics()) out.lines.push_back(table.line(metric, seed));
  out.comparisons = correct(out.lines);
  for (const CastNote& cast : out.casts) {
    out.councils.push_back(council(cast.name, out.runs, seed));
    out.coverage.push_back(coverage(cast, out.runs));
  }
  out.detectable_pnl = detectable(out.lines.front(), seed);
  return out;
}

std::vector<std::string> claims(const Comparison& comparison) {
  std::vector<std::string> out;
  for (const Coverage& c : comparison.coverage)
    if (c.untrained > 0) {
      char text[160];
      std::snprintf(text, sizeof text,
                    "%s: %.1f %% of its asks are of kinds that its models were not trained on",
                    c.cast.c_str(),
                    static_cast<double>(c.untrained) * 100 /
                        static_cast<double>(std::max<std::int64_t>(c.asks, 1)));
      out.emplace_back(std::string(text) + ": nothing is claimed of it.");
    }
  const auto silent = [&](const std::string& cast) {
    return std::any_of(comparison.coverage.begin(), comparison.coverage.end(),
                       [&](const Coverage& c) { return c.cast == cast && c.untrained > 0; });
  };
  if (comparison.casts.empty() || silent(comparison.casts.front().name)) return out;
  for (const MetricLine& line : comparison.lines) {
    if (line.metric->source != Source::record || line.metric->better == Better::neither) continue;
    for (const Difference& d : line.differences) {
      if (!d.mean || d.p_holm > 0.05 || silent(d.cast)) continue;
      const bool better = (d.mean->value > 0) == (line.metric->better == Better::higher);
      char value[32], text[256];
      std::snprintf(value, sizeof value, std::fabs(d.mean->value) < 1'000 ? "%+.4g" : "%+.0f",
                    d.mean->value);
      std::snprintf(text, sizeof text, "%s is %s than %s in %s (%s %s, p %.4f after Holm).",
                    d.cast.c_str(), better ? "better" : "worse",
                    comparison.casts.front().name.c_str(), line.metric->name, value,
                    line.metric->unit, d.p_holm);
      out.emplace_back(text);
    }
  }
  return out;
}

}  // namespace wood::eval
