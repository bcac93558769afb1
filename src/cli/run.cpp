// wood run: a run from its genesis to its seal, or the rest of one that was interrupted.
#include <algorithm>

#include "cli/launch.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "host/interrupt.h"

namespace wood::cli {
namespace {

Loudness loudness(const Args& args) {
  return args.has("--quiet") ? Loudness::quiet : Loudness::lines;
}

// The report is read from the ledger, as anybody could who has it.
Result<int> conclude(const Args& args, const Console& console, Store& store,
                     const std::string& path) {
  const LedgerReader ledger(store);
  TRY(const Report report, read_report(ledger));
  if (args.has("--json")) {
    Json out = json(report);
    out.set("ledger", path.empty() ? Json() : Json(path));
    console.print(out.dump() + "\n");
  } else {
    std::string words = text(report, console.out);
    if (path.empty())
      words += "\nThe run was kept in memory and is gone now (--store sqlite keeps it).\n";
    else
      words += "\nThe ledger is " + path + ". Check it, and play it again:\n  wood verify " + path +
               "\n  wood show " + path + " --turn " +
               std::to_string(std::max<std::int64_t>(1, report.turns)) + "\n";
    console.print(words);
  }
  return report.leaks == 0 ? Exit::fine : Exit::finding;
}

// A run that was asked to stop; what it played is in its ledger.
int paused(const Played& played, const Console& console, const std::string& path) {
  const std::string turn = std::to_string(played.turns);
  console.complain(path.empty() ? "wood: stopped behind turn " + turn + "; it was kept in memory\n"
                                : "wood: stopped behind turn " + turn +
                                      "; go on with it:\n  wood run --resume " + path + "\n");
  return Exit::stopped;
}

Result<int> played_out(const Args& args, const Console& console, Launch& launch) {
  Progress progress(console, loudness(args));
  const auto played = launch.play(
      {.on_turn =
           [&](const TurnReport& report) { progress.turn(report, launch.panel().silence()); },
       .pause = interrupted});
  progress.finish();
  if (!played) return fail(broken(played.error(), launch));
  if (played->stopped == "paused") return paused(*played, console, launch.path());
  return conclude(args, console, launch.store(), launch.path());
}

Result<int> fresh(const Args& args, const Console& console) {
  TRY(const std::unique_ptr<Launch> launch, Launch::fresh(args, console));
  const Setup& setup = launch->setup();
  if (!launch->note().empty()) console.complain("wood: " + launch->note() + "\n");
  if (loudness(args) == Loudness::lines)
    console.complain(setup.scenario.name + ", cast " + setup.cast_name + ", seed " +
                     std::to_string(setup.seed) +
                     (launch->path().empty() ? "" : ", in " + launch->path()) + "\n");
  return played_out(args, console, *launch);
}

Result<int> resumed(const Args& args, const Console& console) {
  if (args.has("SCENARIO"))
    return fail(Errc::usage, "SCENARIO is settled by the run that --resume takes up");
  const std::string path = args.text("--resume");
  TRY(const std::unique_ptr<Launch> launch, Launch::resumed(path, args, console));
  if (loudness(args) == Loudness::lines)
    console.complain(path + " is taken up behind entry " + std::to_string(launch->recorded() - 1) +
                     "\n");
  return played_out(args, console, *launch);
}

Result<int> act(const Args& args, const Console& console) {
  keep_interrupts("\nwood: stopping behind this turn; once more to stop at once\n");
  return args.has("--resume") ? resumed(args, console) : fresh(args, console);
}

}  // namespace

Verb run_verb() {
  using K = Option::Kind;
  std::vector<Option> options = launch_options();
  options.insert(options.begin(), {.name = "SCENARIO",
                                   .kind = K::scenario,
                                   .value = "SCENARIO",
                                   .about = "its name, or a TOML file (five-labs)"});
  options.insert(options.end(), {{.name = "--resume",
                                  .kind = K::file,
                                  .value = "FILE",
                                  .about = "go on with a run that was interrupted"},
                                 {.name = "--commit-every-entry",
                                  .about = "make every entry durable at once, not every round"},
                                 {.name = "--json", .about = "the report as one JSON object"},
                                 {.name = "--quiet", .about = "no progress"}});
  return {
      .name = "run",
      .about = "plays a scenario and writes its ledger",
      .text =
          "Every prompt, answer, order, vote and verdict goes into the ledger before it may have "
          "an effect. "
          "The same seed, cast and inputs give the same record, to the byte. At the end the report "
          "is read "
          "from the ledger. Ctrl-C stops behind the turn that is being played, --resume goes on "
          "from there.",
      .options = std::move(options),
      .examples = {{"wood run", "the default scenario and cast, with a drawn seed"},
                   {"wood run --cast rules --seed 7 --turns 10",
                    "rule-based minds: no model is needed"},
                   {"wood run my.toml --inputs commands.jsonl --json --quiet", "for a program"},
                   {"wood run --resume runs/five-labs-7.wood", "after a crash or a power cut"}},
      .act = act};
}

}  // namespace wood::cli
