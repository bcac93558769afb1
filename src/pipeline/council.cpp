#include "pipeline/council.h"

#include <algorithm>

#include "core/check.h"
#include "core/text.h"
#include "pipeline/reply.h"
#include "pipeline/route.h"

namespace wood {
namespace {

using Kind = Json::Kind;
using State = Ballot::State;

constexpr const char* kState = "ballot";

// A ranking: a list of options, each once; what is no option, or stands there again, is passed
// over.
std::vector<std::string> ranking_of(const Json& value, const VoteTerms& terms) {
  std::vector<std::string> out;
  if (!value.is(Kind::array)) return out;
  for (const Json& item : value.items())
    if (const auto option = text_of(item, terms);
        option && std::find(out.begin(), out.end(), *option) == out.end())
      out.push_back(*option);
  return out;
}

// Reads an answer, or what a rule gave, into a ballot. What is no option leaves it failed.
void mark(Ballot& ballot, const Json& answer, const VoteTerms& terms) {
  const bool whole = answer.is(Kind::object);
  ballot.reason = answer.str_or("reason", "");
  ballot.confidence = std::clamp<std::int64_t>(answer.int_or("confidence", -1), -1, 100);
  const char* member = terms.rule == VoteRule::borda    ? "ranking"
                       : terms.rule == VoteRule::median ? "quantity"
                                                        : "vote";
  const Json* said = whole ? answer.find(member) : &answer;
  if ((whole                    ? answer.str_or("vote", "")
       : said->is(Kind::string) ? said->string()
                                : "") == kAbstain) {
    ballot.state = State::abstained;
    return;
  }
  if (said == nullptr) return;
  if (terms.rule == VoteRule::borda) {
    ballot.ranking = ranking_of(*said, terms);
    if (ballot.ranking.empty()) return;
    ballot.option = ballot.ranking[0];
  } else {
    const auto option = text_of(*said, terms);
    if (!option) return;
    ballot.option = *option;
  }
  ballot.state = State::cast;
}

// What the entry and the step's output both say of a ballot.
Json ballot_json(const Ballot& b, const VoteTerms& terms) {
  const std::int64_t weight = b.state == State::cast ? weight_of(b, terms) : b.weight;
  Json one = Json::object({{"by", b.by}, {"state", name(b.state)}, {"weight", weight}});
  if (b.state == State::cast) one.set("vote", value_of(b.option, terms));
  if (!b.ranking.empty()) one.set("ranking", Json::list(b.ranking));
  if (b.confidence >= 0) one.set("confidence", b.confidence);
  if (terms.source == Source::measured && b.measured_ppm >= 0)
    one.set("measured_ppm", b.measured_ppm);
  if (terms.weights == Weights::calibrated && !terms.calibration.knows(b.by, b.mind))
    one.set("uncalibrated", true);
  if (b.veto) one.set("veto", true);
  return one;
}

enum class Reader { record, output };
Json ballots_json(const std::vector<Ballot>& ballots, const VoteTerms& terms, Reader reader) {
  Json out = Json::array();
  for (const Ballot& b : ballots) {
    Json one = ballot_json(b, terms);
    if (reader == Reader::record) one.set("entry", b.entry.value);
    else one.set("reason", std::string(clip(b.reason, 512)));
    out.push(std::move(one));
  }
  return out;
}

Json numbers(const std::map<std::string, std::int64_t>& by_option) {
  Json out = Json::object();
  for (const auto& [option, number] : by_option) out.set(option, number);
  return out;
}

// How many opinions the voters are worth, and by what it is known.
struct Worth {
  std::int64_t rho = 0;                // by agreement
  std::optional<std::int64_t> errors;  // by the errors of judged votes
  [[nodiscard]] std::int64_t best() const { return errors.value_or(rho); }
};

Worth worth_of(const VoteStep& what, const Memory::Votes& votes,
               const std::vector<Ballot>& ballots) {
  Worth out;
  out.rho = votes.agreement.rho_milli(ballots, answers_of(what.terms));
  if (!what.key) return out;
  std::vector<std::string> voters;
  for (const Ballot& b : ballots)
    if (b.state == State::cast) voters.push_back(b.by);
  out.errors = votes.errors.rho_milli(voters, what.truths_min);
  return out;
}

// What both the entry and the step's output say of a count.
Json result_json(const VoteStep& what, const Tally& tally, const Worth& worth,
                 const Errors& errors) {
  Json out = Json::object({{"abstained", tally.abstained},
                           {"cast", tally.cast},
                           {"confidence", tally.confidence},
                           {"counts", numbers(tally.counts)},
                           {"failed", tally.failed},
                           {"n_eff_milli", n_eff_milli(tally.cast, worth.best())},
                           {"rho_milli", worth.rho},
                           {"weights", numbers(tally.weights)},
                           {"why", name(tally.why)}});
  if (!what.key) return out;
  out.set("judged", errors.judged());
  out.set("n_eff_by", worth.errors ? "errors" : "agreement");
  if (worth.errors) out.set("error_rho_milli", *worth.errors);
  return out;
}

Seq write_vote(Stage& stage, const Step& step, const std::vector<Ballot>& ballots,
               const Tally& tally, Json body) {
  const VoteTerms& terms = std::get<VoteStep>(step.what).terms;
  Memory::Votes& votes = stage.context.memory.votes(step.name);
  body.set("ballots",
           value_in(stage.context.sink, ballots_json(ballots, terms, Reader::record), 16'000));
  body.set("confidence_min", terms.confidence_min);
  body.set("options", Json::list(terms.options));
  body.set("outcome", tally.outcome.empty() ? Json() : value_of(tally.outcome, terms));
  body.set("pipeline", stage.pipeline.name);
  body.set("quorum", terms.quorum);
  body.set("rule", name(terms.rule));
  body.set("step", step.name);
  body.set("tie", name(terms.tie));
  if (terms.weights != Weights::stated) body.set("weighed_by", name(terms.weights));
  if (terms.source != Source::declared) body.set("confidence_is", name(terms.source));
  std::vector<Seq> from;
  for (const Ballot& b : ballots) from.push_back(b.entry);
  if (votes.last.some()) from.push_back(votes.last);
  if (votes.judged.some()) from.push_back(votes.judged);
  votes.last = stage.context.sink.append({.kind = EntryKind::vote,
                                          .by = stage.by(step.by),
                                          .from = std::move(from),
                                          .turn = stage.context.turn,
                                          .body = std::move(body)});
  return votes.last;
}

struct Decision {
  std::string outcome;
  std::string decided_by;  // "vote", "tie_rule", "mind", "fallback"
  Seq entry;
  std::string reason{};
};

// Asks the one mind the vote escalates to. Whatever goes wrong with that is a decision for the
// fallback.
Result<Decision> escalate(Stage& stage, const Step& step, const Tally& count, Seq vote) {
  const auto& what = std::get<VoteStep>(step.what);
  const std::string mind = stage.mind(step, "escalate", what.escalate_mind);
  Decision out{.outcome = what.terms.fallback, .decided_by = "fallback", .entry = vote};
  if (mind.empty()) return out;
  const auto frame = stage.frame(step, what.escalate_by, Stage::For::asking);
  Result<Consult> ask = stage.question(what.question, *frame, mind);
  if (!ask) return out;  // cannot be put to this mind any more than to the voters
  const Choice choice{.mind = mind, .code = name(count.why), .others = {}};
  const Seq route = write_route(stage, step, choice, Budget{}, Limits{}, {vote});
  ask->from.push_back(route);
  TRY(const auto answers, consult(stage.context.sink, stage.context.panel, {&*ask, 1}));
  Ballot ballot{.by = what.escalate_by};
  if (answers[0].conforms) mark(ballot, answers[0].value, what.terms);
  if (ballot.state == State::cast) {
    out.outcome = ballot.option;
    out.decided_by = "mind";
    out.reason = ballot.reason;
  }
  out.entry = stage.write(step, frame->by,
                          Json::object({{"decided_by", out.decided_by},
                                        {"outcome", value_of(out.outcome, what.terms)},
                                        {"state", "tie_break"}}),
                          {vote, answers[0].last()});
  return out;
}

Result<Decision> decide(Stage& stage, const Step& step, const Tally& count, Seq vote) {
  const VoteTerms& terms = std::get<VoteStep>(step.what).terms;
  if (!count.outcome.empty()) {
    const bool plain = count.why == Tally::Why::decided;
    return Decision{.outcome = count.outcome,
                    .decided_by = plain ? "vote" : "tie_rule",
                    .entry = vote,
                    .reason = ""};
  }
  const bool open = count.why != Tally::Why::no_quorum && count.why != Tally::Why::vetoed;
  if (terms.tie == TieRule::escalate && open) return escalate(stage, step, count, vote);
  return Decision{.outcome = terms.fallback, .decided_by = "fallback", .entry = vote, .reason = ""};
}

std::vector<Ballot> ballots_of(Stage& stage, const Step& step, const Hearing& hearing,
                               std::span<Consulted> answers) {
  const auto& what = std::get<VoteStep>(step.what);
  const auto heard = gather(stage, step, what.ballots, kState, hearing, answers, "vote");
  std::vector<Ballot> out;
  for (std::size_t i = 0; i < what.ballots.size(); ++i) {
    const BallotBox& box = what.ballots[i];
    Ballot ballot{.by = box.by, .mind = hearing.minds[i], .weight = box.weight, .veto = box.veto};
    ballot.entry = heard[i].entry;
    ballot.measured_ppm = heard[i].measured_ppm;
    if (heard[i].value) mark(ballot, *heard[i].value, what.terms);
    out.push_back(std::move(ballot));
  }
  return out;
}

// The vote waits for its truth.
void remember(Memory::Votes& votes, const VoteStep& what, const std::string& key,
              const std::vector<Ballot>& ballots, const Decision& decision) {
  Docket::Vote vote{.entry = votes.last, .outcome = decision.outcome, .ballots = {}};
  for (const Ballot& b : ballots)
    if (b.state == State::cast) vote.ballots[b.by] = b.option;
  votes.waiting.put(key, std::move(vote), what.remember);
}

}  // namespace

Hearing convene(Stage& stage, const Step& step, std::vector<Consult>& consults) {
  return hear(stage, step, std::get<VoteStep>(step.what).ballots, kState, consults);
}

Status tally(Stage& stage, const Step& step, const Hearing& hearing, std::span<Consulted> answers) {
  const auto& what = std::get<VoteStep>(step.what);
  const std::vector<Ballot> ballots = ballots_of(stage, step, hearing, answers);
  Result<Json> key = Json();
  if (what.key) {
    const auto frame = stage.frame(step, step.by, Stage::For::computing);
    key = what.key->eval(frame->scope);
    if (!key) {
      stage.miss(step, "expression", "key: " + key.error().what, frame->from);
      return {};
    }
  }
  const Tally result = count(ballots, what.terms);
  Memory::Votes& votes = stage.context.memory.votes(step.name);
  votes.agreement.add(ballots, what.terms);
  const Json counted = result_json(what, result, worth_of(what, votes, ballots), votes.errors);
  const Seq vote = write_vote(stage, step, ballots, result, counted);
  TRY(const Decision decision, decide(stage, step, result, vote));
  if (what.key) remember(votes, what, key->dump(), ballots, decision);
  Json output = counted;
  output.set("ballots", ballots_json(ballots, what.terms, Reader::output));
  output.set("decided_by", decision.decided_by);
  output.set("outcome", value_of(decision.outcome, what.terms));
  output.set("reason", decision.reason);
  stage.conclude(step, std::move(output), {decision.entry});
  return {};
}

}  // namespace wood
