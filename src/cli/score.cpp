// wood score: what a mind or a cast is good for, and what it costs to have it, side by side.
#include <algorithm>
#include <set>

#include "cli/contest.h"
#include "cli/open.h"
#include "cli/presence.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/text.h"
#include "host/file.h"
#include "host/interrupt.h"
#include "minds/engine.h"

namespace wood::cli {
namespace {

struct Subject {
  NamedCast cast;
  std::vector<MindSpec> minds;  // each once
};

// What is not measured in play: what a subject asks of the machine and of its keeper.
struct Upkeep {
  std::int64_t file_bytes = 0;  // of all its models
  std::int64_t parameters = 0;
  std::int64_t keys = 0;    // of its registry entries that are not the default's
  std::int64_t quirks = 0;  // of these, there only because it is unlike others
  std::int64_t endpoints = 0;
};

// A cast by its name, or a mind for everyone; the latter is written down as a cast file, so that
// its runs can be played by anybody.
Result<NamedCast> subject_cast(const std::string& word, const Scenario& scenario,
                               const Registry& registry, const std::string& folder) {
  auto cast = named_cast(scenario, word);
  if (cast || registry.find(word) == nullptr) {
    if (!cast && word.find('/') == std::string::npos) {
      const std::string near = nearest_name(word, registry.names());
      return fail(Errc::not_found, "there is no cast and no mind \"" + word + "\"" +
                                       (near.empty() ? "" : "; did you mean " + near + "?"));
    }
    return cast;
  }
  TRY_STATUS(make_folders(folder + "/casts"));
  const std::string file = folder + "/casts/" + word + ".toml";
  TRY_STATUS(write_file(file, "name = \"" + word + "\"\nabout = \"" + word +
                                  " for everyone\"\n\n[cast]\neveryone = \"" + word + "\"\n"));
  return named_cast(scenario, file);
}

std::int64_t quirks_of(const MindSpec& spec) {
  const MindSpec usual;
  return (spec.chat != usual.chat) + (spec.schema_mode != usual.schema_mode) +
         (spec.tokens_key != usual.tokens_key) + (spec.seed != usual.seed) + spec.no_system_role +
         spec.reasoning;
}

std::int64_t keys_of(const MindSpec& spec) {
  const MindSpec usual;
  return 2 + !spec.lab.empty() + !spec.family.empty() + !spec.licence.empty() +
         (spec.style != usual.style) + (spec.context != usual.context) +
         (spec.parallel != usual.parallel) + !(spec.sampling == usual.sampling) +
         (spec.wait_ms_max != 0) + (spec.price_in != 0) + (spec.price_out != 0) +
         !spec.file.empty() + !spec.repo.empty() + (spec.revision != usual.revision) +
         !spec.sha256.empty() + !spec.endpoint.empty() + !spec.model.empty() +
         !spec.key_env.empty() + (spec.retries_max != usual.retries_max) + quirks_of(spec);
}

Upkeep upkeep_of(const Subject& subject, const std::vector<std::string>& dirs) {
  Upkeep out;
  std::set<std::string> files;
  for (const MindSpec& spec : subject.minds) {
    out.keys += keys_of(spec);
    out.quirks += quirks_of(spec);
    out.endpoints += spec.kind == MindKind::openai;
    const Located where = locate(spec, dirs);
    if (!where.here() || where.path.empty() || !files.insert(where.path).second) continue;
    out.file_bytes += where.bytes;
    if (const auto info = read_gguf(where.path)) out.parameters += info->parameters;
  }
  return out;
}

// One line of the card: a figure of each subject, in millionths; none: there is none.
struct Line {
  std::string name, unit;
  std::vector<std::optional<std::int64_t>> micro{};
};

class Card {
 public:
  Card(std::vector<Subject> subjects, eval::Comparison comparison, std::vector<Upkeep> upkeep)
      : subjects_(std::move(subjects)), c_(std::move(comparison)), upkeep_(std::move(upkeep)) {}

  std::vector<Line> lines() {
    for (const char* metric :
         {"votes_right", "orders_favourable", "treasury_pnl", "creatures_pnl", "latency_p50",
          "latency_p95", "cost", "cpu", "energy", "peak_memory", "tokens", "valid_answers"})
      measured(metric);
    line("context_used", "% of the context, the most", [&](std::size_t i) { return context(i); });
    line("bytes_that_left", "bytes a run", [&](std::size_t i) { return left(i); });
    line("repairs", "in 1,000 answers", [&](std::size_t i) { return repairs(i); });
    line("weights", "MB on disk", [&](std::size_t i) -> std::optional<double> {
      return static_cast<double>(upkeep_[i].file_bytes) / 1e6;
    });
    line("parameters", "million", [&](std::size_t i) -> std::optional<double> {
      return static_cast<double>(upkeep_[i].parameters) / 1e6;
    });
    line("registry_keys", "to keep", [&](std::size_t i) -> std::optional<double> {
      return static_cast<double>(upkeep_[i].keys);
    });
    line("quirks", "of these", [&](std::size_t i) -> std::optional<double> {
      return static_cast<double>(upkeep_[i].quirks);
    });
    return std::move(lines_);
  }

