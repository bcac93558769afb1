// wood minds: who can be cast.
#include <algorithm>
#include <filesystem>

#include "cli/open.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/text.h"
#include "host/env.h"

namespace wood::cli {
namespace {

struct Presence {
  bool here = true;
  std::string text;
  std::string path;
  std::int64_t bytes = 0;
};

// Whether it could be asked now, as far as that can be told without asking.
Presence presence(const MindSpec& spec, const std::vector<std::string>& dirs) {
  if (spec.kind == MindKind::scripted) return {true, "built in", "", 0};
  if (spec.kind == MindKind::openai) {
    const bool key = spec.key_env.empty() || !env(spec.key_env).empty();
    return {key, key ? spec.endpoint : spec.endpoint + ", but " + spec.key_env + " is not set", "",
            0};
  }
  const std::string path = model_file(spec, dirs);
  if (path.empty()) return {false, spec.file + " is not there", "", 0};
  std::error_code error;
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path, error));
  return {true, bytes_text(error ? 0 : size), path, error ? 0 : size};
}

Json mind_json(const MindSpec& spec, const Presence& where) {
  return Json::object({{"bytes", where.bytes},
                       {"context", spec.context},
                       {"endpoint", spec.endpoint},
                       {"family", spec.family},
                       {"file", spec.file},
                       {"kind", name(spec.kind)},
                       {"lab", spec.lab},
                       {"licence", spec.licence},
                       {"name", spec.name},
                       {"path", where.path},
                       {"present", where.here},
                       {"price_in", spec.price_in},
                       {"price_out", spec.price_out},
                       {"style", name(spec.style)}});
}

// Per million tokens, in and out, in the price list's currency.
std::string price(const MindSpec& spec) {
  if (spec.price_in == 0 && spec.price_out == 0) return "-";
  return decimal(spec.price_in, 6, 2) + " / " + decimal(spec.price_out, 6, 2);
}

Result<int> act(const Args& args, const Console& console) {
  TRY(const Registry registry, open_registry(args.all("--minds")));
  const std::vector<std::string> dirs = model_dirs(args.all("--models"));
  if (args.has("--json")) {
    Json out = Json::array();
    for (const MindSpec& spec : registry.minds) out.push(mind_json(spec, presence(spec, dirs)));
    console.print(out.dump() + "\n");
    return Exit::fine;
  }
  Grid grid({{"name"},
             {"lab"},
             {"family"},
             {"kind"},
             {"ready"},
             {"where"},
             {"context", Align::right},
             {"licence"},
             {"price", Align::right}});
  for (const MindSpec& spec : registry.minds) {
    const Presence where = presence(spec, dirs);
    grid.row({{printable(spec.name), Tone::strong},
              printable(spec.lab),
              printable(spec.family),
              name(spec.kind),
              where.here ? Cell("yes", Tone::good) : Cell("no", Tone::warn),
              printable(where.text),
              grouped(spec.context),
              printable(spec.licence.empty() ? "-" : spec.licence),
              price(spec)});
  }
  console.print(grid.text(console.out));
  console.print(
      toned(console.out, Tone::dim, "Models are looked for in " + join(dirs, ", ") + "\n"));
  return Exit::fine;
}

}  // namespace

Verb minds_verb() {
  return {.name = "minds",
          .about = "lists the minds that can be cast, and whether they are ready",
          .text =
              "The registry is models/models.toml; wood/models.toml in the configuration folder "
              "adds to it and "
              "overrides it key by key. Nothing is downloaded.",
          .options = {models_option(), minds_option(),
                      {.name = "--json", .about = "as a JSON array"}},
          .examples = {{"wood minds", "what there is"}},
          .act = act};
}

}  // namespace wood::cli
