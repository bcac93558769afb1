#include "cli/probe.h"

#include <algorithm>

#include "core/schema.h"
#include "host/clock.h"
#include "minds/live.h"
#include "minds/openai_mind.h"
#include "minds/reader.h"
#include "pipeline/form.h"

namespace wood::cli {
namespace {

constexpr std::int64_t kWaitMs = 60'000;
constexpr std::size_t kFailuresMax = 4;

// Words that no model says by itself, bounds that no model would keep to by itself.
const char* const kSchema = R"({"type":"object","additionalProperties":false,
  "required":["note","word","count"],"properties":{
    "note":{"type":"string","maxLength":24},
    "word":{"enum":["brillig","slithy","gimble","mimsy"]},
    "count":{"type":"integer","minimum":17,"maximum":23}}})";
// Long enough that two draws hardly ever agree by chance.
const char* const kDrawnSchema = R"({"type":"object","additionalProperties":false,
  "required":["say"],"properties":{"say":{"type":"string","minLength":8,"maxLength":60}}})";

Json schema_of(const char* text) {
  auto schema = parse_json(text);
  CHECK(schema && check_schema(*schema));
  return std::move(*schema);
}

Ask ask_of(const MindSpec& spec, std::int64_t number, const char* schema, std::string words) {
  Ask ask;
  ask.prompt = {number};
  ask.mind = spec.name;
  ask.reader = "operator";
  ask.task = "probe";
  ask.messages = {{"system", "You keep the book of a small market in a wood."},
                  {"user", std::move(words)}};
  ask.schema = schema_of(schema);
  ask.facts = Json::object();
  ask.sampling = spec.sampling;
  ask.sampling.seed = static_cast<std::uint64_t>(number);
  ask.sampling.tokens_max = 96;
  ask.wait_ms_max = kWaitMs;
  return ask;
}

Ask told_ask(const MindSpec& spec, std::int64_t number) {
  const std::string lots = std::to_string(number % 7 + 17);
  return ask_of(spec, number, kSchema,
                "Entry " + std::to_string(number) + ": the fox sold " + lots +
                    " berries in the slithy hour. Write it down. Answer with one JSON object and "
                    "nothing else: " +
                    form_of(schema_of(kSchema)));
}

Ask untold_ask(const MindSpec& spec, std::int64_t number) {
  return ask_of(spec, number, kSchema,
                "Entry " + std::to_string(number) +
                    ": tell me in two sentences of plain prose what the fox had for breakfast, and "
                    "name a colour and a number from one to five.");
}

Ask drawn_ask(const MindSpec& spec, std::uint64_t seed) {
  Ask ask = ask_of(spec, 1, kDrawnSchema,
                   "Say something nobody expects about mushrooms. Answer with one JSON object and "
                   "nothing else: " +
                       form_of(schema_of(kDrawnSchema)));
  ask.sampling.temperature_milli = 1'000;
  ask.sampling.seed = seed;
  return ask;
}

void count(const Ask& ask, const Reply& reply, Probe& probe, Tally& tally) {
  ++tally.asked;
  if (const auto* failure = std::get_if<Failure>(&reply)) {
    tally.retries += failure->usage.retries;
    auto& known = probe.failures;
    if (known.size() < kFailuresMax &&
        std::find(known.begin(), known.end(), failure->what) == known.end())
      known.push_back(failure->what);
    return;
  }
  const auto& answer = std::get<Answer>(reply);
  ++tally.answered;
  const auto strict = parse_json(answer.text);
  tally.conform += strict && validate(*strict, ask.schema).empty();
  tally.readable += read_answer(answer.text, ask.schema).value.has_value();
  tally.cut += answer.finish == Finish::length;
  tally.thought += !answer.reasoning.empty();
  tally.uncounted += answer.answer_count == 0;
  tally.prompt_tokens += answer.prompt_count;
  tally.answer_tokens += answer.answer_count;
  tally.retries += answer.usage.retries;
  tally.cost_nano += answer.cost_nano;
}

// Asked in one call; the time is of the whole call.
std::vector<Reply> put(const std::vector<Ask>& asks, Panel& panel, Probe& probe, Tally& tally) {
  const std::int64_t began = now_us();
  std::vector<Reply> replies = panel.ask(asks);
  tally.wall_us += now_us() - began;
  for (std::size_t i = 0; i < asks.size(); ++i) count(asks[i], replies[i], probe, tally);
  return replies;
}

