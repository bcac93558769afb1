// The Treasury's desk: five seats of the creatures run its pipeline; the world does what it signs.
#include <algorithm>

#include "core/check.h"
#include "drama/world.h"

namespace wood {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

// What the pipeline may ask of the world: the pre-trade controls, and one order through them.
class DeskEffects : public Effects {
 public:
  explicit DeskEffects(World& world) : world_(world) {}

  [[nodiscard]] bool remote() const override { return false; }  // orders on the Wood's own books

  Result<Effected> perform(const EffectCall& call) override {
    const Json* order = call.args.find("order");
    if (order == nullptr || !order->is(Json::Kind::object))
      return fail(Errc::schema, "effect " + call.effect + " needs an order");
    const GoodId good = world_.exchange.good(order->str_or("good", ""));
    if (!good.some()) return fail(Errc::schema, "no such good: " + order->str_or("good", ""));
    const NewOrder wanted{.account = world_.beings[at(world_.treasury())].account,
                          .good = good,
                          .side = order->str_or("side", "") == "buy" ? Side::bid : Side::ask,
                          .kind = OrderKind::limit,
                          .price = {order->int_or("limit_ticks", 0)},
                          .lots = {order->int_or("lots", 0)},
                          .may_short = false};
    if (call.effect == "pretrade") return pretrade(wanted, *order, call);
    if (call.effect == "execute") return execute(wanted, *order, call);
    return fail(Errc::not_found,
                "the desk has no effect \"" + call.effect + "\"; it has pretrade and execute");
  }

 private:
  Result<Effected> pretrade(const NewOrder& wanted, const Json& order, const EffectCall& call) {
    const ControlReport report = world_.exchange.admission(wanted).report;
    Json body = json(report, world_.exchange);
    for (const auto& [key, value] : order.members()) body.set(key, value);
    body.set("who", "treasury");
    const Seq check = world_.sink.append(
        {EntryKind::check, "exchange", {call.cause}, call.turn, std::move(body)});
    return Effected{Json::object({{"code", name(report.reason)}, {"pass", report.passed()}}),
                    {check}};
  }

  Result<Effected> execute(const NewOrder& wanted, const Json& order, const EffectCall& call) {
    Json body = order;
    body.set("act", "place");
    body.set("who", "treasury");
    const Seq command = world_.command("desk", {call.cause}, std::move(body));
    const Accounts& accounts = world_.exchange.accounts();
    const Money before = accounts.at(wanted.account).purse.cash;
    const Lots held = accounts.stock(wanted.account, wanted.good).net();
    const std::int64_t refused = world_.counts.refused;
    const Seq last = place_order(world_, world_.treasury(), wanted, command);
    const std::int64_t filled = (accounts.stock(wanted.account, wanted.good).net() - held).value;
    const std::int64_t done = filled < 0 ? -filled : filled;
    const bool open = world_.orders.contains(last_order(wanted));
    const std::string state = world_.counts.refused > refused ? "refused"
                              : done == wanted.lots.value     ? "filled"
                              : done > 0                      ? "partial"
                              : open                          ? "resting"
                                                              : "cancelled";
    return Effected{
        Json::object({{"filled_lots", done},
                      {"paid_mp", (before - accounts.at(wanted.account).purse.cash).value},
                      {"state", state}}),
        {command, last}};
  }

  // Number of the treasury's newest open order in the good; -1 if it has none.
  std::int64_t last_order(const NewOrder& wanted) const {
    std::int64_t newest = -1;
    for (const Order& order : world_.exchange.book(wanted.good).own(wanted.account))
      newest = std::max(newest, order.id.value);
    return newest;
  }

