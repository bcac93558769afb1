#include "pipeline/stage.h"

#include <algorithm>

#include "core/check.h"
#include "core/rng.h"
#include "core/schema.h"
#include "core/text.h"
#include "pipeline/form.h"
#include "pipeline/question.h"
#include "pipeline/reply.h"

namespace wood {
namespace {

using Kind = Json::Kind;
using State = StepOutcome::State;

constexpr std::size_t kOutputBytes = 16'000;
constexpr std::size_t kChoicesMax = 64;

// Puts the step's choices into its schema as enums.
Result<Json> narrowed(const Question& q, const Scope& scope) {
  Json schema = q.schema;
  for (const auto& [place, expr] : q.choices) {
    Result<Json> list = expr.eval(scope);
    if (!list) return fail(std::move(list).error().during("choices." + place));
    const bool good =
        list->is(Kind::array) && !list->items().empty() && list->items().size() <= kChoicesMax;
    if (!good) return fail(Errc::schema, "choices." + place + ": must be a list of 1 to 64 values");
    schema_at(schema, place)->set("enum", std::move(*list));
  }
  return schema;
}

Json how_of(const StepOutcome& step) {
  Json out = step.how.is(Kind::object) ? step.how : Json::object();
  out.set("code", step.code);
  out.set("state", name(step.state));
  return out;
}

}  // namespace

std::vector<Seq> operator+(std::vector<Seq> a, const std::vector<Seq>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end());
  a.erase(std::unique(a.begin(), a.end()), a.end());
  return a;
}

std::vector<Seq> Stage::causes(const Step& step, const std::set<std::string>* sees) const {
  std::vector<Seq> out;
  for (const std::string& need : step.needs)
    if (sees == nullptr || sees->contains(need)) out.push_back(outcome.steps.at(need).entry);
  if (step.sees_input || out.empty()) return out + context.from;
  return out;
}

std::unique_ptr<Frame> Stage::frame(const Step& step, const std::string& seat, For purpose,
                                    const std::set<std::string>* sees) {
  auto out = std::make_unique<Frame>(Frame{.step = step,
                                           .seat = seat,
                                           .by = by(seat),
                                           .seat_value = seat,
                                           .turn_value = context.turn,
                                           .options = Json(),
                                           .input = Json(),
                                           .draft = Json::object(),
                                           .how = Json::object(),
                                           .from = causes(step, sees),
                                           .scope = {}});
  std::vector<Seq> needed;
  for (const std::string& need : step.needs) {
    if (sees != nullptr && !sees->contains(need)) continue;
    const StepOutcome& one = outcome.steps.at(need);
    out->scope.set(need, one.output);
    out->draft.set(need, one.output);
    needed.push_back(one.entry);
    if (step.uses_how) out->how.set(need, how_of(one));
  }
  if (step.uses_how) out->scope.set("how", out->how);
  out->scope.let(pipeline.lets);
  out->scope.set("seat", out->seat_value);
  out->scope.set("turn", out->turn_value);
  out->scope.set("input", input);
  if (const auto* vote = std::get_if<VoteStep>(&step.what)) {
    out->options = Json::list(vote->terms.options);
    out->scope.set("options", out->options);
  }
  if (purpose == For::computing) return out;
  out->from = out->from + context.from;
  if (context.show == nullptr) return out;
  Shown shown = context.show(
      {.step = step, .seat = seat, .by = out->by, .draft = out->draft, .from = needed});
  out->from = std::move(needed) + shown.from;
  out->input = std::move(shown.input);
  out->scope.set("input", out->input);
  return out;
}

std::string Stage::mind(const Step& step, const std::string& seat, const std::string& text) const {
  for (const std::string& key : {step.name + "/" + seat, step.name}) {
    const auto swap = context.swaps.find(key);
    if (swap != context.swaps.end() && step.kind != StepKind::route) return swap->second;
  }
  if (text.starts_with("route:")) return outcome.steps.at(text.substr(6)).output.str_or("mind", "");
  if (!text.starts_with("@")) return text;
  const auto it = context.cast.find(text.substr(1));
  return it == context.cast.end() ? "" : it->second.mind;
}

