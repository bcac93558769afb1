#include "pipeline/parse_vote.h"

#include <algorithm>

#include "core/text.h"
#include "pipeline/question.h"

namespace wood {
namespace {

using Kind = Json::Kind;

constexpr std::int64_t kQuantityMax = 1'000'000'000'000;

bool among(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// Whether what an answer may be at this place are options.
Status options_at(const Table& table, const Json* part, const VoteTerms& terms,
                  const std::string& member) {
  const Json* values = part != nullptr ? part->find("enum") : nullptr;
  if (values == nullptr)
    return table.bad("", "its answers need a member " + member + "; add it to the schema");
  for (const Json& value : values->items()) {
    const bool abstains =
        terms.rule != VoteRule::borda && value.is(Kind::string) && value.string() == kAbstain;
    if (!abstains && !(value.is(Kind::string) && among(terms.options, value.string())))
      return table.bad("schema", "vote may be " + value.dump() + ", which is no option");
  }
  return {};
}

// An answer to a ballot's question must be able to be a ballot, and nothing else.
Status can_vote(const Table& table, const Question& q, const VoteTerms& terms) {
  Json schema = q.schema;
  if (terms.rule == VoteRule::borda)
    return options_at(table, schema_at(schema, "ranking[]"), terms,
                      "ranking, a list whose items have an enum");
  if (terms.rule != VoteRule::median)
    return options_at(table, schema_at(schema, "vote"), terms, "vote with an enum");
  const Json* quantity = schema_at(schema, "quantity");
  if (quantity == nullptr || quantity->str_or("type", "") != "integer" ||
      quantity->int_or("minimum", terms.low - 1) < terms.low ||
      quantity->int_or("maximum", terms.high + 1) > terms.high)
    return table.bad("",
                     "its answers need a member quantity of type integer, with minimum and maximum "
                     "from low to high; add it to the schema");
  return {};
}

Result<BallotBox> ballot(Table& table, const VoteStep& vote) {
  BallotBox out;
  TRY(out.by, table.string("by"));
  TRY(out.rule, table.maybe_expr("rule"));
  TRY(out.weight, table.integer("weight", 1, 1'000'000, 1));
  TRY(out.veto, table.flag("veto"));
  const bool stated = vote.terms.weights == Weights::stated;
  if (vote.terms.rule == VoteRule::weighted && stated && !table.has("weight"))
    return table.bad("", "has no weight; a weighted vote states them all");
  if (!stated && table.has("weight"))
    return table.bad("weight", std::string("the step's weights are ") + name(vote.terms.weights) +
                                   "; leave one of the two out");
  if (!out.rule) {
    TRY(out.mind, table.string("mind"));
    TRY_STATUS(check_mind(table, "mind", out.mind));
    TRY(out.question, parse_question(table, vote.question));
    TRY_STATUS(check_question(table, out.question));
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
  TRY_STATUS(check_mind(*to, "mind", out.escalate_mind));
  TRY_STATUS(to->done());
  TRY_STATUS(check_question(table, out.question));
  return can_vote(table, out.question, out.terms);
}

// What is voted on: options, or a quantity.
Status subject(Table& table, VoteTerms& terms) {
  if (terms.rule == VoteRule::median) {
    TRY(terms.low, table.integer("low", -kQuantityMax, kQuantityMax));
    TRY(terms.high, table.integer("high", terms.low + 1, kQuantityMax));
    TRY(terms.tolerance, table.integer("tolerance", 0, terms.high - terms.low, 0));
    TRY(terms.spread_max, table.integer("spread_max", 0, terms.high - terms.low, -1));
    TRY(const std::int64_t fallback, table.integer("fallback", -kQuantityMax, kQuantityMax));
    terms.fallback = std::to_string(fallback);
    if (terms.tie == TieRule::first)
      return table.bad("tie", "a median has no ties; leave it out, or escalate what is scattered");
    return {};
  }
  TRY(terms.options, table.strings("options"));
  const std::set<std::string> distinct(terms.options.begin(), terms.options.end());
  if (distinct.size() < 2 || distinct.size() > 64 || distinct.size() != terms.options.size() ||
      distinct.contains(kAbstain))
    return table.bad("options", "must be 2 to 64 different words, abstain not among them");
  TRY(terms.fallback, table.word("fallback"));
  return {};
}

// What a ballot weighs, and which confidence counts.
Status weights(Table& table, VoteTerms& terms) {
  TRY(const int weights, table.choice("weights", {"stated", "confidence", "calibrated"}, 0));
  TRY(const int source, table.choice("confidence", {"declared", "measured"}, 0));
  terms.weights = static_cast<Weights>(weights);
  terms.source = static_cast<Source>(source);
  TRY(terms.confidence_min, table.integer("confidence_min", 0, 100, 0));
  TRY(terms.unstated, table.integer("unstated", 0, 100, 100));
  const bool by_option = terms.rule != VoteRule::borda && terms.rule != VoteRule::median;
  if (terms.rule == VoteRule::unanimity && terms.weights != Weights::stated)
    return table.bad("weights", "do not matter where all must agree; leave them out");
  if (terms.weights == Weights::calibrated && !by_option)
    return table.bad("weights", std::string("calibrated is for options, not for a ") +
                                    name(terms.rule) + "; use stated or confidence");
  if (terms.source == Source::measured && !by_option)
    return table.bad("confidence",
                     "is measured of a vote among options; use declared, the member confidence");
  if (terms.weights == Weights::confidence && !table.has("unstated"))
    return table.bad("",
                     "says not what a ballot weighs that has no confidence; add unstated = 50, or "
                     "another number from 0 to 100");
  return {};
}

Status pairs(Table& table, const VoteStep& vote, Calibration& out) {
  TRY(auto list, table.tables("pair"));
  const auto votes = [&](const std::string& voter) {
    return std::any_of(vote.ballots.begin(), vote.ballots.end(),
                       [&](const BallotBox& box) { return box.by == voter; });
  };
  for (Table& one : list) {
    TRY(const std::string a, one.string("a"));
    TRY(const std::string b, one.string("b"));
    TRY(const std::int64_t rho, one.integer("rho_ppm", 0, 1'000'000));
    TRY_STATUS(one.done());
    if (!votes(a) || !votes(b)) return one.bad(votes(a) ? "b" : "a", "has no ballot");
    if (a == b) return one.bad("b", "is a; a pair is of two voters");
    if (!out.rho_ppm.emplace(std::minmax(a, b), rho).second)
      return one.bad("b", a + " and " + b + " stand there already");
  }
  return {};
}

Status calibration(Table& table, VoteStep& out) {
  TRY(auto given, table.table("calibration"));
  if ((out.terms.weights == Weights::calibrated) != given.has_value())
    return table.bad("calibration", "goes with weights = \"calibrated\"; write both or neither");
  if (!given) return {};
  if (out.ballots.size() > kCampMax)
    return table.bad("weights", "calibrated is for at most " + std::to_string(kCampMax) +
                                    " ballots; state the weights of more");
  Calibration& c = out.terms.calibration;
  TRY(c.accuracy_ppm, given->integers("accuracy_ppm", 1, 999'999));
  TRY(c.minds, given->words("minds"));
  TRY_STATUS(pairs(*given, out, c));
  TRY_STATUS(given->done());
  for (const BallotBox& box : out.ballots)
    if (!c.accuracy_ppm.contains(box.by))
      return given->bad("accuracy_ppm", "says nothing of " + box.by + ", who has a ballot");
  const auto none = [&](const std::string& voter) {
    return std::none_of(out.ballots.begin(), out.ballots.end(),
                        [&](const BallotBox& box) { return box.by == voter; });
  };
  for (const auto& [voter, accuracy] : c.accuracy_ppm)
    if (none(voter)) return given->bad("accuracy_ppm." + voter, "has no ballot");
  for (const auto& [voter, mind] : c.minds)
    if (none(voter)) return given->bad("minds." + voter, "has no ballot");
  return {};
}

// By what its truth may come in later.
Status truth(Table& table, VoteStep& out) {
  TRY(out.key, table.maybe_expr("key"));
  for (const char* key : {"remember", "truths_min"})
    if (!out.key && table.has(key))
      return table.bad(key, "is for votes whose truth comes in; add key = \"<expression>\"");
  TRY(out.remember, table.integer("remember", 1, 20'000, out.remember));
  TRY(out.truths_min, table.integer("truths_min", 1, 1'000'000, out.truths_min));
  return {};
}

template <class Box>
Status boxes(Table& table, const char* key, std::vector<BallotBox>& out, Box box) {
  TRY(auto list, table.tables(key));
  for (Table& one : list) {
    TRY(BallotBox now, box(one));
    for (const BallotBox& other : out)
      if (other.by == now.by) return one.bad("by", now.by + " has a " + key + " already");
    out.push_back(std::move(now));
  }
  return {};
}

}  // namespace

Result<VoteStep> parse_vote(Table& table) {
  VoteStep out;
  TRY(const int rule,
      table.choice("rule", {"plurality", "majority", "unanimity", "weighted", "borda", "median"},
                   -1));
  TRY(const int tie, table.choice("tie", {"escalate", "fallback", "first"}, 1));
  out.terms.rule = static_cast<VoteRule>(rule);
  out.terms.tie = static_cast<TieRule>(tie);
  TRY_STATUS(subject(table, out.terms));
  TRY_STATUS(weights(table, out.terms));
  TRY(out.question, parse_question(table, {}));
  TRY_STATUS(boxes(table, "ballot", out.ballots, [&](Table& one) { return ballot(one, out); }));
  if (out.ballots.empty()) return table.bad("", "nobody votes; add [[step.ballot]]");
  const auto voters = static_cast<std::int64_t>(out.ballots.size());
  TRY(out.terms.quorum, table.integer("quorum", 1, voters, 1));
  TRY_STATUS(calibration(table, out));
  TRY_STATUS(truth(table, out));
  TRY_STATUS(escalation(table, out));
  return out;
}

Result<OutcomeStep> parse_outcome(Table& table) {
  TRY(std::string of, table.word("of"));
  TRY(Expr key, table.expr("key"));
  TRY(Expr truth, table.expr("truth"));
  return OutcomeStep{std::move(of), std::move(key), std::move(truth)};
}

namespace {

Result<BallotBox> version(Table& table, const Question& shared) {
  BallotBox out;
  TRY(out.by, table.string("by"));
  TRY(out.rule, table.maybe_expr("rule"));
  if (!out.rule) {
    TRY(out.mind, table.string("mind"));
    TRY_STATUS(check_mind(table, "mind", out.mind));
    TRY(out.question, parse_question(table, shared));
    TRY_STATUS(check_question(table, out.question));
  }
  TRY_STATUS(table.done());
  return out;
}

}  // namespace

Result<VersionsStep> parse_versions(Table& table) {
  VersionsStep out;
  TRY(Question shared, parse_question(table, {}));
  if (shared.schema.is(Kind::null))
    return table.bad("", "has no schema; add [step.schema], for the answers are compared by it");
  TRY_STATUS(boxes(table, "version", out.boxes, [&](Table& one) { return version(one, shared); }));
  if (out.boxes.size() < 2) return table.bad("", "compares fewer than two; add [[step.version]]");
  out.schema = shared.schema;
  TRY(out.compare, table.strings("compare"));
  TRY(out.tolerance, table.integers("tolerance", 0, kQuantityMax));
  TRY(out.alarm_ppm, table.integer("alarm_ppm", 0, 999'999, 0));
  if (out.compare.empty())
    return table.bad("", "says not what is compared; add compare = [\"<member>\"]");
  for (const std::string& member : out.compare)
    if (schema_at(shared.schema, member) == nullptr || member.find('.') != std::string::npos)
      return table.bad("compare", "the schema has no member " + member);
  for (const auto& [member, far] : out.tolerance)
    if (!among(out.compare, member))
      return table.bad("tolerance." + member, "is not compared; name it in compare");
  return out;
}

}  // namespace wood