 private:
  template <class Of>
  void line(const std::string& name, const std::string& unit, Of of) {
    Line out{name, unit};
    for (std::size_t i = 0; i < subjects_.size(); ++i) {
      const std::optional<double> value = of(i);
      if (value) out.micro.emplace_back(static_cast<std::int64_t>(*value * 1e6 + 0.5));
      else out.micro.emplace_back();
    }
    lines_.push_back(std::move(out));
  }

  void measured(const std::string& name) {
    for (const eval::MetricLine& metric : c_.lines)
      if (name == metric.metric->name)
        line(name, metric.metric->unit, [&](std::size_t i) -> std::optional<double> {
          double sum = 0;
          int n = 0;
          for (const auto& value : metric.casts[i].values)
            if (value) sum += *value, ++n;
          return n > 0 ? std::optional(sum / n) : std::nullopt;
        });
  }

  template <class Take>
  void each(std::size_t i, Take take) const {
    for (const eval::Run& run : c_.runs)
      if (run.cast == subjects_[i].cast.name)
        for (const auto& [who, answers] : run.figures.answers) take(who.first, answers);
  }

  [[nodiscard]] const MindSpec* spec(std::size_t i, const std::string& mind) const {
    for (const MindSpec& one : subjects_[i].minds)
      if (one.name == mind) return &one;
    return nullptr;
  }

  [[nodiscard]] std::optional<double> context(std::size_t i) const {
    std::optional<double> most;
    each(i, [&](const std::string& mind, const eval::Answers& a) {
      const MindSpec* of = spec(i, mind);
      if (of == nullptr || of->kind == MindKind::scripted || of->context <= 0) return;
      const double share = static_cast<double>(a.longest) * 100 / static_cast<double>(of->context);
      most = std::max(most.value_or(0), share);
    });
    return most;
  }

  // What prompts of minds that are asked over a network hold.
  [[nodiscard]] std::optional<double> left(std::size_t i) const {
    double bytes = 0;
    each(i, [&](const std::string& mind, const eval::Answers& a) {
      const MindSpec* of = spec(i, mind);
      if (of != nullptr && of->kind == MindKind::openai)
        bytes += static_cast<double>(a.prompt_bytes);
    });
    return bytes / static_cast<double>(std::max<std::size_t>(1, c_.seeds.size()));
  }

