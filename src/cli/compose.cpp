#include "cli/compose.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <set>

#include "cli/casts.h"
#include "cli/open.h"
#include "cli/presence.h"
#include "core/text.h"
#include "core/toml.h"
#include "host/file.h"
#include "pipeline/pipeline.h"

namespace wood::cli {
namespace {

Result<Scenario> read_scenario(const Wanted& wanted) {
  TRY(Scenario scenario, open_scenario(wanted.scenario));
  if (!wanted.creatures) return scenario;
  if (*wanted.creatures < 1 || *wanted.creatures > 100'000)
    return fail(Errc::usage, "--creatures is 1 to 100000");
  return scenario_from(scaled_scenario(scenario.source, *wanted.creatures));
}

std::string known(const std::string& wanted, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(wanted, names);
  return nearest.empty() ? "it has " + join(names, ", ") : "did you mean \"" + nearest + "\"?";
}

Status choose_named_cast(const std::string& name, Setup& setup) {
  TRY(NamedCast cast, named_cast(setup.scenario, name));
  setup.cast = std::move(cast.minds);
  return {};
}

// "oona=MIND" or "everyone=MIND", over the cast that is chosen so far.
Status recast(const std::string& word, Setup& setup) {
  const std::size_t equals = word.find('=');
  const std::string who = word.substr(0, equals), mind = word.substr(equals + 1);
  if (who.empty() || mind.empty())
    return fail(Errc::usage, "--cast wants a cast's name or WHO=MIND, not \"" + word + "\"");
  if (who != "everyone" && !setup.cast.contains(who)) {
    std::vector<std::string> names = {"everyone"};
    for (const auto& [creature, its] : setup.cast) names.push_back(creature);
    return fail(Errc::not_found, "--cast: scenario " + setup.scenario.name + " has no creature \"" +
                                     who + "\"; " + known(who, names));
  }
  for (auto& [creature, its] : setup.cast)
    if (who == "everyone" || who == creature) its = mind;
  return {};
}

bool is_cast_name(const std::string& word) { return word.find('=') == word.npos; }

// What the command line names, over the default cast if it names none.
Status choose_cast(std::vector<std::string> words, const DefaultCast& standing, Setup& setup) {
  const auto names = std::count_if(words.begin(), words.end(), is_cast_name);
  if (names > 1) return fail(Errc::usage, "--cast names one cast; more of them are WHO=MIND");
  if (names == 0) words.insert(words.begin(), standing.name);
  TRY_STATUS(choose_named_cast(*std::find_if(words.begin(), words.end(), is_cast_name), setup));
  for (const std::string& word : words)
    if (!is_cast_name(word)) TRY_STATUS(recast(word, setup));
  setup.cast_name = join(words, ", ");
  return {};
}

// Whether anybody still has the mind that this cast gives him.
bool plays(const std::string& cast, const Setup& setup) {
  const auto& minds = setup.scenario.casts.at(cast);
  return std::any_of(setup.cast.begin(), setup.cast.end(),
                     [&](const auto& is) { return minds.at(is.first) == is.second; });
}

Result<Json> read_desk(const std::string& name) {
  if (name.empty()) return Json();
  TRY(const Document document, open_document("pipelines", name));
  const auto pipeline = Pipeline::parse(document.text);
  if (!pipeline) return fail(pipeline.error().during(document.path));
  return pipeline->json();
}

// Minds of the cast, and those that a swap may bring in: the calendar's and the inputs'.
std::vector<std::string> minds_of(const Setup& setup, const std::vector<std::string>& more) {
  std::set<std::string> out(more.begin(), more.end());
  for (const auto& [creature, mind] : setup.cast) out.insert(mind);
  for (const Dated& dated : setup.scenario.calendar)
    if (dated.act.str_or("act", "") == "swap") out.insert(dated.act.str_or("mind", ""));
  return {out.begin(), out.end()};
}

Result<Inputs> read_inputs(const Wanted& wanted, std::int64_t turns) {
  if (wanted.inputs.empty()) return Inputs{};
  TRY(const Bytes text, read_file(wanted.inputs));
  auto inputs = parse_inputs(text, turns);
  if (!inputs) return fail(inputs.error().during(wanted.inputs));
  return inputs;
}

Result<std::unique_ptr<LivePanel>> open_panel(const std::vector<std::string>& minds,
                                              const Registry& registry, const Wanted& wanted,
                                              const std::string& kernels = "") {
  LiveOptions options;
  options.kernels = kernels;
  options.model_dirs = model_dirs(wanted.model_dirs);
  options.memory_max = wanted.memory_max;
  auto panel = LivePanel::open(registry, minds, options);
  if (!panel)
    return fail(
        Error{panel.error().code, panel.error().what + " (`wood minds` lists what there is)"});
  return panel;
}

}  // namespace

Result<Composed> compose(const Wanted& wanted) {
  Composed out;
  Setup& setup = out.setup;
  TRY(setup.scenario, read_scenario(wanted));
  setup.turns = wanted.turns.value_or(setup.scenario.turns);
  if (setup.turns < 1 || setup.turns > 1'000'000)
    return fail(Errc::usage, "--turns is 1 to 1000000");
  TRY(const Registry registry, open_registry(wanted.minds));
  const DefaultCast standing =
      default_cast(setup.scenario, registry, model_dirs(wanted.model_dirs));
  TRY_STATUS(choose_cast(wanted.cast, standing, setup));
  const bool named = std::any_of(wanted.cast.begin(), wanted.cast.end(), is_cast_name);
  if (!named && plays(standing.name, setup)) out.note = standing.note;
  TRY(setup.desk, read_desk(setup.scenario.pipeline));
  setup.seed = wanted.seed ? *wanted.seed : drawn_seed();
  setup.build = build_json(wanted.version);
  TRY(Inputs inputs, read_inputs(wanted, setup.turns));
  out.inbox = std::move(inputs.inbox);
  TRY(out.panel, open_panel(minds_of(setup, inputs.minds), registry, wanted));
  for (const auto& [name, card] : out.panel->cards()) setup.cards.set(name, card);
  return out;
}

Result<Composed> recompose(Setup setup, const Wanted& wanted) {
  Composed out;
  TRY(Inputs inputs, read_inputs(wanted, setup.turns));
  out.inbox = std::move(inputs.inbox);
  std::vector<std::string> minds;
  if (setup.cards.is(Json::Kind::object))
    for (const auto& [name, card] : setup.cards.members()) minds.push_back(name);
  for (const std::string& mind : inputs.minds)
    if (std::find(minds.begin(), minds.end(), mind) == minds.end())
      return fail(Errc::usage, "the run does not know the mind " + mind +
                                   ": a swap can only bring in one that its genesis names");
  TRY(Registry registry, open_registry(wanted.minds));
  as_recorded(registry, setup.cards);
  TRY(out.panel, open_panel(minds, registry, wanted, kernels_of(setup.cards)));
  TRY_STATUS(same_minds(setup.cards, *out.panel));
  out.setup = std::move(setup);
  return out;
}

std::string kernels_of(const Json& cards) {
  if (!cards.is(Json::Kind::object)) return "";
  for (const auto& [name, card] : cards.members())
    if (std::string kernels = card.str_or("kernels", ""); !kernels.empty()) return kernels;
  return "";
}

void as_recorded(Registry& registry, const Json& cards) {
  for (MindSpec& mind : registry.minds) {
    const Json* card = cards.find(mind.name);
    if (card == nullptr || mind.kind != MindKind::llama) continue;
    // What this program does not know it cannot be told to compute: same_minds says what differs.
    mind.attention =
        attention_of(card->str_or("attention", "plain")).value_or(Attention::automatic);
    const std::string kernels = card->str_or("kernels", "haswell");
    mind.repack = kernels == "haswell" || card->find("weights") != nullptr;
  }
}

Status same_minds(const Json& cards, const LivePanel& panel) {
  for (const auto& [name, now] : panel.cards()) {
    const Json* then = cards.find(name);
    if (then == nullptr || *then == now) continue;
    std::vector<std::string> differ;
    for (const auto& [key, value] : then->members())
      if (const Json* other = now.find(key); other == nullptr || *other != value)
        differ.push_back(key + " was " + value.dump() + ", is " +
                         (other == nullptr ? "not said" : other->dump()));
    for (const auto& [key, value] : now.members())
      if (then->find(key) == nullptr) differ.push_back(key + " is new: " + value.dump());
    return fail(Errc::environment, "the mind " + name +
                                       " is not the one that the run began with: " +
                                       join(differ, "; ") + ". Bring that one back");
  }
  return {};
}

Result<std::uint64_t> parse_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(Errc::usage,
                "--seed wants a whole number from 0 to 18446744073709551615, not \"" + text + "\"");
  return seed;
}

std::uint64_t drawn_seed() { return std::random_device{}() % 1'000'000'000U; }

}  // namespace wood::cli
