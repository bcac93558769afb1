// wood minds check: asks minds what shows whether they are fit to be cast.
#include <algorithm>

#include "cli/open.h"
#include "cli/presence.h"
#include "cli/probe.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/text.h"
#include "minds/engine.h"
#include "minds/kernels.h"
#include "minds/live.h"

namespace wood::cli {
namespace {

std::string of(std::int64_t part, std::int64_t whole) {
  return grouped(part) + " of " + grouped(whole);
}

std::string rate(const Tally& tally, std::int64_t count) {
  const std::int64_t milli = tally.milli_a_second(count);
  return milli < 1'000'000 ? decimal(milli, 3, 1) : grouped(milli / 1'000);
}

std::string pace(const Tally& tally) {
  std::string out = rate(tally, tally.answered) + " answers a second";
  if (tally.prompt_tokens + tally.answer_tokens > 0)
    out += ", " + rate(tally, tally.prompt_tokens) + " tokens of prompts and " +
           rate(tally, tally.answer_tokens) + " of answers";
  return out;
}

class Sheet {
 public:
  void add(Tone tone, const std::string& what, const std::string& found) {
    const char* word = tone == Tone::good ? "ok" : tone == Tone::bad ? "wrong" : "note";
    grid_.row({{tone == Tone::plain ? "" : word, tone}, {what, Tone::strong}, printable(found)});
  }
  [[nodiscard]] std::string text(const Terminal& terminal) const { return grid_.text(terminal); }

 private:
  Grid grid_{{{""}, {"what"}, {"found"}}};
};

// Half of the answers decide whether a mind is fit (probe_advice.cpp); less than all is worth a
// note.
Tone tone_of(std::int64_t part, std::int64_t whole) {
  return part == whole ? Tone::good : part * 2 < whole ? Tone::bad : Tone::warn;
}

void add_form(const Probe& p, Sheet& sheet) {
  const Tally form = asked_in_form(p);
  sheet.add(tone_of(form.readable, form.answered), "reading",
            of(form.readable, form.answered) + " answers can be read, " +
                of(form.conform, form.answered) + " conform as they came");
  const bool bound = p.spec.kind != MindKind::openai || p.spec.schema_mode != SchemaMode::none;
  const std::string held = of(p.untold.conform, p.untold.answered) +
                           " conform as they came where the prompt says nothing of the form";
  sheet.add(!bound                                 ? Tone::plain
            : p.untold.conform < p.untold.answered ? Tone::warn
                                                   : Tone::good,
            "schema", bound ? held : "is not sent (schema_mode = \"none\"); " + held);
}

void add_seed(const Probe& p, Sheet& sheet) {
  static constexpr const char* same[] = {"no answer to compare", "the same text",
                                         "the same tokens and logits, to the bit", "another text"};
  const bool steady = p.again == Likeness::same || p.again == Likeness::same_bits;
  sheet.add(steady ? Tone::good : Tone::warn, "the same seed",
            same[static_cast<std::size_t>(p.again)]);
  const bool rules = p.spec.kind == MindKind::scripted;
  sheet.add(p.other_seed == Likeness::other ? Tone::good
            : rules                         ? Tone::plain
                                            : Tone::warn,
            "another seed", same[static_cast<std::size_t>(p.other_seed)]);
}

std::string of_tokens(const Probe& p) {
  if (p.spec.kind == MindKind::scripted) return "rules: it has no tokens";
  if (p.spec.kind == MindKind::llama)
    return "token ids, and digests of the logits (" + grouped(p.logits) + " in one answer)";
  if (!p.logprobs) return "not told: it refuses `logprobs`";
  switch (*p.logprobs) {
    case Logprobs::none: return "not told: it ignores `logprobs`";
    case Logprobs::words: return "logprobs, without token ids";
    case Logprobs::ids: break;
  }
  return "logprobs, with token ids";
}

void add_room(const Probe& p, Sheet& sheet) {
  if (p.spec.kind == MindKind::scripted) return;
  const std::int64_t room = p.says ? p.says->context : p.trained_context;
  std::string found = grouped(p.spec.context) + " tokens by its entry";
  if (room > 0) found += ", " + grouped(room) + (p.says ? " by the server" : " by the file");
  else found += "; nothing else says it";
  sheet.add(room > 0 && room < p.spec.context ? Tone::warn : Tone::plain, "context", found);
  if (!p.says) return;
  std::vector<std::string> known;
  if (!p.says->server.empty()) known.push_back(p.says->server);
  if (!p.says->protocol.empty()) known.push_back(p.says->protocol);
  if (p.says->slots > 0) known.push_back(grouped(p.says->slots) + " asks at once");
  if (!known.empty()) sheet.add(Tone::plain, "server", join(known, ", "));
}

std::string price_text(const Probe& p) {
  const Tally all = p.all();
  const std::string asked = grouped(all.asked + 1) + " asks";
  if (p.spec.price_in == 0 && p.spec.price_out == 0) return asked + ", nothing by its entry";
  return asked + ", " + decimal(all.cost_nano, 9, 6) + " by its entry";
}

std::string who(const MindSpec& spec) {
  switch (spec.kind) {
    case MindKind::scripted: return "rules, built in";
    case MindKind::llama: return "a model in this process, " + spec.file;
    case MindKind::openai: break;
  }
  return "a model on a server, " + spec.model + " at " + spec.endpoint;
}

std::string text_of(const Probe& p, const Terminal& terminal) {
  const std::vector<std::string> faults = unfit(p);
  std::string out =
      toned(terminal, Tone::strong, printable(p.spec.name)) + ": " + printable(who(p.spec)) + "\n";
  if (p.silent.empty()) {
    Sheet sheet;
    sheet.add(Tone::good, "answers", "the first after " + duration(p.first_us));
    add_form(p, sheet);
    add_seed(p, sheet);
    sheet.add(Tone::plain, "tokens", of_tokens(p));
    const Tally all = p.all();
    sheet.add(Tone::plain, "reasoning",
              all.thought == 0 ? "none apart from the answer"
                               : "apart from " + of(all.thought, all.answered) + " answers");
    add_room(p, sheet);
    sheet.add(Tone::plain, "one at a time", pace(p.told));
    sheet.add(Tone::plain, grouped(p.spec.parallel) + " at once", pace(p.together));
    sheet.add(Tone::plain, "price", price_text(p));
    out += sheet.text(terminal);
  }
  const auto listed = [&](const std::string& line) {
    std::string lead = "  - ";
    for (const std::string& part : wrapped(printable(line), std::max(24, terminal.width - 4))) {
      out += lead + part + "\n";
      lead = "    ";
    }
  };
  for (const std::string& line : advice(p)) listed(line);
  out += toned(terminal, faults.empty() ? Tone::good : Tone::bad,
               faults.empty() ? "Fit to be cast" : "Not fit: " + printable(join(faults, "; "))) +
         "\n";
  return out;
}

Json json_of(const Tally& t) {
  return Json::object({{"answer_tokens", t.answer_tokens},
                       {"answered", t.answered},
                       {"answers_milli_a_second", t.milli_a_second(t.answered)},
                       {"asked", t.asked},
                       {"conform", t.conform},
                       {"cost_nano", t.cost_nano},
                       {"cut", t.cut},
                       {"prompt_tokens", t.prompt_tokens},
                       {"readable", t.readable},
                       {"retries", t.retries},
                       {"thought", t.thought},
                       {"wall_us", t.wall_us}});
}

Json json_of(const Probe& p) {
  Json says;
  if (p.says)
    says = Json::object({{"context", p.says->context},
                         {"models", Json::list(p.says->models)},
                         {"protocol", p.says->protocol},
                         {"server", p.says->server},
                         {"slots", p.says->slots}});
  Json modes = Json::object();
  for (const Probe::Mode& mode : p.other_modes) modes.set(name(mode.mode), json_of(mode.told));
  return Json::object({{"advice", Json::list(advice(p))},
                       {"again", name(p.again)},
                       {"card", p.card},
                       {"context", p.spec.context},
                       {"drawn", json_of(p.drawn)},
                       {"failures", Json::list(p.failures)},
                       {"first_us", p.first_us},
                       {"fit", unfit(p).empty()},
                       {"kind", name(p.spec.kind)},
                       {"logits", p.logits},
                       {"logprobs", p.logprobs ? Json(name(*p.logprobs)) : Json()},
                       {"name", p.spec.name},
                       {"other_modes", std::move(modes)},
                       {"other_seed", name(p.other_seed)},
                       {"parallel", p.spec.parallel},
                       {"says", std::move(says)},
                       {"together", json_of(p.together)},
                       {"told", json_of(p.told)},
                       {"trained_context", p.trained_context},
                       {"unfit", Json::list(unfit(p))},
                       {"untold", json_of(p.untold)}});
}

Probe check(const MindSpec& spec, const Registry& registry, const LiveOptions& live,
            const ProbeOptions& options) {
  auto panel = LivePanel::open(registry, {spec.name}, live);
  if (!panel) return silent_probe(spec, panel.error().what);
  Probe out = probe(spec, **panel, options);
  if (spec.kind == MindKind::llama)
    if (const auto info = read_gguf(locate(spec, live.model_dirs).path))
      out.trained_context = info->context;
  return out;
}

Result<int> act(const Args& args, const Console& console) {
  ProbeOptions options;
  options.asks = args.integer("--asks").value_or(options.asks);
  if (options.asks < 1 || options.asks > 1'000)
    return fail(Errc::usage, "--asks is 1 to 1000 of each kind");
  LiveOptions live;
  live.model_dirs = model_dirs(args.all("--models"));
  TRY(live.memory_max, memory_for_models(args.text("--memory")));
  TRY(const Registry registry, open_registry(args.all("--minds")));
  std::vector<MindSpec> specs;
  for (const std::string& wanted : args.all("NAME")) {
    TRY(MindSpec spec, known_mind(registry, wanted));
    specs.push_back(std::move(spec));
  }
  // One variant of kernels serves the process: the portable ones, in whatever order they are named.
  if (specs.size() > 1) (void)load_kernels("");
  bool fit = true;
  Json all = Json::array();
  for (const MindSpec& spec : specs) {
    const Probe done = check(spec, registry, live, options);
    fit = fit && unfit(done).empty();
    if (args.has("--json")) all.push(json_of(done));
    else console.print((&spec == &specs.front() ? "" : "\n") + text_of(done, console.out));
  }
  if (args.has("--json")) console.print(all.dump() + "\n");
  return fit ? Exit::fine : Exit::finding;
}

}  // namespace

Verb minds_check_verb() {
  using K = Option::Kind;
  return {.name = "check",
          .about = "asks minds what shows whether they are fit to be cast",
          .text =
              "Some thirty short asks of each mind: does it answer, do its raw answers keep to a "
              "schema that is said and to one that is not, does the same seed give the same and "
              "another another, what does it tell of its tokens, how fast is it alone and at "
              "`parallel` at once. Then it says what to change in the mind's entry. Ends with 1 "
              "if one of them does not answer or cannot be read. Asks of an endpoint are paid "
              "for; --asks 1 is the least.",
          .options = {{.name = "NAME",
                       .kind = K::mind,
                       .value = "NAME",
                       .about = "which minds",
                       .required = true,
                       .many = true},
                      {.name = "--asks",
                       .kind = K::integer,
                       .value = "N",
                       .about = "so many of each kind (6)"},
                      models_option(),
                      memory_option(),
                      minds_option(),
                      {.name = "--json", .about = "as a JSON array, an object a mind"}},
          .examples = {{"wood minds check mine --minds mine.toml",
                        "an endpoint, before a run is played on it"},
                       {"wood minds check house-llama tiny-qwen scripted --json",
                        "several, for a program"}},
          .act = act};
}

}  // namespace wood::cli
