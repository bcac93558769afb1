// wood calibrate: how often is a mind right that says it is sure? Fitted on some runs, told of
// others.
#include <algorithm>

#include "cli/figure.h"
#include "cli/run_set.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/text.h"
#include "eval/calibration.h"
#include "eval/voters.h"
#include "host/file.h"

namespace wood::cli {
namespace {

using eval::CalibrationRow;

struct Sets {
  std::vector<std::string> fit, test;  // files
};

struct Told {
  eval::Calibration calibration;
  std::vector<CalibrationRow> rows;
  std::size_t fit_runs = 0, test_runs = 0;
  std::string map_file;  // that was read
};

std::vector<eval::NamedRun> named(const std::vector<eval::Figures>& runs,
                                  const std::vector<std::string>& files) {
  std::vector<eval::NamedRun> out;
  for (std::size_t i = 0; i < runs.size(); ++i) out.push_back({eval::run_name(runs[i]), files[i]});
  return out;
}

// A run that is given twice would count twice.
Status no_doubles(const std::vector<eval::NamedRun>& runs) {
  for (std::size_t i = 0; i < runs.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (runs[i].run.root == runs[j].run.root)
        return fail(Errc::usage,
                    runs[j].file + " and " + runs[i].file + " are one run: give it once");
  return {};
}

// Seeds that are even fit, odd ones test.
Status split_by_parity(const std::string& folder, const Console& console, Sets& out) {
  TRY(const std::vector<std::string> files, runs_in(folder));
  TRY(const std::vector<eval::Figures> runs, read_all_figures(files, console));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const char last = runs[i].seed.empty() ? '0' : runs[i].seed.back();
    ((last - '0') % 2 == 0 ? out.fit : out.test).push_back(files[i]);
  }
  if (out.fit.empty() || out.test.empty())
    return fail(Errc::usage, folder + ": all its runs have " + (out.fit.empty() ? "odd" : "even") +
                                 " seeds: even ones are fitted on, odd ones tested on; both are "
                                 "needed");
  return {};
}

Result<Sets> sets_of(const Args& args, const Console& console) {
  Sets out{args.all("--fit"), args.all("--test")};
  const bool folder = args.has("--runs-dir"), map = args.has("--map");
  if (folder && (map || !out.fit.empty() || !out.test.empty()))
    return fail(Errc::usage, "--runs-dir makes both sets: leave --fit, --map and --test out");
  if (map && (!out.fit.empty() || args.has("--by") || args.has("--source") || args.has("--out")))
    return fail(Errc::usage, "--map is fitted already: leave --fit, --by, --source and --out out");
  if (folder) TRY_STATUS(split_by_parity(args.text("--runs-dir"), console, out));
  if (out.fit.empty() && !map)
    return fail(Errc::usage,
                "give the runs to fit on with --fit FILE…, a map with --map FILE, or "
                "a folder with --runs-dir");
  if (out.test.empty())
    return fail(Errc::usage,
                "give runs of other seeds with --test FILE…: on the runs that it was "
                "fitted on, a map is right by construction");
  return out;
}

Result<eval::Calibration> read_map(const std::string& path) {
  TRY(const Bytes text, read_file(path));
  const auto parsed = parse_json(trim(text));
  if (!parsed) return fail(parsed.error().during(path));
  auto out = eval::Calibration::from(*parsed);
  if (!out) return fail(out.error().during(path));
  return out;
}

Result<Told> tell(const Args& args, const Console& console) {
  TRY(const Sets sets, sets_of(args, console));
  Told out;
  std::vector<eval::NamedRun> fitted;
  if (args.has("--map")) {
    out.map_file = args.text("--map");
    TRY(out.calibration, read_map(out.map_file));
    for (const eval::RunName& run : out.calibration.fitted_on)
      fitted.push_back({run, "a run of " + out.map_file});
  } else {
    TRY(const std::vector<eval::Figures> runs, read_all_figures(sets.fit, console));
    fitted = named(runs, sets.fit);
    TRY_STATUS(no_doubles(fitted));
    const std::string by = args.text("--by", "all");
    const auto source = args.text("--source", "stated") == "stated" ? eval::Sureness::stated
                                                                    : eval::Sureness::measured;
    TRY(out.calibration, eval::fit(runs,
                                   by == "voter"  ? eval::By::voter
                                   : by == "mind" ? eval::By::mind
                                                  : eval::By::all,
                                   source));
  }
  TRY(const std::vector<eval::Figures> runs, read_all_figures(sets.test, console));
  const std::vector<eval::NamedRun> tested = named(runs, sets.test);
  TRY_STATUS(no_doubles(tested));
  TRY_STATUS(eval::disjoint(fitted, tested));
  out.fit_runs = fitted.size();
  out.test_runs = runs.size();
  out.rows = eval::judge(out.calibration, runs, {});
  if (out.rows.empty())
    return fail(Errc::usage,
                "the runs of --test have no ballot that a map is for; the maps are "
                "for others, or nothing was proposed: play more turns");
  return out;
}

// Below zero is better.
Cell change(const eval::Estimate& estimate) {
  const std::string text =
      signed_fixed(estimate.value, 4) + " " + interval_text(estimate.interval, 4);
  if (estimate.replicates == 0) return signed_fixed(estimate.value, 4) + " (one seed)";
  if (estimate.interval.high < 0) return {text, Tone::good};
  return {text, estimate.interval.low > 0 ? Tone::bad : Tone::plain};
}

std::string scores_text(const Told& told, const Terminal& terminal) {
  Grid grid({{"who"},
             {"score"},
             {"before", Align::right},
             {"", Align::left},
             {"after", Align::right},
             {"", Align::left},
             {"after less before"}});
  for (const CalibrationRow& row : told.rows) {
    const auto interval = [](const eval::Estimate& of) {
      return of.replicates == 0 ? std::string("-") : interval_text(of.interval, 3);
    };
    const auto line = [&](const std::string& who, const char* score, const eval::Estimate& before,
                          const eval::Estimate& after, const eval::Estimate& less) {
      grid.row({{who, Tone::strong},
                score,
                fixed(before.value, 4),
                interval(before),
                fixed(after.value, 4),
                interval(after),
                change(less)});
    };
    line(printable(row.who), "Brier", row.before.brier, row.after.brier, row.brier_change);
    line("", "log loss", row.before.log_loss, row.after.log_loss, row.log_loss_change);
    line("", "ECE", row.before.ece, row.after.ece, row.ece_change);
  }
  return grid.text(terminal);
}

std::string parts_text(const Told& told, const Terminal& terminal) {
  Grid grid({{"who"},
             {"ballots", Align::right},
             {"runs", Align::right},
             {"right", Align::right},
             {"", Align::left},
             {"reliability", Align::right},
             {"resolution", Align::right},
             {"uncertainty", Align::right},
             {"within", Align::right},
             {"ECE", Align::right},
             {"if calibrated", Align::right},
             {"p", Align::right}});
  for (const CalibrationRow& row : told.rows)
    for (const bool after : {false, true}) {
      const eval::Scores& s = after ? row.after : row.before;
      grid.row({{after ? "" : printable(row.who), Tone::strong},
                after ? Cell("") : Cell(row.ballots),
                after ? Cell("") : Cell(row.runs),
                after ? Cell("") : Cell(percent(row.accuracy)),
                after ? "after" : "before",
                fixed(s.murphy.reliability, 4),
                fixed(s.murphy.resolution, 4),
                fixed(s.murphy.uncertainty, 4),
                fixed(s.murphy.within, 4),
                fixed(s.ece.value, 4),
                fixed(s.calibrated.expected, 4),
                p_text(s.calibrated.p)});
    }
  return grid.text(terminal);
}

std::string bins_text(const Told& told, const Terminal& terminal) {
  Grid grid({{"who"},
             {""},
             {"confidence"},
             {"ballots", Align::right},
             {"said", Align::right},
             {"right", Align::right},
             {"95 %"}});
  for (const CalibrationRow& row : told.rows)
    for (const bool after : {false, true}) {
      bool first = true;
      for (const eval::ReliabilityBin& bin : after ? row.after.bins : row.before.bins) {
        if (bin.count == 0) continue;
        const bool off = !bin.interval.holds(bin.confidence);
        grid.row({{first && !after ? printable(row.who) : "", Tone::strong},
                  first ? (after ? "after" : "before") : "",
                  fixed(bin.low, 1) + " to " + fixed(bin.high, 1),
                  std::int64_t{bin.count},
                  fixed(bin.confidence, 3),
                  {fixed(bin.accuracy, 3), off ? Tone::warn : Tone::plain},
                  interval_text(bin.interval, 3)});
        first = false;
      }
    }
  return grid.text(terminal);
}

std::string plural(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string text(const Told& told, const Terminal& terminal) {
  const auto strong = [&](const char* head) { return toned(terminal, Tone::strong, head) + "\n"; };
  const eval::Calibration& c = told.calibration;
  std::string out = std::string("Confidence as ") + name(c.source) + ", a map " +
                    (c.by == eval::By::all ? "for all" : std::string("for each ") + name(c.by)) +
                    ": fitted on " + grouped(c.ballots) + " ballots of " +
                    plural(told.fit_runs, "run") + ", told of " + plural(told.test_runs, "run") +
                    " of other seeds.\n\n";
  out += strong("Scores, with 95 % intervals that draw whole seeds") + scores_text(told, terminal);
  out += "\n" +
         strong(
             "Brier = reliability - resolution + uncertainty + within; ECE over ten "
             "bins of equal width") +
         parts_text(told, terminal);
  out += toned(terminal, Tone::dim,
               "if calibrated: the ECE that a voter would show who is exactly as often right as he "
               "says, and the chance p of one as large as was seen; both, and the intervals of the "
               "table below, take ballots as independent, which five ballots on one proposal are "
               "not") +
         "\n";
  out += "\n" + strong("Reliability") + bins_text(told, terminal);
  std::vector<std::string> without;
  for (const auto& [who, map] : c.maps)
    if (std::none_of(told.rows.begin(), told.rows.end(),
                     [&, &of = who](const CalibrationRow& row) { return row.who == of; }))
      without.push_back(printable(who));
  if (!without.empty()) out += "\nNo ballots to test: " + join(without, ", ") + ".\n";
  return out;
}

Json json_of(const Told& told) {
  Json rows = Json::array();
  for (const CalibrationRow& row : told.rows) rows.push(eval::json(row));
  return Json::object({{"binning", "10 of equal width"},
                       {"calibration", told.calibration.json()},
                       {"fit_runs", static_cast<std::int64_t>(told.fit_runs)},
                       {"rows", std::move(rows)},
                       {"test_runs", static_cast<std::int64_t>(told.test_runs)}});
}

Result<int> print_votes(const Args& args, const Console& console) {
  const std::vector<std::string> files = args.all("--fit");
  for (const char* other : {"--test", "--runs-dir", "--map", "--by", "--source", "--out", "--json"})
    if (args.has(other))
      return fail(Errc::usage,
                  std::string("--votes goes with --fit alone: leave ") + other + " out");
  if (files.empty()) return fail(Errc::usage, "give the runs to count with --fit FILE…");
  TRY(const std::vector<eval::Figures> runs, read_all_figures(files, console));
  TRY_STATUS(no_doubles(named(runs, files)));
  const eval::Voters seen = eval::voters(runs);
  if (seen.by_seat.empty())
    return fail(Errc::usage,
                "nothing was proposed in these runs that a vote could be right about; "
                "play more turns");
  console.print(eval::toml(seen));
  return Exit::fine;
}

Result<int> act(const Args& args, const Console& console) {
  if (args.has("--votes")) return print_votes(args, console);
  const std::string out = args.text("--out");
  if (!out.empty() && file_exists(out))
    return fail(Errc::exists,
                out + " is there already; give another name with --out, or remove it");
  TRY(const Told told, tell(args, console));
  if (!out.empty()) TRY_STATUS(write_file(out, told.calibration.json().dump() + "\n"));
  if (args.has("--json")) console.print(json_of(told).dump() + "\n");
  else console.print(text(told, console.out));
  if (!out.empty() && !args.has("--json")) console.print("\nThe maps are in " + out + ".\n");
  return Exit::fine;
}

}  // namespace

Verb calibrate_verb() {
  using K = Option::Kind;
  return {
      .name = "calibrate",
      .about = "fits confidence to accuracy on some runs and tells it of others",
      .text =
          "A ballot of the desk says how sure it is, and a model in the process was as sure as its "
          "probabilities say. Whether it was right is asked of the latent value, which the "
          "simulator knows. An isotonic map from confidence to accuracy is fitted on the runs of "
          "--fit; scores and the reliability table, before and after, are those of the runs of "
          "--test, which must have other seeds.",
      .options =
          {{.name = "--fit",
            .kind = K::file,
            .value = "FILE…",
            .about = "the runs to fit on",
            .many = true,
            .words = true},
           {.name = "--test",
            .kind = K::file,
            .value = "FILE…",
            .about = "the runs to tell it of",
            .many = true,
            .words = true},
           {.name = "--runs-dir",
            .kind = K::folder,
            .value = "DIR",
            .about = "all runs of a folder: even seeds are fitted on, odd ones tested on"},
           {.name = "--map",
            .kind = K::file,
            .value = "FILE",
            .about = "instead of fitting: the maps that --out has written"},
           {.name = "--by",
            .kind = K::choice,
            .value = "WHO",
            .about = "a map for each seat or each mind, or, unless this is given, one for all",
            .choices = {"voter", "mind", "all"}},
           {.name = "--source",
            .kind = K::choice,
            .value = "WHICH",
            .about = "what is said, or what the model's probabilities say (stated)",
            .choices = {"stated", "measured"}},
           {.name = "--out", .kind = K::file, .value = "FILE", .about = "write the maps, as JSON"},
           {.name = "--votes",
            .about = "instead: how often each seat of --fit was right and how its errors go "
                     "with others', as the [step.calibration] of a vote"},
           {.name = "--json", .about = "as one JSON object"}},
      .examples = {{"wood calibrate --fit runs/a-*.wood --test runs/b-*.wood --by voter",
                    "a map for each seat"},
                   {"wood calibrate --runs-dir runs --source measured --out sure.json",
                    "of what the models' own probabilities said"}},
      .act = act};
}

}  // namespace wood::cli
