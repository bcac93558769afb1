#include "pipeline/runner.h"

#include "core/check.h"
#include "core/schema.h"
#include "core/text.h"
#include "minds/sampling.h"
#include "pipeline/cascade.h"
#include "pipeline/council.h"
#include "pipeline/perform.h"
#include "pipeline/route.h"
#include "pipeline/stage.h"
#include "pipeline/versions.h"

namespace wood {

const char* name(StepOutcome::State state) {
  static constexpr const char* names[] = {"done", "default", "skipped", "refused", "stopped"};
  return names[static_cast<int>(state)];
}

MindTraits traits_of(const Json& card) {
  const std::string kind = card.str_or("kind", "");
  return {.terse = card.str_or("style", "full") == "terse",
          .price_in = card.int_or("price_in", 0),
          .price_out = card.int_or("price_out", 0),
          .latency_ms = card.int_or("latency_ms", kind == "scripted" ? 0 : -1),
          .sampling = card_sampling(card),
          .remote = kind == "openai"};
}

namespace {

using Kind = Json::Kind;

Status check_input(const Pipeline& pipeline, const Json& input) {
  if (!input.is(Kind::object))
    return fail(Errc::schema, "input of pipeline " + pipeline.name + " must be an object");
  if (pipeline.input.is(Kind::null)) return {};
  const auto faults = validate(input, pipeline.input);
  if (faults.empty()) return {};
  return fail(Errc::schema, "input of pipeline " + pipeline.name + ": " + join(faults, "; "));
}

Status check_context(const Pipeline& pipeline, const Context& context) {
  for (const std::string& seat : pipeline.seats())
    if (!context.cast.contains(seat))
      return fail(Errc::not_found, "pipeline " + pipeline.name + " asks the seat @" + seat +
                                       ", where the cast has nobody; add it to the cast");
  for (const Step& step : pipeline.steps)
    if (step.kind == StepKind::effect && context.effects == nullptr)
      return fail(Errc::usage, "pipeline " + pipeline.name + " has the effect " + step.name +
                                   ", which nothing here can perform");
  return {};
}

// A step between its asks and its end.
struct Pending {
  const Step* step = nullptr;
  std::size_t first = 0;  // of its consults among the layer's
  std::size_t count = 0;
  Hearing hearing;  // of a vote, and of versions
  Cascade cascade;
};

void begin_ask(Stage& stage, Pending& pending, std::vector<Consult>& consults) {
  const Step& step = *pending.step;
  const auto& what = std::get<AskStep>(step.what);
  const auto frame = stage.frame(step, step.by, Stage::For::asking);
  const std::string mind = stage.mind(step, step.by, what.mind);
  if (mind.empty()) return stage.miss(step, "nobody", what.mind + " leads to no mind", frame->from);
  Result<Consult> question = stage.question(what.question, *frame, mind);
  if (!question) return stage.miss(step, "expression", question.error().what, frame->from);
  consults.push_back(std::move(*question));
}

// What `how` says of one that was asked.
Json how_of(const std::string& mind, const Answer& answer) {
  Json shares = Json::object();
  for (const auto& [field, share] : answer.confidence) shares.set(field, share);
  return Json::object(
      {{"confidence_ppm", std::move(shares)}, {"cost_nano", answer.cost_nano}, {"mind", mind}});
}

void end_ask(Stage& stage, const Step& step, Consulted& answer, const std::string& mind) {
  if (answer.failure) {
    stage.miss(step, code_of(*answer.failure), "", {answer.reply});
  } else if (!answer.conforms) {
    stage.miss(step, "nonconforming", "", {answer.reading});
  } else {
    stage.conclude(step, std::move(answer.value), {answer.reading});
  }
  stage.note(step, how_of(mind, answer.answer));
}

Status finish(Stage& stage, Pending& pending, std::span<Consulted> answers,
              std::span<const Consult> asked) {
  const Step& step = *pending.step;
  switch (step.kind) {
    case StepKind::ask:
      if (!answers.empty()) end_ask(stage, step, answers[0], asked[0].mind);
      return {};
    case StepKind::rule: perform_rule(stage, step); return {};
    case StepKind::transform: perform_transform(stage, step); return {};
    case StepKind::vote: return tally(stage, step, pending.hearing, answers);
    case StepKind::versions: end_versions(stage, step, pending.hearing, answers); return {};
    case StepKind::outcome: perform_outcome(stage, step); return {};
    case StepKind::cascade:
      return answers.empty() ? Status()
                             : climb(stage, step, std::move(pending.cascade), answers[0]);
    case StepKind::route: perform_route(stage, step); return {};
    case StepKind::effect: return perform_effect(stage, step);
  }
  return {};
}

Status run_layer(Stage& stage, int layer) {
  std::vector<Pending> open;
  std::vector<Consult> consults;
  for (const Step& step : stage.pipeline.steps) {
    if (step.layer != layer || !stage.admits(step)) continue;
    Pending pending{.step = &step, .first = consults.size(), .hearing = {}, .cascade = {}};
    if (step.kind == StepKind::ask) begin_ask(stage, pending, consults);
    if (step.kind == StepKind::vote) pending.hearing = convene(stage, step, consults);
    if (step.kind == StepKind::versions) pending.hearing = begin_versions(stage, step, consults);
    if (step.kind == StepKind::cascade) pending.cascade = begin_cascade(stage, step, consults);
    pending.count = consults.size() - pending.first;
    open.push_back(std::move(pending));
  }
  TRY(auto answers, consult(stage.context.sink, stage.context.panel, consults));
  for (Pending& pending : open) {
    TRY_STATUS(finish(stage, pending, std::span(answers).subspan(pending.first, pending.count),
                      std::span(consults).subspan(pending.first, pending.count)));
    if (!stage.outcome.stopped.empty()) break;
  }
  return stage.context.sink.status();
}

}  // namespace

Result<Outcome> run(const Pipeline& pipeline, const Json& input, Context& context) {
  TRY_STATUS(check_input(pipeline, input));
  TRY_STATUS(check_context(pipeline, context));
  Stage stage(pipeline, input, context);
  stage.mark_local();
  for (int layer = 0; layer < pipeline.layers && stage.outcome.stopped.empty(); ++layer)
    TRY_STATUS(run_layer(stage, layer));
  Outcome& out = stage.outcome;
  if (!out.stopped.empty()) return std::move(out);
  const StepOutcome& last = out.steps.at(pipeline.output);
  out.output = last.output;
  out.last = last.entry;
  return std::move(out);
}

}  // namespace wood
