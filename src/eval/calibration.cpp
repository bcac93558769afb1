#include "eval/calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check.h"

namespace wood::eval {
namespace {

struct Cases {
  std::vector<double> confidence;
  std::vector<int> right;
  std::vector<int> run;  // its place among the runs
};

std::string who(const Ballot& ballot, By by) {
  switch (by) {
    case By::voter: return ballot.seat;
    case By::mind: return ballot.mind;
    case By::all: break;
  }
  return "all";
}

std::map<std::string, Cases> cases(std::span<const Figures> runs, By by, Sureness source) {
  std::map<std::string, Cases> out;
  // By root, so that the order in which files are named changes no interval.
  std::vector<std::size_t> order(runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return runs[a].root < runs[b].root; });
  // What is drawn together: the runs of one seed, since its latent values are the same whoever
  // plays.
  std::map<std::string, int> clusters;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const Figures& run = runs[order[place]];
    const int cluster =
        clusters.emplace(run.scenario + " " + run.seed, static_cast<int>(clusters.size()))
            .first->second;
    for (const Proposal& proposal : run.proposals)
      for (const Ballot& ballot : proposal.ballots) {
        const std::int64_t ppm = confidence_ppm(ballot, source);
        if (ppm < 0 || (ballot.vote != "approve" && ballot.vote != "reject")) continue;
        Cases& of = out[who(ballot, by)];
        of.confidence.push_back(std::min(1.0, static_cast<double>(ppm) / 1e6));
        of.right.push_back(ballot.vote == proposal.truth() ? 1 : 0);
        of.run.push_back(cluster);
      }
  }
  out.erase("");
  return out;
}

std::int64_t ppm(double value) { return std::llround(value * 1e6); }

using Score = std::optional<double> (*)(const Forecasts&, Binning);
std::optional<double> brier_of(const Forecasts& forecasts, Binning) { return brier(forecasts); }
std::optional<double> loss_of(const Forecasts& forecasts, Binning) { return log_loss(forecasts); }

// A score of the cases with these indices.
std::optional<double> of_indices(std::span<const double> confidence, std::span<const int> right,
                                 std::span<const int> indices, Score score, Binning binning) {
  std::vector<double> some;
  std::vector<int> hits;
  for (const int i : indices) {
    some.push_back(confidence[static_cast<std::size_t>(i)]);
    hits.push_back(right[static_cast<std::size_t>(i)]);
  }
  return score({some, hits}, binning);
}

Estimate estimate(const Cases& of, const CaseStatistic& statistic, const Draws& draws,
                  IntervalKind kind) {
  const int n = static_cast<int>(of.right.size());
  const auto found =
      bootstrap_cases(n, statistic, draws, {.kind = kind, .level = 0.95, .cluster = of.run});
  if (found) return *found;
  std::vector<int> all;
  for (int i = 0; i < n; ++i) all.push_back(i);
  Estimate out;
  out.value = statistic(all).value_or(0);
  out.interval = {out.value, out.value};
  return out;
}

// ECE has bins to fall into and out of: its jackknife misleads.
IntervalKind kind_of(Score score) {
  return score == static_cast<Score>(ece) ? IntervalKind::percentile : IntervalKind::bca;
}

Estimate score_of(const Cases& of, std::span<const double> confidence, Score score,
                  const ReportTerms& terms) {
  return estimate(
      of,
      [&](std::span<const int> indices) {
        return of_indices(confidence, of.right, indices, score, terms.binning);
      },
      terms.draws, kind_of(score));
}

Estimate change_of(const Cases& of, std::span<const double> after, Score score,
                   const ReportTerms& terms) {
  return estimate(
      of,
      [&](std::span<const int> indices) -> std::optional<double> {
        const auto then = of_indices(of.confidence, of.right, indices, score, terms.binning);
        const auto now = of_indices(after, of.right, indices, score, terms.binning);
        if (!then || !now) return std::nullopt;
        return *now - *then;
      },
      terms.draws, kind_of(score));
}