  World& world_;
};

// Seats are the creatures' roles; where nobody has a role, the first creature sits in.
Cast cast_of(const World& world) {
  Cast out;
  for (const std::string& seat : world.desk->seats()) {
    int sitting = 0;
    for (int creature = 0; creature < world.treasury(); ++creature)
      if (world.scenario.creatures[at(creature)].role == seat) sitting = creature;
    out[seat] = {world.beings[at(sitting)].name, world.mind_of(sitting)};
  }
  return out;
}

// What every seat is shown of a view: the desk's own facts, not the seat's private ones.
Json shown_data(const View& view, std::int64_t turn) {
  Json all = view.data();
  Json out = Json::object({{"turn", turn}});
  for (const char* kind : {"treasury", "market", "news", "rules"})
    out.set(kind, all.find(kind) != nullptr ? all.at(kind) : Json::object());
  return out;
}

// A view of the desk for one of its members: the treasury's own, and what everyone knows.
View desk_view(World& world, const std::string& member) {
  View view;
  view.reader = member;
  std::vector<FactPtr> facts = world.facts.admitted(member);
  if (const FactPtr own = world.facts.newest("self/treasury")) facts.push_back(own);
  std::vector<Seq> ids;
  Json list = Json::array();
  for (FactPtr& fact : facts) {
    if (fact->kind != "treasury" && fact->kind != "market" && fact->kind != "news" &&
        fact->kind != "rules")
      continue;
    if (std::any_of(view.facts.begin(), view.facts.end(),
                    [&](const FactPtr& f) { return f->entry == fact->entry; }))
      continue;
    CHECK(fact->audience.admits(member));
    ids.push_back(fact->entry);
    list.push(fact->entry.value);
    view.facts.push_back(std::move(fact));
  }
  view.entry = world.sink.append({EntryKind::view, member, std::move(ids), world.turn,
                                  Json::object({{"facts", std::move(list)}, {"reader", member}})});
  world.firewall.shown(static_cast<std::int64_t>(view.facts.size()));
  return view;
}

void publish_treasury(World& world, const Cast& cast) {
  Audience audience{Audience::Kind::named, {}};
  for (const auto& [seat, sits] : cast) audience.names.push_back(sits.by);
  audience.names.push_back("treasury");
  std::sort(audience.names.begin(), audience.names.end());
  audience.names.erase(std::unique(audience.names.begin(), audience.names.end()),
                       audience.names.end());
  Being& fund = world.beings[at(world.treasury())];
  std::vector<Seq> from = std::move(fund.touched);
  fund.touched.clear();
  std::sort(from.begin(), from.end());
  if (from.empty()) from.push_back(world.dawn);
  Json data = self_data(world, world.treasury(), 0);
  const std::string nonce = data.str_or("canary", "");
  const FactPtr fact = world.facts.publish(world.sink, {.by = "world",
                                                        .from = std::move(from),
                                                        .turn = world.turn,
                                                        .audience = std::move(audience),
                                                        .kind = "treasury",
                                                        .channel = "self/treasury",
                                                        .keep = 1,
                                                        .data = std::move(data)});
  world.firewall.plant(nonce, fact->audience, fact->entry);
}

void record_decision(World& world, const Outcome& outcome) {
  Json body = outcome.output.is(Json::Kind::object) ? outcome.output : Json::object();
  body.set("stopped", outcome.stopped);
  const Seq event = world.event("desk", {outcome.last, world.dawn}, std::move(body), "desk");
  world.beings[at(world.treasury())].touched.push_back(event);
}

}  // namespace

Status run_desk(World& world, Panel& panel) {
  if (!world.desk || world.turn % world.scenario.treasury_every != 0) return {};
  publish_market(world, 0);
  const Cast cast = cast_of(world);
  std::set<std::string> members;
  for (const auto& [seat, sits] : cast) members.insert(sits.by);
  world.firewall.seat(std::move(members));
  publish_treasury(world, cast);
  // Yesterday's orders of the fund are off the book before it decides anew.
  MarketEvents events;
  world.exchange.cancel_all(world.beings[at(world.treasury())].account, events);
  record_market(world, events, world.dawn, "market");
  std::map<std::string, View> views;  // one a member and turn
  const auto view_of = [&](const std::string& member) -> const View& {
    const auto it = views.find(member);
    return it != views.end() ? it->second
                             : views.emplace(member, desk_view(world, member)).first->second;
  };
  const std::string first = cast.empty() ? "treasury" : cast.begin()->second.by;
  const View& base = view_of(first);
  DeskEffects effects(world);
  Context context{world.sink, panel, cast, world.desk_memory};
  context.effects = &effects;
  context.from = {base.entry};
  context.turn = world.turn;
  context.seed = world.setup.seed;
  context.swaps = world.desk_swaps;
  context.traits = [&](const std::string& mind) {
    const Json* card = world.setup.cards.find(mind);
    return card != nullptr ? traits_of(*card) : MindTraits{};
  };
  context.show = [&](const Showing& showing) {
    const View& view = view_of(showing.by);
    return Shown{{view.entry}, shown_data(view, world.turn)};
  };
  TRY(const Outcome outcome, run(*world.desk, shown_data(base, world.turn), context));
  record_decision(world, outcome);
  return {};
}

}  // namespace wood
