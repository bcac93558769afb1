#include "agents/tools.h"

#include <algorithm>
#include <bit>

#include "core/text.h"
#include "market/portfolio.h"
#include "pipeline/expr.h"

namespace wood {
namespace {

constexpr std::int64_t kPriceMax = 1'000'000;
constexpr std::int64_t kPebblesMax = 1'000'000'000;
constexpr std::size_t kOthersShown = 12;  // names in an enum: a crowd would fill the prompt

Json integer(std::int64_t low, std::int64_t high) {
  return Json::object({{"maximum", high}, {"minimum", low}, {"type", "integer"}});
}
Json text(std::int64_t max) {
  return Json::object({{"maxLength", max}, {"minLength", 1}, {"type", "string"}});
}
Json one_of(const std::vector<std::string>& names) {
  return Json::object({{"enum", Json::list(names)}, {"type", "string"}});
}

struct Field {
  const char* name;
  Json schema;
};

// One option: {"reason", "act": const, fields…}, all required, in this order.
Json option(const std::string& act, const std::vector<Field>& fields) {
  Json properties =
      Json::object({{"act", Json::object({{"const", act}, {"type", "string"}})},
                    {"reason", Json::object({{"maxLength", kReasonMax}, {"type", "string"}})}});
  Json required = Json::list(std::vector<std::string>{"reason", "act"});
  for (const Field& field : fields) {
    properties.set(field.name, field.schema);
    required.push(field.name);
  }
  return Json::object({{"properties", std::move(properties)},
                       {"required", std::move(required)},
                       {"type", "object"}});
}

// What of the view the enums and bounds are made of.
struct Around {
  std::vector<std::string> goods, buyable, held, others;
  std::vector<std::string> goods_or_none;
  std::string me;
  Json orders = Json::array(), offered = Json::array();
  std::int64_t lots_max = 60, held_max = 0;
  std::int64_t price_low = 1, price_high = kPriceMax;
  bool idle = false;  // may send no orders now
};

// Somebody who can be spoken to; the list stays short in a crowd.
void know(Around& scope, const std::string& name) {
  if (name.empty() || name == scope.me || name == "all" || scope.others.size() == kOthersShown)
    return;
  if (std::find(scope.others.begin(), scope.others.end(), name) == scope.others.end())
    scope.others.push_back(name);
}

void know_others(Around& scope, const Json& facts) {
  for (const char* kind : {"deal", "tip", "talk"})
    if (const Json* list = facts.find(kind))
      for (const Json& item : list->items()) {
        know(scope, item.str_or("from", ""));
        if (std::string_view(kind) == "deal") know(scope, item.str_or("to", ""));
      }
  if (const Json* rules = facts.find("rules"))
    if (const Json* creatures = rules->find("creatures"))
      for (const Json& name : creatures->items()) know(scope, name.string());
  if (const Json* memory = facts.find("memory"))
    if (const Json* trust = memory->find("trust"))
      for (const auto& [name, value] : trust->members()) know(scope, name);
}

void measure_market(Around& scope, const Json& facts, std::int64_t collar_bps,
                    const std::string& makes) {
  const Json* self = facts.find("self");
  const Json* stores = self != nullptr ? self->find("stores") : nullptr;
  const Json* market = facts.find("market");
  std::int64_t low = 0, high = 0;
  if (market != nullptr)
    for (const Json& item : market->items()) {
      const std::string good = item.str_or("good", "");
      scope.goods.push_back(good);
      if (good != makes) scope.buyable.push_back(good);
      const std::int64_t held = stores != nullptr ? stores->int_or(good, 0) : 0;
      if (held > 0) scope.held.push_back(good);
      scope.held_max = std::max(scope.held_max, held);
      const std::int64_t mark = std::max<std::int64_t>(1, item.int_or("mark", 1));
      low = low == 0 ? mark : std::min(low, mark);
      high = std::max(high, mark);
    }
  // Rounded up, so that readers with like stores share a schema, and with it a grammar and a blob.
  scope.held_max = static_cast<std::int64_t>(
      std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(1, scope.held_max))));
  scope.goods_or_none = scope.goods;
  scope.goods_or_none.push_back("none");
  if (high == 0 || collar_bps <= 0) return;
  // Outwards to round numbers, so that the bounds stay the same from one day to the next.
  const std::int64_t lowest = low - mul_div(low, collar_bps, 10'000, Round::down);
  const std::int64_t highest = high + mul_div(high, collar_bps, 10'000, Round::down);
  scope.price_low = std::max<std::int64_t>(1, lowest / 100 * 100);
  scope.price_high = std::min(kPriceMax, (highest / 100 + 1) * 100);
}

Around around(const Json& facts) {
  Around out;
  const Json* persona = facts.find("persona");
  const Json* rules = facts.find("rules");
  out.me = persona != nullptr ? persona->str_or("name", "") : "";
  if (rules != nullptr) out.lots_max = std::max<std::int64_t>(1, rules->int_or("lots_max", 60));
  measure_market(out, facts, rules != nullptr ? rules->int_or("collar_bps", 0) : 0,
                 persona != nullptr ? persona->str_or("makes", "") : "");
  know_others(out, facts);
  if (const Json* deals = facts.find("deal"))
    for (const Json& deal : deals->items())
      if (deal.str_or("state", "") == "offered" && deal.str_or("to", "") == out.me)
        out.offered.push(deal.int_or("deal", 0));
  if (const Json* self = facts.find("self")) {
    out.idle = self->bool_or("frozen", false) || self->int_or("messages_left", 1) == 0;
    if (const Json* orders = self->find("orders"))
      for (const Json& order : orders->items()) out.orders.push(order.int_or("order", 0));
  }
  return out;
}

void add_orders(Json& options, const Around& scope) {
  if (scope.goods.empty()) return;
  const Json lots = integer(1, scope.lots_max);
  const Json price = integer(scope.price_low, scope.price_high);
  if (!scope.buyable.empty())
    options.push(
        option("buy", {{"good", one_of(scope.buyable)}, {"lots", lots}, {"price", price}}));
  if (!scope.held.empty())
    options.push(option("sell", {{"good", one_of(scope.held)},
                                 {"lots", integer(1, std::min(scope.lots_max, scope.held_max))},
                                 {"price", price}}));
  options.push(option("short", {{"good", one_of(scope.goods)}, {"lots", lots}, {"price", price}}));
  // An option a side: what it makes cannot even be written behind "buy".
  const auto order = [&](const char* side, const std::vector<std::string>& goods) {
    if (goods.empty()) return;
    options.push(option("order", {{"side", one_of({side})},
                                  {"kind", one_of({"limit", "market", "ioc", "fok", "post"})},
                                  {"good", one_of(goods)},
                                  {"lots", lots},
                                  {"price", price}}));
  };
  order("buy", scope.buyable);
  order("sell", scope.held);
  if (scope.orders.items().empty()) return;
  const Json mine = Json::object({{"enum", scope.orders}, {"type", "integer"}});
  options.push(option("cancel", {{"order", mine}}));
  options.push(option("replace", {{"order", mine}, {"lots", lots}, {"price", price}}));
}

void add_answers(Json& options, const Around& scope) {
  if (scope.offered.items().empty()) return;
  const Json offers = Json::object({{"enum", scope.offered}, {"type", "integer"}});
  options.push(option("accept", {{"deal", offers}}));
  options.push(option("refuse", {{"deal", offers}}));
}

void add_talk(Json& options, const Around& scope) {
  options.push(option("say", {{"text", text(kTextMax)}}));
  if (scope.others.empty()) return;
  const Json to = one_of(scope.others);
  const Json turns = integer(1, 20);
  const Json lots = integer(0, scope.lots_max);
  const Json some = integer(1, scope.lots_max);
  const Json pledge = one_of(scope.goods_or_none);
  options.push(option("whisper", {{"to", to}, {"text", text(kTextMax)}}));
  options.push(option("lend", {{"to", to},
                               {"principal_mp", integer(1, kPebblesMax)},
                               {"rate_bps", integer(0, 10'000)},
                               {"turns", turns},
                               {"good", pledge},
                               {"lots", lots}}));
  if (!scope.goods.empty())
    options.push(option("swap", {{"to", to},
                                 {"give_good", one_of(scope.goods)},
                                 {"give_lots", some},
                                 {"take_good", one_of(scope.goods)},
                                 {"take_lots", some}}));
  options.push(option("ally", {{"to", to},
                               {"promise", one_of({"no_short", "no_undercut", "share_tips"})},
                               {"turns", turns}}));
  options.push(option(
      "gift",
      {{"to", to}, {"good", pledge}, {"lots", lots}, {"pebbles_mp", integer(0, kPebblesMax)}}));
}

void add_looks(Json& options, const Around& scope) {
  if (!scope.goods.empty()) {
    const Json good = one_of(scope.goods);
    for (const char* act : {"quote", "depth", "history"})
      options.push(option(act, {{"good", good}}));
    options.push(option("what_if", {{"side", one_of({"buy", "sell", "short"})},
                                    {"good", good},
                                    {"lots", integer(1, scope.lots_max)},
                                    {"price", integer(scope.price_low, scope.price_high)}}));
  }
  options.push(option("portfolio", {}));
  options.push(option("deals", {}));
  if (!scope.others.empty()) options.push(option("trust", {{"to", one_of(scope.others)}}));
  options.push(option("calculate", {{"expression", text(80)}}));
}

Json schema_of(const Around& scope, Looks looks) {
  Json options = Json::array();
  if (!scope.idle) add_orders(options, scope);
  add_answers(options, scope);
  add_talk(options, scope);
  if (looks == Looks::offered) add_looks(options, scope);
  options.push(option("finish", {}));
  return Json::object({{"oneOf", std::move(options)}});
}

Json terms_of(const Json& answer, std::initializer_list<const char*> keys) {
  Json terms = Json::object();
  for (const char* key : keys) {
    const Json* value = answer.find(key);
    if (value == nullptr) continue;
    terms.set(key, value->is(Json::Kind::string) && value->string() == "none" ? Json("") : *value);
  }
  return terms;
}

Json levels(const std::vector<Level>& side) {
  Json out = Json::array();
  for (const Level& level : side)
    out.push(Json::object({{"lots", level.lots.value}, {"price", level.price.value}}));
  return out;
}

Json fact_of_good(const Json& facts, const std::string& good) {
  if (const Json* market = facts.find("market"))
    for (const Json& item : market->items())
      if (item.str_or("good", "") == good) return item;
  return Json::object({{"error", "unknown good"}});
}

Json calculate(const std::string& expression) {
  auto parsed = Expr::parse(expression);
  if (!parsed) return Json::object({{"error", parsed.error().what}});
  auto value = parsed->eval(Scope());
  if (!value) return Json::object({{"error", value.error().what}});
  return Json::object({{"value", std::move(*value)}});
}

// The exchange's number of the reader's open order; -1, which no order has, if he has none such.
std::int64_t order_id(const Json& facts, std::int64_t order) {
  if (const Json* self = facts.find("self"))
    if (const Json* orders = self->find("orders"))
      for (const Json& open : orders->items())
        if (open.int_or("order", 0) == order) return open.int_or("id", -1);
  return -1;
}

}  // namespace

Json json(const Action& action) {
  if (const auto* order = std::get_if<PlaceOrder>(&action))
    return Json::object({{"act", "place"},
                         {"good", order->good},
                         {"kind", order->kind},
                         {"lots", order->lots},
                         {"may_short", order->may_short},
                         {"price", order->price},
                         {"side", order->buy ? "buy" : "sell"}});
  if (const auto* cancel = std::get_if<CancelOrder>(&action))
    return Json::object({{"act", "cancel"}, {"order", cancel->order}});
  if (const auto* replace = std::get_if<ReplaceOpen>(&action))
    return Json::object({{"act", "replace"},
                         {"lots", replace->lots},
                         {"order", replace->order},
                         {"price", replace->price}});
  if (const auto* say = std::get_if<Say>(&action))
    return Json::object(
        {{"act", say->to.empty() ? "say" : "whisper"}, {"text", say->text}, {"to", say->to}});
  if (const auto* offer = std::get_if<OfferDeal>(&action))
    return Json::object(
        {{"act", "offer"}, {"kind", offer->kind}, {"terms", offer->terms}, {"to", offer->to}});
  if (const auto* reply = std::get_if<AnswerDeal>(&action))
    return Json::object({{"act", reply->accept ? "accept" : "refuse"}, {"deal", reply->deal}});
  return Json::object({{"act", "finish"}});
}

Json answer_schema(const Json& facts, Looks looks) { return schema_of(around(facts), looks); }

Json AnswerSchemas::of(const Json& facts, Looks looks) {
  const Around scope = around(facts);
  std::string key = looks == Looks::offered ? "looks" : "acts";
  for (const auto* names : {&scope.goods, &scope.buyable, &scope.held, &scope.others})
    key += "|" + join(*names, ",");
  key += "|" + scope.orders.dump() + scope.offered.dump();
  for (const std::int64_t n : {scope.lots_max, scope.held_max, scope.price_low, scope.price_high,
                               std::int64_t{scope.idle}})
    key += " " + std::to_string(n);
  const auto [it, fresh] = made_.try_emplace(std::move(key));
  if (fresh) it->second = schema_of(scope, looks);
  return it->second;
}

std::optional<Action> action_of(const Json& answer, const Json& facts) {
  const std::string act = answer.str_or("act", "");
  const std::string to = answer.str_or("to", "");
  const auto number = [&](const char* key) { return answer.int_or(key, 0); };
  if (act == "buy" || act == "sell" || act == "short" || act == "order") {
    PlaceOrder order;
    order.good = answer.str_or("good", "");
    order.buy = act == "buy" || (act == "order" && answer.str_or("side", "") == "buy");
    order.may_short = act == "short";
    order.kind = act == "order" ? answer.str_or("kind", "limit") : "limit";
    order.lots = number("lots");
    order.price = order.kind == "market" ? 0 : number("price");
    return order;
  }
  if (act == "cancel") return CancelOrder{order_id(facts, number("order"))};
  if (act == "replace")
    return ReplaceOpen{order_id(facts, number("order")), number("lots"), number("price")};
  if (act == "say" || act == "whisper")
    return Say{act == "say" ? "" : to, answer.str_or("text", "")};
  if (act == "lend")
    return OfferDeal{to, "loan",
                     terms_of(answer, {"principal_mp", "rate_bps", "turns", "good", "lots"})};
  if (act == "swap")
    return OfferDeal{to, "swap",
                     terms_of(answer, {"give_good", "give_lots", "take_good", "take_lots"})};
  if (act == "ally") return OfferDeal{to, "alliance", terms_of(answer, {"promise", "turns"})};
  if (act == "gift") return OfferDeal{to, "gift", terms_of(answer, {"good", "lots", "pebbles_mp"})};
  if (act == "accept" || act == "refuse") return AnswerDeal{number("deal"), act == "accept"};
  if (act == "finish") return FinishTurn{};
  return std::nullopt;
}

Json look(const Json& answer, const Json& facts, const Exchange& exchange, AccountId account) {
  const std::string act = answer.str_or("act", "");
  const GoodId good = exchange.good(answer.str_or("good", ""));
  if (act == "portfolio") return json(portfolio(exchange, account), exchange);
  if (act == "deals")
    return Json::object(
        {{"deals", facts.find("deal") != nullptr ? facts.at("deal") : Json::array()}});
  if (act == "calculate") return calculate(answer.str_or("expression", ""));
  if (act == "trust") {
    const Json* memory = facts.find("memory");
    const Json* trust = memory != nullptr ? memory->find("trust") : nullptr;
    return Json::object(
        {{"trust", trust != nullptr ? trust->int_or(answer.str_or("to", ""), 0) : 0}});
  }
  if (!good.some()) return Json::object({{"error", "unknown good"}});
  if (act == "quote" || act == "history") {
    const Json fact = fact_of_good(facts, answer.str_or("good", ""));
    if (act == "quote") return fact;
    return Json::object(
        {{"marks", fact.find("marks") != nullptr ? fact.at("marks") : Json::array()}});
  }
  if (act == "depth")
    return Json::object({{"asks", levels(exchange.book(good).depth(Side::ask, 3))},
                         {"bids", levels(exchange.book(good).depth(Side::bid, 3))}});
  if (act == "what_if")
    return json(
        what_if(exchange, {.account = account,
                           .good = good,
                           .side = answer.str_or("side", "") == "buy" ? Side::bid : Side::ask,
                           .kind = OrderKind::limit,
                           .price = {answer.int_or("price", 0)},
                           .lots = {answer.int_or("lots", 0)},
                           .may_short = answer.str_or("side", "") == "short"}));
  return Json::object({{"error", "unknown tool"}});
}

}  // namespace wood
