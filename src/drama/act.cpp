// What a command does: orders through controls and book, speech, and the entries that say so.
#include <algorithm>
#include <set>

#include "core/check.h"
#include "drama/world.h"

namespace wood {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

// The command behind an order: of its own entry if it rests, else of the one being handled.
Seq command_of(const World& world, OrderId order, Seq otherwise) {
  const auto it = world.orders.find(order.value);
  return it == world.orders.end() ? otherwise : it->second.command;
}

void digest_trade(World& world, const Trade& trade, Seq command, int actor, Digested& out) {
  const Seq taker = command_of(world, trade.taker, command);
  const Seq maker = command_of(world, trade.maker, Seq{});
  const bool buyer_took = trade.taker_side == Side::bid;
  SeenTrade seen{static_cast<int>(trade.good.value),
                 trade.price,
                 trade.lots,
                 world.being_of(trade.buyer),
                 world.being_of(trade.seller),
                 buyer_took,
                 buyer_took ? taker : maker,
                 buyer_took ? maker : taker,
                 Seq{}};
  out.trades.push_back(seen);
  if (maker.some()) out.makers.push_back(maker);
  if (const auto it = world.orders.find(trade.maker.value); it != world.orders.end()) {
    it->second.filled += trade.lots;
    if (trade.maker_left.value == 0) world.orders.erase(it);
  }
  ++world.counts.trades;
  world.counts.lots += trade.lots.value;
  if (actor < 0 || (seen.buyer != actor && seen.seller != actor)) return;
  const bool bought = seen.buyer == actor;
  out.filled += trade.lots;
  out.value += world.exchange.value(trade.good, trade.price, trade.lots);
  out.fee += bought ? trade.buyer_fee : trade.seller_fee;
  out.fills.push_back(Json::object({{"lots", trade.lots.value},
                                    {"price", trade.price.value},
                                    {"with", world.who(bought ? trade.seller : trade.buyer)}}));
}

void digest_cancel(World& world, const OrderCancelled& event, Digested& out) {
  const auto it = world.orders.find(event.order.value);
  if (it == world.orders.end()) return;
  if (event.why == CancelReason::asked)
    out.cancels.push_back({it->second.who, static_cast<int>(event.good.value), it->second.lots,
                           it->second.filled, it->second.command, Seq{}});
  world.orders.erase(it);
}

std::string state_of(const Placed& placed) {
  if (placed.resting.value > 0) return "rests";
  return placed.filled.value > 0 ? "filled" : "cancelled";
}

// The check entry of a message; whether it passed stands in it.
Seq check_entry(World& world, int who, Json order, Seq command) {
  Json body = json(world.exchange.report(), world.exchange);
  for (auto& [key, value] : order.members()) body.set(key, std::move(value));
  body.set("who", world.beings[at(who)].name);
  return world.sink.append({EntryKind::check, "exchange", {command}, world.turn, std::move(body)});
}

// Selling short, or under an ally's offer, what an ally makes breaks a promise.
void watch_promises(World& world, int who, const NewOrder& order, const MarketEvents& events,
                    Seq command) {
  const int good = static_cast<int>(order.good.value);
  if (order.side != Side::ask) return;
  for (const MarketEvent& event : events)
    if (const auto* trade = std::get_if<Trade>(&event);
        trade != nullptr && trade->borrowed.value > 0 && world.being_of(trade->seller) == who) {
      world.bank.broke(world, who, Promise::no_short, good, command);
      break;
    }
  for (const auto& [id, open] : world.orders) {
    const Order* resting = world.exchange.order({id});
    if (open.who == who || resting == nullptr || world.exchange.good_of({id}) != order.good ||
        resting->side != Side::ask || order.price >= resting->price)
      continue;
    if (world.bank.promised(who, Promise::no_undercut, open.who)) {
      world.bank.broke(world, who, Promise::no_undercut, good, command);
      break;
    }
  }
}

Seq order_event(World& world, int who, const Placed& placed, Json body, const Digested& done,
                Seq check) {
  body.set("who", world.beings[at(who)].name);
  body.set("order", placed.order.value);
  body.set("filled", done.filled.value);
  body.set("value_mp", done.value.value);
  body.set("fee_mp", done.fee.value);
  body.set("fills", Json(done.fills));
  body.set("state", state_of(placed));
  std::vector<Seq> from = done.makers;
  from.push_back(check);
  return world.event("order", std::move(from), std::move(body), "exchange");
}

}  // namespace

