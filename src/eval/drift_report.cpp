#include "eval/drift_report.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/check.h"
#include "eval/ks.h"

namespace wood::eval {
namespace {

using Runs = std::vector<const Observed*>;
using Unit = DriftTerms::Unit;

constexpr int kBlocksARun = 100'000;  // numbers of units of one run

// So that the order in which files are named changes no p-value.
Runs by_root(std::span<const Observed> runs) {
  Runs out;
  for (const Observed& run : runs) out.push_back(&run);
  std::stable_sort(out.begin(), out.end(),
                   [](const Observed* a, const Observed* b) { return a->root < b->root; });
  return out;
}

// A channel's observations of all runs of one side.
struct Pooled {
  std::vector<double> value;
  std::vector<std::string> label;
  std::vector<int> run, turn;

  [[nodiscard]] std::vector<int> units(Unit unit, int block) const {
    std::vector<int> out;
    for (std::size_t i = 0; i < run.size(); ++i)
      out.push_back(unit == Unit::run ? run[i] : run[i] * kBlocksARun + (turn[i] - 1) / block);
    return out;
  }
};

Pooled pooled(const Runs& runs, const std::string& what) {
  Pooled out;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const auto it = runs[r]->channels.find(what);
    if (it == runs[r]->channels.end()) continue;
    const Channel& channel = it->second;
    out.value.insert(out.value.end(), channel.value.begin(), channel.value.end());
    out.label.insert(out.label.end(), channel.label.begin(), channel.label.end());
    for (const std::int64_t turn : channel.turn) {
      out.run.push_back(static_cast<int>(r));
      out.turn.push_back(static_cast<int>(turn));
    }
  }
  return out;
}

struct PooledSure {
  std::vector<double> confidence;
  std::vector<int> right;
  Pooled place;
};
PooledSure pooled_sure(const Runs& runs, Sureness source) {
  PooledSure out;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const Sure& sure = source == Sureness::stated ? runs[r]->stated : runs[r]->measured;
    out.confidence.insert(out.confidence.end(), sure.confidence.begin(), sure.confidence.end());
    out.right.insert(out.right.end(), sure.right.begin(), sure.right.end());
    for (const std::int64_t turn : sure.turn) {
      out.place.run.push_back(static_cast<int>(r));
      out.place.turn.push_back(static_cast<int>(turn));
    }
  }
  return out;
}

// Categories of both sides as numbers, ascending by name.
struct Numbered {
  std::vector<std::string> names;
  std::vector<int> reference, now;
};
Numbered numbered(const Pooled& reference, const Pooled& now) {
  std::set<std::string> all(reference.label.begin(), reference.label.end());
  all.insert(now.label.begin(), now.label.end());
  Numbered out{{all.begin(), all.end()}, {}, {}};
  const auto number = [&](const std::vector<std::string>& labels, std::vector<int>& to) {
    for (const std::string& label : labels)
      to.push_back(static_cast<int>(std::lower_bound(out.names.begin(), out.names.end(), label) -
                                    out.names.begin()));
  };
  number(reference.label, out.reference);
  number(now.label, out.now);
  return out;
}

double share(const std::vector<std::string>& labels, const std::string& one) {
  if (labels.empty()) return 0;
  return static_cast<double>(std::count(labels.begin(), labels.end(), one)) /
         static_cast<double>(labels.size());
}

class Maker {
 public:
  Maker(std::span<const Observed> reference, std::span<const Observed> now, const DriftTerms& terms)
      : reference_(by_root(reference)), now_(by_root(now)), terms_(terms) {
    CHECK(!reference.empty() && !now.empty() && terms.block >= 1);
    out_.runs_reference = static_cast<int>(reference.size());
    out_.runs_now = static_cast<int>(now.size());
    out_.level = terms.level;
    out_.block = terms.block;
  }

  DriftReport make() {
    list();
    choose_unit();
    for (DriftRow& row : out_.rows) test(row);
    for (ShiftRow& row : out_.shifts) test(row);
    adjust();
    return std::move(out_);
  }

