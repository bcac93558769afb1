// What a probe means: what makes a mind unfit, and what to change in its entry.
#include <algorithm>

#include "cli/probe.h"
#include "core/text.h"

namespace wood::cli {
namespace {

constexpr std::size_t kModelsShown = 6;

std::string of(std::int64_t part, std::int64_t whole) {
  return std::to_string(part) + " of " + std::to_string(whole);
}

// Servers name the parameter that they refuse; the word in the message, what to write.
void mend_refusals(const Probe& p, std::vector<std::string>& out) {
  struct Mend {
    const char* word;
    const char* advice;
  };
  static constexpr Mend mends[] = {
      {"response_format",
       "It refuses response_format: set schema_mode = \"json_object\" or \"none\"."},
      {"json_schema", "It knows no JSON schemas: set schema_mode = \"json_object\" or \"none\"."},
      {"max_tokens", "It refuses max_tokens: set tokens_key = \"max_completion_tokens\"."},
      {"max_completion_tokens",
       "It refuses max_completion_tokens: set tokens_key = "
       "\"max_tokens\"."},
      {"seed", "It refuses seed: set seed = false."},
      {"ystem role", "It takes no system message: set no_system_role = true."},
      {"role \"system\"", "It takes no system message: set no_system_role = true."}};
  std::string said = p.silent;
  for (const std::string& failure : p.failures) said += "\n" + failure;
  for (const Mend& mend : mends) {
    // The word that they say to be used instead stands in the same message.
    const bool set_already =
        std::string(mend.word) == "max_tokens" && p.spec.tokens_key != "max_tokens";
    const bool other = std::string(mend.word) == "max_completion_tokens" &&
                       p.spec.tokens_key != "max_completion_tokens";
    if (set_already || other || said.find(mend.word) == std::string::npos) continue;
    if (out.empty() || out.back() != mend.advice) out.emplace_back(mend.advice);
  }
}

void on_model(const Probe& p, std::vector<std::string>& out) {
  if (!p.says || p.says->models.empty()) return;
  std::vector<std::string> models = p.says->models;
  if (std::find(models.begin(), models.end(), p.spec.model) != models.end()) return;
  const std::size_t all = models.size();
  models.resize(std::min(all, kModelsShown));
  out.push_back("It lists no model \"" + p.spec.model + "\"" +
                (p.silent.empty() ? ", though it answers to the name" : "") + ": model is one of " +
                join(models, ", ") + (all > kModelsShown ? ", …" : "") + ".");
}

// The other way of saying the form that is read most often, if it is better than the entry's.
const Probe::Mode* better_mode(const Probe& p) {
  const Tally form = asked_in_form(p);
  const Probe::Mode* best = nullptr;
  for (const Probe::Mode& mode : p.other_modes) {
    const Tally& than = best != nullptr ? best->told : form;
    // More answers, of as many asks; no division: the counts are small.
    if (mode.told.readable * than.asked > than.readable * mode.told.asked) best = &mode;
  }
  return best;
}

void on_form(const Probe& p, std::vector<std::string>& out) {
  const Tally form = asked_in_form(p);
  const bool bound =
      p.spec.kind == MindKind::openai && p.spec.schema_mode == SchemaMode::json_schema;
  if (bound && p.untold.answered > 0 && p.untold.conform == 0)
    out.push_back(
        "It ignores response_format: no raw answer conforms unless the prompt says the "
        "form. Set schema_mode = \"json_object\", or \"none\"; what comes is read and "
        "mended all the same.");
  else if (bound && p.untold.conform < p.untold.answered)
    out.push_back("It holds to a schema only sometimes (" +
                  of(p.untold.conform, p.untold.answered) +
                  " raw answers): look at what its grammar does with enum, maxLength and bounds.");
  if (form.readable < form.answered)
    out.push_back("Of " + std::to_string(form.answered) + " answers " +
                  std::to_string(form.answered - form.readable) +
                  " cannot be read: who gives such a one does nothing that time.");
  if (const Probe::Mode* mode = better_mode(p))
    out.push_back(std::string("With schema_mode = \"") + name(mode->mode) + "\" " +
                  of(mode->told.readable, mode->told.asked) + " answers can be read: set that.");
  const Tally all = p.all();
  if (all.cut == 0) return;
  if (p.spec.kind == MindKind::openai && all.thought > 0 && !p.spec.reasoning)
    out.push_back("It thinks first and is cut off: set reasoning = true, for 4 096 tokens more.");
  else if (p.spec.kind == MindKind::openai)
    out.push_back(of(all.cut, all.answered) +
                  " answers were cut off at their bound of tokens: if it thinks first, set "
                  "reasoning = true.");
}

void on_seed(const Probe& p, std::vector<std::string>& out) {
  if (p.spec.kind != MindKind::openai) return;
  if (p.again == Likeness::other)
    out.push_back(std::string("The same ask with the same seed gives another answer") +
                  (p.spec.seed ? "" : " (seed = false: it is given none)") +
                  ": a run against it cannot be had twice; its record replays all the same.");
  if (p.other_seed == Likeness::same)
    out.emplace_back(
        "Another seed changes nothing at temperature 1: it ignores seed or temperature, and "
        "creatures that see the same will do the same.");
}

void on_room(const Probe& p, std::vector<std::string>& out) {
  const std::int64_t context = p.spec.context;
  const std::int64_t room = p.says ? p.says->context : p.trained_context;
  if (room > 0 && context > room)
    out.push_back("The entry says a context of " + std::to_string(context) + ", it has " +
                  std::to_string(room) + ": set context = " + std::to_string(room) + ".");
  const std::int64_t slots = p.says ? p.says->slots : 0;
  if (slots > 0 && slots != p.spec.parallel)
    out.push_back("It computes " + std::to_string(slots) + " asks at once: set parallel = " +
                  std::to_string(std::min<std::int64_t>(slots, 64)) +
                  (slots < p.spec.parallel ? "; more only wait there." : " to use them all."));
}

}  // namespace

std::vector<std::string> unfit(const Probe& p) {
  if (!p.silent.empty()) return {"it does not answer: " + p.silent};
  std::vector<std::string> out;
  const Tally all = p.all(), form = asked_in_form(p);
  if (all.answered * 2 < all.asked)
    out.push_back("it answered only " + of(all.answered, all.asked) + " asks" +
                  (p.failures.empty() ? "" : ": " + p.failures.back()));
  if (form.readable * 2 < form.answered)
    out.push_back("only " + of(form.readable, form.answered) + " answers can be read");
  if (p.spec.kind == MindKind::llama && p.again == Likeness::other)
    out.emplace_back("the same ask with the same seed gave another answer in this process");
  return out;
}

std::vector<std::string> advice(const Probe& p) {
  std::vector<std::string> out;
  if (p.spec.kind == MindKind::openai) {
    mend_refusals(p, out);
    on_model(p, out);
  }
  if (!p.silent.empty()) return out;
  on_form(p, out);
  on_seed(p, out);
  on_room(p, out);
  const Tally all = p.all();
  if (p.spec.kind == MindKind::openai && all.uncounted > 0)
    out.emplace_back("It reports no usage: its tokens and its price count as nothing.");
  if (all.answered < all.asked)
    out.push_back(of(all.asked - all.answered, all.asked) +
                  " asks were not answered: " + (p.failures.empty() ? "" : p.failures.front()));
  if (all.retries > 0)
    out.push_back("Asks that had to be tried again: " + std::to_string(all.retries) + " times.");
  return out;
}

}  // namespace wood::cli
