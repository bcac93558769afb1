// A round: everybody who has something to do is asked against one frozen snapshot; what they
// decided is recorded, and then applied in a permutation drawn from (seed, turn, round).
#include <algorithm>

#include "agents/agent.h"
#include "core/check.h"
#include "core/rng.h"
#include "drama/world.h"
#include "minds/sampling.h"

namespace wood {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

Thinker thinker_of(World& world, int being) {
  Thinker out;
  out.name = world.beings[at(being)].name;
  out.mind = world.mind_of(being);
  if (const Json* card = world.setup.cards.find(out.mind)) {
    out.wording = card->str_or("style", "full") == "terse" ? Wording::terse : Wording::full;
    out.sampling = card_sampling(*card);
  }
  out.view = make_view(world, being);
  out.account = world.beings[at(being)].account;
  out.steps_max = world.scenario.tool_steps;
  return out;
}

NewOrder order_of(const World& world, int being, const PlaceOrder& order) {
  NewOrder out;
  out.account = world.beings[at(being)].account;
  out.good = {world.scenario.good(order.good)};
  out.side = order.buy ? Side::bid : Side::ask;
  out.kind = order.kind == "market" ? OrderKind::market
             : order.kind == "ioc"  ? OrderKind::ioc
             : order.kind == "fok"  ? OrderKind::fok
             : order.kind == "post" ? OrderKind::post_only
                                    : OrderKind::limit;
  out.price = {order.price};
  out.lots = {order.lots};
  out.may_short = order.may_short;
  return out;
}

void offer(World& world, int being, const OfferDeal& offer, Seq command) {
  auto terms = read_terms(offer.kind, offer.terms, world.goods, 1'000'000'000);
  if (!terms) {
    refuse(world, being, "offer", "bad_terms", command);
    return;
  }
  const std::string why =
      world.bank.offer(world, being, world.find(offer.to), std::move(*terms), command);
  if (!why.empty()) refuse(world, being, "offer", why, command);
}

void answer(World& world, int being, const AnswerDeal& reply, Seq command) {
  const std::string why = reply.accept ? world.bank.accept(world, being, reply.deal, command)
                                       : world.bank.refuse(world, being, reply.deal, command);
  if (!why.empty()) refuse(world, being, reply.accept ? "accept" : "refuse", why, command);
}

// Applies what one creature decided. True if it wants no more this turn.
bool apply(World& world, int being, const Thought& thought) {
  if (!thought.action) return false;
  Json body = json(*thought.action);
  body.set("who", world.beings[at(being)].name);
  const Seq command = world.command(world.beings[at(being)].name, {thought.cause}, std::move(body));
  const Action& action = *thought.action;
  if (std::holds_alternative<FinishTurn>(action)) return true;
  if (!world.may_act(being)) {
    refuse(world, being, "act", world.beings[at(being)].exiled ? "exiled" : "frozen", command);
  } else if (const auto* order = std::get_if<PlaceOrder>(&action)) {
    if (world.scenario.good(order->good) < 0)
      refuse(world, being, "place", "unknown_good", command);
    else place_order(world, being, order_of(world, being, *order), command);
  } else if (const auto* cancel = std::get_if<CancelOrder>(&action)) {
    cancel_order(world, being, {cancel->order}, command);
  } else if (const auto* replace = std::get_if<ReplaceOpen>(&action)) {
    replace_order(
        world, being,
        {world.beings[at(being)].account, {replace->order}, {replace->price}, {replace->lots}},
        command);
  } else if (const auto* say = std::get_if<Say>(&action)) {
    const int to = say->to.empty() ? -1 : world.find(say->to);
    if (!say->to.empty() && (to < 0 || to == being))
      refuse(world, being, "whisper", "unknown_name", command);
    else speak(world, being, to, say->text, command);
  } else if (const auto* deal = std::get_if<OfferDeal>(&action)) {
    offer(world, being, *deal, command);
  } else {
    answer(world, being, std::get<AnswerDeal>(action), command);
  }
  return false;
}

}  // namespace

Result<int> play_round(World& world, Panel& panel, std::int64_t round, std::set<int>& finished) {
  publish_market(world, round);
  std::vector<int> acting;
  std::vector<Thinker> thinkers;
  for (int being = 0; being < world.treasury(); ++being) {
    if (finished.contains(being) || !world.may_act(being)) continue;
    publish_self(world, being, round);
    acting.push_back(being);
  }
  for (const int being : acting) thinkers.push_back(thinker_of(world, being));
  if (acting.empty()) return 0;
  Thinking thinking{world.sink, panel, world.exchange, world.turn, world.setup.seed};
  TRY(const std::vector<Thought> thoughts, think(thinking, thinkers));
  TRY_STATUS(world.sink.status());
  if (!world.firewall.leaks().empty()) return 0;
  const Chance chance(world.setup.seed, "round.order", world.turn, round);
  int acted = 0;
  for (const int place : chance.permutation(static_cast<int>(acting.size()))) {
    const Thought& thought = thoughts[at(place)];
    world.counts.prompts += thought.asked;
    world.counts.answer_tokens += thought.answer_tokens;
    if (apply(world, acting[at(place)], thought)) finished.insert(acting[at(place)]);
    else ++acted;
  }
  return acted;
}

}  // namespace wood