Digested digest(World& world, const MarketEvents& events, Seq command, int actor) {
  Digested out;
  for (const MarketEvent& event : events) {
    if (const auto* trade = std::get_if<Trade>(&event))
      digest_trade(world, *trade, command, actor, out);
    else if (const auto* cancel = std::get_if<OrderCancelled>(&event))
      digest_cancel(world, *cancel, out);
  }
  return out;
}

void note(World& world, const Digested& digested, Seq event) {
  std::set<int> beings;
  std::set<int> goods;
  for (SeenTrade trade : digested.trades) {
    trade.event = event;
    world.magistrate.trade(trade);
    goods.insert(trade.good);
    beings.insert({trade.buyer, trade.seller});
  }
  for (SeenCancel cancel : digested.cancels) {
    cancel.event = event;
    world.magistrate.cancelled(cancel, world.turn);
    goods.insert(cancel.good);
    beings.insert(cancel.who);
  }
  beings.erase(-1);
  for (const int being : beings) world.beings[at(being)].touched.push_back(event);
  for (const int good : goods) world.touched[at(good)].push_back(event);
}

Seq record_market(World& world, const MarketEvents& events, Seq cause, std::string_view what) {
  if (events.empty()) return {};
  Digested done = digest(world, events, cause, -1);
  Json list = Json::array();
  for (const MarketEvent& event : events) list.push(json(event, world.exchange));
  std::vector<Seq> from = done.makers;
  for (const SeenCancel& cancel : done.cancels) from.push_back(cancel.command);
  from.push_back(cause);
  const std::string text = list.dump();
  Json body = Json::object({{"count", static_cast<std::int64_t>(events.size())}});
  if (text.size() <= 8'192) body.set("events", std::move(list));
  else body.set("blob", world.sink.blob(text));
  const Seq event = world.event(what, std::move(from), std::move(body), "exchange");
  note(world, done, event);
  return event;
}

Seq place_order(World& world, int who, const NewOrder& order, Seq command) {
  MarketEvents events;
  const Placed placed = world.exchange.place(order, events);
  ++world.counts.orders;
  const Json body = Json::object({{"good", world.goods[at(static_cast<int>(order.good.value))]},
                                  {"kind", name(order.kind)},
                                  {"lots", order.lots.value},
                                  {"price", order.price.value},
                                  {"side", order.side == Side::bid ? "buy" : "sell"}});
  const Seq check = check_entry(world, who, body, command);
  if (!placed.admitted()) {
    ++world.counts.refused;
    world.beings[at(who)].touched.push_back(check);
    return check;
  }
  // Orders of the being that rest are known by number before their trades are looked at.
  if (placed.resting.value > 0)
    world.orders[placed.order.value] = {who, command, order.lots, placed.filled};
  const Digested done = digest(world, events, command, who);
  const Seq event = order_event(world, who, placed, body, done, check);
  note(world, done, event);
  world.beings[at(who)].touched.push_back(event);
  world.touched[at(static_cast<int>(order.good.value))].push_back(event);
  watch_promises(world, who, order, events, command);
  return event;
}

Seq replace_order(World& world, int who, const ReplaceOrder& order, Seq command) {
  const auto it = world.orders.find(order.order.value);
  if (it == world.orders.end() || it->second.who != who)
    return refuse(world, who, "replace", "unknown_order", command);
  const OpenOrder before = it->second;
  const GoodId good = world.exchange.good_of(order.order);
  const Order* resting = world.exchange.order(order.order);
  const bool buy = resting != nullptr && resting->side == Side::bid;
  MarketEvents events;
  const Placed placed = world.exchange.replace(order, events);
  ++world.counts.orders;
  const Json body = Json::object({{"good", world.goods[at(static_cast<int>(good.value))]},
                                  {"kind", "replace"},
                                  {"lots", order.lots.value},
                                  {"price", order.price.value},
                                  {"side", buy ? "buy" : "sell"}});
  const Seq check = check_entry(world, who, body, command);
  if (!placed.admitted()) {
    ++world.counts.refused;
    world.beings[at(who)].touched.push_back(check);
    return check;
  }
  Digested done = digest(world, events, command, who);
  world.orders.erase(order.order.value);
  if (placed.resting.value > 0)
    world.orders[order.order.value] = {who, command, order.lots, placed.filled};
  done.makers.push_back(before.command);
  const Seq event = order_event(world, who, placed, body, done, check);
  note(world, done, event);
  world.beings[at(who)].touched.push_back(event);
  world.touched[at(static_cast<int>(good.value))].push_back(event);
  return event;
}

Seq cancel_order(World& world, int who, OrderId order, Seq command) {
  const auto it = world.orders.find(order.value);
  if (it == world.orders.end() || it->second.who != who)
    return refuse(world, who, "cancel", "unknown_order", command);
  const OpenOrder before = it->second;
  const int good = static_cast<int>(world.exchange.good_of(order).value);
  const Order* resting = world.exchange.order(order);
  const bool buy = resting != nullptr && resting->side == Side::bid;
  MarketEvents events;
  const OrderRefusal reason = world.exchange.cancel(world.beings[at(who)].account, order, events);
  if (reason != OrderRefusal::none) return refuse(world, who, "cancel", name(reason), command);
  const Digested done = digest(world, events, command, who);
  const Seq event = world.event("cancelled", {before.command, command},
                                Json::object({{"filled", before.filled.value},
                                              {"good", world.goods[at(good)]},
                                              {"lots", before.lots.value},
                                              {"order", order.value},
                                              {"side", buy ? "buy" : "sell"},
                                              {"who", world.beings[at(who)].name}}),
                                "exchange");
  note(world, done, event);
  return event;
}

void speak(World& world, int from, int to, const std::string& text, Seq command) {
  const std::string& speaker = world.beings[at(from)].name;
  const std::string listener = to < 0 ? "all" : world.beings[at(to)].name;
  const Json body = Json::object({{"from", speaker}, {"text", text}, {"to", listener}});
  const Seq event = world.event(to < 0 ? "said" : "whispered", {command}, body);
  Audience audience;
  if (to >= 0)
    audience = {Audience::Kind::named, {std::min(speaker, listener), std::max(speaker, listener)}};
  Json data = body;
  data.set("turn", world.turn);
  const FactPtr fact = world.facts.publish(world.sink, {.by = speaker,
                                                        .from = {event},
                                                        .turn = world.turn,
                                                        .audience = audience,
                                                        .kind = "talk",
                                                        .channel = to < 0 ? "talk" : "whisper",
                                                        .keep = to < 0 ? 6U : 3U,
                                                        .data = std::move(data)});
  world.firewall.told(text, audience, fact->entry, Firewall::Way::speech, world.turn);
  world.firewall.wrote(speaker, text, world.turn);
  const Tip* tip = world.magistrate.find_tip(text);
  if (tip == nullptr) return;
  const std::int64_t id = tip->id;
  for (int being = 0; being < static_cast<int>(world.beings.size()); ++being)
    if (being != from && (to < 0 || being == to))
      world.magistrate.told(id, being, from, world.turn, event);
}

Seq refuse(World& world, int who, std::string_view act, std::string_view reason, Seq command) {
  ++world.counts.refused;
  const Seq event = world.event(
      "refused", {command},
      Json::object({{"act", act}, {"reason", reason}, {"who", world.beings[at(who)].name}}));
  world.beings[at(who)].touched.push_back(event);
  return event;
}

}  // namespace wood