Likeness likeness(const Reply& a, const Reply& b) {
  const auto *x = std::get_if<Answer>(&a), *y = std::get_if<Answer>(&b);
  if (x == nullptr || y == nullptr) return Likeness::unknown;
  if (x->text != y->text) return Likeness::other;
  const bool bits = !x->logits.empty() && x->logits == y->logits && x->tokens == y->tokens;
  return bits ? Likeness::same_bits : Likeness::same;
}

void compare_seeds(Panel& panel, Probe& probe) {
  const auto drawn = [&](std::uint64_t seed) {
    return put({drawn_ask(probe.spec, seed)}, panel, probe, probe.drawn).front();
  };
  const Reply first = drawn(11);
  probe.again = likeness(first, drawn(11));
  probe.other_seed = likeness(first, drawn(12));
  if (const auto* answer = std::get_if<Answer>(&first))
    probe.logits = static_cast<std::int64_t>(answer->logits.size());
}

// What else could be written in the entry, where the form is not kept.
void try_other_modes(Probe& probe, const ProbeOptions& options) {
  const Tally form = asked_in_form(probe);
  const bool kept = form.readable == form.answered && probe.untold.conform > 0;
  const bool bound = probe.spec.schema_mode == SchemaMode::json_schema;
  if (kept || (!bound && form.readable == form.answered)) return;
  for (const SchemaMode mode :
       {SchemaMode::json_schema, SchemaMode::json_object, SchemaMode::none}) {
    if (mode == probe.spec.schema_mode) continue;
    LivePanel panel;
    MindSpec spec = probe.spec;
    spec.schema_mode = mode;
    panel.add(spec.name, openai_mind(spec));
    std::vector<Ask> asks;
    for (std::int64_t i = 1; i <= options.asks; ++i) asks.push_back(told_ask(spec, i));
    Tally tally;
    put(asks, panel, probe, tally);
    probe.other_modes.push_back({mode, tally});
  }
}

}  // namespace

const char* name(Likeness likeness) {
  static constexpr const char* names[] = {"unknown", "same", "same_bits", "other"};
  return names[static_cast<std::size_t>(likeness)];
}

void Tally::add(const Tally& other) {
  for (std::int64_t Tally::*part :
       {&Tally::asked, &Tally::answered, &Tally::conform, &Tally::readable, &Tally::cut,
        &Tally::thought, &Tally::uncounted, &Tally::prompt_tokens, &Tally::answer_tokens,
        &Tally::retries, &Tally::cost_nano, &Tally::wall_us})
    this->*part += other.*part;
}

std::int64_t Tally::milli_a_second(std::int64_t count) const {
  return wall_us > 0 ? count * 1'000'000'000 / wall_us : 0;
}

Tally Probe::all() const {
  Tally out;
  for (const Tally* part : {&told, &together, &untold, &drawn}) out.add(*part);
  return out;
}

Tally asked_in_form(const Probe& probe) {
  Tally out = probe.told;
  out.add(probe.together);
  return out;
}

Probe silent_probe(const MindSpec& spec, const std::string& why) {
  Probe out;
  out.spec = spec;
  out.silent = why;
  out.card = card_of(spec);
  return out;
}

Probe probe(const MindSpec& spec, Panel& panel, const ProbeOptions& options) {
  Probe out;
  out.spec = spec;
  out.card = panel.cards().at(spec.name);
  if (spec.kind == MindKind::openai)
    if (auto says = what_it_says(spec)) out.says = std::move(*says);
  const std::int64_t began = now_us();
  const Ask first = told_ask(spec, 0);
  const Reply reply = panel.ask({&first, 1}).front();
  out.first_us = now_us() - began;
  if (const auto* failure = std::get_if<Failure>(&reply)) {
    out.silent = failure->what;
    return out;
  }
  // One after another, so that each has the mind for itself.
  for (std::int64_t i = 1; i <= options.asks; ++i) put({told_ask(spec, i)}, panel, out, out.told);
  std::vector<Ask> asks;
  const std::int64_t many = std::max(options.asks, 2 * spec.parallel);
  for (std::int64_t i = 1; i <= many; ++i) asks.push_back(told_ask(spec, 1'000 + i));
  put(asks, panel, out, out.together);
  asks.clear();
  for (std::int64_t i = 1; i <= options.asks; ++i) asks.push_back(untold_ask(spec, i));
  put(asks, panel, out, out.untold);
  compare_seeds(panel, out);
  if (spec.kind != MindKind::openai) return out;
  try_other_modes(out, options);
  if (const auto told = try_logprobs(spec, first)) out.logprobs = *told;
  return out;
}

}  // namespace wood::cli
