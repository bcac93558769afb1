// wood drift: has anything changed between two sets of runs, and how soon was it to be noticed?
#include <algorithm>

#include "cli/figure.h"
#include "cli/run_set.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/text.h"
#include "eval/drift_report.h"
#include "eval/watch.h"

namespace wood::cli {
namespace {

constexpr std::int64_t kOpen = std::int64_t{1} << 40;  // beyond every turn

using eval::DriftRow;
using Unit = eval::DriftTerms::Unit;

struct Sides {
  std::vector<std::string> files_a, files_b;
  std::vector<eval::Observed> a, b;
};

struct Told {
  eval::DriftReport report;
  std::optional<eval::Watch> watch;
  std::string why_no_watch;
};

// "16-24", "16-", "16".
Result<std::pair<std::int64_t, std::int64_t>> turns_of(const std::string& word) {
  const auto wrong = [&] {
    return fail(
        Errc::usage,
        "--turns is a first and a last turn, 16-24, or a first one, 16-, not \"" + word + "\"");
  };
  const std::size_t dash = word.find('-');
  const auto first = to_int(word.substr(0, dash));
  if (!first || *first < 1) return wrong();
  if (dash == word.npos) return std::pair(*first, *first);
  if (dash + 1 == word.size()) return std::pair(*first, kOpen);
  const auto last = to_int(word.substr(dash + 1));
  if (!last || *last < *first) return wrong();
  return std::pair(*first, *last);
}

Result<Sides> files_of(const Args& args) {
  Sides out{args.all("--a"), args.all("--b"), {}, {}};
  const std::string a = args.text("RUN-A"), b = args.text("RUN-B");
  if (!a.empty() && (!out.files_a.empty() || !out.files_b.empty()))
    return fail(Errc::usage, "give either RUN-A and RUN-B, or --a FILE… and --b FILE…");
  if (!a.empty()) out.files_a = {a};
  if (!b.empty()) out.files_b = {b};
  if (out.files_a.empty())
    return fail(Errc::usage, "give the runs to start from: RUN-A RUN-B, or --a FILE… --b FILE…");
  const bool split = args.has("--split");
  if (split != out.files_b.empty())
    return fail(Errc::usage, split ? "--split compares the turns of one set with each other: leave "
                                     "RUN-B and --b out"
                                   : "give the runs to compare with as RUN-B or --b FILE…, or "
                                     "--split TURN to compare the turns before and after");
  if (split && args.has("--turns"))
    return fail(Errc::usage, "--split and --turns both choose turns: give one of them");
  return out;
}

// A run on both sides drifts from itself nowhere, and hides that others do.
Status no_doubles(const Sides& sides) {
  std::map<std::string, std::string> seen;
  const auto add = [&](const std::vector<eval::Observed>& runs,
                       const std::vector<std::string>& files) -> Status {
    for (std::size_t i = 0; i < runs.size(); ++i)
      if (const auto [it, fresh] = seen.emplace(runs[i].root, files[i]); !fresh)
        return fail(Errc::usage, it->second + " and " + files[i] + " are one run: give it once");
    return {};
  };
  TRY_STATUS(add(sides.a, sides.files_a));
  return add(sides.b, sides.files_b);
}

Status keep(std::vector<eval::Observed>& runs, const std::vector<std::string>& files,
            std::int64_t first, std::int64_t last) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i] = eval::between(runs[i], first, last);
    if (runs[i].channels.empty())
      return fail(Errc::usage, files[i] + " has nothing " +
                                   (last >= kOpen ? "from turn " + std::to_string(first) + " on"
                                                  : "in turns " + std::to_string(first) + " to " +
                                                        std::to_string(last)) +
                                   ": it was played for " + std::to_string(runs[i].turns));
  }
  return {};
}

Result<Sides> sides_of(const Args& args, const Console& console) {
  TRY(Sides out, files_of(args));
  TRY(out.a, observe_all(out.files_a, console));
  TRY(out.b, observe_all(out.files_b, console));
  TRY_STATUS(no_doubles(out));
  if (const auto at = args.integer("--split")) {
    out.b = out.a;
    out.files_b = out.files_a;
    if (*at < 2) return fail(Errc::usage, "--split begins at turn 2: nothing is before the first");
    TRY_STATUS(keep(out.a, out.files_a, 1, *at - 1));
    TRY_STATUS(keep(out.b, out.files_b, *at, kOpen));
  }
  return out;
}

