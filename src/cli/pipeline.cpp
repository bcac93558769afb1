// wood pipeline run: a pipeline over a file of records, with a ledger of its own.
#include "pipeline/pipeline.h"

#include <algorithm>
#include <set>

#include "cli/compose.h"
#include "cli/open.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/text.h"
#include "host/file.h"
#include "minds/live.h"
#include "pipeline/records.h"
#include "pipeline/reply.h"

namespace wood::cli {
namespace {

constexpr std::int64_t kCommitEvery = 100;  // records

// "seat=mind": who answers in a seat; those left out answer by rule.
Result<Cast> read_cast(const Args& args, const Pipeline& pipeline) {
  Cast out;
  const std::vector<std::string> seats = pipeline.seats();
  for (const std::string& seat : seats) out[seat] = {seat, "scripted"};
  for (const std::string& word : args.all("--cast")) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
      return fail(Errc::usage, "--cast wants seat=mind, not \"" + word + "\"");
    const std::string seat = word.substr(0, equals);
    // The seat of an escalation may be empty, and is not among those that must be filled.
    const bool escalates = pipeline.json().dump().find("\"@" + seat + "\"") != std::string::npos;
    if (!out.contains(seat) && !escalates) {
      const std::string nearest = nearest_name(seat, seats);
      return fail(Errc::usage, "--cast: the pipeline has no seat \"" + seat + "\"; " +
                                   (nearest.empty() ? "it has " + join(seats, ", ")
                                                    : "did you mean \"" + nearest + "\"?"));
    }
    out[seat] = {seat, word.substr(equals + 1)};
  }
  return out;
}

// The minds that the file itself names, beside those of the seats.
void collect_minds(const Json& value, std::set<std::string>& out) {
  if (value.is(Json::Kind::array))
    for (const Json& item : value.items()) collect_minds(item, out);
  if (!value.is(Json::Kind::object)) return;
  for (const auto& [key, member] : value.members()) {
    if (key != "mind" || !member.is(Json::Kind::string)) collect_minds(member, out);
    else if (!member.string().starts_with("@") && !member.string().starts_with("route:"))
      out.insert(member.string());
  }
}

struct Bench {  // what the records are put through
  Pipeline pipeline;
  Cast cast;
  Registry registry;
  std::unique_ptr<LivePanel> panel;
  std::uint64_t seed = 0;
};

Result<Bench> prepare(const Args& args) {
  TRY(const Document document, open_document("pipelines", args.text("FILE")));
  auto pipeline = Pipeline::parse(document.text);
  if (!pipeline) return fail(pipeline.error().during(document.path));
  Bench out{.pipeline = std::move(*pipeline), .cast = {}, .registry = {}, .panel = nullptr};
  TRY(out.cast, read_cast(args, out.pipeline));
  std::set<std::string> minds;
  for (const auto& [seat, who] : out.cast) minds.insert(who.mind);
  collect_minds(out.pipeline.json(), minds);
  TRY(out.registry, open_registry(args.all("--minds")));
  LiveOptions options;
  options.model_dirs = model_dirs(args.all("--models"));
  TRY(options.memory_max, memory_for_models(args.text("--memory")));
  TRY(out.panel, LivePanel::open(out.registry, {minds.begin(), minds.end()}, options));
  out.seed = drawn_seed();
  if (args.has("--seed")) {
    TRY(out.seed, parse_seed(args.text("--seed")));
  }
  return out;
}

Seq write_genesis(Sink& sink, const Bench& bench, const std::string& version) {
  Json cast = Json::object(), cards = Json::object();
  for (const auto& [seat, who] : bench.cast) cast.set(seat, who.mind);
  for (const auto& [name, card] : bench.panel->cards()) cards.set(name, card);
  return sink.append({EntryKind::genesis,
                      "operator",
                      {},
                      0,
                      Json::object({{"build", build_json(version)},
                                    {"cards", value_in(sink, std::move(cards), 8'192)},
                                    {"cast", std::move(cast)},
                                    {"format", 1},
                                    {"pipeline", value_in(sink, bench.pipeline.json(), 8'192)},
                                    {"seed", std::to_string(bench.seed)}})});
}

std::string outcome_line(const RecordOutcome& record) {
  Json line = Json::object({{"entry", record.entry.value}, {"line", record.line}});
  if (!record.outcome) line.set("error", record.error);
  else line.set("output", record.outcome->output);
  if (record.outcome && record.outcome->last.some())
    line.set("decision", record.outcome->last.value);
  if (record.outcome && !record.outcome->stopped.empty())
    line.set("stopped", record.outcome->stopped);
  return line.dump() + "\n";
}

Result<RecordsSummary> feed(const Bench& bench, Sink& sink, Seq genesis, const Bytes& text,
                            const std::string& out_path, const Console& console) {
  Memory memory;
  Context context{.sink = sink, .panel = *bench.panel, .cast = bench.cast, .memory = memory};
  context.from = {genesis};
  context.turn = 1;
  context.seed = bench.seed;
  const std::map<std::string, Json> cards = bench.panel->cards();
  context.traits = [&cards](const std::string& mind) {
    const auto card = cards.find(mind);
    return card != cards.end() ? traits_of(card->second) : MindTraits{};
  };
  // Lines wait for the commit that holds them; the runner commits before it reports each hundredth.
  std::string waiting, all;
  std::int64_t count = 0;
  auto summary = run_records(bench.pipeline, text, context,
                             [&](const RecordOutcome& record) {
                               waiting += outcome_line(record);
                               if (++count % kCommitEvery != 0) return true;
                               if (out_path.empty()) console.print(waiting);
                               else all += waiting;
                               waiting.clear();
                               return true;
                             },
                             {.commit_every = kCommitEvery});
  if (!summary) return fail(std::move(summary).error());
  if (out_path.empty()) console.print(waiting);
  else TRY_STATUS(write_file(out_path, all + waiting));
  return summary;
}

Result<int> act(const Args& args, const Console& console) {
  TRY(const Bytes text, read_file(args.text("--in")));
  TRY(const Bench bench, prepare(args));
  const std::string run_name = bench.pipeline.name + "-" + std::to_string(bench.seed);
  const std::string path = args.text("--ledger", "runs/" + run_name + ".wood");
  const std::string out_path = args.text("--out");
  for (const std::string& taken : {path, out_path})
    if (!taken.empty() && file_exists(taken))
      return fail(
          Errc::exists,
          taken + " is there already and is not overwritten; give another name, or remove it");
  TRY(const SigningKey key, signing_key());
  if (const std::size_t slash = path.find_last_of('/'); slash != std::string::npos && slash > 0)
    TRY_STATUS(make_folders(path.substr(0, slash)));
  TRY(std::unique_ptr<Store> store, sqlite_store(path, Open::create));
  TRY(const std::unique_ptr<Ledger> ledger,
      Ledger::create(std::move(store), {.run = run_name, .key = key}));
  const Seq genesis = write_genesis(*ledger, bench, console.version);
  TRY_STATUS(ledger->commit());
  TRY(const RecordsSummary summary, feed(bench, *ledger, genesis, text, out_path, console));
  ledger->append({EntryKind::seal,
                  "operator",
                  {genesis},
                  summary.read,
                  Json::object({{"bad", summary.bad}, {"read", summary.read}, {"stopped", ""}})});
  TRY_STATUS(ledger->commit());
  console.complain(grouped(summary.read) + " records" +
                   (summary.bad > 0 ? ", " + toned(console.err, Tone::warn,
                                                   grouped(summary.bad) + " of them bad")
                                    : "") +
                   ", seed " + std::to_string(bench.seed) + "; the ledger is " + path +
                   " (`wood verify " + path + "`)\n");
  return Exit::fine;
}

}  // namespace

Verb pipeline_verb() {
  using K = Option::Kind;
  Verb run = {
      .name = "run",
      .about = "puts records through a pipeline, each decision on record",
      .text =
          "Every line of the input is a record. The output has a line for each, with the number of "
          "the "
          "entry that holds the decision: `wood trace` says how it came about. Seats that --cast "
          "does not "
          "name answer by the pipeline's own rules.",
      .options =
          {{.name = "FILE",
            .kind = K::file,
            .value = "FILE",
            .about = "the pipeline: its name, or a TOML file",
            .required = true},
           {.name = "--in",
            .kind = K::file,
            .value = "JSONL",
            .about = "the records, one JSON object a line",
            .required = true},
           {.name = "--out", .kind = K::file, .value = "JSONL", .about = "the decisions (stdout)"},
           {.name = "--ledger",
            .kind = K::file,
            .value = "FILE",
            .about = "the ledger (runs/NAME-SEED.wood); never overwritten"},
           {.name = "--cast",
            .kind = K::text,
            .value = "SEAT=MIND",
            .about = "who answers in a seat",
            .many = true},
           models_option(),
           minds_option(),
           memory_option(),
           {.name = "--seed",
            .kind = K::text,
            .value = "S",
            .about = "of the sampling; without it one is drawn and printed"}},
      .examples =
          {{"wood pipeline run payments --in pipelines/payments.sample.jsonl --seed 1",
            "watches payments by rule"},
           {"wood pipeline run payments --in today.jsonl --out alerts.jsonl --cast pattern=qwen-7b",
            "with a model in one seat"}},
      .act = act};
  return {.name = "pipeline",
          .about = "decision pipelines outside the drama",
          .text = "",
          .verbs = {std::move(run)}};
}

}  // namespace wood::cli
