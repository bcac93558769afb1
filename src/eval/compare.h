// Casts side by side: the same seeds played by each, so that what differs is the cast.
//
// A metric is one number a run. Of each cast the mean over its runs with a bootstrap interval; of
// each cast against the first one the mean of the paired differences, seed by seed, with an
// interval, the sign-flip test's p, and Holm's correction over all comparisons of the report.
// A council's figures (agreement, error correlation, n_eff, calibration) need many cases: they are
// of all proposals of a cast's runs together, and whole runs are drawn.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "eval/agree.h"
#include "eval/calibrate.h"
#include "eval/figures.h"
#include "eval/paired.h"

namespace wood::eval {

// What the machine said of one run; -1: not measured.
struct Measured {
  std::int64_t wall_us = -1, cpu_us = -1, peak_bytes = -1, verify_us = -1, energy_uj = -1;
};

struct Run {
  std::string cast;
  std::uint64_t seed = 0;
  std::string file;
  Figures figures;
  Measured measured;
};

struct CastNote {
  std::string name, about;
  std::map<std::string, std::string> minds;  // creature → mind
  // (mind, task) that its models were trained on; asks of other kinds count as untrained. Minds
  // that are no models (rules, random) need no training and stand in `exempt`.
  std::set<std::pair<std::string, std::string>> trained;
  std::set<std::string> exempt;
};

enum class Better { higher, lower, neither };
enum class Source {
  record,  // the same to the digit whenever the run is played
  margin   // time, memory, energy: of this machine, this once
};

struct Metric {
  const char* name;
  const char* unit;
  const char* about;
  Better better;
  Source source;
  std::optional<double> (*of)(const Run&);
};
const std::vector<Metric>& metrics();

struct Spread {
  std::vector<std::optional<double>> values;  // by seed, in the order of Comparison::seeds
  std::optional<Estimate> mean;               // nullopt: fewer than two runs have a value
};
struct Difference {
  std::string cast;  // less the first
  std::optional<Estimate> mean;
  std::optional<TestResult> test;
  double p_holm = 1;
};
struct MetricLine {
  const Metric* metric = nullptr;
  std::vector<Spread> casts;            // in the order of Comparison::casts
  std::vector<Difference> differences;  // of all but the first
};

struct CouncilLine {
  std::string cast;
  std::vector<std::string> seats;
  int cases = 0;                                // proposals that were voted on
  int approved = 0;                             // of these, with truth "approve"
  std::vector<std::optional<double>> accuracy;  // by seat
  std::optional<Estimate> majority;
  std::optional<double> agreement, kappa, ac1;
  std::vector<std::optional<double>> correlation;  // of errors, seats × seats
  std::optional<EffectiveVoters> effective;
  struct Sureness {
    int cases = 0;
    std::optional<double> brier, ece;
    std::vector<ReliabilityBin> bins;
  } stated, measured;
};

struct Coverage {  // of asks by what its models were trained on
  std::string cast;
  std::int64_t asks = 0, untrained = 0;
};

struct Comparison {
  std::string scenario;
  std::vector<CastNote> casts;
  std::vector<std::uint64_t> seeds;
  std::vector<MetricLine> lines;
  std::vector<CouncilLine> councils;
  std::vector<Coverage> coverage;
  std::vector<Run> runs;  // by cast, then seed
  int comparisons = 0;    // that Holm's correction is over: record metrics with a direction
  // The smallest effect on the Treasury's profit that so many seeds find four times in five, by the
  // spread seen; nullopt: one cast only.
  std::optional<double> detectable_pnl;
};

// Runs of all casts and seeds; one that is missing leaves a hole. `seed` is of the bootstrap.
Comparison compare(std::vector<CastNote> casts, std::vector<std::uint64_t> seeds,
                   std::vector<Run> runs, std::uint64_t seed = 1);

// Figures in millionths of the metric's unit, rounded half away from zero; null where there is
// none. Without the members named `margin` it is a function of the runs' records.
Json json(const Comparison& comparison);

// What may be said of the differences, in sentences; `trained` only if nothing was asked that the
// models had not been trained on.
std::vector<std::string> claims(const Comparison& comparison);

}  // namespace wood::eval
