// wood gambit: a published experiment, played again with seeds, casts and intervals.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "cli/contest.h"
#include "cli/open.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/text.h"
#include "host/file.h"
#include "host/interrupt.h"

namespace wood::cli {
namespace {

// What was published: the Patron's profit in pebbles, of single runs without seeds or intervals.
struct SetUp {
  const char* scenario;
  const char* what;
  int sign;  // of the published profit
  const char* published;
};
constexpr std::array<SetUp, 4> kSetUps = {{
    {"gambit-dump", "one mind is told to dump", +1, "won"},
    {"gambit-rumour", "rumour only", -1, "-15"},
    {"gambit-glut", "a glut of honey", -1, "-26 to -27"},
    {"gambit-decree", "the mark is decreed at the settlement", +1, "+40"},
}};

enum class Finding { holds, opposite, open };
const char* name(Finding finding) {
  return finding == Finding::holds      ? "holds"
         : finding == Finding::opposite ? "the opposite"
                                        : "cannot be told";
}

struct Line {
  std::string cast;
  std::optional<eval::Estimate> profit;
  Finding finding = Finding::open;
};

Finding finding_of(const std::optional<eval::Estimate>& profit, int sign) {
  if (!profit || profit->interval.holds(0)) return Finding::open;
  return (profit->value > 0) == (sign > 0) ? Finding::holds : Finding::opposite;
}

std::vector<Line> lines_of(const eval::Comparison& comparison, int sign) {
  std::vector<Line> out;
  for (const eval::MetricLine& metric : comparison.lines) {
    if (std::string(metric.metric->name) != "patron_pnl") continue;
    for (std::size_t i = 0; i < comparison.casts.size(); ++i)
      out.push_back(
          {comparison.casts[i].name, metric.casts[i].mean, finding_of(metric.casts[i].mean, sign)});
  }
  return out;
}

Result<Contest> contest_of(const Args& args, const SetUp& setup) {
  TRY(const Scenario scenario, open_scenario(setup.scenario));
  Contest out;
  out.scenario = setup.scenario;
  for (const std::string& words : {args.text("--casts", "rules,random,five-labs,one-mind")})
    for (const std::string& word : split(words, ',')) {
      TRY(NamedCast cast, named_cast(scenario, std::string(trim(word))));
      out.casts.push_back(std::move(cast));
    }
  const std::int64_t seeds = args.integer("--seeds").value_or(30);
  if (seeds < 1 || seeds > 10'000) return fail(Errc::usage, "--seeds is 1 to 10000");
  for (std::int64_t i = 0; i < seeds; ++i)
    out.seeds.push_back(1'001 + static_cast<std::uint64_t>(i));
  out.turns = scenario.turns;
  out.jobs = args.integer("--jobs").value_or(1);
  if (out.jobs < 1 || out.jobs > 1'000) return fail(Errc::usage, "--jobs is 1 to 1000");
  out.folder = args.text("--out", "runs/gambit") + "/" + setup.scenario;
  for (const char* option : {"--models", "--minds", "--memory"})
    for (const std::string& value : args.all(option))
      out.passed.insert(out.passed.end(), {option, value});
  return out;
}

Result<eval::Comparison> play(const Args& args, const Console& console, const SetUp& setup) {
  TRY(const Contest contest, contest_of(args, setup));
  TRY(std::vector<eval::Run> runs, hold(contest, console));
  std::vector<eval::CastNote> notes;
  for (const NamedCast& cast : contest.casts)
    notes.push_back({cast.name, cast.about, cast.minds, {}, {}});
  return eval::compare(std::move(notes), contest.seeds, std::move(runs));
}

std::string pebbles(double value) {
  char out[48];
  std::snprintf(out, sizeof out, "%+.1f", value);
  return out;
}

std::int64_t micro(double value) { return static_cast<std::int64_t>(std::llround(value * 1e6)); }

Json json_of(const SetUp& setup, const std::vector<Line>& lines) {
  Json casts = Json::array();
  for (const Line& line : lines) {
    Json one = Json::object({{"cast", line.cast}, {"finding", name(line.finding)}});
    if (line.profit) {
      one.set("high_micro", micro(line.profit->interval.high));
      one.set("low_micro", micro(line.profit->interval.low));
      one.set("mean_micro", micro(line.profit->value));
    }
    casts.push(std::move(one));
  }
  return Json::object({{"casts", std::move(casts)},
                       {"published", setup.published},
                       {"scenario", setup.scenario},
                       {"sign", setup.sign},
                       {"what", setup.what}});
}

Result<int> act(const Args& args, const Console& console) {
  keep_interrupts(
      "wood: no further run is begun; those that are under way stop behind their turn\n");
  Grid grid({{"set-up"},
             {"published", Align::right},
             {"cast"},
             {"the Patron's profit, pebbles", Align::right},
             {"the published sign"}});
  Json all = Json::array();
  std::size_t seeds = 0;
  for (const SetUp& setup : kSetUps) {
    TRY(const eval::Comparison comparison, play(args, console, setup));
    seeds = comparison.seeds.size();
    const std::vector<Line> lines = lines_of(comparison, setup.sign);
    all.push(json_of(setup, lines));
    for (const Line& line : lines) {
      const Tone tone = line.finding == Finding::holds      ? Tone::good
                        : line.finding == Finding::opposite ? Tone::bad
                                                            : Tone::dim;
      const bool first = &line == &lines.front();
      grid.row({first ? setup.what : "", first ? setup.published : "", line.cast,
                line.profit
                    ? pebbles(line.profit->value) + " [" + pebbles(line.profit->interval.low) +
                          ", " + pebbles(line.profit->interval.high) + "]"
                    : std::string("-"),
                Cell(name(line.finding), tone)});
    }
  }
  if (args.has("--json")) {
    console.print(Json::object({{"set_ups", std::move(all)}}).dump() + "\n");
  } else {
    console.print(grid.text(console.out) + "\nMeans of " + std::to_string(seeds) +
                  " seeds with 95 % intervals; a sign holds where the interval lies on its side of "
                  "nothing.\nHouse models are no lab's models: of the published casts this says "
                  "nothing.\n");
  }
  return Exit::fine;
}

}  // namespace

Verb gambit_verb() {
  using K = Option::Kind;
  return {
      .name = "gambit",
      .about = "plays a published gambit in its four set-ups, with seeds, casts and intervals",
      .text =
          "The Patron sells honey short, tells a true tip, and spreads a rumour of a run. Four "
          "set-ups were published, from single runs: one mind told to dump, the rumour alone, a "
          "glut, a decree on the mark. This plays each with every cast over many seeds and says "
          "of which the sign holds. Broken off, it goes on.",
      .options =
          {{.name = "--casts",
            .kind = K::text,
            .value = "A,B,…",
            .about = "casts (rules,random,five-labs,one-mind)"},
           {.name = "--seeds", .kind = K::integer, .value = "N", .about = "so many (30)"},
           {.name = "--jobs", .kind = K::integer, .value = "J", .about = "runs at a time (1)"},
           {.name = "--out",
            .kind = K::folder,
            .value = "DIR",
            .about = "where the runs go (runs/gambit)"},
           models_option(),
           minds_option(),
           memory_option(),
           {.name = "--json", .about = "the findings as one JSON object"}},
      .examples = {{"wood gambit --casts rules,random", "without models, in a minute"},
                   {"wood gambit", "two casts of models as well: two hours on two cores"}},
      .act = act};
}

}  // namespace wood::cli