Status watch_too(const Args& args, const Sides& sides, Told& out) {
  eval::WatchTerms terms{
      .level = 0.05, .change_at = args.integer("--change-at"), .channels = args.all("--watch")};
  for (const std::string& one : terms.channels)
    if (std::none_of(sides.a.begin(), sides.a.end(),
                     [&](const eval::Observed& run) { return run.channels.contains(one); })) {
      std::vector<std::string> names;
      for (const auto& [name, channel] : sides.a.front().channels) names.push_back(name);
      const std::string near = nearest_name(one, names);
      return fail(Errc::usage, "there is no channel \"" + one + "\"" +
                                   (near.empty() ? "; the table names them"
                                                 : "; did you mean \"" + near + "\"?"));
    }
  if (args.has("--split")) {
    out.why_no_watch = "--split has no runs of the same turns to set a watch by";
  } else {
    out.watch = eval::watch(sides.a, sides.b, terms);
    if (!out.watch)
      out.why_no_watch = "a watch is set by " + std::to_string(eval::kWatchRuns) +
                         " runs and more, 19 for 5 % of false alarms; --a has " +
                         std::to_string(sides.a.size());
  }
  if (!out.watch && (args.has("--change-at") || args.has("--watch")))
    return fail(Errc::usage, out.why_no_watch);
  return {};
}

