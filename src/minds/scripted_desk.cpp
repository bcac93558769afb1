// The seats of the desk by rule. Each answers with its reason first, and the reason is what
// decided.
#include <algorithm>

#include "core/rng.h"
#include "core/text.h"
#include "minds/scripted.h"

namespace wood {
namespace {

struct Seat {
  const Ask& ask;
  Chance chance;
  const Json* draft;

  explicit Seat(const Ask& a)
      : ask(a), chance(a.sampling.seed, "scripted.desk", 0, 0), draft(a.facts.find("draft")) {}

  // A member of an earlier seat's output.
  [[nodiscard]] const Json& output(const char* step) const {
    static const Json none = Json::object();
    const Json* out = draft != nullptr ? draft->find(step) : nullptr;
    return out != nullptr && out->is(Json::Kind::object) ? *out : none;
  }
  [[nodiscard]] const Json::Array& market() const {
    static const Json::Array none;
    const Json* list = ask.facts.find("market");
    return list != nullptr && list->is(Json::Kind::array) ? list->items() : none;
  }
  [[nodiscard]] const Json& quote(const std::string& good) const {
    static const Json none = Json::object();
    for (const Json& m : market())
      if (m.str_or("good", "") == good) return m;
    return none;
  }
  [[nodiscard]] std::string pick(std::initializer_list<const char*> words, std::uint32_t n) const {
    return *(words.begin() + chance.below(static_cast<std::int64_t>(words.size()), n));
  }
};

constexpr std::int64_t kMost = 1'000'000'000;  // of a price, whoever says it

std::int64_t bounded(const Json& owner, const char* key, std::int64_t otherwise) {
  return std::clamp<std::int64_t>(owner.int_or(key, otherwise), 0, kMost);
}

std::int64_t mean_of(const Json& m) {
  const Json* marks = m.find("marks");
  std::int64_t sum = 0, count = 0;
  if (marks != nullptr && marks->is(Json::Kind::array))
    for (const Json& mark : marks->items())
      if (mark.is_integer()) sum += std::clamp<std::int64_t>(mark.integer(), 0, kMost), ++count;
  return count > 0 ? sum / count : bounded(m, "mark", 0);
}

std::int64_t percent(std::int64_t a, std::int64_t b) { return b == 0 ? 0 : (a - b) * 100 / b; }

std::int64_t held(const Seat& s, const std::string& good) {
  const Json* treasury = s.ask.facts.find("treasury");
  const Json* stores = treasury != nullptr ? treasury->find("stores") : nullptr;
  return stores != nullptr ? stores->int_or(good, 0) : 0;
}

std::string lots_of(std::int64_t lots) {
  return std::to_string(lots) + (lots == 1 ? " lot" : " lots");
}

Json news(const Seat& s) {
  const Json* list = s.ask.facts.find("news");
  const std::int64_t now = s.ask.facts.int_or("turn", 0);
  if (list != nullptr && list->is(Json::Kind::array))
    for (auto it = list->items().rbegin(); it != list->items().rend(); ++it) {
      const std::string good = it->str_or("good", "");
      const std::string way = it->str_or("direction", "");
      const std::int64_t age = now - it->int_or("turn", now);
      if (good.empty() || (way != "up" && way != "down") || age > 2) continue;
      return Json::object(
          {{"confidence", std::max<std::int64_t>(30, 80 - 20 * age)},
           {"direction", way},
           {"good", good},
           {"reason",
            std::string(clip(s.pick({"The word is: ", "News of the day: ", "It is said: "}, 0) +
                                 it->str_or("text", ""),
                             158))}});
    }
  return Json::object(
      {{"confidence", 50},
       {"direction", "flat"},
       {"good", "none"},
       {"reason",
        s.pick({"No fresh news moves a price.", "Nothing new today.", "The Wood is quiet."}, 1)}});
}

Json analyst(const Seat& s) {
  const Json& brief = s.output("news");
  Json best =
      Json::object({{"confidence", 0},
                    {"fair_ticks", 1},
                    {"good", s.market().empty() ? "" : s.market().front().str_or("good", "")},
                    {"reason", "nothing is traded just now"},
                    {"stance", "hold"}});
  std::int64_t best_gap = -1;
  for (const Json& m : s.market()) {
    const std::string good = m.str_or("good", "");
    if (m.bool_or("halted", false)) continue;
    std::int64_t fair = mean_of(m);
    if (brief.str_or("good", "") == good)
      fair += fair *
              (brief.str_or("direction", "") == "up"     ? 12
               : brief.str_or("direction", "") == "down" ? -12
                                                         : 0) /
              100;
    const std::int64_t gap = percent(fair, bounded(m, "mark", 0));
    const std::int64_t size = gap < 0 ? -gap : gap;
    // What the fund does not hold it cannot sell: such a gap is nobody's trade.
    const bool idle = gap <= -4 && held(s, good) == 0;
    if ((idle ? 0 : size) <= best_gap) continue;
    best_gap = idle ? 0 : size;
    best = Json::object(
        {{"confidence", std::min<std::int64_t>(90, 40 + 5 * size)},
         {"fair_ticks", std::max<std::int64_t>(1, fair)},
         {"good", good},
         {"reason",
          good + " stands " + std::to_string(size) + " % " + (gap >= 0 ? "under" : "over") +
              s.pick({" what it is worth", " its fair price", " its mean and the news"}, 2)},
         {"stance", gap >= 4    ? "buy"
                    : gap <= -4 ? "sell"
                                : "hold"}});
  }
  return best;
}

Json quant(const Seat& s) {
  const Json& view = s.output("analyst");
  const std::string good = view.str_or("good", "");
  const Json& m = s.quote(good);
  const Json* treasury = s.ask.facts.find("treasury");
  const Json* rules = s.ask.facts.find("rules");
  const std::int64_t tick =
      rules != nullptr ? std::clamp<std::int64_t>(rules->int_or("tick_mp", 10), 1, 1'000'000) : 10;
  const std::int64_t free =
      treasury != nullptr
          ? std::clamp<std::int64_t>(treasury->int_or("free_mp", 0), 0, kMost * kMost / 1'000)
          : 0;
  const std::int64_t holds = held(s, good);
  const std::int64_t mark = std::max<std::int64_t>(1, bounded(m, "mark", 1));
  const std::string stance = view.str_or("stance", "hold");
  std::string side = stance;
  std::int64_t limit = stance == "buy" ? (bounded(m, "ask", 0) > 0 ? bounded(m, "ask", 0) : mark)
                                       : (bounded(m, "bid", 0) > 0 ? bounded(m, "bid", 0) : mark);
  limit = std::clamp(limit, mark - mark / 10, mark + mark / 10);
  // A tenth of the free money times how sure the analyst is, at most 8 lots.
  std::int64_t lots =
      stance == "buy" ? free / 10 * std::clamp<std::int64_t>(view.int_or("confidence", 0), 0, 100) /
                            100 / (limit * tick + 1)
                      : (holds + 1) / 2;
  lots = std::clamp<std::int64_t>(lots, 0, 8);
  std::string why =
      stance == "buy"
          ? s.pick(
                {"a tenth of the free money: ", "sized by how sure we are: ", "the purse carries "},
                6) +
                lots_of(lots) + " at " + std::to_string(limit)
      : stance == "sell" ? s.pick({"half of what we hold: ", "we lighten by "}, 6) + lots_of(lots)
                         : s.pick({"the analyst sees no gap worth a trade", "nothing to do in ",
                                   "no order today, least of all in "},
                                  6);
  if (stance == "hold" && why.ends_with("in ")) why += good;
  if (stance == "hold" || lots == 0) {
    if (stance != "hold")
      why = stance == "buy" ? "too little free money for a lot" : "there is nothing to sell";
    side = "hold", lots = 0, limit = 0;
  }
  return Json::object(
      {{"good", good}, {"limit_ticks", limit}, {"lots", lots}, {"reason", why}, {"side", side}});
}

Json risk(const Seat& s) {
  const Json& order = s.output("quant");
  const Json& delta = s.output("delta");
  const Json& brief = s.output("news");
  const std::int64_t lots = order.int_or("lots", 0);
  const std::int64_t worth = delta.int_or("worth_bps", 0);
  const std::int64_t gap = delta.int_or("mark_gap_bps", 0);
  const bool buying = order.str_or("side", "") == "buy";
  const Json& m = s.quote(order.str_or("good", ""));
  const auto say = [&](const char* objection, std::int64_t severity, std::int64_t most,
                       const std::string& why) {
    return Json::object({{"lots_max", std::clamp<std::int64_t>(most, 0, 50)},
                         {"objection", objection},
                         {"reason", why},
                         {"severity", std::clamp<std::int64_t>(severity, 0, 100)}});
  };
  if (lots == 0) return say("none", 0, 0, "nothing is proposed");
  const bool against = brief.str_or("good", "") == order.str_or("good", "") &&
                       brief.str_or("direction", "") == (buying ? "down" : "up");
  if (against) return say("news", 70, lots / 2, "the news says the opposite");
  if (worth > 1'500) return say("size", 60, lots / 2, "the order is too large for the fund");
  if (delta.int_or("held_after", 0) > 20)
    return say("concentration", 65, 2, "we would hold too much of one good");
  if ((buying && gap > 500) || (!buying && gap < -500))
    return say("price", 55, lots, "the limit is too far off the mark");
  const std::int64_t depth = m.int_or(buying ? "ask_lots" : "bid_lots", 0);
  if (depth < lots)
    return say("liquidity", 35, std::max<std::int64_t>(1, depth),
               "only " + std::to_string(depth) + " lots stand at the best price");
  return say("none", 10, lots,
             s.pick({"size and price are in bounds", "I find nothing against it",
                     "the worst case is small"},
                    3));
}

Json vote(const Seat& s) {
  const Json& order = s.output("quant");
  const Json& dissent = s.output("risk");
  const std::string seat = s.ask.facts.str_or("seat", "");
  const std::int64_t severity = dissent.int_or("severity", 0);
  const std::int64_t bar = seat == "risk"        ? 40
                           : seat == "oversight" ? 50
                           : seat == "quant"     ? 70
                                                 : 60;
  const std::int64_t sure = s.output("analyst").int_or("confidence", 50);
  std::string choice = severity >= bar ? "reject" : "approve";
  const std::string weight = std::to_string(severity);
  std::string why =
      severity >= bar
          ? s.pick({"the objection on ", "I share the worry about "}, 4) +
                dissent.str_or("objection", "") + s.pick({", it weighs ", ", at "}, 7) + weight
      : severity >= 30 ? "the objection weighs " + weight + ", I can live with that"
                       : s.pick({"the gap is worth the risk", "the plan is sound",
                                 "risk is bounded and the reason clear", "small, and for a reason"},
                                4);
  if (order.str_or("side", "hold") == "hold") {
    choice = "approve";
    why = s.pick({"to hold costs nothing", "no order, no risk", "waiting is free"}, 8);
  } else if (choice == "approve" && sure < 45 && seat == "analyst") {
    choice = "abstain";
    why = "I am only " + std::to_string(sure) + " sure of my own price";
  }
  const std::int64_t distance = severity > bar ? severity - bar : bar - severity;
  return Json::object({{"confidence", std::clamp<std::int64_t>(50 + distance / 2, 0, 100)},
                       {"reason", why},
                       {"vote", choice}});
}

Json oversight(const Seat& s) {
  const Json& order = s.output("quant");
  const Json& dissent = s.output("risk");
  const Json* counts = s.output("vote").find("counts");
  const std::int64_t against = counts != nullptr ? counts->int_or("reject", 0) : 0;
  std::int64_t lots = order.int_or("lots", 0);
  const std::int64_t most = dissent.int_or("lots_max", lots);
  // Two of five against is one too many for a signature.
  if (lots == 0 || most == 0 || against > 1)
    return Json::object({{"decision", "hold"},
                         {"limit_ticks", 0},
                         {"lots", 0},
                         {"reason", lots == 0   ? "there is nothing to sign"
                                    : most == 0 ? "risk allows no lot of it"
                                                : "two voted against, I hold it back"}});
  const bool smaller = most < lots;
  lots = std::min(lots, most);
  return Json::object(
      {{"decision", "sign"},
       {"limit_ticks", order.int_or("limit_ticks", 0)},
       {"lots", lots},
       {"reason", smaller       ? "signed, cut to what risk allows"
                  : against > 0 ? "signed with " + std::to_string(against) + " against"
                                : "signed as proposed"}});
}

}  // namespace

Json sit_at_desk(const Ask& ask) {
  const Seat seat(ask);
  if (ask.task == "desk.news") return news(seat);
  if (ask.task == "desk.analyst") return analyst(seat);
  if (ask.task == "desk.quant") return quant(seat);
  if (ask.task == "desk.risk") return risk(seat);
  if (ask.task == "desk.vote") return vote(seat);
  if (ask.task == "desk.oversight") return oversight(seat);
  return {};
}

}  // namespace wood
