#include "pipeline/route.h"

#include <algorithm>

#include "core/text.h"

namespace wood {
namespace {

using Kind = Json::Kind;

MindTraits traits_of(const Stage& stage, const std::string& mind) {
  return stage.context.traits ? stage.context.traits(mind) : MindTraits{};
}

Result<std::optional<std::int64_t>> limit(const std::optional<Expr>& expr, const char* key,
                                          const Scope& scope) {
  if (!expr) return std::optional<std::int64_t>();
  Result<Json> value = expr->eval(scope);
  if (!value) return fail(std::move(value).error().during(key));
  if (!value->is(Kind::integer) || value->integer() < 0)
    return fail(Errc::schema,
                std::string(key) + ": gives " + value->dump() + ", wanted an integer from 0");
  return std::optional<std::int64_t>(value->integer());
}

}  // namespace

Result<Limits> limits_of(const Budget& budget, const Scope& scope) {
  Limits out;
  TRY(out.cost_nano, limit(budget.cost_nano, "cost_max_nano", scope));
  TRY(out.latency_ms, limit(budget.latency_ms, "latency_max_ms", scope));
  return out;
}

std::int64_t reckoned_cost(const Stage& stage, const std::string& mind, const Budget& budget) {
  const MindTraits traits = traits_of(stage, mind);
  // micro per million → nano
  return (budget.tokens_in * traits.price_in + budget.tokens_out * traits.price_out) / 1'000;
}

void spend(const Stage& stage, const std::string& mind, const Budget& budget, Limits& limits) {
  if (limits.cost_nano) *limits.cost_nano -= reckoned_cost(stage, mind, budget);
  if (limits.latency_ms) *limits.latency_ms -= traits_of(stage, mind).latency_ms;
}

std::string barred(const Stage& stage, const std::string& mind, const Budget& budget,
                   const Limits& limits, Mark mark) {
  const MindTraits traits = traits_of(stage, mind);
  if (stage.holds(mark) && traits.remote) return "local";
  if (limits.cost_nano && reckoned_cost(stage, mind, budget) > *limits.cost_nano)
    return "over_budget";
  if (limits.latency_ms && traits.latency_ms < 0) return "latency_unknown";
  if (limits.latency_ms && traits.latency_ms > *limits.latency_ms) return "too_slow";
  return "";
}

void add_alternative(std::vector<Alternative>& others, const std::string& mind,
                     const std::string& passed) {
  const bool there = std::any_of(others.begin(), others.end(),
                                 [&](const Alternative& one) { return one.mind == mind; });
  if (!there) others.push_back({mind, passed});
}

Seq write_route(Stage& stage, const Step& step, const Choice& choice, const Budget& budget,
                const Limits& limits, std::vector<Seq> from) {
  Json alternatives = Json::array();
  for (const Alternative& other : choice.others) {
    Json one = Json::object(
        {{"cost_nano", reckoned_cost(stage, other.mind, budget)}, {"mind", other.mind}});
    if (limits.latency_ms) one.set("latency_ms", traits_of(stage, other.mind).latency_ms);
    if (!other.passed.empty()) one.set("passed", other.passed);
    alternatives.push(std::move(one));
  }
  Json body = Json::object({{"alternatives", std::move(alternatives)},
                            {"code", choice.code},
                            {"cost_nano", reckoned_cost(stage, choice.mind, budget)},
                            {"mind", choice.mind},
                            {"pipeline", stage.pipeline.name},
                            {"step", step.name},
                            {"tokens_in", budget.tokens_in},
                            {"tokens_out", budget.tokens_out}});
  if (limits.cost_nano) body.set("cost_max_nano", *limits.cost_nano);
  if (limits.latency_ms) {
    body.set("latency_max_ms", *limits.latency_ms);
    body.set("latency_ms", traits_of(stage, choice.mind).latency_ms);
  }
  return stage.context.sink.append({.kind = EntryKind::route,
                                    .by = stage.by(step.by),
                                    .from = std::move(from),
                                    .turn = stage.context.turn,
                                    .body = std::move(body)});
}

void miss_all(Stage& stage, const Step& step, const std::vector<Alternative>& others,
              std::vector<Seq> from) {
  std::string code = "nobody";
  std::vector<std::string> words;
  for (const Alternative& other : others) {
    if (other.passed.empty()) continue;
    code = other.passed;
    words.push_back(other.mind + " " + other.passed);
  }
  stage.miss(step, code, words.empty() ? "no way leads to a mind" : join(words, ", "),
             std::move(from));
}

void perform_route(Stage& stage, const Step& step) {
  const auto& what = std::get<RouteStep>(step.what);
  const auto frame = stage.frame(step, step.by, Stage::For::computing);
  const auto limits = limits_of(what.budget, frame->scope);
  if (!limits) return stage.miss(step, "expression", limits.error().what, frame->from);
  Choice choice;
  for (const Way& way : what.ways) {
    const std::string who = stage.mind(step, step.by, way.mind);
    if (who.empty()) continue;  // the cast has nobody there
    std::string passed;
    if (choice.mind.empty()) {
      const Result<bool> applies = way.when.test(frame->scope);
      if (!applies)
        return stage.miss(step, "expression", way.why + ": " + applies.error().what, frame->from);
      if (*applies) {
        passed = barred(stage, who, what.budget, *limits, what.mark);
        if (passed.empty()) {
          choice.mind = who;
          choice.code = way.why;
          continue;
        }
      }
    }
    add_alternative(choice.others, who, passed);
  }
  if (choice.mind.empty()) return miss_all(stage, step, choice.others, frame->from);
  std::erase_if(choice.others, [&](const Alternative& one) { return one.mind == choice.mind; });
  const Seq entry = write_route(stage, step, choice, what.budget, *limits, frame->from);
  stage.conclude(step, Json::object({{"code", choice.code}, {"mind", choice.mind}}), {entry});
}

}  // namespace wood