Result<Told> tell(const Args& args, const Console& console) {
  TRY(Sides sides, sides_of(args, console));
  Told out;
  // Before --turns: sums that build up begin with the run.
  TRY_STATUS(watch_too(args, sides, out));
  if (args.has("--turns")) {
    TRY(const auto turns, turns_of(args.text("--turns")));
    TRY_STATUS(keep(sides.a, sides.files_a, turns.first, turns.second));
    TRY_STATUS(keep(sides.b, sides.files_b, turns.first, turns.second));
  }
  eval::DriftTerms terms;
  const std::string unit = args.text("--unit");
  terms.unit = unit == "run" ? Unit::run : unit == "block" ? Unit::block : Unit::automatic;
  const std::int64_t block = args.integer("--block").value_or(terms.block);
  if (block < 1 || block > 1'000)
    return fail(Errc::usage, "--block is a number of turns, 1 to 1000");
  terms.block = static_cast<int>(block);
  out.report = eval::drift_report(sides.a, sides.b, terms);
  return out;
}

std::string level_text(const DriftRow& row, double value) {
  if (row.kind == eval::Channel::Kind::category) return percent(value);
  return fixed(value, value > -10 && value < 10 ? 2 : 1);
}

Cell verdict(double adjusted, double level) {
  return adjusted <= level ? Cell("drift " + p_text(adjusted), Tone::bad)
                           : Cell(p_text(adjusted), Tone::dim);
}

std::string rows_text(const eval::DriftReport& report, eval::Channel::Group group,
                      const Terminal& terminal) {
  Grid grid({{name(group) == std::string("input")    ? "inputs"
              : name(group) == std::string("answer") ? "answers"
                                                     : "outcomes"},
             {"n", Align::right},
             {"n", Align::right},
             {"A", Align::right},
             {"B", Align::right},
             {""},
             {"PSI", Align::right},
             {"rule says"},
             {"in vain", Align::right},
             {"p", Align::right},
             {"KS", Align::right},
             {"p", Align::right},
             {"Holm"}});
  for (const DriftRow& row : report.rows) {
    if (row.group != group) continue;
    const bool both = row.reference > 0 && row.now > 0;
    std::vector<Cell> cells = {{printable(row.name), Tone::strong},
                               row.reference,
                               row.now,
                               row.reference > 0 ? level_text(row, row.mean_reference) : "-",
                               row.now > 0 ? level_text(row, row.mean_now) : "-",
                               printable(row.label)};
    if (!row.psi) {
      cells.insert(cells.end(),
                   {"-", both ? "all alike" : "on one side only", "-", "-", "-", "-", "-"});
    } else {
      cells.emplace_back(fixed(row.psi->psi, 3));
      cells.emplace_back(name(row.psi->rule));
      cells.emplace_back(percent(row.psi->rule_false_alarms, 0));
      cells.emplace_back(p_text(row.psi->p));
      cells.emplace_back(row.ks ? fixed(row.ks->statistic, 3) : "-");
      cells.emplace_back(row.ks ? p_text(row.ks->p) : "-");
      cells.push_back(verdict(row.adjusted(), report.level));
    }
    grid.row(std::move(cells));
  }
  return grid.empty() ? "" : grid.text(terminal) + "\n";
}

std::string shifts_text(const eval::DriftReport& report, const Terminal& terminal) {
  if (report.shifts.empty()) return "";
  Grid grid({{"calibration"},
             {"ballots", Align::right},
             {"ballots", Align::right},
             {"ECE A", Align::right},
             {"ECE B", Align::right},
             {"shift", Align::right},
             {"p", Align::right},
             {"Holm"},
             {"by bin", Align::right},
             {"p", Align::right},
             {"Holm"}});
  for (const eval::ShiftRow& row : report.shifts)
    grid.row({{name(row.source), Tone::strong},
              row.reference,
              row.now,
              fixed(row.shift.ece_reference, 3),
              fixed(row.shift.ece_now, 3),
              signed_fixed(row.shift.overall, 3),
              p_text(row.shift.overall_p),
              verdict(row.overall_adjusted, report.level),
              fixed(row.shift.by_bin, 3),
              p_text(row.shift.by_bin_p),
              verdict(row.by_bin_adjusted, report.level)});
  return grid.text(terminal) +
         toned(terminal, Tone::dim,
               "shift: mean of right less confidence, B less A; below 0: surer than before") +
         "\n\n";
}

std::string watch_text(const Told& told, const std::vector<std::string>& files,
                       const Terminal& terminal) {
  if (!told.watch) return "No watch: " + told.why_no_watch + ".\n";
  const eval::Watch& watch = *told.watch;
  const bool known = watch.change_at.has_value();
  Grid grid({{"watch over B"},
             {"alarm in turn", Align::right},
             {known ? "delay" : "", Align::right},
             {"by"},
             {known ? "before the change" : "", Align::right}});
  std::vector<std::int64_t> delays;
  std::size_t alarms = 0;
  for (std::size_t r = 0; r < watch.runs.size(); ++r) {
    const eval::WatchedRun& run = watch.runs[r];
    alarms += run.alarm ? 1 : 0;
    if (run.delay) delays.push_back(*run.delay);
    grid.row({{printable(files[r]), Tone::strong},
              run.alarm ? std::to_string(run.alarm->turn) : "none",
              run.delay ? std::to_string(*run.delay) : "",
              run.alarm ? printable(run.alarm->stream) : "",
              known ? std::to_string(run.false_alarms) : ""});
  }
  std::string out = grid.text(terminal) + "Alarms in " + std::to_string(alarms) + " of " +
                    std::to_string(watch.runs.size()) + " runs; without a change in " +
                    percent(watch.level) + " of them.";
  if (!delays.empty()) {
    std::sort(delays.begin(), delays.end());
    out += " Median delay " + std::to_string(delays[(delays.size() - 1) / 2]) +
           " turns, 1 being the turn of the change.";
  }
  return out + "\n";
}

std::string text(const Told& told, const std::vector<std::string>& files_b,
                 const Terminal& terminal) {
  const eval::DriftReport& report = told.report;
  std::string out =
      "A: " + std::to_string(report.runs_reference) + " run" +
      (report.runs_reference == 1 ? "" : "s") + ", B: " + std::to_string(report.runs_now) + "; " +
      std::to_string(report.tests) + " tests, each by dealing " +
      (report.unit == Unit::run ? "whole runs"
                                : "blocks of " + std::to_string(report.block) + " turns (" +
                                      std::to_string(report.units_reference) + " and " +
                                      std::to_string(report.units_now) + ")") +
      " anew " + grouped(report.replicates) + " times.\n\n";
  for (const auto group :
       {eval::Channel::Group::input, eval::Channel::Group::answer, eval::Channel::Group::outcome})
    out += rows_text(report, group, terminal);
  out += shifts_text(report, terminal);
  out += watch_text(told, files_b, terminal);
  out += toned(terminal, Tone::dim,
               "rule says: PSI below 0.10 stable, below 0.25 moderate, else major; in vain: how "
               "often it says more than stable at this n where nothing drifts") +
         "\n";
  const int found = report.found();
  if (found == 0 && !report.could_find())
    return out + "Nothing can be told: so few " +
           (report.unit == eval::DriftTerms::Unit::run ? "runs" : "blocks of turns") +
           " can be dealt in too few ways for any of " + std::to_string(report.tests) +
           " tests to pass. Give more runs, or more turns.\n";
  out += found == 0
             ? "No drift: no test passes 5 % after Holm's correction.\n"
             : toned(terminal, Tone::bad,
                     "Drift: " + std::to_string(found) + " of " + std::to_string(report.tests) +
                         " tests pass 5 % after Holm's correction.") +
                   "\n";
  return out;
}

Result<int> act(const Args& args, const Console& console) {
  TRY(const Told told, tell(args, console));
  std::vector<std::string> files = args.all("--b");
  if (args.has("RUN-B")) files = {args.text("RUN-B")};
  if (args.has("--json")) {
    Json out = eval::json(told.report);
    out.set("watch", told.watch ? eval::json(*told.watch) : Json());
    console.print(out.dump() + "\n");
  } else {
    console.print(text(told, files, console.out));
  }
  return told.report.found() > 0 ? Exit::finding : Exit::fine;
}

std::vector<Option> options() {
  using K = Option::Kind;
  const auto runs = [](const char* name, const char* about) {
    return Option{.name = name,
                  .kind = K::file,
                  .value = "FILE…",
                  .about = about,
                  .many = true,
                  .words = true};
  };
  return {
      {.name = "RUN-A", .kind = K::file, .value = "FILE", .about = "the run to start from"},
      {.name = "RUN-B", .kind = K::file, .value = "FILE", .about = "the run to compare with it"},
      runs("--a", "several runs to start from"),
      runs("--b", "several runs to compare with them"),
      {.name = "--split",
       .kind = K::integer,
       .value = "TURN",
       .about = "instead of B: the turns from this one on, against those before it"},
      {.name = "--turns",
       .kind = K::text,
       .value = "FIRST-LAST",
       .about = "only these turns of both"},
      {.name = "--change-at",
       .kind = K::integer,
       .value = "TURN",
       .about = "a turn of B at which something is known to have changed, for the delay"},
      {.name = "--watch",
       .kind = K::text,
       .value = "CHANNEL",
       .about = "watch only this channel, as the table names it",
       .many = true},
      {.name = "--unit",
       .kind = K::choice,
       .value = "WHAT",
       .about = "what is dealt anew; whole runs where there are enough of them",
       .choices = {"run", "block"}},
      {.name = "--block", .kind = K::integer, .value = "N", .about = "turns of a block (3)"},
      {.name = "--json", .about = "as one JSON object"}};
}

}  // namespace

Verb drift_verb() {
  return {
      .name = "drift",
      .about = "tells whether runs differ in what went in, was answered and came of it",
      .text =
          "Compares the inputs, the answers and the outcomes of two runs, or of two sets: the "
          "population stability index on ten bins of A's quantiles, with the rule of thumb and "
          "with "
          "a p-value, Kolmogorov's and Smirnov's test, the shift of calibration, all corrected for "
          "how many they are; and, where A has nine runs and more, the turn at which a watch set "
          "by "
          "A would have raised an alarm. Ends with 1 if anything drifted.",
      .options = options(),
      .examples = {{"wood drift runs/monday.wood runs/tuesday.wood", "one run against another"},
                   {"wood drift --a calm-*.wood --b new-*.wood --change-at 16 --turns 16-",
                    "from the turn of a known change on, and how late it was noticed"},
                   {"wood drift runs/long.wood --split 16", "the second half against the first"}},
      .act = act};
}

}  // namespace wood::cli
