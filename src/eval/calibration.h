// Confidence to accuracy, fitted on the ballots of one set of runs and judged on another: the maps,
// the scores before and after them, and the file that keeps them (docs/formats/calibration.md).
//
// A case is a cast ballot on a proposal with a truth (figures.h) and a confidence. Intervals draw
// whole runs anew (bootstrap.h), since the ballots of one run, and of one proposal even more, are
// right and wrong together.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/channels.h"
#include "eval/isotonic.h"

namespace wood::eval {

enum class By { voter, mind, all };
const char* name(By by);

// Which run: for saying where a map comes from, and that no run is on both sides.
struct RunName {
  std::string scenario, cast, seed, root;
  friend bool operator==(const RunName&, const RunName&) = default;
};
[[nodiscard]] RunName run_name(const Figures& figures);

// The maps by voter (seat of the desk), by mind, or one under "all".
struct Calibration {
  By by = By::all;
  Sureness source = Sureness::stated;
  std::map<std::string, CalibrationMap> maps;
  std::vector<RunName> fitted_on;
  std::int64_t ballots = 0;

  // As in docs/formats/calibration.md.
  [[nodiscard]] Json json() const;
  // Errc::schema naming the member that is wrong.
  static Result<Calibration> from(const Json& json);
};

// Who has no ballot with such a confidence has no map. Errc::usage: nobody has.
Result<Calibration> fit(std::span<const Figures> runs, By by, Sureness source);

// Errc::usage naming two runs that are one: the same record, or one scenario's seed on both sides,
// where the latent values and so the truths are the same, whatever the cast. `name` says of a run
// of either list what to call it: its file.
struct NamedRun {
  RunName run;
  std::string file;
};
Status disjoint(std::span<const NamedRun> fit, std::span<const NamedRun> test);

struct Scores {
  Estimate brier{}, log_loss{}, ece{};
  Murphy murphy{};
  EceTest calibrated{};  // what a perfectly calibrated voter with these confidences would show
  std::vector<ReliabilityBin> bins;
};
struct CalibrationRow {
  std::string who;
  int ballots = 0, runs = 0;
  double accuracy = 0;
  Scores before{}, after{};
  Estimate brier_change{}, log_loss_change{},
      ece_change{};  // after less before, on the same resamples
};
struct ReportTerms {
  Draws draws{.seed = 0, .purpose = "calibrate", .replicates = 2'000};
  Binning binning{};  // ten of equal width
};
// A row for each map that has ballots among these runs, by name. An estimate whose interval cannot
// be given (one run) has replicates 0 and an interval of its value alone.
[[nodiscard]] std::vector<CalibrationRow> judge(const Calibration& calibration,
                                                std::span<const Figures> runs,
                                                const ReportTerms& terms);
// Fractions in parts per million.
[[nodiscard]] Json json(const CalibrationRow& row);

}  // namespace wood::eval
