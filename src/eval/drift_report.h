// Has anything changed between two sets of runs? Every channel of channels.h tested, and the shift
// of calibration; when it was to be noticed is watch.h's.
//
// What is dealt anew (units.h). Where there are enough runs on both sides for the smallest p-value
// to pass the correction, whole runs: exact, whatever depends on what inside a run. Else blocks of
// consecutive turns, which is right as far as turns further apart than a block do not depend on
// each other; it counts the luck of a seed as drift, since from one run to the other it is one.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/channels.h"
#include "eval/drift.h"
#include "eval/paired.h"

namespace wood::eval {

struct DriftTerms {
  enum class Unit { automatic, run, block } unit = Unit::automatic;
  int block = 3;  // turns of a block, ≥ 1 (CHECK)
  double level = 0.05;
  // At least this; more where the correction for the number of tests asks for it.
  Draws draws{.seed = 0, .purpose = "drift", .replicates = 1'999};
};

struct DriftRow {
  std::string name;
  Channel::Group group = Channel::Group::input;
  Channel::Kind kind = Channel::Kind::number;
  std::int64_t reference = 0, now = 0;       // observations
  double mean_reference = 0, mean_now = 0;   // of a number; else the share of `label`
  std::string label{};                       // the category whose share moved most
  std::optional<Psi> psi{};                  // nullopt: absent on one side, or all alike
  std::optional<TestResult> ks{};            // of a number
  std::optional<double> ks_independent{};    // its p if values did not depend on each other
  double psi_adjusted = 1, ks_adjusted = 1;  // Holm, over all tests of the report

  [[nodiscard]] double adjusted() const { return std::min(psi_adjusted, ks_adjusted); }
};

struct ShiftRow {
  Sureness source = Sureness::stated;
  std::int64_t reference = 0, now = 0;  // ballots
  CalibrationShift shift{};
  double overall_adjusted = 1, by_bin_adjusted = 1;
};

struct DriftReport {
  int runs_reference = 0, runs_now = 0;
  DriftTerms::Unit unit = DriftTerms::Unit::run;
  int units_reference = 0, units_now = 0;  // that could be dealt
  int tests = 0, replicates = 0;
  double level = 0.05;
  int block = 3;
  std::vector<DriftRow> rows;
  std::vector<ShiftRow> shifts;

  [[nodiscard]] int found() const;  // tests whose adjusted p is at most the level
  // Whether any test could have: so few units can be dealt in too few ways for the correction.
  [[nodiscard]] bool could_find() const;
};

// Neither set is empty (CHECK).
[[nodiscard]] DriftReport drift_report(std::span<const Observed> reference,
                                       std::span<const Observed> now, const DriftTerms& terms);
// Fractions in parts per million.
[[nodiscard]] Json json(const DriftReport& report);

}  // namespace wood::eval