  [[nodiscard]] std::optional<double> repairs(std::size_t i) const {
    double mended = 0, given = 0;
    each(i, [&](const std::string&, const eval::Answers& a) {
      given += static_cast<double>(a.asked - a.failed);
      mended += static_cast<double>(a.asked - a.failed - a.clean);
    });
    return given > 0 ? std::optional(mended * 1'000 / given) : std::nullopt;
  }

  std::vector<Subject> subjects_;
  eval::Comparison c_;
  std::vector<Upkeep> upkeep_;
  std::vector<Line> lines_;
};

std::string figure(const std::optional<std::int64_t>& micro) {
  if (!micro) return "not measured";
  const std::int64_t size = std::abs(*micro);
  return decimal(*micro, 6, size >= 100'000'000 ? 0 : size >= 1'000'000 ? 1 : size == 0 ? 0 : 3);
}

Result<Contest> contest_of(const Args& args, const Scenario& scenario, const Registry& registry) {
  Contest out;
  out.scenario = args.text("--scenario", "five-labs");
  out.folder = args.text("--out", "runs/score-" + scenario.name);
  for (const std::string& word : args.all("NAME")) {
    TRY(NamedCast cast, subject_cast(word, scenario, registry, out.folder));
    const auto same = [&](const NamedCast& other) { return other.name == cast.name; };
    if (std::any_of(out.casts.begin(), out.casts.end(), same))
      return fail(Errc::usage, cast.name + " is named twice");
    out.casts.push_back(std::move(cast));
  }
  const std::int64_t seeds = args.integer("--seeds").value_or(3);
  if (seeds < 1 || seeds > 1'000) return fail(Errc::usage, "--seeds is 1 to 1000");
  for (std::int64_t i = 0; i < seeds; ++i)
    out.seeds.push_back(1'001 + static_cast<std::uint64_t>(i));
  out.turns = args.integer("--turns").value_or(scenario.turns);
  if (out.turns < 1 || out.turns > 1'000'000) return fail(Errc::usage, "--turns is 1 to 1000000");
  for (const char* option : {"--models", "--minds", "--memory"})
    for (const std::string& value : args.all(option))
      out.passed.insert(out.passed.end(), {option, value});
  return out;
}

std::vector<Subject> subjects_of(const Contest& contest, const Registry& registry) {
  std::vector<Subject> out;
  for (const NamedCast& cast : contest.casts) {
    Subject subject{cast, {}};
    std::set<std::string> names;
    for (const auto& [creature, mind] : cast.minds)
      if (const MindSpec* spec = registry.find(mind); spec != nullptr && names.insert(mind).second)
        subject.minds.push_back(*spec);
    out.push_back(std::move(subject));
  }
  return out;
}

void print(const std::vector<Line>& lines, const Contest& contest, const Args& args,
           const Console& console) {
  if (args.has("--json")) {
    Json figures = Json::array(), names = Json::array();
    for (const NamedCast& cast : contest.casts) names.push(cast.name);
    for (const Line& line : lines) {
      Json values = Json::array();
      for (const auto& micro : line.micro) values.push(micro ? Json(*micro) : Json());
      figures.push(
          Json::object({{"micro", std::move(values)}, {"name", line.name}, {"unit", line.unit}}));
    }
    console.print(
        Json::object({{"figures", std::move(figures)}, {"subjects", std::move(names)}}).dump() +
        "\n");
    return;
  }
  std::vector<Column> columns = {{"figure"}, {"unit"}};
  for (const NamedCast& cast : contest.casts) columns.push_back({cast.name, Align::right});
  Grid grid(columns);
  for (const Line& line : lines) {
    std::vector<Cell> row = {line.name, line.unit};
    for (const auto& micro : line.micro) row.push_back(figure(micro));
    grid.row(std::move(row));
  }
  console.print(grid.text(console.out) + "\nMeans of " + std::to_string(contest.seeds.size()) +
                " seeds of " + contest.scenario + ", each run verified; ledgers in " +
                contest.folder + "/runs.\nIntervals and differences: wood compare.\n");
}

Result<int> act(const Args& args, const Console& console) {
  TRY(const Scenario scenario, open_scenario(args.text("--scenario", "five-labs")));
  TRY(const Registry registry, open_registry(args.all("--minds")));
  TRY(const Contest contest, contest_of(args, scenario, registry));
  keep_interrupts(
      "wood: no further run is begun; those that are under way stop behind their turn\n");
  TRY(std::vector<eval::Run> runs, hold(contest, console));
  std::vector<eval::CastNote> notes;
  for (const NamedCast& cast : contest.casts)
    notes.push_back({cast.name, cast.about, cast.minds, {}, {}});
  std::vector<Subject> subjects = subjects_of(contest, registry);
  std::vector<Upkeep> upkeep;
  for (const Subject& subject : subjects)
    upkeep.push_back(upkeep_of(subject, model_dirs(args.all("--models"))));
  Card card(std::move(subjects), eval::compare(std::move(notes), contest.seeds, std::move(runs)),
            std::move(upkeep));
  print(card.lines(), contest, args, console);
  return Exit::fine;
}

}  // namespace

Verb score_verb() {
  using K = Option::Kind;
  return {.name = "score",
          .about = "a scorecard of minds or casts: accuracy, speed, cost, privacy, upkeep",
          .text =
              "Each plays the same seeds: a cast as it is, a mind as everyone. Accuracy is "
              "against the latent value; privacy is how many bytes of prompts went to an "
              "endpoint; upkeep is what its registry entries hold and how often an answer had "
              "to be mended.",
          .options = {{.name = "NAME",
                       .kind = K::mind,
                       .about = "minds or casts",
                       .required = true,
                       .many = true},
                      {.name = "--scenario",
                       .kind = K::text,
                       .value = "NAME",
                       .about = "what is played (five-labs)"},
                      {.name = "--seeds", .kind = K::integer, .value = "N", .about = "so many (3)"},
                      {.name = "--turns",
                       .kind = K::integer,
                       .value = "N",
                       .about = "so many turns a run, instead of the scenario's"},
                      {.name = "--out",
                       .kind = K::folder,
                       .value = "DIR",
                       .about = "where the runs go (runs/score-SCENARIO)"},
                      models_option(),
                      minds_option(),
                      memory_option(),
                      {.name = "--json", .about = "the card as one JSON object"}},
          .examples = {{"wood score house-qwen house-large scripted", "three minds side by side"},
                       {"wood score five-labs one-mind", "two casts"}},
          .act = act};
}

}  // namespace wood::cli
