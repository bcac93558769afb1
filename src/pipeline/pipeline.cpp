#include "pipeline/pipeline.h"

#include <algorithm>
#include <set>

#include "core/check.h"
#include "core/text.h"
#include "pipeline/local.h"
#include "pipeline/parse.h"

namespace wood {

const char* name(StepKind kind) {
  static constexpr const char* names[] = {"ask",    "rule",    "transform", "vote",   "route",
                                          "effect", "cascade", "versions",  "outcome"};
  return names[static_cast<int>(kind)];
}

const char* name(Otherwise otherwise) {
  static constexpr const char* names[] = {"default", "refuse", "stop"};
  return names[static_cast<int>(otherwise)];
}

namespace {

bool holds(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// The graph: what each step needs is there, is used, and is the only thing used.
class Graph {
 public:
  Graph(Pipeline& pipeline, const std::vector<Table>& tables) : p_(pipeline), tables_(tables) {
    for (const Step& step : p_.steps) names_.push_back(step.name);
  }

  Status check() {
    for (std::size_t i = 0; i < p_.steps.size(); ++i) {
      TRY_STATUS(check_name(i));
      TRY_STATUS(check_needs(i));
      TRY_STATUS(check_uses(i));
      TRY_STATUS(check_outcome(i));
    }
    return layer();
  }

 private:
  Status check_name(std::size_t i) {
    const std::string& name = p_.steps[i].name;
    static const std::set<std::string> taken = {"input", "output",  "turn",
                                                "seat",  "options", "how"};
    if (taken.contains(name) || p_.lets.contains(name))
      return tables_[i].bad("name",
                            "\"" + name + "\" means something else already; choose another");
    for (std::size_t j = 0; j < i; ++j)
      if (p_.steps[j].name == name)
        return tables_[i].bad("name", "there is a step " + name + " already");
    return {};
  }

  Status check_needs(std::size_t i) {
    std::set<std::string> seen;
    for (const std::string& need : p_.steps[i].needs) {
      if (!seen.insert(need).second) return tables_[i].bad("needs", need + " stands there twice");
      if (holds(names_, need)) continue;
      const std::string close = nearest_name(need, names_);
      return tables_[i].bad("needs", "there is no step " + need +
                                         (close.empty() ? "" : "; did you mean " + close + "?"));
    }
    return {};
  }

  Status check_uses(std::size_t i) {
    Step& step = p_.steps[i];
    std::set<std::string> used;
    for (const Use& use : uses(step)) {
      const auto let = p_.lets.find(use.name);
      if (let != p_.lets.end()) {
        step.sees_input = step.sees_input || let->second.names().contains("input");
        continue;
      }
      if (use.name == "input") step.sees_input = true;
      if (use.name == "how") {
        TRY_STATUS(check_how(i, use));
        step.uses_how = true;
        used.insert(use.member);
        continue;
      }
      if (holds(step.needs, use.name)) used.insert(use.name);
      else if (!holds(given(step, use.key), use.name)) return unknown(i, use);
      if (use.key == "mind" || use.key.ends_with(".mind")) TRY_STATUS(check_route(i, use));
    }
    for (const std::string& need : step.needs)
      if (!used.contains(need))
        return tables_[i].bad("needs", "never uses " + need +
                                           "; remove it, for a cause in the ledger "
                                           "must be one");
    return {};
  }

  Status check_how(std::size_t i, const Use& use) {
    if (use.member.empty())
      return tables_[i].bad(use.key,
                            "uses how by itself; write how and one of needs: how." +
                                (p_.steps[i].needs.empty() ? "step" : p_.steps[i].needs[0]));
    return holds(p_.steps[i].needs, use.member) ? Status() : unknown(i, {use.member, use.key, ""});
  }

  Status check_outcome(std::size_t i) {
    const auto* outcome = std::get_if<OutcomeStep>(&p_.steps[i].what);
    if (outcome == nullptr) return {};
    const Step* of = p_.find(outcome->of);
    const auto* vote = of != nullptr ? std::get_if<VoteStep>(&of->what) : nullptr;
    if (vote == nullptr) return tables_[i].bad("of", outcome->of + " is no vote step");
    if (!vote->key)
      return tables_[i].bad("of", "the votes of " + outcome->of +
                                      " are not kept; give that step a key = \"<expression>\"");
    return {};
  }

  Status check_route(std::size_t i, const Use& use) {
    const Step* route = p_.find(use.name);
    if (route == nullptr || route->kind != StepKind::route)
      return tables_[i].bad(use.key, use.name + " is no route step");
    return {};
  }

  Status unknown(std::size_t i, const Use& use) {
    std::string mend;
    if (holds(names_, use.name)) {
      mend = "; add it to needs";
    } else {
      std::vector<std::string> known = given(p_.steps[i], use.key);
      known.insert(known.end(), p_.steps[i].needs.begin(), p_.steps[i].needs.end());
      for (const auto& let : p_.lets) known.push_back(let.first);
      const std::string close = nearest_name(use.name, known);
      mend =
          close.empty() ? "; known here are " + join(known, " ") : "; did you mean " + close + "?";
    }
    return tables_[i].bad(use.key, "names " + use.name + ", which the step does not see" + mend);
  }

  // Longest paths, by relaxation: a graph of n steps without a cycle settles in n rounds.
  Status layer() {
    for (std::size_t round = 0; round <= p_.steps.size(); ++round) {
      bool moved = false;
      for (Step& step : p_.steps)
        for (const std::string& need : step.needs) {
          const int least = p_.find(need)->layer + 1;
          moved = moved || step.layer < least;
          step.layer = std::max(step.layer, least);
        }
      if (!moved) {
        for (const Step& step : p_.steps) p_.layers = std::max(p_.layers, step.layer + 1);
        return {};
      }
    }
    return cycle();
  }

  Status cycle() {
    std::size_t at =
        0;  // from a step that never settled, back along the highest need, into the cycle
    for (std::size_t i = 0; i < p_.steps.size(); ++i)
      if (p_.steps[i].layer > p_.steps[at].layer) at = i;
    std::vector<std::string> path;
    while (!holds(path, p_.steps[at].name)) {
      path.push_back(p_.steps[at].name);
      const auto& needs = p_.steps[at].needs;
      const auto highest = std::max_element(
          needs.begin(), needs.end(),
          [&](const auto& a, const auto& b) { return p_.find(a)->layer < p_.find(b)->layer; });
      at = static_cast<std::size_t>(std::find(names_.begin(), names_.end(), *highest) -
                                    names_.begin());
    }
    path.erase(path.begin(), std::find(path.begin(), path.end(), p_.steps[at].name));
    path.push_back(p_.steps[at].name);
    return tables_[at].bad("needs", "the steps wait for each other: " + join(path, " needs ") +
                                        "; remove one of these needs");
  }

  Pipeline& p_;
  const std::vector<Table>& tables_;
  std::vector<std::string> names_;
};

Status check_lets(Table& root, const Pipeline& p) {
  for (const auto& [name, expr] : p.lets)
    for (const std::string& used : expr.names())
      if (used != "input" && used != "turn")
        return root.bad("let." + name, "names " + used + "; it may name input and turn");
  return {};
}

// A member misspelt would be one that leaves: where the input's members are known, it must be one.
Result<std::optional<Local>> local(Table& root, const Json& input) {
  TRY(auto table, root.table("local"));
  if (!table) return std::optional<Local>();
  Local out;
  TRY(const auto members, table->strings("members"));
  TRY(out.when, table->maybe_expr("when"));
  TRY_STATUS(table->done());
  const Json* known = input.find("properties");
  for (const std::string& member : members) {
    if (!input.is(Json::Kind::null) && (known == nullptr || known->find(member) == nullptr)) {
      std::vector<std::string> names;
      if (known != nullptr)
        for (const auto& one : known->members()) names.push_back(one.first);
      const std::string close = nearest_name(member, names);
      return table->bad("members", "the input has no member " + member +
                                       (close.empty() ? "; name it in [input.properties]"
                                                      : "; did you mean " + close + "?"));
    }
    out.members.insert(member);
  }
  if (out.when)
    for (const std::string& used : out.when->names())
      if (used != "input" && used != "turn")
        return table->bad("when", "names " + used + "; it may name input and turn");
  return std::optional<Local>(std::move(out));
}

Result<Pipeline> build(const Toml& toml) {
  Pipeline p;
  Table root(toml, toml.value, "");
  TRY(p.name, root.word("name"));
  TRY(p.version, root.integer("version", 1, 1'000'000, 1));
  TRY(p.about, root.string("about", ""));
  TRY(p.input, root.schema("input"));
  TRY(p.lets, root.exprs("let"));
  TRY_STATUS(check_lets(root, p));
  TRY(p.local, local(root, p.input));
  TRY(auto tables, root.tables("step"));
  if (tables.empty()) return root.bad("", "has no steps; add [[step]]");
  for (Table& table : tables) {
    TRY(Step step, parse_step(table));
    p.steps.push_back(std::move(step));
  }
  TRY(p.output, root.string("output", p.steps.back().name));
  TRY_STATUS(root.done());
  TRY_STATUS(Graph(p, tables).check());
  if (p.find(p.output) == nullptr) return root.bad("output", "there is no step " + p.output);
  p.source = toml.value;
  trace_local(p);
  return p;
}

}  // namespace

Result<Pipeline> Pipeline::parse(std::string_view text) {
  TRY(const Toml toml, parse_toml(text));
  return build(toml);
}

Result<Pipeline> Pipeline::from(const Json& content) { return build(Toml{content, {}}); }

const Step* Pipeline::find(std::string_view wanted) const {
  for (const Step& step : steps)
    if (step.name == wanted) return &step;
  return nullptr;
}

std::vector<std::string> Pipeline::seats() const {
  std::set<std::string> out;
  const auto take = [&](const std::string& mind) {
    if (mind.starts_with("@")) out.insert(mind.substr(1));
  };
  for (const Step& step : steps) {
    if (const auto* ask = std::get_if<AskStep>(&step.what)) take(ask->mind);
    if (const auto* vote = std::get_if<VoteStep>(&step.what))
      for (const BallotBox& box : vote->ballots) take(box.mind);
    if (const auto* versions = std::get_if<VersionsStep>(&step.what))
      for (const BallotBox& box : versions->boxes) take(box.mind);
    // Of a cascade the first must be there; who is asked after him may be missing.
    if (const auto* cascade = std::get_if<CascadeStep>(&step.what)) take(cascade->rungs[0].mind);
  }
  return {out.begin(), out.end()};
}

}  // namespace wood
