// What a pipeline is made of. A step does one thing: asks a mind, applies rules, computes, holds a
// vote, chooses who is asked, or has the host do something. These are plain values; pipeline.h
// reads them from TOML and has checked them, runner.h performs them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "minds/mind.h"
#include "pipeline/expr.h"
#include "pipeline/template.h"
#include "pipeline/vote.h"

namespace wood {

enum class StepKind { ask, rule, transform, vote, route, effect };
const char* name(StepKind kind);

// What happens to a step whose check fails.
enum class Otherwise {
  fallback,  // "default": its default is its output
  refuse,    // it has none, and the steps that need it are skipped
  stop,      // the pipeline ends here
};
const char* name(Otherwise otherwise);

struct Check {
  Expr that;         // over the step's scope and `output`
  std::string code;  // the reason, a word
  Otherwise otherwise = Otherwise::fallback;
};

struct Rendering {  // for a mind that was trained on the terse form, and for all others
  Template full;
  Template terse;
};

struct Question {
  std::string task;
  Rendering system;
  Rendering prompt;
  Json schema;
  std::map<std::string, Expr> choices;  // place in the schema → list that becomes its enum
  std::optional<Expr> scripted;         // what a rule-based mind would answer: facts.scripted
  Sampling sampling;                    // its seed is drawn for each ask
  std::int64_t wait_ms_max = 60'000;
};

struct AskStep {
  std::string mind;  // a name, "@seat", or "route:step"
  Question question;
};

struct Rule {
  Expr when;
  std::string outcome;
  std::string code;
};

// The first rule that applies gives the outcome; all that apply are named in `codes`.
struct RuleStep {
  std::vector<Rule> rules;
  std::string outcome;  // if none applies
  std::string code;
};

// The last `keep` records under one key, from earlier runs, oldest first: visible as `name`. After
// the step, `record` joins them.
struct Window {
  std::string name;
  Expr key;
  Expr record;
  std::int64_t keep = 50;
};

struct TransformStep {
  std::map<std::string, Expr> map;
  std::vector<Window> windows;
};

struct BallotBox {
  std::string by;
  std::string mind;  // of a ballot that is asked for
  Question question;
  std::optional<Expr> rule;  // of one that is computed: an option, "abstain", or an answer object
  std::int64_t weight = 1;
  std::set<std::string> sees;  // the names it refers to: of the needs, it is shown these
};

struct VoteStep {
  std::vector<BallotBox> ballots;
  VoteTerms terms;
  std::string escalate_by;
  std::string escalate_mind;  // empty: there is nobody
  Question question;          // what the one escalated to is asked
};

struct Way {
  Expr when;
  std::string mind;
  std::string why;
};

struct RouteStep {
  std::vector<Way> ways;  // the first that applies; the last always does
  std::int64_t tokens_in = 1'000;
  std::int64_t tokens_out = 100;  // what an ask is reckoned at, for the cost of the alternatives
};

struct EffectStep {
  std::string effect;
  std::map<std::string, Expr> args;
};

struct Step {
  std::string name;
  StepKind kind = StepKind::ask;
  std::string by;                  // seat or name
  std::vector<std::string> needs;  // the steps it sees
  std::optional<Expr> when;        // false: skipped, its output null
  std::optional<Expr> fallback;    // "default"
  Json takes;                      // schema of {need: output, …}; null: none
  Json schema;                     // of its output; null: none
  std::vector<Check> checks;
  bool sees_input = false;  // something in it names `input`
  int layer = 0;            // 0: needs nothing; else one more than the highest it needs
  std::variant<AskStep, RuleStep, TransformStep, VoteStep, RouteStep, EffectStep> what;
};

}  // namespace wood
