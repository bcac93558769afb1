// What comes from outside the creatures: the Patron's verbs, the scenario's calendar, the operator.
// All three speak the same small language of acts (docs/formats/inputs.md).
#include <algorithm>
#include <array>
#include <functional>

#include "core/check.h"
#include "drama/world.h"

namespace wood {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

struct Effect {  // of a shock or a legend on the latent value
  const char* kind;
  const char* good;  // "": the one the act names
  std::int64_t shift_ppm;
  const char* direction;
  const char* text;  // of the news; {good} stands for its name
};
constexpr std::array<Effect, 8> kEffects = {{
    {"drought", "", 250'000, "up", "A drought halves the harvest of {good}."},
    {"bumper", "", -200'000, "down", "A bumper harvest of {good} comes in."},
    {"road", "", 150'000, "up", "The road is closed; no {good} comes through."},
    {"bank_run", "honey", -150'000, "down", "They say Oona's hoard cannot pay everyone."},
    {"early_winter", "firewood", 300'000, "up",
     "Winter is early this year; every hearth burns more."},
    {"acorn_mania", "acorns", 600'000, "up", "The Great Acorn Mania: everybody must own acorns."},
    {"hollow_log", "firewood", 400'000, "up",
     "The Hollow Log Trading Company promises riches in firewood."},
    {"run_on_hoard", "honey", -400'000, "down",
     "A run on Oona's hoard: honey is thrown on the market."},
}};

// An act in progress: who does it, its fields, and the command entry it stands in.
struct Act {
  World& world;
  std::string by;
  const Json& body;
  Seq command;

  [[nodiscard]] int being(const char* key) const { return world.find(body.str_or(key, "")); }
  [[nodiscard]] int good() const { return world.scenario.good(body.str_or("good", "")); }
  void refused(std::string_view reason) const {
    world.event("refused", {command},
                Json::object({{"act", body.str_or("act", "")}, {"reason", reason}, {"who", by}}));
  }
  [[nodiscard]] int patron() const { return world.patron(); }
};

void do_shock(Act act) {
  World& world = act.world;
  const std::string kind = act.body.str_or("kind", "");
  const auto effect = std::find_if(kEffects.begin(), kEffects.end(),
                                   [&](const Effect& e) { return kind == e.kind; });
  if (effect == kEffects.end()) return act.refused("unknown_kind");
  const std::string name = *effect->good != '\0' ? effect->good : act.body.str_or("good", "");
  const int good = world.scenario.good(name);
  const std::int64_t turns = std::clamp<std::int64_t>(act.body.int_or("turns", 3), 1, 1'000);
  world.running.push_back({kind, good, world.turn + turns - 1});
  if (good >= 0) world.anchor[at(good)] = shifted(world.anchor[at(good)], effect->shift_ppm);
  if (good >= 0) world.latent[at(good)] = shifted(world.latent[at(good)], effect->shift_ppm / 2);
  std::string text = effect->text;
  if (const auto mark = text.find("{good}"); mark != std::string::npos) text.replace(mark, 6, name);
  const Seq event =
      world.event(act.body.str_or("act", "shock"), {act.command},
                  Json::object({{"good", name}, {"kind", kind}, {"text", text}, {"turns", turns}}));
  publish_news(world, text, good, effect->direction, event);
}

void do_tip(Act act) {
  World& world = act.world;
  const int to = act.being("to");
  const int good = act.good();
  const std::string text = act.body.str_or("text", "");
  if (to < 0 || world.beings[at(to)].creature < 0) return act.refused("unknown_name");
  if (good < 0) return act.refused("unknown_good");
  const bool up = act.body.str_or("direction", "up") == "up";
  const bool truth = act.body.bool_or("true", false);
  const std::string& reader = world.beings[at(to)].name;
  const std::int64_t id = ++world.tips;
  const Seq event = world.event("tipped", {act.command},
                                Json::object({{"direction", up ? "up" : "down"},
                                              {"from", act.by},
                                              {"good", world.goods[at(good)]},
                                              {"text", text},
                                              {"to", reader}}));
  const std::string nonce = canary(world.setup.seed, 1'000'000 + 2 * id);
  const Audience audience{Audience::Kind::named, {reader}};
  const FactPtr fact =
      world.facts.publish(world.sink, {.by = act.by,
                                       .from = {event},
                                       .turn = world.turn,
                                       .audience = audience,
                                       .kind = "tip",
                                       .channel = "tip",
                                       .keep = 3,
                                       .data = Json::object({{"canary", nonce},
                                                             {"direction", up ? "up" : "down"},
                                                             {"from", act.by},
                                                             {"good", world.goods[at(good)]},
                                                             {"text", text},
                                                             {"turn", world.turn}})});
  world.firewall.plant(nonce, audience, fact->entry);
  world.firewall.told(text, audience, fact->entry, Firewall::Way::fact, world.turn);
  const std::string truth_nonce = canary(world.setup.seed, 1'000'001 + 2 * id);
  const FactPtr secret = world.facts.publish(
      world.sink, {.by = "world",
                   .from = {event},
                   .turn = world.turn,
                   .audience = {Audience::Kind::world, {}},
                   .kind = "truth",
                   .channel = "truth",
                   .keep = 1,
                   .data = Json::object(
                       {{"canary", truth_nonce}, {"tip", fact->entry.value}, {"true", truth}})});
  world.firewall.plant(truth_nonce, secret->audience, secret->entry);
  // A true tip tells of something that is on its way.
  if (truth) world.anchor[at(good)] = shifted(world.anchor[at(good)], up ? 250'000 : -250'000);
  world.magistrate.tipped({id, good, up, truth, act.patron(), world.turn, event, text});
  world.magistrate.told(id, to, act.patron(), world.turn, event);
}

void do_lend(Act act) {
  World& world = act.world;
  const int to = act.being("to");
  Json terms = act.body;
  for (const char* key : {"act", "to"}) terms.erase(key);
  auto loan = read_terms("loan", terms, world.goods, 1'000'000'000'000);
  if (!loan) return act.refused(loan.error().what);
  const std::string why = world.bank.offer(world, act.patron(), to, std::move(*loan), act.command);
  if (!why.empty()) act.refused(why);
}

void do_bribe(Act act) {
  World& world = act.world;
  const int to = act.being("to");
  const std::int64_t amount = act.body.int_or("pebbles_mp", 0);
  if (to < 0 || amount <= 0) return act.refused(to < 0 ? "unknown_name" : "no_amount");
  Being& taker = world.beings[at(to)];
  if (world.exchange.pay(world.beings[at(act.patron())].account, taker.account, {amount}) !=
      Moved::done)
    return act.refused("not_covered");
  const Seq event = world.event("bribed", {act.command},
                                Json::object({{"pebbles_mp", amount}, {"to", taker.name}}));
  taker.touched.push_back(event);
  taker.memory.trust("patron", 10);
  const std::string text = act.body.str_or("text", "");
  if (!text.empty()) speak(world, act.patron(), to, text, act.command);
}

void do_broker(Act act) {
  World& world = act.world;
  const int a = act.being("a");
  const int b = act.being("b");
  if (a < 0 || b < 0) return act.refused("unknown_name");
  const Json terms = Json::object({{"promise", act.body.str_or("promise", "no_short")},
                                   {"turns", act.body.int_or("turns", 5)}});
  auto alliance = read_terms("alliance", terms, world.goods, 0);
  if (!alliance) return act.refused(alliance.error().what);
  const std::string why = world.bank.offer(world, a, b, std::move(*alliance), act.command);
  if (!why.empty()) act.refused(why);
}

void do_trade(Act act) {
  World& world = act.world;
  const int good = act.good();
  if (good < 0) return act.refused("unknown_good");
  const bool sell = act.body.str_or("act", "") == "short" || act.body.str_or("side", "") == "sell";
  const std::int64_t price = act.body.int_or("price", 0);
  place_order(world, act.patron(),
              {.account = world.beings[at(act.patron())].account,
               .good = {good},
               .side = sell ? Side::ask : Side::bid,
               .kind = price > 0 ? OrderKind::limit : OrderKind::market,
               .price = {price},
               .lots = {act.body.int_or("lots", 0)},
               .may_short = sell},
              act.command);
}

void do_speech(Act act) {
  const int to = act.being("to");
  if (act.body.str_or("act", "") == "whisper" && to < 0) return act.refused("unknown_name");
  speak(act.world, act.patron(), act.body.str_or("act", "") == "say" ? -1 : to,
        std::string(act.body.str_or("text", "")), act.command);
}

void do_decree(Act act) {
  World& world = act.world;
  const int good = act.good();
  const std::int64_t mark = act.body.int_or("mark", 0);
  if (good < 0 || mark < 1 || mark > world.scenario.price_ticks_max)
    return act.refused(good < 0 ? "unknown_good" : "bad_price");
  MarketEvents events;
  world.exchange.decree({good}, {mark}, events);
  const Seq event = world.event("decree", {act.command},
                                Json::object({{"good", world.goods[at(good)]}, {"mark", mark}}));
  world.touched[at(good)].push_back(event);
  record_market(world, events, act.command, "market");
}

// ---- the operator

void do_kill(Act act) {
  MarketEvents events;
  const std::string who = act.body.str_or("who", "");
  const int being = act.being("who");
  const bool enable = act.body.str_or("act", "") == "enable";
  if (who != "all" && being < 0) return act.refused("unknown_name");
  if (enable) {
    if (who == "all") act.world.exchange.enable_all();
    else act.world.exchange.enable(act.world.beings[at(being)].account);
  } else if (who == "all") {
    act.world.exchange.kill_all(events);
  } else {
    act.world.exchange.kill(act.world.beings[at(being)].account, events);
  }
  act.world.event(enable ? "enabled" : "killed", {act.command}, Json::object({{"who", who}}));
  record_market(act.world, events, act.command, "market");
}

void do_override(Act act) {
  const auto rule = control_rule(act.body.str_or("rule", ""));
  const std::string who = act.body.str_or("who", "all");
  const int being = act.being("who");
  if (!rule) return act.refused("unknown_rule");
  if (who != "all" && being < 0) return act.refused("unknown_name");
  act.world.exchange.add_override({who == "all" ? AccountId{} : act.world.beings[at(being)].account,
                                   *rule, act.body.int_or("limit", 0),
                                   act.body.int_or("until", act.world.turn), act.by});
  act.world.event("override", {act.command}, act.body);
}

void do_swap_step(Act act, const std::string& step) {
  const std::string mind = act.body.str_or("mind", "");
  const std::string name = step.substr(0, step.find('/'));
  if (!act.world.desk || act.world.desk->find(name) == nullptr) return act.refused("unknown_step");
  if (act.world.setup.cards.find(mind) == nullptr) return act.refused("unknown_mind");
  act.world.event("swapped", {act.command}, Json::object({{"mind", mind}, {"step", step}}));
  act.world.desk_swaps[step] = mind;
}

void do_swap(Act act) {
  if (const std::string step = act.body.str_or("step", ""); !step.empty())
    return do_swap_step(act, step);
  const auto it = act.world.cast.find(act.body.str_or("who", ""));
  const std::string mind = act.body.str_or("mind", "");
  if (it == act.world.cast.end() || act.world.setup.cards.find(mind) == nullptr)
    return act.refused(it == act.world.cast.end() ? "unknown_name" : "unknown_mind");
  act.world.event("swapped", {act.command},
                  Json::object({{"from", it->second}, {"mind", mind}, {"who", it->first}}));
  it->second = mind;
}

void do_halt(Act act) {
  const int good = act.good();
  if (good < 0) return act.refused("unknown_good");
  MarketEvents events;
  if (act.body.str_or("act", "") == "resume") act.world.exchange.resume({good}, events);
  else act.world.exchange.halt({good}, act.body.int_or("until", act.world.turn), events);
  const Seq event = record_market(act.world, events, act.command, "halted");
  if (event.some()) act.world.touched[at(good)].push_back(event);
}

void do_stop(Act act) {
  act.world.stop = true;
  act.world.event("stopped", {act.command}, Json::object({{"who", act.by}}));
}

const std::map<std::string, std::function<void(Act)>, std::less<>>& verbs() {
  static const std::map<std::string, std::function<void(Act)>, std::less<>> table = {
      {"shock", do_shock}, {"legend", do_shock},      {"tip", do_tip},       {"lend", do_lend},
      {"bribe", do_bribe}, {"broker", do_broker},     {"short", do_trade},   {"order", do_trade},
      {"say", do_speech},  {"whisper", do_speech},    {"decree", do_decree}, {"kill", do_kill},
      {"enable", do_kill}, {"override", do_override}, {"swap", do_swap},     {"halt", do_halt},
      {"resume", do_halt}, {"stop", do_stop}};
  return table;
}

}  // namespace

void perform(World& world, const std::string& by, const Json& act, std::vector<Seq> from) {
  const std::string word = act.str_or("act", "");
  Json body = act;
  body.set("who_asked", by);
  const Seq command = world.command(by, std::move(from), std::move(body));
  const Act doing{world, by, act, command};
  const auto it = verbs().find(word);
  if (it == verbs().end()) return doing.refused("unknown_act");
  const std::string_view whose = doer({0, act});
  if (whose == "operator" && by == "patron") return doing.refused("not_the_patrons");
  if (whose == "patron" && !world.may_act(world.patron())) return doing.refused("may_not_act");
  it->second(doing);
}

void take_inputs(World& world, Inbox& inbox) {
  std::vector<Input> inputs = inbox.take(world.turn);
  std::stable_partition(inputs.begin(), inputs.end(),
                        [](const Input& input) { return input.body.str_or("act", "") == "kill"; });
  for (Input& input : inputs) {
    const Seq entry = world.sink.append(
        {EntryKind::input, input.by, {world.genesis, world.last_turn}, world.turn, input.body});
    perform(world, input.by, input.body, {entry});
  }
}

void take_calendar(World& world) {
  for (const Dated& dated : world.scenario.calendar)
    if (dated.turn == world.turn) perform(world, doer(dated), dated.act, {world.dawn});
}

}  // namespace wood
