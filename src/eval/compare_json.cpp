#include <cmath>

#include "eval/compare.h"

namespace wood::eval {
namespace {

Json micro(double value) {
  if (!std::isfinite(value) || std::abs(value) > 9e9) return {};
  return Json(static_cast<std::int64_t>(std::llround(value * 1e6)));
}
Json micro(const std::optional<double>& value) { return value ? micro(*value) : Json(); }

Json estimate(const std::optional<Estimate>& e) {
  if (!e) return {};
  return Json::object({{"high", micro(e->interval.high)},
                       {"low", micro(e->interval.low)},
                       {"mean", micro(e->value)}});
}

template <class Item, class Turn>
Json list(const std::vector<Item>& items, Turn turn) {
  Json out = Json::array();
  for (const Item& item : items) out.push(turn(item));
  return out;
}

const char* name(Better better) {
  return better == Better::higher ? "higher" : better == Better::lower ? "lower" : "neither";
}

Json metric(const Comparison& c, const MetricLine& line) {
  Json casts = Json::array();
  for (std::size_t i = 0; i < line.casts.size(); ++i) {
    Json one = Json::object(
        {{"cast", c.casts[i].name},
         {"mean", estimate(line.casts[i].mean)},
         {"values", list(line.casts[i].values, [](const auto& value) { return micro(value); })}});
    casts.push(std::move(one));
  }
  const Json differences = list(line.differences, [](const Difference& d) {
    return Json::object({{"cast", d.cast},
                         {"mean", estimate(d.mean)},
                         {"p", d.test ? micro(d.test->p) : Json()},
                         {"p_holm", d.test ? micro(d.p_holm) : Json()},
                         {"pairs", d.test ? d.test->n : 0}});
  });
  return Json::object({{"about", line.metric->about},
                       {"better", name(line.metric->better)},
                       {"casts", std::move(casts)},
                       {"differences", differences},
                       {"name", line.metric->name},
                       {"unit", line.metric->unit}});
}

Json sureness(const CouncilLine::Sureness& s) {
  return Json::object({{"bins", list(s.bins,
                                     [](const ReliabilityBin& bin) {
                                       return Json::object({{"accuracy", micro(bin.accuracy)},
                                                            {"confidence", micro(bin.confidence)},
                                                            {"count", bin.count},
                                                            {"high", micro(bin.interval.high)},
                                                            {"low", micro(bin.interval.low)}});
                                     })},
                       {"brier", micro(s.brier)},
                       {"cases", s.cases},
                       {"ece", micro(s.ece)}});
}

Json council(const CouncilLine& line) {
  const auto number = [](const auto& value) { return micro(value); };
  Json effective;
  if (line.effective)
    effective = Json::object({{"high", micro(line.effective->interval.high)},
                              {"low", micro(line.effective->interval.low)},
                              {"n_eff", micro(line.effective->n_eff)},
                              {"rho", estimate(line.effective->rho)}});
  return Json::object({{"ac1", micro(line.ac1)},
                       {"accuracy", list(line.accuracy, number)},
                       {"agreement", micro(line.agreement)},
                       {"approve_right", line.approved},
                       {"cases", line.cases},
                       {"cast", line.cast},
                       {"effective", std::move(effective)},
                       {"error_correlation", list(line.correlation, number)},
                       {"kappa", micro(line.kappa)},
                       {"majority", estimate(line.majority)},
                       {"measured", sureness(line.measured)},
                       {"seats", Json::list(line.seats)},
                       {"stated", sureness(line.stated)}});
}

Json cast_of(const CastNote& cast, const std::vector<Coverage>& coverage) {
  Json minds = Json::object();
  for (const auto& [who, mind] : cast.minds) minds.set(who, mind);
  Json out =
      Json::object({{"about", cast.about}, {"minds", std::move(minds)}, {"name", cast.name}});
  for (const Coverage& c : coverage)
    if (c.cast == cast.name) out.set("asks", c.asks), out.set("untrained", c.untrained);
  return out;
}

Json measured(const Run& run) {
  return Json::object({{"cast", run.cast},
                       {"cpu_us", run.measured.cpu_us},
                       {"energy_uj", run.measured.energy_uj},
                       {"peak_bytes", run.measured.peak_bytes},
                       {"seed", std::to_string(run.seed)},
                       {"verify_us", run.measured.verify_us},
                       {"wall_us", run.measured.wall_us}});
}

}  // namespace

Json json(const Comparison& c) {
  Json record = Json::array(), margin = Json::array();
  for (const MetricLine& line : c.lines)
    (line.metric->source == Source::record ? record : margin).push(metric(c, line));
  return Json::object(
      {{"casts", list(c.casts, [&](const CastNote& cast) { return cast_of(cast, c.coverage); })},
       {"claims", Json::list(claims(c))},
       {"comparisons", c.comparisons},
       {"councils", list(c.councils, council)},
       {"detectable_pnl", micro(c.detectable_pnl)},
       {"format", 1},
       {"margin", Json::object({{"metrics", std::move(margin)}, {"runs", list(c.runs, measured)}})},
       {"metrics", std::move(record)},
       {"runs", list(c.runs,
                     [](const Run& run) {
                       return Json::object({{"cast", run.cast},
                                            {"entries", run.figures.entries},
                                            {"file", run.file},
                                            {"root", run.figures.root},
                                            {"seed", std::to_string(run.seed)}});
                     })},
       {"scenario", c.scenario},
       {"seeds", list(c.seeds, [](std::uint64_t seed) { return Json(std::to_string(seed)); })}});
}

}  // namespace wood::eval
