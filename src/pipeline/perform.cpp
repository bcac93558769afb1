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

Seq write_route(Stage& stage, const Step& step, const std::string& mind, const std::string& code,
                const std::vector<std::string>& others, std::vector<Seq> from) {
  const auto* route = std::get_if<RouteStep>(&step.what);
  const std::int64_t in = route != nullptr ? route->tokens_in : RouteStep{}.tokens_in;
  const std::int64_t out = route != nullptr ? route->tokens_out : RouteStep{}.tokens_out;
  const auto cost = [&](const std::string& who) {
    const MindTraits traits = stage.context.traits ? stage.context.traits(who) : MindTraits{};
    return (in * traits.price_in + out * traits.price_out) / 1'000;  // micro per million → nano
  };
  Json alternatives = Json::array();
  for (const std::string& other : others)
    alternatives.push(Json::object({{"cost_nano", cost(other)}, {"mind", other}}));
  return stage.context.sink.append({.kind = EntryKind::route,
                                    .by = stage.by(step.by),
                                    .from = std::move(from),
                                    .turn = stage.context.turn,
                                    .body = Json::object({{"alternatives", std::move(alternatives)},
                                                          {"code", code},
                                                          {"cost_nano", cost(mind)},
                                                          {"mind", mind},
                                                          {"pipeline", stage.pipeline.name},
                                                          {"step", step.name},
                                                          {"tokens_in", in},
                                                          {"tokens_out", out}})});
}

void perform_route(Stage& stage, const Step& step) {
  const auto& what = std::get<RouteStep>(step.what);
  const auto frame = stage.frame(step, step.by, Stage::For::computing);
  std::string mind;
  std::string code;
  std::vector<std::string> others;
  for (const Way& way : what.ways) {
    const std::string who = stage.mind(step, step.by, way.mind);
    if (who.empty()) continue;  // the cast has nobody there
    if (mind.empty()) {
      const Result<bool> applies = way.when.test(frame->scope);
      if (!applies)
        return stage.miss(step, "expression", way.why + ": " + applies.error().what, frame->from);
      if (*applies) {
        mind = who;
        code = way.why;
        continue;
      }
    }
    if (std::find(others.begin(), others.end(), who) == others.end()) others.push_back(who);
  }
  if (mind.empty()) return stage.miss(step, "nobody", "no way leads to a mind", frame->from);
  std::erase(others, mind);
  const Seq entry = write_route(stage, step, mind, code, others, frame->from);
  stage.conclude(step, Json::object({{"code", code}, {"mind", mind}}), {entry});
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
