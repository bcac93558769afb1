// The page of a comparison. Everything is in the file: styles, and drawings as SVG.
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
using eval::Spread;

constexpr const char* kStyle = R"css(
:root{--paper:#f7f4ec;--card:#fffdf8;--ink:#2c2a25;--soft:#6d685c;--line:#ddd6c6;--good:#2f6b3c;
--bad:#a1402b;
--c0:#2f6b3c;--c1:#b0672b;--c2:#46658c;--c3:#8a4b73;--c4:#6b6a2c;--c5:#3d7f7a;--c6:#7a5a45;
--c7:#555}
@media(prefers-color-scheme:dark){:root{--paper:#1b1d19;--card:#23261f;--ink:#e8e4d8;
--soft:#a39d8c;--line:#3b3e34;
--good:#7fc28d;--bad:#e58a70;--c0:#7fc28d;--c1:#e0a36a;--c2:#8fb3e0;--c3:#d59abc;--c4:#c9c774;
--c5:#7fcac4;--c6:#c9a68c;--c7:#bbb}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 ui-serif,Georgia,serif}
main{max-width:72rem;margin:0 auto;padding:2rem 1.25rem 5rem}h1{font-size:2rem;line-height:1.15;
margin:0}
h2{margin:3rem 0 .75rem;font-size:1.3rem}.lead{color:var(--soft);margin:.4rem 0 1.5rem}
.grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(21rem,1fr))}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.1rem}
.card h3{margin:0;font-size:1rem}.card p{margin:.1rem 0 .6rem;color:var(--soft);font-size:.86rem}
svg{display:block;width:100%;height:auto;font:12px ui-sans-serif,system-ui,sans-serif}
svg text{fill:var(--ink)}
svg .dim{fill:var(--soft)}svg .axis{stroke:var(--line)}svg .zero{stroke:var(--soft);
stroke-dasharray:3 3}
table{border-collapse:collapse;font:14px/1.4 ui-sans-serif,system-ui,sans-serif;
font-variant-numeric:tabular-nums}
td,th{padding:.3rem .7rem;text-align:right;border-bottom:1px solid var(--line)}
td:first-child,th:first-child{text-align:left}
th{font-weight:600;color:var(--soft)}.wide{overflow-x:auto}ul{padding-left:1.2rem}
.good{color:var(--good)}.bad{color:var(--bad)}
code{font-size:.82em;word-break:break-all}.chip{display:inline-block;width:.7em;height:.7em;
border-radius:50%;margin-right:.45em}
details summary{cursor:pointer;color:var(--soft)}
)css";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  return out;
}

std::string short_number(double value) {
  const double size = std::abs(value);
  char out[64];
  std::snprintf(out, sizeof out, "%.*f",
                size >= 100  ? 0
                : size >= 10 ? 1
                : size >= 1  ? 2
                : size == 0  ? 0
                             : 3,
                value);
  return out;
}
std::string short_number(const std::optional<double>& value) {
  return value ? short_number(*value) : "–";
}

std::string place(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f", value);
  return out;
}

// From values to the drawing's columns.
struct Scale {
  double low = 0, high = 1;
  double from = 96, to = 340;

  void take(double value) { low = std::min(low, value), high = std::max(high, value); }
  [[nodiscard]] double x(double value) const {
    return high > low ? from + (value - low) / (high - low) * (to - from) : (from + to) / 2;
  }
};

std::string line(double x1, double y1, double x2, double y2, const std::string& how) {
  return "<line x1=\"" + place(x1) + "\" y1=\"" + place(y1) + "\" x2=\"" + place(x2) + "\" y2=\"" +
         place(y2) + "\" " + how + "/>";
}
std::string dot(double x, double y, double r, const std::string& how) {
  return "<circle cx=\"" + place(x) + "\" cy=\"" + place(y) + "\" r=\"" + place(r) + "\" " + how +
         "/>";
}
std::string words(double x, double y, const std::string& anchor, const std::string& text,
                  const std::string& how = "") {
  return "<text x=\"" + place(x) + "\" y=\"" + place(y) + "\" text-anchor=\"" + anchor + "\" " +
         how + ">" + escaped(text) + "</text>";
}
std::string colour(std::size_t cast) { return "var(--c" + std::to_string(cast % 8) + ")"; }

