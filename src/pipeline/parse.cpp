#include "pipeline/parse.h"

#include <algorithm>

#include "core/text.h"

namespace wood {
namespace {

using Kind = Json::Kind;

Result<Rendering> rendering(Table& table, const char* key, const Rendering& inherited) {
  const Json* value = table.any(key);
  if (value == nullptr) return inherited;
  const auto parse = [&](const std::string& at, const Json& text) -> Result<Template> {
    if (!text.is(Kind::string)) return table.bad(at, "must be a text");
    Result<Template> out = Template::parse(text.string());
    if (!out) return table.bad(at, out.error().what, Errc::parse);
    return out;
  };
  if (value->is(Kind::string)) {
    TRY(const Template both, parse(key, *value));
    return Rendering{both, both};
  }
  const Json* full = value->find("full");
  const Json* terse = value->find("terse");
  if (full == nullptr || terse == nullptr || value->members().size() != 2)
    return table.bad(key, "must be a text, or a table of full and terse");
  TRY(Template long_form, parse(std::string(key) + ".full", *full));
  TRY(Template short_form, parse(std::string(key) + ".terse", *terse));
  return Rendering{std::move(long_form), std::move(short_form)};
}

Status choices(Table& table, Question& q) {
  const bool fresh = table.has("choices");
  TRY(auto own, table.exprs("choices"));
  if (fresh) q.choices = std::move(own);
  for (const auto& [place, expr] : q.choices)
    if (schema_at(q.schema, place) == nullptr)
      return table.bad("choices." + place,
                       "the schema has no such place; write a member's name, "
                       "a.b, or list[].member");
  return {};
}

// A question; what the table does not say it takes from `inherited`.
Result<Question> question(Table& table, const Question& inherited) {
  Question q = inherited;
  TRY(q.task, table.string("task", inherited.task));
  TRY(q.system, rendering(table, "system", inherited.system));
  TRY(q.prompt, rendering(table, "prompt", inherited.prompt));
  TRY(Json schema, table.schema("schema"));
  if (!schema.is(Kind::null)) q.schema = std::move(schema);
  TRY(auto scripted, table.maybe_expr("scripted"));
  if (scripted) q.scripted = std::move(scripted);
  TRY(q.sampling.temperature_milli,
      table.integer("temperature_milli", 0, 5'000, inherited.sampling.temperature_milli));
  TRY(q.sampling.top_k, table.integer("top_k", 0, 100'000, inherited.sampling.top_k));
  TRY(q.sampling.top_p_milli,
      table.integer("top_p_milli", 1, 1'000, inherited.sampling.top_p_milli));
  TRY(q.sampling.tokens_max, table.integer("tokens_max", 1, 32'768, inherited.sampling.tokens_max));
  TRY(q.wait_ms_max, table.integer("wait_ms_max", 1, 3'600'000, inherited.wait_ms_max));
  TRY_STATUS(choices(table, q));
  return q;
}

Status complete(const Table& table, const Question& q) {
  if (q.schema.is(Kind::null))
    return table.bad("", "has no schema; add [step.schema], else any answer would do");
  if (q.task.empty()) return table.bad("", "has no task; add task = \"…\"");
  if (q.prompt.full.empty()) return table.bad("", "has no prompt; add prompt = \"…\"");
  return {};
}

// "name", "@seat", "route:step".
Status mind_name(const Table& table, const char* key, const std::string& mind) {
  const bool route = mind.starts_with("route:");
  const std::string_view rest = std::string_view(mind).substr(route ? 6 : mind[0] == '@' ? 1 : 0);
  if (rest.empty())
    return table.bad(key, "names nobody; write a mind, \"@seat\" or \"route:step\"");
  return {};
}

Result<AskStep> ask(Table& table) {
  AskStep out;
  TRY(out.mind, table.string("mind"));
  TRY_STATUS(mind_name(table, "mind", out.mind));
  TRY(out.question, question(table, {}));
  TRY_STATUS(complete(table, out.question));
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
    TRY_STATUS(mind_name(one, "mind", way.mind));
    out.ways.push_back(std::move(way));
  }
  if (out.ways.empty()) return table.bad("", "has no ways; add [[step.way]]");
  TRY(out.tokens_in, table.integer("tokens_in", 0, 1'000'000, 1'000));
  TRY(out.tokens_out, table.integer("tokens_out", 0, 1'000'000, 100));
  return out;
}

Result<EffectStep> effect(Table& table) {
  EffectStep out;
  TRY(out.effect, table.string("effect"));
  TRY(out.args, table.exprs("args"));
  return out;
}

// An answer to a ballot's question must be able to be each option.
Status can_vote(const Table& table, const Question& q, const VoteTerms& terms) {
  Json schema = q.schema;
  const Json* vote = schema_at(schema, "vote");
  const Json* values = vote != nullptr ? vote->find("enum") : nullptr;
  if (values == nullptr)
    return table.bad("", "its answers need a member vote with an enum; add it to the schema");
  for (const Json& value : values->items()) {
    const bool known =
        value.is(Kind::string) &&
        (value.string() == kAbstain || std::find(terms.options.begin(), terms.options.end(),
                                                 value.string()) != terms.options.end());
    if (!known) return table.bad("schema", "vote may be " + value.dump() + ", which is no option");
  }
  return {};
}

Result<BallotBox> ballot(Table& table, const VoteStep& vote) {
  BallotBox out;
  TRY(out.by, table.string("by"));
  TRY(out.rule, table.maybe_expr("rule"));
  TRY(out.weight, table.integer("weight", 1, 1'000'000, 1));
  if (vote.terms.rule == VoteRule::weighted && !table.has("weight"))
    return table.bad("", "has no weight; a weighted vote states them all");
  if (!out.rule) {
    TRY(out.mind, table.string("mind"));
    TRY_STATUS(mind_name(table, "mind", out.mind));
    TRY(out.question, question(table, vote.question));
    TRY_STATUS(complete(table, out.question));
    TRY_STATUS(can_vote(table, out.question, vote.terms));
  }
  TRY_STATUS(table.done());
  return out;
}

Status escalation(Table& table, VoteStep& out) {
  TRY(auto to, table.table("escalate"));
  if ((out.terms.tie == TieRule::escalate) != to.has_value())
    return table.bad("escalate", "goes with tie = \"escalate\"; write both or neither");
  if (!to) return {};
  TRY(out.escalate_by, to->string("by"));
  TRY(out.escalate_mind, to->string("mind"));
  TRY_STATUS(mind_name(*to, "mind", out.escalate_mind));
  TRY_STATUS(to->done());
  TRY_STATUS(complete(table, out.question));
  return can_vote(table, out.question, out.terms);
}

Result<VoteStep> vote(Table& table) {
  VoteStep out;
  TRY(out.terms.options, table.strings("options"));
  const std::set<std::string> distinct(out.terms.options.begin(), out.terms.options.end());
  if (distinct.size() < 2 || distinct.size() != out.terms.options.size() ||
      distinct.contains(kAbstain))
    return table.bad("options", "must be two or more different words, abstain not among them");
  TRY(const int rule, table.choice("rule", {"plurality", "majority", "unanimity", "weighted"}, -1));
  TRY(const int tie, table.choice("tie", {"escalate", "fallback", "first"}, 1));
  out.terms.rule = static_cast<VoteRule>(rule);
  out.terms.tie = static_cast<TieRule>(tie);
  TRY(out.terms.fallback, table.word("fallback"));
  TRY(out.terms.confidence_min, table.integer("confidence_min", 0, 100, 0));
  TRY(out.question, question(table, {}));
  TRY(auto boxes, table.tables("ballot"));
  for (Table& one : boxes) {
    TRY(BallotBox box, ballot(one, out));
    for (const BallotBox& other : out.ballots)
      if (other.by == box.by) return one.bad("by", box.by + " has a ballot already");
    out.ballots.push_back(std::move(box));
  }
  if (out.ballots.empty()) return table.bad("", "nobody votes; add [[step.ballot]]");
  const auto voters = static_cast<std::int64_t>(out.ballots.size());
  TRY(out.terms.quorum, table.integer("quorum", 1, voters, 1));
  TRY_STATUS(escalation(table, out));
  return out;
}

Status common(Table& table, Step& step) {
  TRY(step.by, table.string("by", step.name));
  TRY(step.needs, table.strings("needs"));
  TRY(step.when, table.maybe_expr("when"));
  TRY(step.fallback, table.maybe_expr("default"));
  TRY(step.takes, table.schema("takes"));
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

Json* schema_at(Json& schema, const std::string& place) {
  Json* at = &schema;
  for (std::string part : split(place, '.')) {
    const bool items = part.ends_with("[]");
    if (items) part.resize(part.size() - 2);
    Json* properties = at->edit("properties");
    at = properties != nullptr ? properties->edit(part) : nullptr;
    if (at != nullptr && items) at = at->edit("items");
    if (at == nullptr) return nullptr;
  }
  return at;
}

namespace {

class Uses {
 public:
  std::vector<Use> all;

  void add(const std::set<std::string>& names, const std::string& key) {
    for (const std::string& name : names) all.push_back({name, key});
  }
  void add(const Expr& expr, const std::string& key) { add(expr.names(), key); }
  void add(const std::optional<Expr>& expr, const std::string& key) {
    if (expr) add(*expr, key);
  }
  void add(const std::map<std::string, Expr>& exprs, const std::string& key) {
    for (const auto& [name, expr] : exprs) add(expr, key + "." + name);
  }
  void add(const Question& q) {
    add(q.system.full.names(), "system");
    add(q.system.terse.names(), "system");
    add(q.prompt.full.names(), "prompt");
    add(q.prompt.terse.names(), "prompt");
    add(q.choices, "choices");
    add(q.scripted, "scripted");
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
    for (std::size_t i = 0; i < step.ballots.size(); ++i) {
      const std::string at = "ballot[" + std::to_string(i) + "]";
      add(step.ballots[i].rule, at + ".rule");
      if (!step.ballots[i].rule) add(step.ballots[i].question);
    }
  }
  void operator()(const RouteStep& step) {
    for (std::size_t i = 0; i < step.ways.size(); ++i)
      add(step.ways[i].when, "way[" + std::to_string(i) + "].when");
  }
  void operator()(const EffectStep& step) { add(step.args, "args"); }
};

void add_mind(const std::string& mind, const std::string& key, std::vector<Use>& out) {
  if (mind.starts_with("route:")) out.push_back({mind.substr(6), key});
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
    for (std::size_t i = 0; i < vote->ballots.size(); ++i)
      add_mind(vote->ballots[i].mind, "ballot[" + std::to_string(i) + "].mind", out.all);
  }
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
void set_sees(Step& step) {
  for (BallotBox& box : std::get<VoteStep>(step.what).ballots) {
    Uses used;
    if (box.rule) used.add(box.rule, "");
    else used.add(box.question);
    used.add(step.when, "");
    for (Use& use : used.all) box.sees.insert(std::move(use.name));
    if (box.mind.starts_with("route:")) box.sees.insert(box.mind.substr(6));
  }
}

}  // namespace

Result<Step> parse_step(Table& table) {
  Step step;
  TRY(step.name, table.word("name"));
  table.call("step " + step.name);
  static const std::vector<std::string> kinds = {"ask",  "rule",  "transform",
                                                 "vote", "route", "effect"};
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
      TRY(step.what, vote(table));
      step.schema = Json();  // the ballots', not the outcome's
      set_sees(step);
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
