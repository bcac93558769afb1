#include "drama/scenario.h"

#include <algorithm>

#include "core/fields.h"
#include "core/text.h"
#include "core/toml.h"

namespace wood {
namespace {

constexpr std::int64_t kMoneyMax =
    1'000'000'000'000;  // a billion pebbles: products stay far inside int64
constexpr std::int64_t kLotsMax = 1'000'000'000;

std::string at(const char* list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

Status read_goods(Fields& top, Scenario& out) {
  const auto goods = top.objects("good");
  if (goods.empty() || goods.size() > 64) return fail(Errc::schema, "good: between 1 and 64 goods");
  for (std::size_t i = 0; i < goods.size(); ++i) {
    Fields f(*goods[i], at("good", i));
    GoodSpec good;
    good.name = f.string("name");
    good.opening = {f.integer("opening_mp", {.low = 1, .high = kMoneyMax})};
    good.food = f.boolean("food", true);
    good.spoil_ppm = f.integer("spoil_ppm", {.low = 0, .high = 1'000'000, .otherwise = 0});
    if (const Json* process = f.any("process")) good.process = *process;
    if (out.good(good.name) >= 0) f.fault("name", "is used twice");
    if (out.tick_mp >= 1 && good.opening.value % out.tick_mp != 0)
      f.fault("opening_mp", "is no multiple of tick_mp");
    TRY_STATUS(f.done());
    if (good.name == "firewood") out.fuel = static_cast<int>(i);
    out.goods.push_back(std::move(good));
  }
  return {};
}

Status read_creature(const Json& value, std::size_t index, Scenario& out) {
  Fields f(value, at("creature", index));
  CreatureSpec creature;
  creature.name = f.string("name");
  creature.animal = f.string("animal", "");
  creature.temper = f.string("temper", "steady");
  creature.role = f.string("role", "");
  const std::string makes = f.string("makes", "");
  creature.makes = out.good(makes);
  if (!makes.empty() && creature.makes < 0) f.fault("makes", "names no good: " + makes);
  creature.makes_lots = f.integer("makes_lots", {.low = 0, .high = kLotsMax, .otherwise = 0});
  creature.purse = {f.integer("purse_mp", {.low = 0, .high = kMoneyMax})};
  creature.stores.assign(out.goods.size(), 0);
  if (const Json* stores = f.any("stores")) {
    Fields s(*stores, f.path("stores"));
    for (std::size_t g = 0; g < out.goods.size(); ++g)
      creature.stores[g] =
          s.integer(out.goods[g].name.c_str(), {.low = 0, .high = kLotsMax, .otherwise = 0});
    TRY_STATUS(s.done());
  }
  static const std::vector<std::string> reserved = {
      "world",    "exchange",   "desk", "villagers", "operator", "patron",
      "treasury", "magistrate", "all",  "none",      "everyone"};
  if (out.creature(creature.name) >= 0) f.fault("name", "is used twice");
  if (std::find(reserved.begin(), reserved.end(), creature.name) != reserved.end())
    f.fault("name", "is reserved: " + creature.name);
  TRY_STATUS(f.done());
  out.creatures.push_back(std::move(creature));
  return {};
}

Status read_scarcity(const Json* value, Scenario& out) {
  if (value == nullptr) return {};
  Fields f(*value, "scarcity");
  Scarcity& s = out.scarcity;
  s.enabled = f.boolean("enabled", true);
  s.meal_kinds = f.integer("meal_kinds", {.low = 0, .high = 64, .otherwise = s.meal_kinds});
  s.hunger_mood = f.integer("hunger_mood", {.low = -100, .high = 0, .otherwise = s.hunger_mood});
  s.cold_mood = f.integer("cold_mood", {.low = -100, .high = 0, .otherwise = s.cold_mood});
  s.mood_start = f.integer("mood_start", {.low = 0, .high = 100, .otherwise = s.mood_start});
  s.mood_mean = f.integer("mood_mean", {.low = 0, .high = 100, .otherwise = s.mood_mean});
  s.mood_reversion_ppm = f.integer(
      "mood_reversion_ppm", {.low = 0, .high = 1'000'000, .otherwise = s.mood_reversion_ppm});
  return f.done();
}

Status read_seasons(const Json* value, Scenario& out) {
  if (value == nullptr) {
    out.seasons.names = {"summer"};
    out.seasons.burn = {0};
    return {};
  }
  Fields f(*value, "seasons");
  out.seasons.turns = f.integer("turns", {.low = 1, .high = 1'000'000, .otherwise = 10});
  out.seasons.names = f.strings("names");
  out.seasons.burn = f.integers("burn", {.low = 0, .high = 1'000});
  if (out.seasons.names.empty() || out.seasons.names.size() != out.seasons.burn.size())
    f.fault("burn", "needs one number a season named in names");
  return f.done();
}

Status read_magistrate(const Json* value, Scenario& out) {
  if (value == nullptr) return {};
  Fields f(*value, "magistrate");
  MagistrateSpec& m = out.magistrate;
  const auto heat = [&](const char* key, std::int64_t& field) {
    field = f.integer(key, {.low = 0, .high = 1'000, .otherwise = field});
  };
  heat("fade", m.fade);
  heat("window_turns", m.window_turns);
  heat("tip_heat_min", m.tip_heat_min);
  heat("wash_heat", m.wash_heat);
  heat("spoof_heat", m.spoof_heat);
  heat("corner_heat", m.corner_heat);
  heat("close_heat", m.close_heat);
  heat("investigate", m.investigate);
  heat("fine", m.fine);
  heat("freeze", m.freeze);
  heat("exile", m.exile);
  heat("freeze_turns", m.freeze_turns);
  m.corner_ppm = f.integer("corner_ppm", {.low = 1, .high = 1'000'000, .otherwise = m.corner_ppm});
  m.fine_ppm = f.integer("fine_ppm", {.low = 0, .high = 1'000'000, .otherwise = m.fine_ppm});
  return f.done();
}

Status read_shocks(const Json* value, Scenario& out) {
  if (value == nullptr) return {};
  Fields f(*value, "shocks");
  out.shocks.chance_ppm = f.integer("chance_ppm", {.low = 0, .high = 1'000'000, .otherwise = 0});
  out.shocks.turns = f.integer("turns", {.low = 1, .high = 1'000, .otherwise = 3});
  out.shocks.kinds = f.strings("kinds");
  static const std::vector<std::string> known = {"drought", "bumper", "road", "bank_run",
                                                 "early_winter"};
  for (const std::string& kind : out.shocks.kinds)
    if (std::find(known.begin(), known.end(), kind) == known.end())
      f.fault("kinds", "names an unknown shock: " + kind + " (known: " + join(known, ", ") + ")");
  return f.done();
}

Status read_casts(const Json* value, Scenario& out) {
  if (value == nullptr || !value->is(Json::Kind::object))
    return fail(Errc::schema, "cast is missing: [cast] default = \"…\" and one [cast.NAME] table");
  out.cast_default = value->str_or("default", "");
  out.cast_otherwise = value->str_or("otherwise", "");
  for (const auto& [name, cast] : value->members()) {
    if (name == "default" || name == "otherwise") continue;
    Fields f(cast, "cast." + name);
    const std::string everyone = f.string("everyone", "");
    for (const CreatureSpec& creature : out.creatures)
      out.casts[name][creature.name] = everyone.empty() ? f.string(creature.name.c_str())
                                                        : f.string(creature.name.c_str(), everyone);
    TRY_STATUS(f.done());
  }
  if (!out.casts.contains(out.cast_default))
    return fail(Errc::schema, "cast.default names no cast: \"" + out.cast_default + "\"");
  if (value->find("otherwise") != nullptr && !out.casts.contains(out.cast_otherwise))
    return fail(Errc::schema, "cast.otherwise names no cast: \"" + out.cast_otherwise + "\"");
  return {};
}

Status read_calendar(Fields& top, Scenario& out) {
  const auto acts = top.objects("calendar");
  for (std::size_t i = 0; i < acts.size(); ++i) {
    if (!acts[i]->is(Json::Kind::object) || acts[i]->int_or("turn", 0) < 1)
      return fail(Errc::schema, at("calendar", i) + ".turn must be an integer from 1");
    if (acts[i]->str_or("act", "").empty())
      return fail(Errc::schema,
                  at("calendar", i) +
                      ".act is missing (lend, tip, bribe, broker, short, legend, shock, decree)");
    Dated dated{acts[i]->at("turn").integer(), *acts[i]};
    dated.act.erase("turn");
    out.calendar.push_back(std::move(dated));
  }
  std::stable_sort(out.calendar.begin(), out.calendar.end(),
                   [](const Dated& a, const Dated& b) { return a.turn < b.turn; });
  return {};
}

Status read_tables(Fields& top, Scenario& out) {
  TRY_STATUS(read_scarcity(top.any("scarcity"), out));
  TRY_STATUS(read_seasons(top.any("seasons"), out));
  TRY_STATUS(read_magistrate(top.any("magistrate"), out));
  TRY_STATUS(read_shocks(top.any("shocks"), out));
  if (const Json* market = top.any("market")) out.market = *market;
  if (const Json* villagers = top.any("villagers")) out.villagers = *villagers;
  if (const Json* treasury = top.any("treasury")) {
    Fields f(*treasury, "treasury");
    out.treasury = {f.integer("purse_mp", {.low = 0, .high = kMoneyMax})};
    out.pipeline = f.string("pipeline", "desk");
    out.treasury_every = f.integer("turns_every", {.low = 1, .high = 1'000'000, .otherwise = 1});
    TRY_STATUS(f.done());
  }
  if (const Json* patron = top.any("patron")) {
    Fields f(*patron, "patron");
    out.patron = f.boolean("enabled", true);
    out.patron_purse = {f.integer("purse_mp", {.low = 0, .high = kMoneyMax})};
    TRY_STATUS(f.done());
  }
  TRY_STATUS(read_casts(top.any("cast"), out));
  return read_calendar(top, out);
}

}  // namespace

int Scenario::good(std::string_view wanted) const {
  for (std::size_t i = 0; i < goods.size(); ++i)
    if (goods[i].name == wanted) return static_cast<int>(i);
  return -1;
}

int Scenario::creature(std::string_view wanted) const {
  for (std::size_t i = 0; i < creatures.size(); ++i)
    if (creatures[i].name == wanted) return static_cast<int>(i);
  return -1;
}

Result<Scenario> scenario_from(const Json& document) {
  Scenario out;
  out.source = document;
  Fields top(document, "");
  out.name = top.string("name");
  out.title = top.string("title", "");
  out.turns = top.integer("turns", {.low = 1, .high = 1'000'000, .otherwise = 30});
  out.rounds = top.integer("rounds", {.low = 1, .high = 100, .otherwise = 3});
  out.tool_steps = top.integer("tool_steps", {.low = 1, .high = 100, .otherwise = 3});
  out.tick_mp = top.integer("tick_mp", {.low = 1, .high = 1'000'000, .otherwise = 10});
  out.price_ticks_max =
      top.integer("price_ticks_max", {.low = 1, .high = 10'000'000, .otherwise = 100'000});
  out.lots_max = top.integer("lots_max", {.low = 1, .high = 10'000'000, .otherwise = 1'000});
  TRY_STATUS(read_goods(top, out));
  const auto creatures = top.objects("creature");
  if (creatures.empty()) return fail(Errc::schema, "creature: at least one [[creature]] is needed");
  for (std::size_t i = 0; i < creatures.size(); ++i)
    TRY_STATUS(read_creature(*creatures[i], i, out));
  TRY_STATUS(read_tables(top, out));
  TRY_STATUS(top.done());
  return out;
}

Result<Scenario> parse_scenario(std::string_view toml) {
  TRY(Toml parsed, parse_toml(toml));
  auto scenario = scenario_from(parsed.value);
  if (scenario) return scenario;
  // The faults name paths; put the line of the first one in front.
  const std::string& what = scenario.error().what;
  const std::string place = parsed.place(what.substr(0, what.find_first_of(" :")));
  if (place.empty()) return scenario;
  return fail(scenario.error().code, place + ": " + what);
}

namespace {

// Every cast of `base`, each of the many with the mind of the one he is made of; rules unless
// asked.
Json scaled_casts(const Json& base, const Json& creatures) {
  Json out =
      Json::object({{"default", "rules"}, {"rules", Json::object({{"everyone", "scripted"}})}});
  const Json* casts = base.find("cast");
  if (casts == nullptr) return out;
  const Json::Array& models = base.at("creature").items();
  for (const auto& [name, cast] : casts->members()) {
    if (!cast.is(Json::Kind::object)) continue;
    Json scaled = Json::object();
    if (const Json* everyone = cast.find("everyone")) scaled.set("everyone", *everyone);
    for (std::size_t i = 0; i < creatures.items().size(); ++i)
      if (const Json* mind = cast.find(models[i % models.size()].at("name").string()))
        scaled.set(creatures.items()[i].at("name").string(), *mind);
    out.set(name, std::move(scaled));
  }
  return out;
}

}  // namespace

Json scaled_scenario(const Json& base, std::int64_t count) {
  Json out = base;
  const Json::Array cast = base.at("creature").items();
  Json creatures = Json::array();
  for (std::int64_t i = 0; i < count; ++i) {
    Json creature = cast[static_cast<std::size_t>(i) % cast.size()];
    creature.set("name", creature.at("name").string() + "-" + std::to_string(i));
    creatures.push(std::move(creature));
  }
  out.set("cast", scaled_casts(base, creatures));
  out.set("creature", std::move(creatures));
  out.set("calendar", Json::array());
  return out;
}

const char* doer(const Dated& dated) {
  const std::string act = dated.act.str_or("act", "");
  for (const char* nature : {"shock", "legend", "decree"})
    if (act == nature) return "world";
  for (const char* own : {"kill", "enable", "override", "swap", "halt", "resume", "stop"})
    if (act == own) return "operator";
  return "patron";
}

Json without_patrons_dates(const Scenario& scenario) {
  Json out = scenario.source;
  const Json* given = out.find("calendar");
  if (given == nullptr) return out;
  Json kept = Json::array();
  for (const Json& one : given->items())
    if (std::string_view(doer({0, one})) != "patron") kept.push(one);
  out.set("calendar", std::move(kept));
  return out;
}

}  // namespace wood