std::string axis(const Scale& scale, double y) {
  return line(scale.from, y, scale.to, y, "class=\"axis\"") +
         words(scale.from, y + 15, "start", short_number(scale.low), "class=\"dim\"") +
         words(scale.to, y + 15, "end", short_number(scale.high), "class=\"dim\"");
}

std::string interval(const Scale& scale, const Estimate& e, double y, const std::string& paint) {
  return line(scale.x(e.interval.low), y, scale.x(e.interval.high), y,
              "stroke=\"" + paint + "\" stroke-width=\"3\" stroke-linecap=\"round\"") +
         dot(scale.x(e.value), y, 5, "fill=\"" + paint + "\"");
}

std::string drawing(double height, const std::string& label, const std::string& inside) {
  return "<svg viewBox=\"0 0 400 " + place(height) + "\" role=\"img\" aria-label=\"" +
         escaped(label) + "\">" + inside + "</svg>";
}

// Every run a faint dot, the mean with its interval over them; one row a cast.
std::string spread_plot(const Comparison& c, const MetricLine& metric) {
  Scale scale{.low = 1e300, .high = -1e300};
  for (const Spread& s : metric.casts) {
    for (const auto& value : s.values)
      if (value) scale.take(*value);
    if (s.mean) scale.take(s.mean->interval.low), scale.take(s.mean->interval.high);
  }
  std::string out;
  double y = 14;
  for (std::size_t i = 0; i < metric.casts.size(); ++i, y += 22) {
    const Spread& s = metric.casts[i];
    out += words(90, y + 4, "end", c.casts[i].name);
    for (const auto& value : s.values)
      if (value)
        out += dot(scale.x(*value), y, 2.5, "fill=\"" + colour(i) + "\" fill-opacity=\".28\"");
    if (s.mean) out += interval(scale, *s.mean, y, colour(i));
    if (s.mean) out += words(396, y + 4, "end", short_number(s.mean->value));
  }
  return drawing(y + 14, std::string(metric.metric->name) + " by cast", out + axis(scale, y - 6));
}

// The paired differences, with the line where there is none.
std::string difference_plot(const MetricLine& metric) {
  Scale scale{.low = 0, .high = 0};
  for (const eval::Difference& d : metric.differences)
    if (d.mean) scale.take(d.mean->interval.low), scale.take(d.mean->interval.high);
  if (scale.low == scale.high) return "";
  std::string out;
  double y = 14;
  for (std::size_t i = 0; i < metric.differences.size(); ++i, y += 22) {
    const eval::Difference& d = metric.differences[i];
    out += words(90, y + 4, "end", d.cast);
    if (!d.mean || !d.test) continue;
    const bool stands = d.p_holm <= 0.05;
    out += interval(scale, *d.mean, y, stands ? colour(i + 1) : "var(--soft)");
    out +=
        words(396, y + 4, "end", stands ? "p " + short_number(d.p_holm) : "n.s.", "class=\"dim\"");
  }
  out += line(scale.x(0), 2, scale.x(0), y - 8, "class=\"zero\"");
  return drawing(y + 14, std::string(metric.metric->name) + ": difference to the first cast",
                 out + axis(scale, y - 6));
}

std::string card(const Comparison& c, const MetricLine& metric) {
  const bool any = std::any_of(metric.casts.begin(), metric.casts.end(),
                               [](const Spread& s) { return s.mean.has_value(); });
  std::string out = "<section class=\"card\"><h3>" + escaped(metric.metric->name) + "</h3><p>" +
                    escaped(metric.metric->about) + ", " + escaped(metric.metric->unit) + "</p>";
  if (!any) return out + "<p>not measured</p></section>";
  out += spread_plot(c, metric);
  const std::string differs = c.casts.size() > 1 ? difference_plot(metric) : "";
  if (!differs.empty())
    out += "<p>less " + escaped(c.casts.front().name) + ", seed by seed</p>" + differs;
  return out + "</section>";
}