 private:
  // What there is to test, and how many tests that is.
  void list() {
    std::map<std::string, const Channel*> all;
    for (const Runs& runs : {reference_, now_})
      for (const Observed* run : runs)
        for (const auto& [what, channel] : run->channels) all.emplace(what, &channel);
    for (const auto& [what, channel] : all) {
      DriftRow row{.name = what, .group = channel->group, .kind = channel->kind};
      const Pooled a = pooled(reference_, what), b = pooled(now_, what);
      row.reference = static_cast<std::int64_t>(a.run.size());
      row.now = static_cast<std::int64_t>(b.run.size());
      describe(row, a, b);
      if (testable(row, a, b)) out_.tests += row.kind == Channel::Kind::number ? 2 : 1;
      out_.rows.push_back(std::move(row));
    }
    std::stable_sort(out_.rows.begin(), out_.rows.end(),
                     [](const DriftRow& a, const DriftRow& b) { return a.group < b.group; });
    for (const Sureness source : {Sureness::stated, Sureness::measured}) {
      const auto ballots = [&](const Runs& runs) {
        return static_cast<std::int64_t>(pooled_sure(runs, source).right.size());
      };
      ShiftRow row{.source = source, .reference = ballots(reference_), .now = ballots(now_)};
      if (row.reference == 0 || row.now == 0) continue;
      out_.tests += 2;
      out_.shifts.push_back(row);
    }
  }

  static void describe(DriftRow& row, const Pooled& a, const Pooled& b) {
    if (row.kind == Channel::Kind::number) {
      row.mean_reference = mean(a.value).value_or(0);
      row.mean_now = mean(b.value).value_or(0);
      return;
    }
    double most = -1;
    for (const std::string& label : numbered(a, b).names) {
      const double before = share(a.label, label), after = share(b.label, label);
      if (std::abs(after - before) <= most) continue;
      most = std::abs(after - before);
      row.label = label, row.mean_reference = before, row.mean_now = after;
    }
  }

  static bool testable(const DriftRow& row, const Pooled& a, const Pooled& b) {
    if (row.reference == 0 || row.now == 0) return false;
    if (row.kind == Channel::Kind::category) return numbered(a, b).names.size() > 1;
    std::set<double> values(a.value.begin(), a.value.end());
    values.insert(b.value.begin(), b.value.end());
    return values.size() > 1;
  }

  // Whole runs if their number lets the smallest p-value pass the correction.
  void choose_unit() {
    const double wanted = std::max(1, out_.tests) / terms_.level;
    out_.unit = terms_.unit;
    if (out_.unit == Unit::automatic)
      out_.unit = ways_to_deal(out_.runs_reference + out_.runs_now, out_.runs_reference) >= wanted
                      ? Unit::run
                      : Unit::block;
    draws_ = terms_.draws;
    draws_.replicates = std::max(draws_.replicates, static_cast<int>(std::ceil(2 * wanted)));
    out_.replicates = draws_.replicates;
    const auto units = [&](const Runs& runs) {
      if (out_.unit == Unit::run) return static_cast<int>(runs.size());
      std::size_t blocks = 0;
      for (const Observed* run : runs) {
        std::set<std::int64_t> of_run;
        for (const auto& [what, channel] : run->channels)
          for (const std::int64_t turn : channel.turn) of_run.insert((turn - 1) / out_.block);
        blocks += of_run.size();
      }
      return static_cast<int>(blocks);
    };
    out_.units_reference = units(reference_);
    out_.units_now = units(now_);
  }

  void test(DriftRow& row) const {
    const Pooled a = pooled(reference_, row.name), b = pooled(now_, row.name);
    if (!testable(row, a, b)) return;
    const std::vector<int> ua = a.units(out_.unit, out_.block), ub = b.units(out_.unit, out_.block);
    Draws draws = draws_;
    draws.purpose += " " + row.name;
    const PsiTerms terms{.bins = 10, .smoothing = 0.5, .units = {ua, ub}};
    if (row.kind == Channel::Kind::category) {
      const Numbered both = numbered(a, b);
      row.psi = psi_of_categories(both.reference, both.now, static_cast<int>(both.names.size()),
                                  draws, terms);
      return;
    }
    row.psi = psi(a.value, b.value, draws, terms);
    row.ks = ks_permuted(a.value, b.value, draws, terms.units);
    if (const auto alone = ks_two_sample(a.value, b.value)) row.ks_independent = alone->p;
  }

  void test(ShiftRow& row) const {
    const PooledSure a = pooled_sure(reference_, row.source), b = pooled_sure(now_, row.source);
    const std::vector<int> ua = a.place.units(out_.unit, out_.block),
                           ub = b.place.units(out_.unit, out_.block);
    Draws draws = draws_;
    draws.purpose += std::string(" calibration ") + name(row.source);
    if (const auto shift = calibration_shift({a.confidence, a.right}, {b.confidence, b.right},
                                             draws, 10, {ua, ub}))
      row.shift = *shift;
  }

