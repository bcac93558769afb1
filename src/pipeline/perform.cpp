#include "pipeline/perform.h"

#include <algorithm>

#include "core/check.h"
#include "core/text.h"
#include "pipeline/reply.h"

namespace wood {
namespace {

using Kind = Json::Kind;

constexpr std::size_t kValueBytes = 16'000;

// The values of named expressions, as an object.
Result<Json> values(const std::map<std::string, Expr>& exprs, const Scope& scope) {
  Json out = Json::object();
  for (const auto& [name, expr] : exprs) {
    Result<Json> value = expr.eval(scope);
    if (!value) return fail(std::move(value).error().during(name));
    out.set(name, std::move(*value));
  }
  return out;
}

Seq write_done(Stage& stage, const Step& step, const Frame& frame, Json body, const Json& output,
               std::vector<Seq> from) {
  body.set("output", value_in(stage.context.sink, output, kValueBytes));
  body.set("state", name(StepOutcome::State::done));
  return stage.write(step, frame.by, std::move(body), std::move(from));
}

}  // namespace

void perform_rule(Stage& stage, const Step& step) {
  const auto& what = std::get<RuleStep>(step.what);
  const auto frame = stage.frame(step, step.by, Stage::For::computing);
  const Rule* first = nullptr;
  Json codes = Json::array();
  for (const Rule& rule : what.rules) {
    const Result<bool> applies = rule.when.test(frame->scope);
    if (!applies)
      return stage.miss(step, "expression", rule.code + ": " + applies.error().what, frame->from);
    if (!*applies) continue;
    if (first == nullptr) first = &rule;
    codes.push(rule.code);
  }
  if (first == nullptr) codes.push(what.code);
  Json output = Json::object({{"code", first != nullptr ? first->code : what.code},
                              {"codes", std::move(codes)},
                              {"outcome", first != nullptr ? first->outcome : what.outcome}});
  const Seq entry = write_done(stage, step, *frame, Json::object(), output, frame->from);
  stage.conclude(step, std::move(output), {entry});
}

void perform_transform(Stage& stage, const Step& step) {
  const auto& what = std::get<TransformStep>(step.what);
  Memory& memory = stage.context.memory;
  const auto frame = stage.frame(step, step.by, Stage::For::computing);
  std::vector<Seq> from = frame->from;
  std::vector<Json> windows(what.windows.size());
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const Result<Json> key = what.windows[i].key.eval(frame->scope);
    if (!key) return stage.miss(step, "expression", "key: " + key.error().what, frame->from);
    keys.push_back(key->dump());
    windows[i] = Json::array();
    for (Memory::Record& record : memory.window(step.name + "." + what.windows[i].name, keys[i])) {
      windows[i].push(std::move(record.value));
      if (record.entry.some()) from.push_back(record.entry);
    }
    frame->scope.set(what.windows[i].name, windows[i]);
  }
  Result<Json> output = values(what.map, frame->scope);
  if (!output) return stage.miss(step, "expression", output.error().what, std::move(from));
  const Seq entry = write_done(stage, step, *frame, Json::object(), *output, std::move(from));
  frame->scope.set("output", *output);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    Result<Json> record = what.windows[i].record.eval(frame->scope);
    if (!record) return stage.miss(step, "expression", "record: " + record.error().what, {entry});
    memory.remember(step.name + "." + what.windows[i].name, keys[i], {entry, std::move(*record)},
                    what.windows[i].keep);
  }
  stage.conclude(step, std::move(*output), {entry});
}

