#include "serve/rows.h"

#include <algorithm>

namespace wood::serve {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

Json or_null(std::int64_t value, std::int64_t none) { return value == none ? Json() : Json(value); }

Json lots_json(const Story& story, const std::vector<std::int64_t>& lots) {
  Json out = Json::array();
  for (std::size_t good = 0; good < lots.size(); ++good)
    if (lots[good] != 0)
      out.push(Json::object({{"good", story.scenario.goods[good].name}, {"lots", lots[good]}}));
  return out;
}

Json seqs(const std::vector<Seq>& list) {
  Json out = Json::array();
  for (const Seq seq : list) out.push(seq.value);
  return out;
}

constexpr const char* kWithheld = "(said in private; shown when the run has ended)";

}  // namespace

Json scrubbed(const Json& value, const Eyes& eyes) {
  if (value.is(Json::Kind::string)) return eyes.tells(value.string()) ? Json(kWithheld) : value;
  if (value.is(Json::Kind::array)) {
    Json out = Json::array();
    for (const Json& item : value.items()) out.push(scrubbed(item, eyes));
    return out;
  }
  if (!value.is(Json::Kind::object)) return value;
  Json out = Json::object();
  for (const auto& [key, member] : value.members()) out.set(key, scrubbed(member, eyes));
  return out;
}

bool private_act(std::string_view act) {
  for (const std::string_view other :
       {"whisper", "lend", "swap", "ally", "gift", "offer", "counter", "accept", "refuse"})
    if (act == other) return true;
  return false;
}

Json turn_json(const Story& story, const Turn& turn) {
  const TurnRow& row = turn.row;
  Json counts = Json::object();
  for (const char* key :
       {"orders", "refused", "trades", "lots", "prompts", "facts", "disclosures", "leaks"})
    counts.set(key, turn.counts.int_or(key, 0));
  Json goods = Json::array(), beings = Json::array();
  for (std::size_t good = 0; good < story.scenario.goods.size(); ++good) {
    const Candle candle = story.candle(row.turn, good);
    goods.push(Json::object({{"good", story.scenario.goods[good].name},
                             {"mark", candle.mark},
                             {"volume", candle.volume}}));
  }
  for (std::size_t being = 0; being < story.beings.size(); ++being) {
    const BeingDay day = story.day(row.turn, being);
    beings.push(Json::object({{"heat", day.heat},
                              {"mood", or_null(day.mood, -1)},
                              {"name", story.beings[being]},
                              {"pnl_mp", day.pnl_mp},
                              {"worth_mp", day.worth_mp}}));
  }
  return Json::object({{"beings", std::move(beings)},
                       {"counts", std::move(counts)},
                       {"entry", row.entry.value},
                       {"first_entry", row.first.value},
                       {"goods", std::move(goods)},
                       {"season", story.names[row.season]},
                       {"state", turn.state},
                       {"turn", row.turn}});
}

Json candle_json(const Candle& candle) {
  // A day without a trade has a mark and no prices.
  const auto price = [&](std::int64_t ticks) { return candle.volume == 0 ? Json() : Json(ticks); };
  return Json::object({{"close", price(candle.close)},
                       {"high", price(candle.high)},
                       {"low", price(candle.low)},
                       {"mark", candle.mark},
                       {"open", price(candle.open)},
                       {"turn", candle.turn},
                       {"volume", candle.volume}});
}

Json good_json(const Story& story, int good) {
  const GoodSpec& spec = story.scenario.goods[at(good)];
  const std::int64_t opening = spec.opening.value / story.scenario.tick_mp;
  std::string maker;
  for (const CreatureSpec& creature : story.scenario.creatures)
    if (creature.makes == good && maker.empty()) maker = creature.name;
  Json marks = Json::array();
  marks.push(opening);
  for (std::int64_t turn = 1; turn <= story.played(); ++turn)
    marks.push(story.candle(turn, at(good)).mark);
  const Candle last =
      story.played() == 0 ? Candle{.mark = opening} : story.candle(story.played(), at(good));
  return Json::object({{"food", spec.food},
                       {"good", spec.name},
                       {"maker", maker},
                       {"mark", last.mark},
                       {"marks", std::move(marks)},
                       {"opening", opening},
                       {"spoil_ppm", spec.spoil_ppm},
                       {"volume", last.volume}});
}