std::string Stage::by(const std::string& seat) const {
  const auto it = context.cast.find(seat);
  return it == context.cast.end() || it->second.by.empty() ? seat : it->second.by;
}

Result<Consult> Stage::question(const Question& q, const Frame& frame,
                                const std::string& mind_name) {
  const MindTraits traits = context.traits ? context.traits(mind_name) : MindTraits{};
  Consult out{.by = frame.by,
              .mind = mind_name,
              .task = q.task,
              .turn = context.turn,
              .from = frame.from,
              .messages = {},
              .schema = {},
              .facts = {},
              .sampling = q.draw.over(traits.sampling),
              .wait_ms_max = q.wait_ms_max,
              .reach = holds(q.mark) ? Reach::here : Reach::anywhere};
  TRY(std::string system, (traits.terse ? q.system.terse : q.system.full).render(frame.scope));
  TRY(std::string prompt, (traits.terse ? q.prompt.terse : q.prompt.full).render(frame.scope));
  TRY(out.schema, narrowed(q, frame.scope));
  if (!traits.terse) prompt += "\n\nForm of the answer: " + form_of(out.schema);
  if (!system.empty()) out.messages.push_back({"system", std::move(system)});
  out.messages.push_back({"user", std::move(prompt)});
  out.facts = *frame.scope.find("input");
  out.facts.set("draft", frame.draft);
  out.facts.set("seat", frame.seat);
  out.facts.set("step", frame.step.name);
  if (!frame.options.is(Kind::null)) out.facts.set("options", frame.options);
  if (q.scripted) {
    Result<Json> scripted = q.scripted->eval(frame.scope);
    if (!scripted) return fail(std::move(scripted).error().during("scripted"));
    out.facts.set("scripted", std::move(*scripted));
  }
  const std::string who = pipeline.name + "/" + frame.step.name + "/" + frame.seat;
  out.sampling.seed =
      Chance(context.seed, "pipeline.ask", context.turn, static_cast<std::int64_t>(fnv1a(who)))
          .bits(0);
  return out;
}

Seq Stage::write(const Step& step, const std::string& by_name, Json body, std::vector<Seq> from) {
  body.set("kind", name(step.kind));
  body.set("pipeline", pipeline.name);
  body.set("step", step.name);
  return context.sink.append({.kind = EntryKind::step,
                              .by = by_name,
                              .from = std::move(from),
                              .turn = context.turn,
                              .body = std::move(body)});
}

void Stage::settle(const Step& step, State state, Json output, std::string code, Seq entry) {
  if (state == State::stopped) {
    outcome.stopped = step.name;
    outcome.last = entry;
  }
  outcome.steps[step.name] = {state, std::move(output), std::move(code), entry};
}

void Stage::mark_local() {
  if (!pipeline.local) return;
  keeps_local = true;
  if (!pipeline.local->when) return;
  Scope scope;
  const Json turn = context.turn;
  scope.set("turn", turn);
  scope.set("input", input);
  const Result<bool> yes = pipeline.local->when->test(scope);
  keeps_local = !yes || *yes;
}

bool Stage::admits(const Step& step) {
  const auto from = causes(step);
  const auto say = [&](State state, const std::string& code) {
    const Seq entry =
        write(step, by(step.by), Json::object({{"code", code}, {"state", name(state)}}), from);
    settle(step, state, Json(), code, entry);
    return false;
  };
  for (const std::string& need : step.needs)
    if (outcome.steps.at(need).state == State::refused) return say(State::refused, "need_refused");
  const auto frame_now = frame(step, step.by, For::computing);
  if (step.when) {
    const Result<bool> yes = step.when->test(frame_now->scope);
    if (!yes) {
      miss(step, "expression", "when: " + yes.error().what, from);
      return false;
    }
    if (!*yes) return say(State::skipped, "when");
  }
  if (!step.takes.is(Kind::null)) {
    const auto faults = validate(frame_now->draft, step.takes);
    if (!faults.empty()) {
      miss(step, "takes", join(faults, "; "), from);
      return false;
    }
  }
  return true;
}