// The one value that all runs of all casts have; none where they differ.
std::optional<double> common(const MetricLine& metric) {
  std::optional<double> out;
  for (const Spread& spread : metric.casts)
    for (const auto& value : spread.values) {
      if (!value || (out && *out != *value)) return std::nullopt;
      out = value;
    }
  return out;
}

std::string cards(const Comparison& c, eval::Source source) {
  std::string out = "<div class=\"grid\">";
  std::vector<std::string> alike;
  for (const MetricLine& metric : c.lines) {
    if (metric.metric->source != source) continue;
    if (const auto value = common(metric))
      alike.push_back(std::string(metric.metric->name) + " " + short_number(*value));
    else out += card(c, metric);
  }
  out += "</div>";
  return alike.empty() ? out
                       : out + "<p>The same in every run: " + escaped(join(alike, ", ")) + ".</p>";
}

// How often voters with this confidence were right; the diagonal is what they say.
std::string reliability_plot(const CouncilLine& council, const std::string& paint) {
  std::string out = line(60, 170, 230, 0 + 10, "class=\"zero\"");
  out += line(60, 170, 230, 170, "class=\"axis\"") + line(60, 170, 60, 10, "class=\"axis\"");
  const auto x = [](double p) { return 60 + p * 170; };
  const auto y = [](double p) { return 170 - p * 160; };
  const auto draw = [&](const CouncilLine::Sureness& s, const std::string& how, bool hollow) {
    for (const eval::ReliabilityBin& bin : s.bins) {
      if (bin.count == 0) continue;
      out += line(x(bin.confidence), y(bin.interval.low), x(bin.confidence), y(bin.interval.high),
                  "stroke=\"" + how + "\" stroke-opacity=\".5\"");
      const double r = std::clamp(2 + std::sqrt(static_cast<double>(bin.count)) / 4, 2.5, 9.0);
      out += dot(x(bin.confidence), y(bin.accuracy), r,
                 hollow ? "fill=\"none\" stroke=\"" + how + "\" stroke-width=\"2\""
                        : "fill=\"" + how + "\"");
    }
  };
  draw(council.stated, paint, false);
  draw(council.measured, paint, true);
  out += words(145, 188, "middle", "confidence", "class=\"dim\"") +
         words(54, 14, "end", "right", "class=\"dim\"");
  out += words(250, 60, "start", "filled: as stated") +
         words(250, 76, "start", "ECE " + short_number(council.stated.ece), "class=\"dim\"") +
         words(250, 104, "start", "hollow: by the logits") +
         words(250, 120, "start", "ECE " + short_number(council.measured.ece), "class=\"dim\"");
  return drawing(194, "calibration of the votes of " + council.cast, out);
}

std::string correlation_table(const CouncilLine& council) {
  std::string out = "<div class=\"wide\"><table><tr><th>errors correlate</th>";
  for (const std::string& seat : council.seats) out += "<th>" + escaped(seat) + "</th>";
  out += "</tr>";
  const std::size_t n = council.seats.size();
  for (std::size_t i = 0; i < n; ++i) {
    out += "<tr><td>" + escaped(council.seats[i]) + "</td>";
    for (std::size_t j = 0; j < n; ++j) {
      const auto& value = council.correlation[i * n + j];
      char shade[64] = "";
      if (value)
        std::snprintf(shade, sizeof shade, " style=\"background:rgba(176,103,43,%.2f)\"",
                      std::clamp(*value, 0.0, 1.0) * 0.55);
      out += "<td" + std::string(shade) + ">" + (i == j ? "" : short_number(value)) + "</td>";
    }
    out += "</tr>";
  }
  return out + "</table></div>";
}

