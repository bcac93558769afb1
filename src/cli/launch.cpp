#include "cli/launch.h"

#include "cli/open.h"
#include "host/file.h"

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

}  // namespace

bool names_ledger(const std::string& word) {
  return word.ends_with(".wood") ||
         (word.find('/') != std::string::npos && !word.ends_with(".toml"));
}

std::vector<Option> launch_options() {
  using K = Option::Kind;
  return {
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
       .about = "commands of the operator and the Patron by turn, one JSON object a line or TOML"},
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
       .choices = {"sqlite", "memory"}}};
}

Result<std::unique_ptr<Launch>> Launch::fresh(const Args& args, const Console& console,
                                              const Wrap& wrap, const Amend& amend) {
  auto out = std::make_unique<Launch>();
  TRY(const Wanted wanted, wanted_of(args, console));
  TRY(out->composed_, compose(wanted));
  if (amend) TRY_STATUS(amend(out->composed_.setup));
  const Setup& setup = out->composed_.setup;
  const bool keep = args.text("--store", "sqlite") == "sqlite";
  if (!keep && args.has("--out"))
    return fail(Errc::usage, "--out needs --store sqlite: a run in memory leaves no file");
  TRY(const SigningKey key, signing_key());
  std::unique_ptr<Store> store = memory_store();
  if (keep) {
    TRY(out->path_, place_for(args, setup));
    TRY(store, sqlite_store(out->path_, Open::create));
  }
  if (wrap) store = wrap(std::move(store));
  TRY(out->ledger_, Ledger::create(std::move(store),
                                   {.run = setup.scenario.name + "-" + std::to_string(setup.seed),
                                    .key = key,
                                    .commit_every_entry = args.has("--commit-every-entry")}));
  return out;
}

Result<std::unique_ptr<Launch>> Launch::resumed(const std::string& path, const Args& args,
                                                const Console& console, const Wrap& wrap) {
  for (const char* other : {"--seed", "--cast", "--turns", "--out", "--store"})
    if (args.has(other))
      return fail(Errc::usage, std::string(other) + " is settled by the run that is taken up");
  auto out = std::make_unique<Launch>();
  TRY(const Wanted wanted, wanted_of(args, console));
  TRY_STATUS(run_there(path));
  TRY(std::unique_ptr<Store> store, sqlite_store(path, Open::append));
  out->path_ = path;
  if (wrap) store = wrap(std::move(store));
  TRY(const SigningKey key, signing_key());
  TRY(out->ledger_,
      Ledger::reopen(
          std::move(store),
          {.run = "", .key = key, .commit_every_entry = args.has("--commit-every-entry")}));
  out->reader_ = std::make_unique<LedgerReader>(out->ledger_->store());
  TRY(out->recording_, Recording::from(record_view(*out->reader_)));
  if (out->recording_->sealed())
    return fail(Errc::usage, path + " is finished: there is nothing to go on with");
  const LedgerReader& reader = *out->reader_;
  TRY(Setup setup, setup_from(out->recording_->genesis(),
                              [&](const std::string& sha256) { return reader.blob(sha256); }));
  TRY(out->composed_, recompose(std::move(setup), wanted));
  out->recorded_ = reader.size();
  return out;
}

Result<Played> Launch::play(PlayOptions options, Inbox* inbox) {
  if (inbox == nullptr) inbox = &composed_.inbox;
  if (!recording_) return wood::play(composed_.setup, *ledger_, *composed_.panel, *inbox, options);
  Echo echo(*reader_, ledger_.get());
  RecordedPanel panel(*recording_, composed_.panel.get());
  RecordedInbox recorded(*recording_, inbox);
  // Before the record's end the run stands further on than the turn that is played again.
  if (auto pause = std::move(options.pause))
    options.pause = [&echo, pause = std::move(pause)] { return echo.complete() && pause(); };
  return wood::play(composed_.setup, echo, panel, recorded, options);
}

Error broken(const Error& error, Launch& launch) {
  if (launch.path().empty()) return error;
  if (launch.store().size(Log::record) == 0) {
    (void)remove_file(launch.path());
    return error;
  }
  return {error.code, error.what + "; what was committed is in " + launch.path() +
                          " (`wood run --resume " + launch.path() + "`)"};
}

}  // namespace wood::cli