Json line_json(const Line& line) {
  return Json::object({{"entry", line.entry.some() ? Json(line.entry.value) : Json()},
                       {"section", line.section},
                       {"text", line.text}});
}

Json trade_json(const Story& story, const TradeRow& row) {
  return Json::object({{"buyer", story.names[row.buyer]},
                       {"entry", row.entry.value},
                       {"good", story.scenario.goods[at(row.good)].name},
                       {"lots", row.lots},
                       {"price", row.price},
                       {"seller", story.names[row.seller]},
                       {"taker", row.buyer_took != 0 ? "buyer" : "seller"},
                       {"turn", row.turn}});
}

Json thought_json(const Story& story, const Thought& thought, const Eyes& eyes) {
  const ThoughtRow& row = thought.row;
  const bool withheld = eyes.tells(thought.text);
  const bool silent = !eyes.ended() && private_act(thought.act);
  return Json::object({{"act", silent ? "" : thought.act},
                       {"entry", row.entry.value},
                       {"task", story.names[row.task]},
                       {"text", withheld ? kWithheld : thought.text},
                       {"turn", row.turn},
                       {"who", story.names[row.who]},
                       {"withheld", withheld}});
}

Json decision_json(const Decision& decision, const Eyes& eyes) {
  Json seats = Json::array(), ballots = Json::array();
  for (const Seat& seat : decision.seats) {
    const bool withheld = eyes.tells(seat.said.dump());
    const bool plain = !withheld && seat.said.is(Json::Kind::object);
    seats.push(Json::object({{"by", seat.by},
                             {"entry", seat.entry.value},
                             {"reason", withheld ? kWithheld : seat.said.str_or("reason", "")},
                             {"said", plain ? seat.said : Json::object()},
                             {"seat", seat.seat},
                             {"withheld", withheld}}));
  }
  for (const Ballot& ballot : decision.ballots)
    ballots.push(Json::object({{"by", ballot.by},
                               {"confidence", or_null(ballot.confidence, -1)},
                               {"entry", ballot.entry.some() ? Json(ballot.entry.value) : Json()},
                               {"reason", eyes.tells(ballot.reason) ? kWithheld : ballot.reason},
                               {"seat", ballot.seat},
                               {"vote", ballot.vote}}));
  return Json::object({{"action", decision.action},
                       {"ballots", std::move(ballots)},
                       {"entry", decision.row.entry.value},
                       {"filled", decision.filled},
                       {"good", decision.good},
                       {"lots", decision.lots},
                       {"n_eff_milli", decision.n_eff_milli},
                       {"outcome", decision.outcome},
                       {"price", decision.price},
                       {"seats", std::move(seats)},
                       {"text", decision.text},
                       {"turn", decision.row.turn},
                       {"vote", decision.row.vote.some() ? Json(decision.row.vote.value) : Json()},
                       {"why", decision.why}});
}

Json verdict_json(const Verdict& row) {
  return Json::object({{"entry", row.entry.value},
                       {"evidence", seqs(row.evidence)},
                       {"heat", row.heat},
                       {"reason", row.reason},
                       {"sentence", row.sentence},
                       {"turn", row.turn},
                       {"who", row.who}});
}

Json depth_json(const std::vector<Level>& levels) {
  Json out = Json::array();
  for (const Level& level : levels)
    out.push(Json::object(
        {{"lots", level.lots.value}, {"orders", level.orders}, {"price", level.price.value}}));
  return out;
}

