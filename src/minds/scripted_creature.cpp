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
using scripted::Need;
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
  if (t.step != 1 || !t.feels("look") || !may_look(t.ask)) return {};
  const std::string what = next.str_or("act", "");
  if (what == "buy" || what == "sell" || what == "short")
    return act(t.pick({"what would this order cost me?", "first the fees and the margin"}, 22),
               "what_if",
               {{"side", what},
                {"good", next.at("good")},
                {"lots", next.at("lots")},
                {"price", next.at("price")}});
  if (what == "order")
    return next.at("good").string() == "firewood"
               ? act("how did the price come here?", "history", {{"good", next.at("good")}})
               : act("is that still the price?", "quote", {{"good", next.at("good")}});
  if (what == "lend" || what == "swap")
    return act("how far do I trust them?", "trust", {{"to", next.at("to")}});
  if (what == "replace" || what == "cancel") {
    const auto& orders = t.d.orders;
    const auto it = std::find_if(orders.begin(), orders.end(), [&](const CreatureDigest::Order& o) {
      return o.order == next.int_or("order", 0);
    });
    if (it != orders.end()) return act("how deep is the book?", "depth", {{"good", it->good}});
  }
  if (what == "finish") return act("what have I got?", "portfolio", {});
  return {};
}

// After a what_if: the order it asked about, if nothing spoke against it.
Idea leap(const Table& t) {
  const Json* looked = t.ask.facts.find("looked");
  if (t.step < 2 || looked == nullptr || looked->items().empty()) return {};
  const Json& last = looked->items().back();
  const Json* asked = last.find("asked");
  const Json* answer = last.find("answer");
  if (asked == nullptr || answer == nullptr || asked->str_or("act", "") != "what_if") return {};
  const std::string side = asked->str_or("side", "");
  const std::string refusal = answer->str_or("refusal", "none");
  if (refusal != "none") return act("the exchange would refuse it", "finish", {});
  if (side != "buy" && side != "sell" && side != "short") return {};
  return act(
      t.pick({"the costs are fine, I ", "nothing against it, I "}, 23) + side, side.c_str(),
      {{"good", asked->at("good")}, {"lots", asked->at("lots")}, {"price", asked->at("price")}});
}

std::string why_finish(const Table& t) {
  if (t.d.frozen) return "frozen, I can do nothing";
  for (const Need& n : t.d.needs)
    if (n.kind == Need::Kind::hungry || n.kind == Need::Kind::cold)
      return t.pick({"I go without tonight", "too dear, I endure"}, 24);
  if (t.poor()) return t.pick({"my purse is thin, I wait", "I wait for buyers"}, 24);
  if (t.temper == Temper::hoards) return t.pick({"patience is cheap", "I sit on what I have"}, 24);
  if (t.temper == Temper::distrusts)
    return t.pick({"nothing is far from its worth", "let others hurry"}, 24);
  return t.pick({"fed and warm, enough for today", "nothing more to gain now"}, 24);
}

Json finish(const Table& t) { return act(why_finish(t), "finish", {}); }

}  // namespace

Json dump_creature(const Ask& ask, const std::string& good) {
  const Table t(ask);
  if (t.d.still()) return {};
  for (const scripted::Good& g : t.d.goods) {
    const std::int64_t lots = std::min<std::int64_t>(g.own - g.asked, 10);
    if (g.name != good || g.halted || lots < 1) continue;
    return act("I was told to be rid of it, whatever it brings", "sell",
               {{"good", g.name}, {"lots", lots}, {"price", t.inside(g, 1)}});
  }
  return {};
}

Json play_creature(const Ask& ask) {
  using namespace scripted;
  const Table t(ask);
  if (t.d.still()) return finish(t);
  if (Idea found = leap(t)) return *found;
  // Who only needs and sells would never speak: when the tongue itches it goes before the harvest.
  const bool social = t.feels("talk") || t.feels("deal");
  const std::initializer_list<Idea (*)(const Table&)> sober = {
      answer_offers, keep_alive,  act_on_tip, cover_short, sell_harvest,
      tend_orders,   act_on_news, stock_up,   make_deal,   trade_by_temper};
  const std::initializer_list<Idea (*)(const Table&)> chatty = {
      answer_offers, keep_alive,  act_on_tip,  talk,     make_deal,      cover_short,
      sell_harvest,  tend_orders, act_on_news, stock_up, trade_by_temper};
  for (const auto idea : social ? chatty : sober)
    if (Idea found = idea(t)) {
      if (Idea look = look_first(t, *found)) return *look;
      return *found;
    }
  Json done = finish(t);
  if (Idea look = look_first(t, done)) return *look;
  return done;
}

}  // namespace wood
