// How a creature plays by rule: what is offered, tonight's needs, what it was told, what it makes,
// then its temper and its tongue. The first idea that can be done now is done; there are as many
// acts a turn as rounds, so the order of ideas is the order of what matters.
#include <algorithm>

#include "minds/scripted.h"
#include "minds/scripted_table.h"

namespace wood {
namespace {

using scripted::act;
using scripted::Idea;
using scripted::Table;
using scripted::Temper;

bool may_look(const Ask& ask) {
  const Json* options = ask.schema.find("oneOf");
  if (options == nullptr) return false;
  return std::any_of(options->items().begin(), options->items().end(), [](const Json& option) {
    const Json* properties = option.find("properties");
    const Json* act_schema = properties != nullptr ? properties->find("act") : nullptr;
    return act_schema != nullptr && act_schema->str_or("const", "") == "what_if";
  });
}

// Now and then it looks before it leaps: at the cost of an order, at the book, at its partner.
Idea look_first(const Table& t, const Json& next) {
  if (t.step != 1 || !t.chance.ppm(90'000, 20) || !may_look(t.ask)) return {};
  const std::string what = next.str_or("act", "");
  if (what == "buy" || what == "sell" || what == "short") {
    if (t.chance.ppm(250'000, 21))
      return act("how deep is the book in " + next.at("good").string() + "?", "depth",
                 {{"good", next.at("good")}});
    return act(t.pick({"what would this order cost me?", "first the fees and the margin",
                       "what if I did?"},
                      22),
               "what_if",
               {{"side", what},
                {"good", next.at("good")},
                {"lots", next.at("lots")},
                {"price", next.at("price")}});
  }
  if (what == "order")
    return act("is that still the price?", t.chance.ppm(500'000, 21) ? "quote" : "history",
               {{"good", next.at("good")}});
  if (what == "lend" || what == "swap")
    return act("how far do I trust them?", "trust", {{"to", next.at("to")}});
  if (what == "finish") return act("what have I got?", "portfolio", {});
  return {};
}

// After a what_if: the order it asked about, if nothing spoke against it.
Idea leap(const Table& t) {
  const auto& looked = t.list("looked");
  if (t.step < 2 || looked.empty()) return {};
  const Json& last = looked.back();
  const Json* asked = last.find("asked");
  const Json* answer = last.find("answer");
  if (asked == nullptr || answer == nullptr || asked->str_or("act", "") != "what_if") return {};
  const std::string side = asked->str_or("side", "");
  const std::string refusal = answer->str_or("refusal", "none");
  if (refusal != "none") return act("the exchange would say " + refusal, "finish", {});
  if (side != "buy" && side != "sell" && side != "short") return {};
  return act(
      t.pick({"the costs are fine, I ", "nothing against it, I ", "as I thought, I "}, 23) + side,
      side.c_str(),
      {{"good", asked->at("good")}, {"lots", asked->at("lots")}, {"price", asked->at("price")}});
}

// Whether tonight's meal and fire are in store.
bool comfortable(const Table& t) {
  std::int64_t foods = 0, wood = 0;
  for (const scripted::Good& g : t.goods) {
    foods += g.food && g.have > 0;
    if (g.name == "firewood") wood = g.have;
  }
  return foods >= t.meal_kinds && wood >= t.burn;
}

std::string why_finish(const Table& t) {
  if (t.frozen) return "frozen, I can do nothing";
  if (t.free_mp < t.reserve_mp())
    return t.pick({"my purse is thin, I wait", "too few pebbles to trade", "I wait for buyers"},
                  24);
  if (!comfortable(t))
    return t.pick({"nobody sells what I need", "I go without tonight", "too dear, I endure"}, 24);
  if (t.temper == Temper::hoards)
    return t.pick({"patience is cheap", "nothing is cheap enough", "I sit on what I have"}, 24);
  if (t.temper == Temper::distrusts)
    return t.pick({"nothing is far from its worth", "let others hurry", "I have what I need"}, 24);
  return t.pick({"fed and warm, enough for today", "nothing more to gain now", "I have what I need",
                 "let the others trade"},
                24);
}

Json finish(const Table& t) { return act(why_finish(t), "finish", {}); }

}  // namespace

Json play_creature(const Ask& ask) {
  using namespace scripted;
  const Table t(ask);
  if (t.frozen || t.messages_left < 1) return finish(t);
  if (Idea found = leap(t)) return *found;
  // A creature that only needs and sells would never speak: in a third of the rounds the tongue
  // goes before the harvest.
  const bool chatty = t.round > 1 && t.chance.ppm(330'000, 25);
  const std::initializer_list<Idea (*)(const Table&)> sober = {
      answer_offers, keep_alive, act_on_tip, cover_short,     sell_harvest, tend_orders,
      act_on_news,   stock_up,   make_deal,  trade_by_temper, talk};
  const std::initializer_list<Idea (*)(const Table&)> social = {
      answer_offers, keep_alive,  act_on_tip,  talk,     make_deal,      cover_short,
      sell_harvest,  tend_orders, act_on_news, stock_up, trade_by_temper};
  for (const auto idea : chatty ? social : sober)
    if (Idea found = idea(t)) {
      if (Idea look = look_first(t, *found)) return *look;
      return *found;
    }
  Json done = finish(t);
  if (Idea look = look_first(t, done)) return *look;
  return done;
}

}  // namespace wood