  void adjust() {
    std::vector<double> p;
    std::vector<double*> to;
    const auto add = [&](double one, double& place) { p.push_back(one), to.push_back(&place); };
    for (DriftRow& row : out_.rows) {
      if (row.psi) add(row.psi->p, row.psi_adjusted);
      if (row.ks) add(row.ks->p, row.ks_adjusted);
    }
    for (ShiftRow& row : out_.shifts) {
      add(row.shift.overall_p, row.overall_adjusted);
      add(row.shift.by_bin_p, row.by_bin_adjusted);
    }
    const std::vector<double> adjusted = holm(p);
    for (std::size_t i = 0; i < to.size(); ++i) *to[i] = adjusted[i];
  }

  Runs reference_, now_;
  const DriftTerms& terms_;
  Draws draws_;
  DriftReport out_;
};

std::int64_t ppm(double value) { return std::llround(value * 1e6); }

Json row_json(const DriftRow& row) {
  Json out = Json::object({{"group", name(row.group)},
                           {"kind", row.kind == Channel::Kind::number ? "number" : "category"},
                           {"n_a", row.reference},
                           {"n_b", row.now},
                           {"name", to_utf8(row.name)},
                           {"value_a_ppm", ppm(row.mean_reference)},
                           {"value_b_ppm", ppm(row.mean_now)}});
  if (!row.label.empty()) out.set("label", to_utf8(row.label));
  if (row.psi) {
    out.set("psi_bins", row.psi->bins);
    out.set("psi_p_adjusted_ppm", ppm(row.psi_adjusted));
    out.set("psi_p_ppm", ppm(row.psi->p));
    out.set("psi_ppm", ppm(row.psi->psi));
    out.set("rule", name(row.psi->rule));
    out.set("rule_false_alarms_ppm", ppm(row.psi->rule_false_alarms));
  }
  if (row.ks) {
    out.set("ks_p_adjusted_ppm", ppm(row.ks_adjusted));
    out.set("ks_p_ppm", ppm(row.ks->p));
    out.set("ks_ppm", ppm(row.ks->statistic));
  }
  if (row.ks_independent) out.set("ks_p_if_independent_ppm", ppm(*row.ks_independent));
  return out;
}

}  // namespace

int DriftReport::found() const {
  int out = 0;
  for (const DriftRow& row : rows)
    out += (row.psi_adjusted <= level ? 1 : 0) + (row.ks_adjusted <= level ? 1 : 0);
  for (const ShiftRow& row : shifts)
    out += (row.overall_adjusted <= level ? 1 : 0) + (row.by_bin_adjusted <= level ? 1 : 0);
  return out;
}

bool DriftReport::could_find() const {
  return ways_to_deal(units_reference + units_now, units_reference) >= std::max(1, tests) / level;
}

DriftReport drift_report(std::span<const Observed> reference, std::span<const Observed> now,
                         const DriftTerms& terms) {
  return Maker(reference, now, terms).make();
}

Json json(const DriftReport& report) {
  Json rows = Json::array(), shifts = Json::array();
  for (const DriftRow& row : report.rows) rows.push(row_json(row));
  for (const ShiftRow& row : report.shifts)
    shifts.push(Json::object({{"by_bin_p_adjusted_ppm", ppm(row.by_bin_adjusted)},
                              {"by_bin_p_ppm", ppm(row.shift.by_bin_p)},
                              {"by_bin_ppm", ppm(row.shift.by_bin)},
                              {"ece_a_ppm", ppm(row.shift.ece_reference)},
                              {"ece_b_ppm", ppm(row.shift.ece_now)},
                              {"n_a", row.reference},
                              {"n_b", row.now},
                              {"overall_p_adjusted_ppm", ppm(row.overall_adjusted)},
                              {"overall_p_ppm", ppm(row.shift.overall_p)},
                              {"overall_ppm", ppm(row.shift.overall)},
                              {"source", name(row.source)}}));
  return Json::object({{"calibration", std::move(shifts)},
                       {"channels", std::move(rows)},
                       {"could_find", report.could_find()},
                       {"found", report.found()},
                       {"level_ppm", ppm(report.level)},
                       {"replicates", report.replicates},
                       {"runs_a", report.runs_reference},
                       {"runs_b", report.runs_now},
                       {"tests", report.tests},
                       {"turns_a_block", report.block},
                       {"unit", report.unit == Unit::run ? "run" : "block"},
                       {"units_a", report.units_reference},
                       {"units_b", report.units_now}});
}

}  // namespace wood::eval