Scores scores_of(const Cases& of, std::span<const double> confidence, const ReportTerms& terms) {
  const Forecasts forecasts{confidence, of.right};
  Scores out;
  out.brier = score_of(of, confidence, brier_of, terms);
  out.log_loss = score_of(of, confidence, loss_of, terms);
  out.ece = score_of(of, confidence, ece, terms);
  out.murphy = *murphy(forecasts, terms.binning);
  out.calibrated = *ece_test(forecasts, terms.draws, terms.binning);
  out.bins = reliability(forecasts, terms.binning);
  return out;
}

Json json(const Estimate& estimate) {
  return Json::object({{"high_ppm", ppm(estimate.interval.high)},
                       {"interval", name(estimate.kind)},
                       {"low_ppm", ppm(estimate.interval.low)},
                       {"replicates", estimate.replicates},
                       {"value_ppm", ppm(estimate.value)}});
}

Json json(const Scores& scores) {
  Json bins = Json::array();
  for (const ReliabilityBin& bin : scores.bins)
    bins.push(Json::object({{"accuracy_high_ppm", ppm(bin.interval.high)},
                            {"accuracy_low_ppm", ppm(bin.interval.low)},
                            {"accuracy_ppm", ppm(bin.accuracy)},
                            {"confidence_ppm", ppm(bin.confidence)},
                            {"count", bin.count},
                            {"high_ppm", ppm(bin.high)},
                            {"low_ppm", ppm(bin.low)}}));
  return Json::object({{"bins", std::move(bins)},
                       {"brier", json(scores.brier)},
                       {"ece", json(scores.ece)},
                       {"ece_if_calibrated_ppm", ppm(scores.calibrated.expected)},
                       {"ece_p_ppm", ppm(scores.calibrated.p)},
                       {"log_loss", json(scores.log_loss)},
                       {"murphy", Json::object({{"reliability_ppm", ppm(scores.murphy.reliability)},
                                                {"resolution_ppm", ppm(scores.murphy.resolution)},
                                                {"uncertainty_ppm", ppm(scores.murphy.uncertainty)},
                                                {"within_ppm", ppm(scores.murphy.within)}})}});
}

std::string shown(const NamedRun& run) {
  return run.file + " (" + run.run.scenario + ", seed " + run.run.seed + ", cast " + run.run.cast +
         ")";
}

Result<By> by_from(const std::string& word) {
  for (const By by : {By::voter, By::mind, By::all})
    if (word == name(by)) return by;
  return fail(Errc::schema, "a calibration's by is voter, mind or all, not \"" + word + "\"");
}

}  // namespace

const char* name(By by) {
  switch (by) {
    case By::voter: return "voter";
    case By::mind: return "mind";
    case By::all: return "all";
  }
  return "";
}

RunName run_name(const Figures& figures) {
  return {figures.scenario, figures.cast, figures.seed, figures.root};
}

Json Calibration::json() const {
  Json made = Json::object(), runs = Json::array();
  for (const auto& [of, map] : maps) made.set(of, map.json());
  for (const RunName& run : fitted_on)
    runs.push(Json::object(
        {{"cast", run.cast}, {"root", run.root}, {"scenario", run.scenario}, {"seed", run.seed}}));
  return Json::object({{"ballots", ballots},
                       {"by", name(by)},
                       {"format", 1},
                       {"kind", "calibration"},
                       {"maps", std::move(made)},
                       {"runs", std::move(runs)},
                       {"source", name(source)}});
}

