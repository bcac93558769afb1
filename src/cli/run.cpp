// wood run: a run from its genesis to its seal, or the rest of one that was interrupted.
#include <algorithm>

#include "cli/compose.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/text.h"
#include "host/file.h"
#include "host/interrupt.h"
#include "ledger/echo.h"

namespace wood::cli {
namespace {

Result<Wanted> wanted_of(const Args& args, const Console& console) {
  Wanted out;
  out.scenario = args.text("SCENARIO", out.scenario);
  out.cast = args.all("--cast");
  out.turns = args.integer("--turns");
  out.creatures = args.integer("--creatures");
  if (args.has("--seed")) {
    TRY(out.seed, parse_seed(args.text("--seed")));
  }
  out.inputs = args.text("--inputs");
  out.model_dirs = args.all("--models");
  TRY(out.memory_max, memory_for_models(args.text("--memory")));
  out.minds = args.all("--minds");
  out.version = console.version;
  return out;
}

Loudness loudness(const Args& args) {
  return args.has("--quiet") ? Loudness::quiet : Loudness::lines;
}

// Where a new run goes: never over one that is there.
Result<std::string> place_for(const Args& args, const Setup& setup) {
  const std::string path = args.text(
      "--out", "runs/" + setup.scenario.name + "-" + std::to_string(setup.seed) + ".wood");
  if (file_exists(path))
    return fail(
        Errc::exists,
        path +
            " is there already, and a run is never overwritten; take another --seed or --out, "
            "go on with it by --resume, or remove it");
  if (const std::size_t slash = path.find_last_of('/'); slash != std::string::npos && slash > 0)
    TRY_STATUS(make_folders(path.substr(0, slash)));
  return path;
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

// A run that failed on its way: what was committed is whole and can be gone on with. If nothing
// was, the file that was made for it goes.
tl::unexpected<Error> broken(const Error& error, Store& store, const std::string& path) {
  if (path.empty()) return fail(error);
  if (store.size(Log::record) == 0) {
    (void)remove_file(path);
    return fail(error);
  }
  return fail(Error{error.code, error.what + "; what was committed is in " + path +
                                    " (`wood run --resume " + path + "`)"});
}

Result<int> fresh(const Args& args, const Console& console) {
  TRY(const Wanted wanted, wanted_of(args, console));
  TRY(Composed composed, compose(wanted));
  const Setup& setup = composed.setup;
  const bool keep = args.text("--store", "sqlite") == "sqlite";
  if (!keep && args.has("--out"))
    return fail(Errc::usage, "--out needs --store sqlite: a run in memory leaves no file");
  TRY(const SigningKey key, signing_key());
  std::string path;
  std::unique_ptr<Store> store = memory_store();
  if (keep) {
    TRY(path, place_for(args, setup));
    TRY(store, sqlite_store(path, Open::create));
  }
  TRY(const std::unique_ptr<Ledger> ledger,
      Ledger::create(std::move(store),
                     {.run = setup.scenario.name + "-" + std::to_string(setup.seed),
                      .key = key,
                      .commit_every_entry = args.has("--commit-every-entry")}));
  if (!composed.note.empty()) console.complain("wood: " + composed.note + "\n");
  if (loudness(args) == Loudness::lines)
    console.complain(setup.scenario.name + ", cast " + setup.cast_name + ", seed " +
                     std::to_string(setup.seed) + (path.empty() ? "" : ", in " + path) + "\n");
  Progress progress(console, loudness(args));
  const auto played =
      play(setup, *ledger, *composed.panel, composed.inbox,
           {.on_turn =
                [&](const TurnReport& report) { progress.turn(report, composed.panel->silence()); },
            .pause = interrupted});
  progress.finish();
  if (!played) return broken(played.error(), ledger->store(), path);
  if (played->stopped == "paused") return paused(*played, console, path);
  return conclude(args, console, ledger->store(), path);
}

Result<int> resumed(const Args& args, const Console& console) {
  for (const char* other : {"SCENARIO", "--seed", "--cast", "--turns", "--out", "--store"})
    if (args.has(other))
      return fail(Errc::usage,
                  std::string(other) + " is settled by the run that --resume takes up");
  const std::string path = args.text("--resume");
  TRY(const Wanted wanted, wanted_of(args, console));
  TRY_STATUS(run_there(path));
  TRY(std::unique_ptr<Store> store, sqlite_store(path, Open::append));
  TRY(const SigningKey key, signing_key());
  TRY(const std::unique_ptr<Ledger> ledger,
      Ledger::reopen(
          std::move(store),
          {.run = "", .key = key, .commit_every_entry = args.has("--commit-every-entry")}));
  const LedgerReader reader(ledger->store());
  TRY(const Recording recording, Recording::from(record_view(reader)));
  if (recording.sealed())
    return fail(Errc::usage, path + " is finished: there is nothing to go on with");
  TRY(Setup setup, setup_from(recording.genesis(),
                              [&](const std::string& sha256) { return reader.blob(sha256); }));
  TRY(Composed composed, recompose(std::move(setup), wanted));
  Echo echo(reader, ledger.get());
  RecordedPanel panel(recording, composed.panel.get());
  RecordedInbox inbox(recording, &composed.inbox);
  if (loudness(args) == Loudness::lines)
    console.complain(path + " is taken up behind entry " + std::to_string(reader.size() - 1) +
                     "\n");
  Progress progress(console, loudness(args));
  const auto played =
      play(composed.setup, echo, panel, inbox,
           {.on_turn =
                [&](const TurnReport& report) { progress.turn(report, composed.panel->silence()); },
            // Before the record's end the run stands further on than this turn.
            .pause = [&] { return echo.complete() && interrupted(); }});
  progress.finish();
  if (!played) return broken(played.error(), ledger->store(), path);
  if (played->stopped == "paused") return paused(*played, console, path);
  return conclude(args, console, ledger->store(), path);
}

Result<int> act(const Args& args, const Console& console) {
  keep_interrupts("\nwood: stopping behind this turn; once more to stop at once\n");
  return args.has("--resume") ? resumed(args, console) : fresh(args, console);
}

}  // namespace

Verb run_verb() {
  using K = Option::Kind;
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
      .options =
          {{.name = "SCENARIO",
            .kind = K::scenario,
            .value = "SCENARIO",
            .about = "its name, or a TOML file (five-labs)"},
           {.name = "--turns",
            .kind = K::integer,
            .value = "N",
            .about = "so many turns, instead of the scenario's"},
           {.name = "--seed",
            .kind = K::text,
            .value = "S",
            .about = "of all chance; without it one is drawn and printed"},
           {.name = "--cast",
            .kind = K::text,
            .value = "NAME",
            .about = "which minds play: a cast of the scenario; WHO=MIND changes one of it, "
                     "everyone=MIND all",
            .many = true},
           {.name = "--out",
            .kind = K::file,
            .value = "FILE",
            .about = "the ledger (runs/NAME-SEED.wood); never overwritten"},
           {.name = "--inputs",
            .kind = K::file,
            .value = "FILE",
            .about =
                "commands of the operator and the Patron by turn, one JSON object a line or TOML"},
           models_option(),
           memory_option(),
           minds_option(),
           {.name = "--creatures",
            .kind = K::integer,
            .value = "N",
            .about = "a crowd of so many creatures; by rules, unless --cast names another cast"},
           {.name = "--store",
            .kind = K::choice,
            .value = "STORE",
            .about = "where the ledger is kept",
            .choices = {"sqlite", "memory"}},
           {.name = "--resume",
            .kind = K::file,
            .value = "FILE",
            .about = "go on with a run that was interrupted"},
           {.name = "--commit-every-entry",
            .about = "make every entry durable at once, not every round"},
           {.name = "--json", .about = "the report as one JSON object"},
           {.name = "--quiet", .about = "no progress"}},
      .examples = {{"wood run", "the default scenario and cast, with a drawn seed"},
                   {"wood run --cast rules --seed 7 --turns 10",
                    "rule-based minds: no model is needed"},
                   {"wood run my.toml --inputs commands.jsonl --json --quiet", "for a program"},
                   {"wood run --resume runs/five-labs-7.wood", "after a crash or a power cut"}},
      .act = act};
}

}  // namespace wood::cli