namespace {

// What the vote of that key has to say to its truth, and what it teaches of its voters.
Json judged(const VoteStep& vote, Memory::Votes& votes, const Docket::Vote& one,
            const std::string& truth) {
  std::map<std::string, bool> wrong;
  std::vector<std::string> voters;
  Json names = Json::array();
  for (const auto& [voter, ballot] : one.ballots) {
    wrong[voter] = is_wrong(ballot, truth, vote.terms);
    voters.push_back(voter);
    if (wrong[voter]) names.push(voter);
  }
  votes.errors.add(wrong);
  Json out = Json::object({{"code", "judged"},
                           {"decided", value_of(one.outcome, vote.terms)},
                           {"judged", votes.errors.judged()},
                           {"known", true},
                           {"truth", value_of(truth, vote.terms)},
                           {"wrong", std::move(names)}});
  const bool option = vote.terms.rule == VoteRule::median ||
                      std::find(vote.terms.options.begin(), vote.terms.options.end(),
                                one.outcome) != vote.terms.options.end();
  out.set("right", option && !is_wrong(one.outcome, truth, vote.terms));
  if (const auto rho = votes.errors.rho_milli(voters, vote.truths_min)) {
    out.set("error_rho_milli", *rho);
    out.set("n_eff_milli", n_eff_milli(static_cast<std::int64_t>(voters.size()), *rho));
  }
  return out;
}

}  // namespace

void perform_outcome(Stage& stage, const Step& step) {
  const auto& what = std::get<OutcomeStep>(step.what);
  const auto& vote = std::get<VoteStep>(stage.pipeline.find(what.of)->what);
  Memory::Votes& votes = stage.context.memory.votes(what.of);
  const auto frame = stage.frame(step, step.by, Stage::For::computing);
  const Result<Json> key = what.key.eval(frame->scope);
  if (!key) return stage.miss(step, "expression", "key: " + key.error().what, frame->from);
  const Result<Json> truth = what.truth.eval(frame->scope);
  if (!truth) return stage.miss(step, "expression", "truth: " + truth.error().what, frame->from);
  std::vector<Seq> from = frame->from;
  Json output = Json::object({{"code", "no_truth"}, {"known", false}});
  bool taught = false;
  if (!truth->is(Kind::null)) {
    const auto text = text_of(*truth, vote.terms);
    if (!text)
      return stage.miss(step, "expression",
                        "truth: " + truth->dump() + " is nothing that " + what.of + " decides",
                        std::move(from));
    const auto waiting = votes.waiting.take(key->dump());
    taught = waiting.has_value();
    if (taught) {
      from = from + std::vector<Seq>{waiting->entry};
      output = judged(vote, votes, *waiting, *text);
    } else {
      output.set("code", "no_vote");
    }
  }
  const Seq entry = write_done(stage, step, *frame, Json::object({{"of", what.of}}), output, from);
  if (taught) votes.judged = entry;
  stage.conclude(step, std::move(output), {entry});
}

Status perform_effect(Stage& stage, const Step& step) {
  const auto& what = std::get<EffectStep>(step.what);
  CHECK(stage.context.effects != nullptr);
  const auto frame = stage.frame(step, step.by, Stage::For::computing);
  Result<Json> args = values(what.args, frame->scope);
  if (!args) {
    stage.miss(step, "expression", args.error().what, frame->from);
    return {};
  }
  if (stage.holds(what.mark) && stage.context.effects->remote()) {
    stage.miss(step, "local", "its args hold what must not leave this machine", frame->from);
    return {};
  }
  Sink& sink = stage.context.sink;
  const Seq cause = stage.write(step, frame->by,
                                Json::object({{"args", value_in(sink, *args, kValueBytes)},
                                              {"effect", what.effect},
                                              {"state", "called"}}),
                                frame->from);
  TRY_STATUS(stage.context.effects->remote() ? sink.commit() : sink.status());
  Result<Effected> done = stage.context.effects->perform({.effect = what.effect,
                                                          .by = frame->by,
                                                          .args = std::move(*args),
                                                          .cause = cause,
                                                          .turn = stage.context.turn});
  if (!done) {
    stage.miss(step, "effect_failed", done.error().what, {cause});
    return {};
  }
  const Seq entry = write_done(stage, step, *frame, Json::object({{"effect", what.effect}}),
                               done->output, std::vector<Seq>{cause} + done->from);
  stage.conclude(step, std::move(done->output), {entry});
  return {};
}

}  // namespace wood