Result<Calibration> Calibration::from(const Json& json) {
  if (json.str_or("kind", "") != "calibration" || json.int_or("format", 0) != 1)
    return fail(Errc::schema,
                "this is no calibration of format 1: `wood calibrate --out` writes one");
  Calibration out;
  TRY(out.by, by_from(json.str_or("by", "")));
  const std::string source = json.str_or("source", "");
  if (source != name(Sureness::stated) && source != name(Sureness::measured))
    return fail(Errc::schema,
                "a calibration's source is stated or measured, not \"" + source + "\"");
  out.source = source == name(Sureness::stated) ? Sureness::stated : Sureness::measured;
  out.ballots = json.int_or("ballots", 0);
  const Json* maps = json.find("maps");
  if (maps == nullptr || !maps->is(Json::Kind::object) || maps->members().empty())
    return fail(Errc::schema, "a calibration's maps are an object with at least one member");
  for (const auto& [of, one] : maps->members()) {
    auto map = CalibrationMap::from(one);
    if (!map) return fail(map.error().during("the map of \"" + of + "\""));
    out.maps.emplace(of, std::move(*map));
  }
  const Json* runs = json.find("runs");
  if (runs == nullptr || !runs->is(Json::Kind::array) || runs->items().empty())
    return fail(Errc::schema, "a calibration names the runs it was fitted on: \"runs\" is missing");
  for (const Json& run : runs->items())
    out.fitted_on.push_back({run.str_or("scenario", ""), run.str_or("cast", ""),
                             run.str_or("seed", ""), run.str_or("root", "")});
  return out;
}

Result<Calibration> fit(std::span<const Figures> runs, By by, Sureness source) {
  Calibration out{.by = by, .source = source, .maps = {}, .fitted_on = {}, .ballots = 0};
  for (const Figures& run : runs) out.fitted_on.push_back(run_name(run));
  for (const auto& [of, ballots] : cases(runs, by, source)) {
    out.maps.emplace(of, *CalibrationMap::fit({ballots.confidence, ballots.right}));
    out.ballots += static_cast<std::int64_t>(ballots.right.size());
  }
  if (out.maps.empty())
    return fail(Errc::usage,
                std::string("no ballot of these runs has a ") + name(source) + " confidence" +
                    (source == Sureness::measured
                         ? ": only models in the process measure one; try --source stated"
                         : " and a proposal to be right about: play more turns"));
  return out;
}

Status disjoint(std::span<const NamedRun> fit, std::span<const NamedRun> test) {
  for (const NamedRun& a : fit)
    for (const NamedRun& b : test) {
      if (!a.run.root.empty() && a.run.root == b.run.root)
        return fail(Errc::usage, "the same record is on both sides: " + shown(a) + " and " +
                                     shown(b) + "; what was fitted on a run says nothing on it");
      if (a.run.scenario == b.run.scenario && a.run.seed == b.run.seed)
        return fail(Errc::usage, "one seed is on both sides: " + shown(a) + " and " + shown(b) +
                                     "; its latent values are the same whoever plays: take other "
                                     "seeds for the test");
    }
  return {};
}

std::vector<CalibrationRow> judge(const Calibration& calibration, std::span<const Figures> runs,
                                  const ReportTerms& terms) {
  std::vector<CalibrationRow> out;
  for (const auto& [of, ballots] : cases(runs, calibration.by, calibration.source)) {
    const auto map = calibration.maps.find(of);
    if (map == calibration.maps.end()) continue;
    CalibrationRow row;
    row.who = of;
    row.ballots = static_cast<int>(ballots.right.size());
    for (std::size_t i = 0; i < ballots.run.size(); ++i)
      row.runs += i == 0 || ballots.run[i] != ballots.run[i - 1] ? 1 : 0;
    std::vector<double> after;
    for (const double one : ballots.confidence)
      after.push_back(static_cast<double>(map->second.accuracy_ppm(ppm(one))) / 1e6);
    for (const int one : ballots.right) row.accuracy += static_cast<double>(one) / row.ballots;
    row.before = scores_of(ballots, ballots.confidence, terms);
    row.after = scores_of(ballots, after, terms);
    row.brier_change = change_of(ballots, after, brier_of, terms);
    row.log_loss_change = change_of(ballots, after, loss_of, terms);
    row.ece_change = change_of(ballots, after, ece, terms);
    out.push_back(std::move(row));
  }
  return out;
}

Json json(const CalibrationRow& row) {
  return Json::object({{"accuracy_ppm", ppm(row.accuracy)},
                       {"after", json(row.after)},
                       {"ballots", row.ballots},
                       {"before", json(row.before)},
                       {"change", Json::object({{"brier", json(row.brier_change)},
                                                {"ece", json(row.ece_change)},
                                                {"log_loss", json(row.log_loss_change)}})},
                       {"runs", row.runs},
                       {"who", row.who}});
}

}  // namespace wood::eval