std::string councils(const Comparison& c) {
  std::string out = "<div class=\"grid\">";
  for (std::size_t i = 0; i < c.councils.size(); ++i) {
    const CouncilLine& council = c.councils[i];
    out += "<section class=\"card\"><h3><span class=\"chip\" style=\"background:" + colour(i) +
           "\"></span>" + escaped(council.cast) + "</h3>";
    if (council.cases == 0) {
      out += "<p>No proposal was voted on.</p></section>";
      continue;
    }
    out += "<p>" + std::to_string(council.cases) + " proposals, of which " +
           std::to_string(council.approved) + " were right to approve. The majority is right in " +
           (council.majority ? short_number(council.majority->value * 100) + " % [" +
                                   short_number(council.majority->interval.low * 100) + ", " +
                                   short_number(council.majority->interval.high * 100) + "]"
                             : std::string("–")) +
           ". Agreement " + short_number(council.agreement) + ", Fleiss’ κ " +
           short_number(council.kappa) + ", Gwet’s AC1 " + short_number(council.ac1) + ".";
    if (council.effective)
      out += " Errors correlate by " + short_number(council.effective->rho.value) +
             ": five votes are worth " + short_number(council.effective->n_eff) + " [" +
             short_number(council.effective->interval.low) + ", " +
             short_number(council.effective->interval.high) + "].";
    out +=
        "</p>" + correlation_table(council) + reliability_plot(council, colour(i)) + "</section>";
  }
  return out + "</div>";
}

std::string casts(const Comparison& c) {
  std::string out =
      "<div class=\"wide\"><table><tr><th>cast</th><th>minds</th><th>asks</th>"
      "<th>not trained on</th></tr>";
  for (std::size_t i = 0; i < c.casts.size(); ++i) {
    const eval::CastNote& cast = c.casts[i];
    std::vector<std::string> minds;
    for (const auto& [who, mind] : cast.minds)
      if (std::find(minds.begin(), minds.end(), mind) == minds.end()) minds.push_back(mind);
    const eval::Coverage& cover = c.coverage[i];
    const auto share = static_cast<double>(cover.untrained) * 100 /
                       static_cast<double>(std::max<std::int64_t>(cover.asks, 1));
    out += "<tr><td><span class=\"chip\" style=\"background:" + colour(i) + "\"></span>" +
           escaped(cast.name) + "</td><td>" + escaped(join(minds, ", ")) + "</td><td>" +
           grouped(cover.asks) + "</td><td>" + short_number(share) + " %</td></tr>";
  }
  return out + "</table></div>";
}

std::string runs(const Comparison& c) {
  std::string out = "<details><summary>" + std::to_string(c.runs.size()) +
                    " runs, each with its ledger</summary><div class=\"wide\"><table><tr><th>run"
                    "</th><th>entries</th><th>record root</th></tr>";
  for (const eval::Run& run : c.runs)
    out += "<tr><td><code>" + escaped(run.file) + "</code></td><td>" +
           grouped(run.figures.entries) + "</td><td><code>" + escaped(run.figures.root) +
           "</code></td></tr>";
  return out + "</table></div></details>";
}

std::string list(const std::vector<std::string>& sentences) {
  std::string out = "<ul>";
  for (const std::string& sentence : sentences) out += "<li>" + escaped(sentence) + "</li>";
  return out + "</ul>";
}

}  // namespace

std::string page(const Comparison& c, const std::string& version) {
  const std::string title = "Casts compared: " + c.scenario;
  std::vector<std::string> said = eval::claims(c);
  if (said.empty())
    said.emplace_back("Nothing is claimed: no difference stands after Holm's correction.");
  return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width,initial-scale=1\"><title>" +
         escaped(title) + "</title><style>" + kStyle + "</style></head><body><main><h1>" +
         escaped(title) + "</h1><p class=\"lead\">" + std::to_string(c.casts.size()) + " casts, " +
         std::to_string(c.seeds.size()) + " seeds each, " + std::to_string(c.runs.size()) +
         " runs. Every figure is read from their ledgers by wood " + escaped(version) + ".</p>" +
         casts(c) + "<h2>What may be said</h2>" + list(said) + "<h2>What to know first</h2>" +
         list(cautions(c)) + "<h2>From the record</h2>" + cards(c, eval::Source::record) +
         "<h2>The desk’s votes, judged by the latent value</h2>" + councils(c) +
         "<h2>Of this machine, this once</h2>" + cards(c, eval::Source::margin) + "<h2>Runs</h2>" +
         runs(c) + "</main></body></html>\n";
}

}  // namespace wood::cli
