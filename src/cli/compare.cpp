// wood compare: the same seeds played by several casts, and what differs.
#include <algorithm>
#include <set>

#include "cli/compare_report.h"
#include "cli/compose.h"
#include "cli/contest.h"
#include "cli/open.h"
#include "cli/verb.h"
#include "core/text.h"
#include "host/file.h"
#include "host/interrupt.h"
#include "minds/card.h"
#include "minds/hub_cache.h"

namespace wood::cli {
namespace {

constexpr std::uint64_t kFirstSeed = 1'001;

Result<std::vector<NamedCast>> casts_of(const Args& args, const Scenario& scenario) {
  std::vector<NamedCast> out;
  std::set<std::string> names;
  std::vector<std::string> wanted;
  for (const std::string& words : args.all("--casts"))
    for (const std::string& word : split(words, ','))
      if (!trim(word).empty()) wanted.emplace_back(trim(word));
  if (wanted.empty()) wanted = {"five-labs", "rules"};
  for (const std::string& word : wanted) {
    TRY(NamedCast cast, named_cast(scenario, word));
    if (cast.name != word && !word.ends_with(".toml"))
      return fail(Errc::schema, "casts/" + word + ".toml says its name is \"" + cast.name + "\"");
    if (!names.insert(cast.name).second)
      return fail(Errc::usage, "--casts names " + cast.name + " twice");
    out.push_back(std::move(cast));
  }
  return out;
}

// What the models of a cast were trained on, by the model cards beside their files.
Result<eval::CastNote> note_of(const NamedCast& cast, const Registry& registry,
                               const std::vector<std::string>& dirs) {
  eval::CastNote out{cast.name, cast.about, cast.minds, {}, {}};
  for (const auto& [creature, mind] : cast.minds) {
    const MindSpec* spec = registry.find(mind);
    if (spec == nullptr) continue;
    if (spec->kind == MindKind::scripted) out.exempt.insert(mind);
    if (spec->kind != MindKind::llama) continue;
    const std::string file = model_file(*spec, dirs);
    if (file.empty()) continue;
    TRY(const auto card, model_card_beside(file));
    if (!card) continue;
    for (const Accuracy& accuracy : card->accuracies) out.trained.insert({mind, accuracy.task});
  }
  return out;
}

Result<Contest> contest_of(const Args& args, const Scenario& scenario) {
  Contest out;
  out.scenario = args.text("SCENARIO", "five-labs");
  TRY(out.casts, casts_of(args, scenario));
  const std::int64_t count = args.integer("--seeds").value_or(10);
  if (count < 1 || count > 10'000) return fail(Errc::usage, "--seeds is 1 to 10000");
  std::uint64_t first = kFirstSeed;
  if (args.has("--first")) {
    TRY(first, parse_seed(args.text("--first")));
  }
  for (std::int64_t i = 0; i < count; ++i)
    out.seeds.push_back(first + static_cast<std::uint64_t>(i));
  out.turns = args.integer("--turns").value_or(scenario.turns);
  if (out.turns < 1 || out.turns > 1'000'000) return fail(Errc::usage, "--turns is 1 to 1000000");
  out.jobs = args.integer("--jobs").value_or(1);
  if (out.jobs < 1 || out.jobs > 1'000) return fail(Errc::usage, "--jobs is 1 to 1000");
  out.folder = args.text("--out", "runs/compare-" + scenario.name);
  for (const char* option : {"--models", "--minds", "--memory"})
    for (const std::string& value : args.all(option))
      out.passed.insert(out.passed.end(), {option, value});
  return out;
}

Status write_all(const eval::Comparison& comparison, const std::string& folder,
                 const std::string& version) {
  TRY_STATUS(write_file(folder + "/compare.json", eval::json(comparison).dump() + "\n"));
  TRY_STATUS(write_file(folder + "/compare.csv", csv(comparison)));
  return write_file(folder + "/compare.html", page(comparison, version));
}

Result<int> act(const Args& args, const Console& console) {
  TRY(const Scenario scenario, open_scenario(args.text("SCENARIO", "five-labs")));
  TRY(const Contest contest, contest_of(args, scenario));
  TRY(const Registry registry, open_registry(args.all("--minds")));
  std::vector<eval::CastNote> notes;
  for (const NamedCast& cast : contest.casts) {
    TRY(eval::CastNote note, note_of(cast, registry, model_dirs(args.all("--models"))));
    notes.push_back(std::move(note));
  }
  keep_interrupts(
      "wood: no further run is begun; those that are under way stop behind their turn\n");
  TRY(std::vector<eval::Run> runs, hold(contest, console));
  const eval::Comparison comparison =
      eval::compare(std::move(notes), contest.seeds, std::move(runs));
  TRY_STATUS(write_all(comparison, contest.folder, console.version));
  if (args.has("--json")) console.print(eval::json(comparison).dump() + "\n");
  else
    console.print(text(comparison, console.out) + "\nIn " + contest.folder +
                  ": compare.html (plots), compare.json, compare.csv, runs/ (a ledger each)\n");
  return Exit::fine;
}

}  // namespace

Verb compare_verb() {
  using K = Option::Kind;
  return {
      .name = "compare",
      .about = "plays the same seeds with several casts and says what differs, with intervals",
      .text =
          "Every cast plays every seed; chance is a function of the seed, so that what differs "
          "is the cast. Each run leaves its ledger, is verified, and is read from it: profit, "
          "refusals, leaks, votes against the latent value, calibration, agreement, tokens and "
          "cost are the same to the digit when it is played again; time and memory are this "
          "machine's. The first cast is the one that the others are compared with. A "
          "comparison that was broken off goes on where it stopped.",
      .options = {{.name = "SCENARIO", .kind = K::scenario, .about = "what is played (five-labs)"},
                  {.name = "--casts",
                   .kind = K::text,
                   .value = "A,B,…",
                   .about = "casts of the scenario, of casts/, or files (five-labs,rules)",
                   .many = true},
                  {.name = "--seeds", .kind = K::integer, .value = "N", .about = "so many (10)"},
                  {.name = "--first",
                   .kind = K::text,
                   .value = "S",
                   .about = "the first of them; the others follow (1001)"},
                  {.name = "--turns",
                   .kind = K::integer,
                   .value = "N",
                   .about = "so many turns a run, instead of the scenario's"},
                  {.name = "--jobs",
                   .kind = K::integer,
                   .value = "J",
                   .about = "runs at a time (1); with more, times tell of runs beside each other"},
                  {.name = "--out",
                   .kind = K::folder,
                   .value = "DIR",
                   .about = "where runs and report go (runs/compare-SCENARIO)"},
                  models_option(),
                  minds_option(),
                  memory_option(),
                  {.name = "--json", .about = "the report as one JSON object"}},
      .examples =
          {{"wood compare", "the five house models and the rules, ten seeds"},
           {"wood compare --casts five-labs,one-mind,rules,large,self-moa --seeds 20 --jobs 2",
            "does a mix of minds do better?"}},
      .act = act};
}

}  // namespace wood::cli
