// What a pipeline is made of. A step does one thing: asks a mind, a larger one after it, or several
// and compares; applies rules, computes, votes, learns, chooses who is asked, or has the host act.
// Plain values: pipeline.h reads them from TOML and has checked them, runner.h performs them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "minds/sampling.h"
#include "pipeline/expr.h"
#include "pipeline/template.h"
#include "pipeline/vote.h"

namespace wood {

enum class StepKind { ask, rule, transform, vote, route, effect, cascade, versions, outcome };
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

// Whether something holds what is marked local (local.h).
enum class Mark {
  none,
  run,     // what this run's input holds, in the runs in which the mark holds
  always,  // what an earlier run's held, or may have
};

struct Question {
  std::string task;
  Rendering system;
  Rendering prompt;
  Json schema;
  std::map<std::string, Expr> choices;  // place in the schema → list that becomes its enum
  std::optional<Expr> scripted;         // what a rule-based mind would answer: facts.scripted
  Draw draw;
  std::int64_t wait_ms_max = 60'000;
  Mark mark = Mark::none;  // of what is sent
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
  bool veto = false;
  std::set<std::string> sees;  // the names it refers to: of the needs, it is shown these
};

struct VoteStep {
  std::vector<BallotBox> ballots;
  VoteTerms terms;
  std::string escalate_by;
  std::string escalate_mind;      // empty: there is nobody
  Question question;              // what the one escalated to is asked
  std::optional<Expr> key;        // under which its truth may come in later; none: it never will
  std::int64_t remember = 1'000;  // votes that wait for theirs
  std::int64_t truths_min = 30;   // votes that a pair must have been judged on, for n_eff by errors
};

// Tells how an earlier vote, or this run's, should have come out.
struct OutcomeStep {
  std::string of;  // the vote step
  Expr key;
  Expr truth;  // an option, or a quantity; null: not known
};

// Several answer the same question, and how far they differ is the output.
struct VersionsStep {
  std::vector<BallotBox> boxes;
  Json schema;                                    // of an answer
  std::vector<std::string> compare;               // members of the answer
  std::map<std::string, std::int64_t> tolerance;  // by member: integers so far apart are alike
  std::int64_t alarm_ppm = 0;  // the share of pairs that may differ without an alarm
};

struct Way {
  Expr when;
  std::string mind;
  std::string why;
};

// What an ask may cost and take: of a cascade, all its asks together. By price list and by the
// latency that the mind's card states, so that a route is the same when it is replayed.
struct Budget {
  std::optional<Expr> cost_nano;
  std::optional<Expr> latency_ms;
  std::int64_t tokens_in = 1'000;
  std::int64_t tokens_out = 100;  // what an ask is reckoned at
};

struct RouteStep {
  std::vector<Way> ways;  // the first that applies; the last always does
  Budget budget;
  Mark mark = Mark::none;  // of what who follows it is asked
};

// From this confidence on, so often right, by what was measured on other runs.
struct CurvePoint {
  std::int64_t confidence_ppm = 0, accuracy_ppm = 0;
};

struct Rung {
  std::string mind;
  std::optional<Expr> when;       // false: passed over
  std::optional<Expr> bar;        // ppm: under it the next is asked; none: its answer is enough
  std::vector<CurvePoint> curve;  // ascending; empty: the bar is on the confidence itself
  std::optional<Expr> scripted;   // what a rule-based mind says here; none: the question's
};

// The first rung's mind is asked, and the next one's where that is not enough.
struct CascadeStep {
  Question question;
  std::vector<Rung> rungs;
  Source source = Source::declared;
  std::string field;              // declared: the member that says it; measured: that it is of
  std::int64_t unstated_ppm = 0;  // what an answer without one counts as
  Budget budget;
};

struct EffectStep {
  std::string effect;
  std::map<std::string, Expr> args;
  Mark mark = Mark::none;  // of its args
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
  std::string releases;     // why its output may leave, though it saw what is marked local
  Mark mark = Mark::none;   // of its output
  bool uses_how = false;    // something in it names `how`
  bool sees_input = false;  // something in it names `input`
  int layer = 0;            // 0: needs nothing; else one more than the highest it needs
  std::variant<AskStep, RuleStep, TransformStep, VoteStep, RouteStep, EffectStep, CascadeStep,
               VersionsStep, OutcomeStep>
      what;
};

}  // namespace wood
