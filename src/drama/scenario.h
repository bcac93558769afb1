// A scenario: everything that a run starts from beside its seed and its cast. It is TOML
// (scenarios/*.toml, docs/formats/scenario.md), read into integers, kept whole for the genesis.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/money.h"

namespace wood {

struct GoodSpec {
  std::string name;
  Money opening;
  bool food = true;
  std::int64_t spoil_ppm = 0;  // part of a store that spoils at dusk, rounded down
  Json process;                // parameters of the latent value (market/process.h)
};

struct CreatureSpec {
  std::string name, animal, temper, role;
  int makes = -1;  // index of a good; -1: makes nothing
  std::int64_t makes_lots = 0;
  Money purse;
  std::vector<std::int64_t> stores;  // lots by good
};

struct Scarcity {
  bool enabled = true;
  std::int64_t meal_kinds = 2, hunger_mood = -8, cold_mood = -10;
  std::int64_t mood_start = 60, mood_mean = 60, mood_reversion_ppm = 200'000;
};

struct Seasons {
  std::int64_t turns = 10;
  std::vector<std::string> names;
  std::vector<std::int64_t> burn;  // lots of firewood a turn, by season
};

struct MagistrateSpec {
  std::int64_t fade = 5, window_turns = 5, tip_heat_min = 10, wash_heat = 15, spoof_heat = 15,
               corner_heat = 20, close_heat = 10, corner_ppm = 600'000, investigate = 30, fine = 60,
               freeze = 80, exile = 100, fine_ppm = 200'000, freeze_turns = 3;
};

struct Shocks {
  std::int64_t chance_ppm = 0, turns = 3;
  std::vector<std::string> kinds;
};

// One dated act of the scenario: a patron's verb, a shock, a legend, a decree (drama/calendar.h).
struct Dated {
  std::int64_t turn = 0;
  Json act;
};

// Who does it: "world" (shocks, legends, decrees), "operator" or "patron".
const char* doer(const Dated& dated);

struct Scenario {
  std::string name, title;
  std::int64_t turns = 30, rounds = 3, tool_steps = 3;
  std::int64_t tick_mp = 10, price_ticks_max = 100'000, lots_max = 1'000;
  std::vector<GoodSpec> goods;
  std::vector<CreatureSpec> creatures;
  int fuel = -1;  // index of "firewood"; -1: nothing burns
  Scarcity scarcity;
  Seasons seasons;
  Json market;  // limits and fees, as the exchange reads them
  Json villagers;
  Money treasury;
  std::string pipeline;  // name of the desk's pipeline; empty: no desk
  std::int64_t treasury_every = 1;
  bool patron = false;
  Money patron_purse;
  MagistrateSpec magistrate;
  Shocks shocks;
  std::string cast_default;
  std::string cast_otherwise;  // who plays where minds of the default are absent; "": nobody
  std::map<std::string, std::map<std::string, std::string>> casts;  // cast → creature → mind
  std::vector<Dated> calendar;                                      // by turn, then as written
  Json source;                                                      // the whole document

  [[nodiscard]] int good(std::string_view name) const;      // index, or -1
  [[nodiscard]] int creature(std::string_view name) const;  // index, or -1
};

// From a parsed document. The error names every faulty member by its path.
Result<Scenario> scenario_from(const Json& document);
// The document without what the Patron does by the calendar: for a run in which somebody is him.
Json without_patrons_dates(const Scenario& scenario);
// From TOML text: the errors carry line numbers too.
Result<Scenario> parse_scenario(std::string_view toml);

// A scenario of `count` creatures over the goods of `base` (made in turn by each), for scale runs.
// Its casts are those of `base`, by rules unless another is named.
Json scaled_scenario(const Json& base, std::int64_t count);

}  // namespace wood