void Stage::conclude(const Step& step, Json output, std::vector<Seq> from) {
  if (!step.schema.is(Kind::null)) {
    const auto faults = validate(output, step.schema);
    if (!faults.empty()) return miss(step, "nonconforming", join(faults, "; "), std::move(from));
  }
  const Examined examined = examine(step, output, std::move(from));
  if (examined.failed == nullptr)
    return settle(step, State::done, std::move(output), "", examined.entry);
  obey(step, examined);
}

Stage::Examined Stage::examine(const Step& step, const Json& output, std::vector<Seq> from,
                               const char* next) {
  CHECK(!from.empty());
  Examined out{.entry = *std::max_element(from.begin(), from.end())};
  if (step.checks.empty()) return out;
  const auto frame_now = frame(step, step.by, For::computing);
  frame_now->scope.set("output", output);
  Json results = Json::array();
  for (const Check& check : step.checks) {
    const Result<bool> pass = check.that.test(frame_now->scope);  // what cannot be judged fails
    Json result = Json::object(
        {{"code", check.code}, {"pass", pass && *pass}, {"that", check.that.source()}});
    if (!pass) result.set("what", text_in(context.sink, pass.error().what, 512));
    results.push(std::move(result));
    if ((!pass || !*pass) && out.failed == nullptr) out.failed = &check;
  }
  const char* otherwise = out.failed == nullptr ? ""
                          : next != nullptr     ? next
                                                : name(out.failed->otherwise);
  out.entry = context.sink.append(
      {.kind = EntryKind::check,
       .by = by(step.by),
       .from = std::move(from),
       .turn = context.turn,
       .body = Json::object({{"checks", list_in(context.sink, std::move(results), kOutputBytes)},
                             {"code", out.failed != nullptr ? out.failed->code : ""},
                             {"otherwise", otherwise},
                             {"pass", out.failed == nullptr},
                             {"pipeline", pipeline.name},
                             {"step", step.name}})});
  return out;
}

void Stage::obey(const Step& step, const Examined& examined) {
  const Check& failed = *examined.failed;
  if (failed.otherwise == Otherwise::fallback) return miss(step, failed.code, "", {examined.entry});
  const State state = failed.otherwise == Otherwise::stop ? State::stopped : State::refused;
  settle(step, state, Json(), failed.code, examined.entry);
}

void Stage::miss(const Step& step, const std::string& code, const std::string& what,
                 std::vector<Seq> from) {
  Json body = Json::object({{"code", code}});
  std::string trouble = what;
  if (step.fallback) {
    const auto frame_now = frame(step, step.by, For::computing);
    Result<Json> output = step.fallback->eval(frame_now->scope);
    const auto faults = output && !step.schema.is(Kind::null) ? validate(*output, step.schema)
                                                              : std::vector<std::string>{};
    if (output && faults.empty()) {
      if (!what.empty()) body.set("what", text_in(context.sink, what, 512));
      body.set("state", name(State::fallback));
      body.set("output", value_in(context.sink, *output, kOutputBytes));
      const Seq entry = write(step, by(step.by), std::move(body), std::move(from) + causes(step));
      return settle(step, State::fallback, std::move(*output), code, entry);
    }
    trouble += (trouble.empty() ? "default: " : "; default: ") +
               (output ? join(faults, "; ") : output.error().what);
  }
  if (!trouble.empty()) body.set("what", text_in(context.sink, trouble, 512));
  body.set("state", name(State::refused));
  const Seq entry = write(step, by(step.by), std::move(body), std::move(from) + causes(step));
  settle(step, State::refused, Json(), code, entry);
}

}  // namespace wood
