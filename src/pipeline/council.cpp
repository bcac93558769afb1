#include "pipeline/council.h"

#include <algorithm>

#include "core/check.h"
#include "core/text.h"
#include "pipeline/perform.h"
#include "pipeline/reply.h"

namespace wood {
namespace {

using Kind = Json::Kind;
using State = Ballot::State;

bool listed(const std::vector<std::string>& options, const std::string& option) {
  return std::find(options.begin(), options.end(), option) != options.end();
}

// Reads an answer, or what a rule gave, into a ballot. What is no option leaves it failed.
void mark(Ballot& ballot, const Json& answer, const VoteTerms& terms) {
  const std::string vote = answer.is(Kind::string) ? answer.string() : answer.str_or("vote", "");
  ballot.reason = answer.str_or("reason", "");
  ballot.confidence = std::clamp<std::int64_t>(answer.int_or("confidence", -1), -1, 100);
  if (vote == kAbstain) ballot.state = State::abstained;
  if (!listed(terms.options, vote)) return;
  ballot.state = State::cast;
  ballot.option = vote;
}

Ballot computed(Stage& stage, const Step& step, const BallotBox& box) {
  Ballot out{.by = box.by, .weight = box.weight};
  const auto frame = stage.frame(step, box.by, Stage::For::computing, &box.sees);
  const Result<Json> value = box.rule->eval(frame->scope);
  Json body = Json::object({{"seat", box.by}, {"state", "ballot"}});
  if (value) {
    mark(out, *value, std::get<VoteStep>(step.what).terms);
    body.set("output", value_in(stage.context.sink, *value));
  } else {
    body.set("what", text_in(stage.context.sink, value.error().what, 512));
  }
  out.entry = stage.write(step, frame->by, std::move(body), frame->from);
  return out;
}

Ballot unasked(Stage& stage, const Step& step, const BallotBox& box, const Frame& frame,
               const std::string& what) {
  Ballot out{.by = box.by, .weight = box.weight};
  out.entry = stage.write(step, frame.by,
                          Json::object({{"seat", box.by},
                                        {"state", "ballot"},
                                        {"what", text_in(stage.context.sink, what, 512)}}),
                          frame.from);
  return out;
}

Json ballots_json(const std::vector<Ballot>& ballots, bool for_record) {
  Json out = Json::array();
  for (const Ballot& b : ballots) {
    Json one = Json::object({{"by", b.by}, {"state", name(b.state)}, {"weight", b.weight}});
    if (b.state == State::cast) one.set("vote", b.option);
    if (b.confidence >= 0) one.set("confidence", b.confidence);
    if (for_record) one.set("entry", b.entry.value);
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

// What both the entry and the step's output say of a count.
Json result_json(const Tally& tally, std::int64_t rho) {
  return Json::object({{"abstained", tally.abstained},
                       {"cast", tally.cast},
                       {"confidence", tally.confidence},
                       {"counts", numbers(tally.counts)},
                       {"failed", tally.failed},
                       {"n_eff_milli", n_eff_milli(tally.cast, rho)},
                       {"rho_milli", rho},
                       {"weights", numbers(tally.weights)},
                       {"why", name(tally.why)}});
}

Seq write_vote(Stage& stage, const Step& step, const std::vector<Ballot>& ballots,
               const Tally& tally, std::int64_t rho) {
  const VoteTerms& terms = std::get<VoteStep>(step.what).terms;
  Memory::Votes& votes = stage.context.memory.votes(step.name);
  Json body = result_json(tally, rho);
  body.set("ballots", value_in(stage.context.sink, ballots_json(ballots, true), 16'000));
  body.set("confidence_min", terms.confidence_min);
  body.set("options", Json::list(terms.options));
  body.set("outcome", tally.outcome.empty() ? Json() : Json(tally.outcome));
  body.set("pipeline", stage.pipeline.name);
  body.set("quorum", terms.quorum);
  body.set("rule", name(terms.rule));
  body.set("step", step.name);
  body.set("tie", name(terms.tie));
  std::vector<Seq> from;
  for (const Ballot& b : ballots) from.push_back(b.entry);
  if (votes.last.some()) from.push_back(votes.last);
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
  const Seq route = write_route(stage, step, mind, name(count.why), {}, {vote});
  ask->from.push_back(route);
  TRY(const auto answers, consult(stage.context.sink, stage.context.panel, {&*ask, 1}));
  Ballot ballot{.by = what.escalate_by};
  if (answers[0].conforms) mark(ballot, answers[0].value, what.terms);
  if (ballot.state == State::cast) {
    out.outcome = ballot.option;
    out.decided_by = "mind";
    out.reason = ballot.reason;
  }
  out.entry = stage.write(
      step, frame->by,
      Json::object(
          {{"decided_by", out.decided_by}, {"outcome", out.outcome}, {"state", "tie_break"}}),
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
  if (terms.tie == TieRule::escalate && count.why != Tally::Why::no_quorum)
    return escalate(stage, step, count, vote);
  return Decision{.outcome = terms.fallback, .decided_by = "fallback", .entry = vote, .reason = ""};
}

}  // namespace

Council convene(Stage& stage, const Step& step, std::vector<Consult>& consults) {
  const auto& what = std::get<VoteStep>(step.what);
  Council out;
  int next = 0;
  for (const BallotBox& box : what.ballots) {
    Ballot ballot{.by = box.by, .weight = box.weight};
    int asked = -1;
    if (!box.rule) {
      const auto frame = stage.frame(step, box.by, Stage::For::asking, &box.sees);
      const std::string mind = stage.mind(step, box.by, box.mind);
      Result<Consult> question =
          mind.empty() ? Result<Consult>(fail(Errc::not_found, "nobody sits at " + box.mind))
                       : stage.question(box.question, *frame, mind);
      if (question) {
        consults.push_back(std::move(*question));
        asked = next++;
      } else {
        ballot = unasked(stage, step, box, *frame, question.error().what);
      }
    }
    out.asked.push_back(asked);
    out.ballots.push_back(std::move(ballot));
  }
  return out;
}

Status tally(Stage& stage, const Step& step, Council council, std::span<Consulted> answers) {
  const auto& what = std::get<VoteStep>(step.what);
  for (std::size_t i = 0; i < what.ballots.size(); ++i) {
    Ballot& ballot = council.ballots[i];
    if (what.ballots[i].rule) ballot = computed(stage, step, what.ballots[i]);
    if (council.asked[i] < 0) continue;
    const Consulted& answer = answers[static_cast<std::size_t>(council.asked[i])];
    ballot.entry = answer.last();
    if (answer.conforms) mark(ballot, answer.value, what.terms);
  }
  const Tally result = count(council.ballots, what.terms);
  Agreement& agreement = stage.context.memory.votes(step.name).agreement;
  agreement.add(council.ballots);
  const std::int64_t rho =
      agreement.rho_milli(council.ballots, static_cast<std::int64_t>(what.terms.options.size()));
  const Seq vote = write_vote(stage, step, council.ballots, result, rho);
  TRY(const Decision decision, decide(stage, step, result, vote));
  Json output = result_json(result, rho);
  output.set("ballots", ballots_json(council.ballots, false));
  output.set("decided_by", decision.decided_by);
  output.set("outcome", decision.outcome);
  output.set("reason", decision.reason);
  stage.conclude(step, std::move(output), {decision.entry});
  return {};
}

}  // namespace wood
