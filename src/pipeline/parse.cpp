#include "pipeline/parse.h"

#include <algorithm>

#include "core/text.h"
#include "pipeline/parse_vote.h"
#include "pipeline/question.h"

namespace wood {
namespace {

using Kind = Json::Kind;

Result<AskStep> ask(Table& table) {
  AskStep out;
  TRY(out.mind, table.string("mind"));
  TRY_STATUS(check_mind(table, "mind", out.mind));
  TRY(out.question, parse_question(table, {}));
  TRY_STATUS(check_question(table, out.question));
  return out;
}

Result<RuleStep> rules(Table& table) {
  RuleStep out;
  TRY(auto list, table.tables("rule"));
  for (Table& one : list) {
    TRY(Expr when, one.expr("when"));
    TRY(std::string outcome, one.string("outcome"));
    TRY(std::string code, one.word("code"));
    TRY_STATUS(one.done());
    out.rules.push_back({std::move(when), std::move(outcome), std::move(code)});
  }
  if (out.rules.empty()) return table.bad("", "has no rules; add [[step.rule]]");
  TRY(auto otherwise, table.table("otherwise"));
  if (!otherwise)
    return table.bad("",
                     "says not what holds if no rule applies; add otherwise = { outcome = \"…\", "
                     "code = \"…\" }");
  TRY(out.outcome, otherwise->string("outcome"));
  TRY(out.code, otherwise->word("code"));
  TRY_STATUS(otherwise->done());
  return out;
}

Result<TransformStep> transform(Table& table) {
  TransformStep out;
  TRY(out.map, table.exprs("map"));
  if (out.map.empty()) return table.bad("", "computes nothing; add [step.map]");
  TRY(auto windows, table.tables("window"));
  for (Table& one : windows) {
    TRY(std::string window, one.word("name"));
    TRY(Expr key, one.expr("key"));
    TRY(Expr record, one.expr("record"));
    TRY(const std::int64_t keep, one.integer("keep", 1, 1'000, 50));
    TRY_STATUS(one.done());
    for (const Window& other : out.windows)
      if (other.name == window) return one.bad("name", "there are two windows " + window);
    out.windows.push_back({std::move(window), std::move(key), std::move(record), keep});
  }
  return out;
}

Result<Budget> budget(Table& table) {
  Budget out;
  TRY(out.tokens_in, table.integer("tokens_in", 0, 1'000'000, 1'000));
  TRY(out.tokens_out, table.integer("tokens_out", 0, 1'000'000, 100));
  TRY(out.cost_nano, table.maybe_expr("cost_max_nano"));
  TRY(out.latency_ms, table.maybe_expr("latency_max_ms"));
  return out;
}

Result<RouteStep> route(Table& table) {
  RouteStep out;
  TRY(auto ways, table.tables("way"));
  for (Table& one : ways) {
    TRY(auto when, one.maybe_expr("when"));
    if (!when && &one != &ways.back())
      return one.bad("", "has no when, so the ways after it are never gone; put it last");
    if (when && &one == &ways.back())
      return one.bad("when", "the last way must hold always; leave out its when");
    TRY(Expr always, Expr::parse("true"));
    Way way{when ? std::move(*when) : std::move(always), "", ""};
    TRY(way.mind, one.string("mind"));
    TRY(way.why, one.word("code"));
    TRY_STATUS(one.done());
    if (way.mind.starts_with("route:"))
      return one.bad("mind", "a route names a mind or an \"@seat\"");
    TRY_STATUS(check_mind(one, "mind", way.mind));
    out.ways.push_back(std::move(way));
  }
  if (out.ways.empty()) return table.bad("", "has no ways; add [[step.way]]");
  TRY(out.budget, budget(table));
  return out;
}

// [[confidence, accuracy], …], both in parts per million.
Result<std::vector<CurvePoint>> curve(Table& table) {
  std::vector<CurvePoint> out;
  const Json* list = table.any("curve");
  if (list == nullptr) return out;
  const auto ppm = [](const Json& value) {
    return value.is(Kind::integer) && value.integer() >= 0 && value.integer() <= 1'000'000;
  };
  if (!list->is(Kind::array) || list->items().empty())
    return table.bad("curve", "must be a list of [confidence, accuracy] in parts per million");
  for (const Json& point : list->items()) {
    if (!point.is(Kind::array) || point.items().size() != 2 || !ppm(point.items()[0]) ||
        !ppm(point.items()[1]))
      return table.bad("curve", point.dump() +
                                    " is no [confidence, accuracy], each from 0 to "
                                    "1000000");
    const CurvePoint now{point.items()[0].integer(), point.items()[1].integer()};
    if (!out.empty() && (now.confidence_ppm <= out.back().confidence_ppm ||
                         now.accuracy_ppm < out.back().accuracy_ppm))
      return table.bad("curve", "must ascend; " + point.dump() + " does not");
    out.push_back(now);
  }
  return out;
}

Result<Rung> rung(Table& table) {
  Rung out;
  TRY(out.mind, table.string("mind"));
  TRY_STATUS(check_mind(table, "mind", out.mind));
  if (out.mind.starts_with("route:"))
    return table.bad("mind", "a cascade names a mind or an \"@seat\"; it is a route itself");
  TRY(out.when, table.maybe_expr("when"));
  TRY(out.bar, table.maybe_expr("bar_ppm"));
  TRY(out.curve, curve(table));
  TRY(out.scripted, table.maybe_expr("scripted"));
  if (!out.curve.empty() && !out.bar)
    return table.bad("curve", "says how often it is right, but there is no bar; add bar_ppm");
  TRY_STATUS(table.done());
  return out;
}

Result<CascadeStep> cascade(Table& table) {
  CascadeStep out;
  TRY(out.question, parse_question(table, {}));
  TRY_STATUS(check_question(table, out.question));
  TRY(auto rungs, table.tables("rung"));
  for (Table& one : rungs) {
    TRY(Rung now, rung(one));
    out.rungs.push_back(std::move(now));
  }
  if (out.rungs.size() < 2)
    return table.bad("", "has fewer than two rungs; add [[step.rung]], the smallest mind first");
  TRY(const int source, table.choice("confidence", {"declared", "measured"}, 0));
  out.source = static_cast<Source>(source);
  TRY(out.field, table.string("field", out.source == Source::declared ? "confidence" : ""));
  TRY(out.unstated_ppm, table.integer("unstated_ppm", 0, 1'000'000, 0));
  const bool bars = std::any_of(out.rungs.begin(), out.rungs.end(),
                                [](const Rung& one) { return one.bar.has_value(); });
  if (bars && out.field.empty())
    return table.bad("", "says not whose confidence is measured; add field = \"<member>\"");
  const Json* field = bars ? schema_at(out.question.schema, out.field) : nullptr;
  if (bars && field == nullptr)
    return table.bad("field", "the schema has no member " + out.field +
                                  ", by which an answer is held to its bar");
  TRY(out.budget, budget(table));
  return out;
}

Result<EffectStep> effect(Table& table) {
  EffectStep out;
  TRY(out.effect, table.string("effect"));
  TRY(out.args, table.exprs("args"));
  return out;
}

Status common(Table& table, Step& step) {
  TRY(step.by, table.string("by", step.name));
  TRY(step.needs, table.strings("needs"));
  TRY(step.when, table.maybe_expr("when"));
  TRY(step.fallback, table.maybe_expr("default"));
  TRY(step.takes, table.schema("takes"));
  TRY(step.releases, table.string("releases", ""));
  TRY(step.schema, table.schema("schema"));
  TRY(auto checks, table.tables("check"));
  for (Table& one : checks) {
    TRY(Expr that, one.expr("that"));
    TRY(std::string code, one.word("code"));
    TRY(const int what, one.choice("otherwise", {"default", "refuse", "stop"}, -1));
    TRY_STATUS(one.done());
    if (what == 0 && !step.fallback)
      return one.bad("otherwise", "the step has no default to fall back on; add default = \"…\"");
    step.checks.push_back({std::move(that), std::move(code), static_cast<Otherwise>(what)});
  }
  return {};
}

}  // namespace

namespace {

class Uses {
 public:
  std::vector<Use> all;

  // Of an expression or a template.
  template <class Text>
  void add_text(const Text& text, const std::set<std::string>& names, const std::string& key) {
    for (const std::string& name : names) {
      if (name != "input" && name != "how") {
        all.push_back({name, key, ""});
        continue;
      }
      for (const std::string& member : text.members_of(name)) all.push_back({name, key, member});
    }
  }
  void add(const Template& text, const std::string& key) { add_text(text, text.names(), key); }
  void add(const Expr& expr, const std::string& key) { add_text(expr, expr.names(), key); }
  void add(const std::optional<Expr>& expr, const std::string& key) {
    if (expr) add(*expr, key);
  }
  void add(const std::map<std::string, Expr>& exprs, const std::string& key) {
    for (const auto& [name, expr] : exprs) add(expr, key + "." + name);
  }
  void add_sent(const Question& q) {
    add(q.system.full, "system");
    add(q.system.terse, "system");
    add(q.prompt.full, "prompt");
    add(q.prompt.terse, "prompt");
    add(q.choices, "choices");
  }
  void add(const Question& q) {
    add_sent(q);
    add(q.scripted, "scripted");
  }
  void add(const Budget& budget) {
    add(budget.cost_nano, "cost_max_nano");
    add(budget.latency_ms, "latency_max_ms");
  }
  void add(const std::vector<BallotBox>& boxes, const std::string& key) {
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      add(boxes[i].rule, key + "[" + std::to_string(i) + "].rule");
      if (!boxes[i].rule) add(boxes[i].question);
    }
  }
  void operator()(const AskStep& step) { add(step.question); }
  void operator()(const RuleStep& step) {
    for (std::size_t i = 0; i < step.rules.size(); ++i)
      add(step.rules[i].when, "rule[" + std::to_string(i) + "].when");
  }
  void operator()(const TransformStep& step) {
    add(step.map, "map");
    for (std::size_t i = 0; i < step.windows.size(); ++i) {
      const std::string at = "window[" + std::to_string(i) + "]";
      add(step.windows[i].key, at + ".key");
      add(step.windows[i].record, at + ".record");
    }
  }
  void operator()(const VoteStep& step) {
    add(step.question);
    add(step.ballots, "ballot");
    add(step.key, "key");
  }
  void operator()(const VersionsStep& step) { add(step.boxes, "version"); }
  void operator()(const OutcomeStep& step) {
    add(step.key, "key");
    add(step.truth, "truth");
  }
  void operator()(const CascadeStep& step) {
    add(step.question);
    add(step.budget);
    for (std::size_t i = 0; i < step.rungs.size(); ++i) {
      const std::string at = "rung[" + std::to_string(i) + "]";
      add(step.rungs[i].when, at + ".when");
      add(step.rungs[i].bar, at + ".bar_ppm");
      add(step.rungs[i].scripted, at + ".scripted");
    }
  }
  void operator()(const RouteStep& step) {
    for (std::size_t i = 0; i < step.ways.size(); ++i)
      add(step.ways[i].when, "way[" + std::to_string(i) + "].when");
    add(step.budget);
  }
  void operator()(const EffectStep& step) { add(step.args, "args"); }
};

void add_mind(const std::string& mind, const std::string& key, std::vector<Use>& out) {
  if (mind.starts_with("route:")) out.push_back({mind.substr(6), key, ""});
}

void add_minds(const std::vector<BallotBox>& boxes, const std::string& key, std::vector<Use>& out) {
  for (std::size_t i = 0; i < boxes.size(); ++i)
    add_mind(boxes[i].mind, key + "[" + std::to_string(i) + "].mind", out);
}

}  // namespace

std::vector<Use> uses(const Step& step) {
  Uses out;
  out.add(step.when, "when");
  out.add(step.fallback, "default");
  std::visit([&](const auto& what) { out(what); }, step.what);
  for (std::size_t i = 0; i < step.checks.size(); ++i)
    out.add(step.checks[i].that, "check[" + std::to_string(i) + "].that");
  if (const auto* ask = std::get_if<AskStep>(&step.what)) add_mind(ask->mind, "mind", out.all);
  if (const auto* vote = std::get_if<VoteStep>(&step.what)) {
    add_mind(vote->escalate_mind, "escalate.mind", out.all);
    add_minds(vote->ballots, "ballot", out.all);
  }
  if (const auto* versions = std::get_if<VersionsStep>(&step.what))
    add_minds(versions->boxes, "version", out.all);
  return std::move(out.all);
}

std::vector<Use> sent_by(const Question& q) {
  Uses out;
  out.add_sent(q);
  return std::move(out.all);
}

std::vector<Use> args_of(const EffectStep& effect) {
  Uses out;
  out(effect);
  return std::move(out.all);
}

std::vector<Use> kept_by(const Window& window) {
  Uses out;
  out.add(window.key, "key");
  out.add(window.record, "record");
  return std::move(out.all);
}

std::vector<std::string> given(const Step& step, const std::string& key) {
  std::vector<std::string> out = {"input", "turn", "seat"};
  const bool after = key.starts_with("check[") || key.ends_with("].record");
  if (after) out.emplace_back("output");
  if (step.kind == StepKind::vote) out.emplace_back("options");
  if (const auto* transform = std::get_if<TransformStep>(&step.what))
    for (const Window& window : transform->windows) out.push_back(window.name);
  return out;
}

namespace {

// A ballot sees what its question or rule refers to, and what decided that there is a vote.
void set_sees(const Step& step, std::vector<BallotBox>& boxes) {
  for (BallotBox& box : boxes) {
    Uses used;
    if (box.rule) used.add(box.rule, "");
    else used.add(box.question);
    used.add(step.when, "");
    for (const Use& use : used.all) box.sees.insert(use.name == "how" ? use.member : use.name);
    if (box.mind.starts_with("route:")) box.sees.insert(box.mind.substr(6));
  }
}

}  // namespace

Result<Step> parse_step(Table& table) {
  Step step;
  TRY(step.name, table.word("name"));
  table.call("step " + step.name);
  static const std::vector<std::string> kinds = {
      "ask", "rule", "transform", "vote", "route", "effect", "cascade", "versions", "outcome"};
  TRY(const int kind, table.choice("kind", kinds, -1));
  step.kind = static_cast<StepKind>(kind);
  TRY_STATUS(common(table, step));
  switch (step.kind) {
    case StepKind::ask: {
      TRY(step.what, ask(table));
      break;
    }
    case StepKind::rule: {
      TRY(step.what, rules(table));
      break;
    }
    case StepKind::transform: {
      TRY(step.what, transform(table));
      break;
    }
    case StepKind::vote: {
      TRY(VoteStep vote, parse_vote(table));
      step.schema = Json();  // the ballots', not the outcome's
      set_sees(step, vote.ballots);
      step.what = std::move(vote);
      break;
    }
    case StepKind::versions: {
      TRY(VersionsStep versions, parse_versions(table));
      step.schema = Json();  // the answers'
      set_sees(step, versions.boxes);
      step.what = std::move(versions);
      break;
    }
    case StepKind::outcome: {
      TRY(step.what, parse_outcome(table));
      break;
    }
    case StepKind::cascade: {
      TRY(step.what, cascade(table));
      break;
    }
    case StepKind::route: {
      if (!step.checks.empty())
        return table.bad("check", "a route has none; say in its ways who is asked when");
      TRY(step.what, route(table));
      break;
    }
    case StepKind::effect: {
      TRY(step.what, effect(table));
      break;
    }
  }
  TRY_STATUS(table.done());
  return step;
}

}  // namespace wood