namespace {

// How somebody stands before the first day, as the scenario says.
Standing opening(const Story& story, int being) {
  Standing out;
  const Scenario& scenario = story.scenario;
  if (at(being) < scenario.creatures.size()) {
    out.purse_mp = scenario.creatures[at(being)].purse.value;
    out.stores = scenario.creatures[at(being)].stores;
  } else {
    out.purse_mp =
        story.beings[at(being)] == "patron" ? scenario.patron_purse.value : scenario.treasury.value;
  }
  out.free_mp = out.purse_mp;
  return out;
}

std::int64_t opening_worth(const Story& story, int being) {
  const Standing standing = opening(story, being);
  std::int64_t out = standing.purse_mp;
  for (std::size_t good = 0; good < standing.stores.size(); ++good)
    out += standing.stores[good] * story.scenario.goods[good].opening.value;
  return out;
}

// What a look at the world adds; without one, what is not known is null.
void add_standing(const Story& story, const Eyes& eyes, const CreatureAsked& asked, Json& out) {
  const std::string& name = story.beings[at(asked.being)];
  const Standing* standing = nullptr;
  const Standing first = opening(story, asked.being);
  if (asked.turn == 0) standing = &first;
  if (asked.look != nullptr && at(asked.being) < asked.look->beings.size())
    standing = &asked.look->beings[at(asked.being)];
  Json orders = Json::array();
  if (standing != nullptr && (eyes.ended() || name == "patron"))
    for (const Standing::Resting& order : standing->orders)
      orders.push(Json::object({{"good", story.scenario.goods[at(order.good)].name},
                                {"lots", order.lots},
                                {"price", order.price},
                                {"side", order.side == Side::bid ? "buy" : "sell"}}));
  out.set("orders", std::move(orders));
  out.set("purse_mp", standing == nullptr ? Json() : Json(standing->purse_mp));
  out.set("free_mp", standing == nullptr ? Json() : Json(standing->free_mp));
  out.set("stores", standing == nullptr ? Json::array() : lots_json(story, standing->stores));
  out.set("short", standing == nullptr ? Json::array() : lots_json(story, standing->borrowed));
  out.set("frozen_until", standing == nullptr ? 0 : standing->frozen_until);
  out.set("exiled", standing != nullptr && standing->exiled);
}

}  // namespace

Json creature_json(const Story& story, const Eyes& eyes, const CreatureAsked& asked) {
  const std::string& name = story.beings[at(asked.being)];
  const bool creature = at(asked.being) < story.scenario.creatures.size();
  const CreatureSpec spec = creature ? story.scenario.creatures[at(asked.being)] : CreatureSpec{};
  const auto mind = story.minds.find(name);
  const auto tally = story.tallies.find(name);
  const Tally sums = tally == story.tallies.end() ? Tally{} : tally->second;
  const bool played = story.turn(asked.turn).has_value();
  BeingDay day = played ? story.day(asked.turn, at(asked.being)) : BeingDay{};
  if (asked.turn == 0) day.worth_mp = opening_worth(story, asked.being);
  Json pnl = Json::array();
  for (std::int64_t turn = 1; turn <= std::min(asked.turn, story.played()); ++turn)
    pnl.push(story.day(turn, at(asked.being)).pnl_mp);
  const std::int64_t mood = played ? day.mood : creature ? story.scenario.scarcity.mood_start : -1;
  Json out = Json::object(
      {{"animal", spec.animal},
       {"cost_nano", sums.cost_nano},
       {"failures", sums.failures},
       {"family", mind == story.minds.end() ? "" : mind->second.family},
       {"heat", day.heat},
       {"kind", creature             ? "creature"
                : name == "treasury" ? "fund"
                                     : "patron"},
       {"lab", mind == story.minds.end() ? "" : mind->second.lab},
       {"makes", spec.makes < 0 ? "" : story.scenario.goods[at(spec.makes)].name},
       {"makes_lots", spec.makes_lots},
       {"mind", mind == story.minds.end() ? "" : mind->second.mind},
       {"mood", or_null(mood, -1)},
       {"name", name},
       {"pnl", std::move(pnl)},
       {"pnl_mp", day.pnl_mp},
       {"prompts", sums.prompts},
       {"role", spec.role},
       {"temper", spec.temper},
       {"thought", asked.thought == nullptr ? Json() : thought_json(story, *asked.thought, eyes)},
       {"tokens", sums.tokens},
       {"wall_us", sums.wall_us},
       {"worth_mp", day.worth_mp}});
  add_standing(story, eyes, asked, out);
  return out;
}

}  // namespace wood::serve
