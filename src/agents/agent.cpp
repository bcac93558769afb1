#include "agents/agent.h"

#include <algorithm>

#include "agents/tools.h"
#include "core/check.h"
#include "core/rng.h"
#include "pipeline/consult.h"

namespace wood {
namespace {

// A thinker in the middle of a round.
struct Mid {
  const Thinker* thinker = nullptr;
  Thought* thought = nullptr;
  Json facts;
  Json looked = Json::array();
  std::vector<Seq> from;
  bool done = false;
};

Consult consult_of(const Thinking& at, const Mid& mid, std::int64_t step, AnswerSchemas& schemas) {
  Consult out;
  out.by = mid.thinker->name;
  out.mind = mid.thinker->mind;
  out.task = "creature.act";
  out.turn = at.turn;
  out.from = mid.from;
  const bool last = step >= mid.thinker->steps_max;
  out.schema = schemas.of(mid.facts, last ? Looks::withheld : Looks::offered);
  out.messages = render({mid.thinker->wording, mid.facts, mid.looked, out.schema});
  out.facts = mid.facts;
  out.facts.set("step", step);
  out.facts.set("looked", mid.looked);
  out.sampling = mid.thinker->sampling;
  out.sampling.tokens_max =
      std::min(out.sampling.tokens_max, mid.thinker->tokens_max - mid.thought->answer_tokens);
  // Keyed by who and when, so that the same creature in another cast draws the same numbers.
  const Json* rules = mid.facts.find("rules");
  out.sampling.seed = Chance(at.seed, "ask." + mid.thinker->name, at.turn,
                             rules != nullptr ? rules->int_or("round", 0) : 0)
                          .bits(static_cast<std::uint32_t>(step));
  return out;
}

void take(Thinking& at, Mid& mid, const Consulted& consulted, std::int64_t step) {
  Thought& thought = *mid.thought;
  ++thought.asked;
  thought.answer_tokens += consulted.answer.answer_count;
  thought.cost_nano += consulted.answer.cost_nano;
  thought.cause = consulted.last();
  if (!consulted.conforms) {
    mid.done = true;
    return;
  }
  if (auto action = action_of(consulted.value, mid.facts)) {
    thought.action = std::move(action);
    mid.done = true;
    return;
  }
  CHECK(step < mid.thinker->steps_max);  // the last answer's schema has no looks
  Json answer = look(consulted.value, mid.facts, at.exchange, mid.thinker->account);
  const Seq tool = at.sink.append({EntryKind::tool,
                                   mid.thinker->name,
                                   {consulted.last(), mid.thinker->view.entry},
                                   at.turn,
                                   Json::object({{"answer", answer}, {"asked", consulted.value}})});
  mid.looked.push(Json::object({{"answer", std::move(answer)}, {"asked", consulted.value}}));
  mid.from.push_back(tool);
  thought.cause = tool;
  if (thought.answer_tokens < mid.thinker->tokens_max &&
      thought.cost_nano < mid.thinker->cost_nano_max)
    return;
  thought.action = FinishTurn{};  // what is left of the turn would be paid by nobody
  mid.done = true;
}

}  // namespace

Result<std::vector<Thought>> think(Thinking& at, std::span<const Thinker> thinkers) {
  std::vector<Thought> out(thinkers.size());
  std::vector<Mid> mids(thinkers.size());
  for (std::size_t i = 0; i < thinkers.size(); ++i) {
    mids[i].thinker = &thinkers[i];
    mids[i].thought = &out[i];
    mids[i].facts = thinkers[i].view.data();
    mids[i].from = {thinkers[i].view.entry};
    mids[i].done = thinkers[i].steps_max < 1 || thinkers[i].tokens_max < 1;
  }
  AnswerSchemas schemas;
  for (std::int64_t step = 1;; ++step) {
    std::vector<Consult> consults;
    std::vector<Mid*> asked;
    for (Mid& mid : mids)
      if (!mid.done) {
        consults.push_back(consult_of(at, mid, step, schemas));
        asked.push_back(&mid);
      }
    if (consults.empty()) return out;
    TRY(const std::vector<Consulted> answers, consult(at.sink, at.panel, consults));
    for (std::size_t i = 0; i < answers.size(); ++i) take(at, *asked[i], answers[i], step);
  }
}

}  // namespace wood
