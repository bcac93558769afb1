#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/compare_report.h"
#include "core/text.h"

namespace wood::cli {
namespace {

using eval::Comparison;
using eval::CouncilLine;
using eval::Estimate;
using eval::MetricLine;

// Three or four digits that say something: 1234, 12.3, 0.123.
std::string number(double value, Sign sign = Sign::minus) {
  const double size = std::abs(value);
  const int digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size == 0 ? 0 : 3;
  char out[64];
  std::snprintf(out, sizeof out, sign == Sign::both ? "%+.*f" : "%.*f", digits, value);
  return out;
}

std::string number(const std::optional<double>& value) { return value ? number(*value) : "-"; }

std::string estimate(const std::optional<Estimate>& e, Sign sign = Sign::minus) {
  if (!e) return "-";
  if (e->interval.low == e->interval.high) return number(e->value, sign);
  return number(e->value, sign) + " [" + number(e->interval.low) + ", " + number(e->interval.high) +
         "]";
}

std::string p_text(double p) {
  char out[32];
  std::snprintf(out, sizeof out, p < 0.001 ? "<0.001" : "%.3f", p);
  return out;
}

bool has_values(const MetricLine& line) {
  return std::any_of(line.casts.begin(), line.casts.end(),
                     [](const eval::Spread& s) { return s.mean.has_value(); });
}

std::string figures(const Comparison& c, eval::Source source, const Terminal& terminal) {
  std::vector<Column> columns = {{"figure"}, {"unit"}};
  for (const eval::CastNote& cast : c.casts) columns.push_back({cast.name, Align::right});
  Grid grid(columns);
  for (const MetricLine& line : c.lines) {
    if (line.metric->source != source) continue;
    std::vector<Cell> row = {line.metric->name, line.metric->unit};
    for (const eval::Spread& spread : line.casts)
      row.push_back(has_values(line) ? estimate(spread.mean) : "not measured");
    grid.row(std::move(row));
  }
  return grid.text(terminal);
}

std::string differences(const Comparison& c, const Terminal& terminal) {
  Grid grid({{"less " + c.casts.front().name},
             {"figure"},
             {"difference", Align::right},
             {"p", Align::right},
             {"p (Holm)", Align::right}});
  for (const MetricLine& line : c.lines) {
    if (line.metric->source != eval::Source::record || line.metric->better == eval::Better::neither)
      continue;
    for (const eval::Difference& d : line.differences) {
      if (!d.test || !d.mean || d.test->p > 0.05) continue;
      const bool up = d.mean->value > 0;
      const bool good = up == (line.metric->better == eval::Better::higher);
      const Tone tone = d.p_holm > 0.05 ? Tone::plain : good ? Tone::good : Tone::bad;
      grid.row({d.cast, line.metric->name,
                Cell(estimate(d.mean, Sign::both) + " " + line.metric->unit, tone),
                p_text(d.test->p), Cell(p_text(d.p_holm), tone)});
    }
  }
  return grid.empty() ? "No figure of any cast differs from " + c.casts.front().name +
                            "'s with p at or under 0.05, even before correction.\n"
                      : grid.text(terminal);
}

std::string councils(const Comparison& c, const Terminal& terminal) {
  Grid grid({{"council"},
             {"proposals", Align::right},
             {"right to approve", Align::right},
             {"a voter right", Align::right},
             {"majority right", Align::right},
             {"alike", Align::right},
             {"AC1", Align::right},
             {"errors corr", Align::right},
             {"n_eff", Align::right},
             {"ECE stated", Align::right},
             {"measured", Align::right}});
  for (const CouncilLine& line : c.councils) {
    double sum = 0;
    int n = 0;
    for (const auto& one : line.accuracy)
      if (one) sum += *one, ++n;
    const std::string effective = line.effective ? number(line.effective->n_eff) + " [" +
                                                       number(line.effective->interval.low) + ", " +
                                                       number(line.effective->interval.high) + "]"
                                                 : "-";
    grid.row({line.cast, std::int64_t{line.cases}, std::int64_t{line.approved},
              n > 0 ? number(sum / n) : "-", estimate(line.majority), number(line.agreement),
              number(line.ac1), line.effective ? estimate(line.effective->rho) : "-", effective,
              number(line.stated.ece), number(line.measured.ece)});
  }
  return grid.text(terminal);
}

std::string lines(const std::vector<std::string>& sentences, const Terminal& terminal) {
  std::string out;
  for (const std::string& sentence : sentences)
    for (const std::string& line : wrapped(sentence, terminal.width)) out += line + "\n";
  return out;
}

}  // namespace

std::vector<std::string> cautions(const Comparison& c) {
  std::vector<std::string> out;
  const bool house = std::any_of(c.casts.begin(), c.casts.end(), [](const eval::CastNote& cast) {
    return std::any_of(cast.minds.begin(), cast.minds.end(),
                       [](const auto& one) { return one.second.starts_with("house-"); });
  });
  if (house)
    out.emplace_back(
        "The house models are named for architectures. They are no lab's models, and what they do "
        "here says nothing about any lab's.");
  for (const eval::Coverage& cover : c.coverage) {
    const auto share = static_cast<double>(cover.untrained) * 100 /
                       static_cast<double>(std::max<std::int64_t>(cover.asks, 1));
    out.push_back(cover.cast + ": " + grouped(cover.asks) + " asks, " + number(share) +
                  " % of kinds that its models were not trained on" +
                  (cover.untrained > 0 ? "; nothing is claimed of it." : "."));
  }
  out.push_back(
      "Intervals: 95 %, " + std::to_string(c.seeds.size()) +
      " seeds, drawn with replacement 2,000 times. Differences are seed by seed against " +
      c.casts.front().name + "; p by flipping signs; Holm's correction over " +
      std::to_string(c.comparisons) + " comparisons.");
  if (c.detectable_pnl)
    out.push_back("A difference of " + number(*c.detectable_pnl) +
                  " pebbles of the desk's profit would be found four times in five (before "
                  "correction).");
  else if (c.casts.size() > 1) out.emplace_back("So few seeds find no difference, however large.");
  return out;
}

std::string text(const Comparison& c, const Terminal& terminal) {
  std::string out = c.scenario + ": " + std::to_string(c.casts.size()) + " casts, " +
                    std::to_string(c.seeds.size()) + " seeds, " + std::to_string(c.runs.size()) +
                    " runs\n\n";
  Grid casts({{"cast"}, {"about"}});
  for (const eval::CastNote& cast : c.casts) casts.row({cast.name, printable(cast.about)});
  out += casts.text(terminal) + "\nFrom the record, a run\n";
  out += figures(c, eval::Source::record, terminal);
  if (c.casts.size() > 1) out += "\n" + differences(c, terminal);
  out += "\nThe desk's votes, judged by the latent value\n" + councils(c, terminal);
  out += "\nOf this machine, this once\n" + figures(c, eval::Source::margin, terminal);
  out += "\n" + lines(cautions(c), terminal);
  const std::vector<std::string> said = eval::claims(c);
  out += "\n" + lines(said.empty()
                          ? std::vector<std::string>{"Nothing is claimed: no difference stands "
                                                     "after Holm's correction."}
                          : said,
                      terminal);
  return out;
}

std::string csv(const Comparison& c) {
  std::string out = "metric,unit,source,cast,seed,value\n";
  for (const MetricLine& line : c.lines)
    for (std::size_t cast = 0; cast < line.casts.size(); ++cast)
      for (std::size_t i = 0; i < c.seeds.size(); ++i) {
        const auto& value = line.casts[cast].values[i];
        if (!value) continue;
        char digits[64];
        std::snprintf(digits, sizeof digits, "%.6f", *value);
        out += std::string(line.metric->name) + ",\"" + line.metric->unit + "\"," +
               (line.metric->source == eval::Source::record ? "record" : "margin") + "," +
               c.casts[cast].name + "," + std::to_string(c.seeds[i]) + "," + digits + "\n";
      }
  return out;
}

}  // namespace wood::cli
