// wood minds: who can be cast; one of them, whole.
#include <algorithm>

#include "cli/open.h"
#include "cli/presence.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/prompt_format.h"
#include "core/text.h"
#include "host/digest.h"

namespace wood::cli {
namespace {

Json mind_json(const MindSpec& spec, const Located& where) {
  return Json::object({{"bytes", where.bytes},
                       {"card", where.card ? json(*where.card) : Json()},
                       {"context", spec.context},
                       {"endpoint", spec.endpoint},
                       {"family", spec.family},
                       {"file", spec.file},
                       {"kind", name(spec.kind)},
                       {"lab", spec.lab},
                       {"licence", spec.licence},
                       {"name", spec.name},
                       {"path", where.path},
                       {"present", where.here()},
                       {"price_in", spec.price_in},
                       {"price_out", spec.price_out},
                       {"problem", where.here() ? "" : where.text},
                       {"repo", spec.repo},
                       {"revision", spec.repo.empty() ? "" : spec.revision},
                       {"style", name(spec.style)}});
}

// Per million tokens, in and out, in the price list's currency.
std::string price(const MindSpec& spec) {
  if (spec.price_in == 0 && spec.price_out == 0) return "-";
  return decimal(spec.price_in, 6, 2) + " / " + decimal(spec.price_out, 6, 2);
}

std::string percent(std::int64_t ppm) { return decimal(ppm, 4, 1) + " %"; }

std::string parameters(const ModelCard& card) {
  return card.parameters == 0 ? "-" : decimal(card.parameters, 6, 1) + " M";
}

// From the task where it is right least often to the one where it is right most often.
std::string span(const ModelCard& card) {
  if (card.accuracies.empty()) return "-";
  const auto less = [](const Accuracy& a, const Accuracy& b) { return a.right_ppm < b.right_ppm; };
  const auto [low, high] =
      std::minmax_element(card.accuracies.begin(), card.accuracies.end(), less);
  return decimal(low->right_ppm, 4, 0) + "-" + decimal(high->right_ppm, 4, 0) + " %";
}

Cell readiness(const Located& where) {
  return where.here() ? Cell("yes", Tone::good) : Cell("no", Tone::warn);
}

// The columns of the model cards stand only where there is one.
std::string list(const Registry& registry, const std::vector<std::string>& dirs,
                 const Terminal& terminal) {
  std::vector<Located> located;
  for (const MindSpec& spec : registry.minds) located.push_back(locate(spec, dirs));
  const bool carded =
      std::any_of(located.begin(), located.end(), [](const Located& l) { return l.card; });
  std::vector<Column> columns = {{"name"}, {"lab"}, {"family"}, {"kind"}, {"ready"}, {"where"}};
  if (carded)
    for (const char* head : {"weights", "right", "format"}) columns.push_back({head, Align::right});
  columns.push_back({"context", Align::right});
  columns.push_back({"licence"});
  columns.push_back({"price", Align::right});
  Grid grid(columns);
  for (std::size_t i = 0; i < located.size(); ++i) {
    const MindSpec& spec = registry.minds[i];
    const auto& card = located[i].card;
    std::vector<Cell> row = {{printable(spec.name), Tone::strong},
                             printable(spec.lab),
                             printable(spec.family),
                             name(spec.kind),
                             readiness(located[i]),
                             printable(located[i].text)};
    if (carded) {
      row.emplace_back(card ? parameters(*card) : "");
      row.emplace_back(card ? span(*card) : "");
      row.emplace_back(card && card->prompt_format ? std::to_string(*card->prompt_format) : "");
    }
    row.emplace_back(grouped(spec.context));
    row.emplace_back(printable(spec.licence.empty() ? "-" : spec.licence));
    row.emplace_back(price(spec));
    grid.row(std::move(row));
  }
  return grid.text(terminal) +
         toned(terminal, Tone::dim,
               (carded ? "right: held-out decisions as the teacher's, worst to best task (`wood "
                         "minds NAME`)\n"
                       : "") +
                   ("Models are looked for in " + join(dirs, ", ")) + "\n");
}

// "label   value", broken into lines where the terminal is narrow; nothing for an empty value.
std::string fact(const Terminal& terminal, const std::string& label, const std::string& value) {
  constexpr int kLabel = 16;
  std::string out;
  for (const std::string& line : wrapped(printable(value), std::max(24, terminal.width - kLabel))) {
    const std::string lead = out.empty() ? label : "";
    out += toned(terminal, Tone::dim, lead) + std::string(kLabel - lead.size(), ' ') + line + "\n";
  }
  return value.empty() ? "" : out;
}

std::string accuracies(const ModelCard& card, const Terminal& terminal) {
  Grid grid({{"task"},
             {"right", Align::right},
             {"interval", Align::right},
             {"commonest", Align::right},
             {"drawn", Align::right},
             {"measured on"}});
  const auto part = [](const std::optional<std::int64_t>& ppm) {
    return ppm ? percent(*ppm) : std::string("-");
  };
  for (const Accuracy& a : card.accuracies)
    grid.row({{printable(a.task), Tone::strong},
              percent(a.right_ppm),
              a.low_ppm ? decimal(*a.low_ppm, 4, 1) + " to " + part(a.high_ppm) : "-",
              part(a.majority_ppm),
              part(a.chance_ppm),
              printable(a.asked)});
  if (grid.empty()) return "";
  return "\n" + grid.text(terminal) +
         toned(terminal, Tone::dim,
               "right: decisions as the teacher's; commonest: always the commonest of them; drawn: "
               "by their frequency\n");
}

std::string card_text(const ModelCard& card, const Terminal& terminal) {
  std::string out = fact(terminal, "card", card.path);
  out += fact(terminal, "architecture", card.architecture);
  if (card.parameters > 0) out += fact(terminal, "parameters", grouped(card.parameters));
  out += fact(terminal, "weights", card.form);
  if (card.prompt_format)
    out += fact(terminal, "prompt format",
                std::to_string(*card.prompt_format) + " (this program writes " +
                    std::to_string(kPromptFormat) + ")");
  out += fact(terminal, "teacher", card.teacher);
  out += fact(terminal, "tempers", card.tempers);
  out += fact(terminal, "seeds", card.seeds);
  if (card.json_valid_ppm)
    out += fact(terminal, "JSON",
                decimal(*card.json_valid_ppm, 4, 2) + " % of answers without a grammar");
  out += accuracies(card, terminal);
  if (!card.failures.empty()) out += "\nKnown failures\n";
  for (const std::string& failure : card.failures) {
    std::string lead = "  - ";
    for (const std::string& line : wrapped(printable(failure), std::max(24, terminal.width - 4))) {
      out += lead + line + "\n";
      lead = "    ";
    }
  }
  return out;
}

std::string whole(const MindSpec& spec, const Located& where, const Terminal& terminal) {
  std::string out = fact(terminal, "name", spec.name);
  out += fact(terminal, "lab", spec.lab);
  out += fact(terminal, "family", spec.family);
  out += fact(terminal, "kind", name(spec.kind));
  out += fact(terminal, "ready", (where.here() ? "yes, " : "no: ") + where.text);
  out += fact(terminal, "file", where.path.empty() ? spec.file : where.path);
  out += fact(terminal, "repository",
              spec.repo.empty() ? "" : spec.repo + ", revision " + spec.revision);
  out += fact(terminal, "model", spec.model);
  out += fact(terminal, "prompts", name(spec.style));
  out += fact(terminal, "context", grouped(spec.context));
  out += fact(terminal, "licence", spec.licence);
  out += fact(terminal, "price", price(spec));
  return where.card ? out + card_text(*where.card, terminal) : out;
}

// One mind is looked at more closely: its whole file.
Result<Located> examine(const MindSpec& spec, const std::vector<std::string>& dirs) {
  Located where = locate(spec, dirs);
  if (!where.here() || where.path.empty()) return where;
  TRY(const Digest digest, file_sha256(where.path));
  const Status fits = check_model_file(spec, where.path, digest);
  if (fits) return where;
  where.presence = Presence::refused;
  where.text = fits.error().what;
  return where;
}

Result<int> one(const std::string& wanted, const Registry& registry,
                const std::vector<std::string>& dirs, const Args& args, const Console& console) {
  TRY(const MindSpec spec, known_mind(registry, wanted));
  TRY(const Located where, examine(spec, dirs));
  console.print(args.has("--json") ? mind_json(spec, where).dump() + "\n"
                                   : whole(spec, where, console.out));
  return Exit::fine;
}

Result<int> act(const Args& args, const Console& console) {
  TRY(const Registry registry, open_registry(args.all("--minds")));
  const std::vector<std::string> dirs = model_dirs(args.all("--models"));
  if (args.has("NAME")) return one(args.text("NAME"), registry, dirs, args, console);
  if (args.has("--json")) {
    Json out = Json::array();
    for (const MindSpec& spec : registry.minds) out.push(mind_json(spec, locate(spec, dirs)));
    console.print(out.dump() + "\n");
    return Exit::fine;
  }
  console.print(list(registry, dirs, console.out));
  return Exit::fine;
}

}  // namespace

Verb minds_verb() {
  using K = Option::Kind;
  return {
      .name = "minds",
      .about = "lists the minds that can be cast, and whether they are ready",
      .text =
          "The registry is models/models.toml; wood/models.toml in the configuration folder "
          "adds to it and "
          "overrides it key by key. Model files are looked for in the model folders and, for an "
          "entry with a repo, in the cache of the hub; `wood minds pull` brings them there. A "
          "model card beside a model's file "
          "(x.cdx.json beside x.gguf, CycloneDX) says what it learned, how often it is right "
          "and which prompt format it reads; with NAME all of that is shown, and the file is "
          "compared with the card.",
      .options = {{.name = "NAME",
                   .kind = K::mind,
                   .value = "NAME",
                   .about = "only this one, whole, with its card"},
                  models_option(),
                  minds_option(),
                  {.name = "--json", .about = "as a JSON array; of one mind, an object"}},
      .examples = {{"wood minds", "what there is"},
                   {"wood minds house-llama", "one mind and its model card"}},
      .act = act,
      .verbs = {minds_check_verb(), pull_verb()}};
}

}  // namespace wood::cli
