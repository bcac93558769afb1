#include "drama/run.h"

#include <algorithm>

#include "core/check.h"
#include "core/fields.h"
#include "core/text.h"
#include "drama/world.h"

namespace wood {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kInlineMax = 8'192;

Json inline_or_blob(Sink& sink, const Json& value) {
  const std::string text = value.dump();
  if (text.size() <= kInlineMax) return value;
  return Json::object(
      {{"bytes", static_cast<std::int64_t>(text.size())}, {"sha256", sink.blob(text)}});
}

Result<Json> whole(const Json& value,
                   const std::function<Result<Bytes>(const std::string&)>& fetch) {
  const Json* digest = value.find("sha256");
  if (digest == nullptr || value.members().size() != 2) return value;
  TRY(const Bytes text, fetch(digest->string()));
  return parse_json(text, Floats::refuse, kDepthInside);
}

// What the engine itself reads from the scenario's tables is checked here, once, so that World may
// take it for granted.
Status check(const Setup& setup) {
  if (const auto limits = limits_from(setup.scenario.market); !limits)
    return fail(limits.error().during("market"));
  if (const auto villagers = villagers_from(setup.scenario.villagers); !villagers)
    return fail(villagers.error().during("villagers"));
  for (const GoodSpec& good : setup.scenario.goods)
    if (const auto process = process_from(good.process); !process)
      return fail(process.error().during("good " + good.name + ": process"));
  if (!setup.desk.is(Json::Kind::null))
    if (const auto desk = Pipeline::from(setup.desk); !desk)
      return fail(desk.error().during("desk"));
  for (const CreatureSpec& creature : setup.scenario.creatures)
    if (!setup.cast.contains(creature.name))
      return fail(Errc::schema, "cast " + setup.cast_name + " has no mind for " + creature.name);
  if (setup.turns < 1) return fail(Errc::usage, "a run has at least one turn");
  return {};
}

TurnReport report_of(const World& world, const Counts& counts) {
  TurnReport report;
  report.turn = world.turn;
  report.turns = world.setup.turns;
  report.prompts = counts.prompts;
  report.answer_tokens = counts.answer_tokens;
  report.orders = counts.orders;
  report.refused = counts.refused;
  report.trades = counts.trades;
  report.lots = counts.lots;
  for (std::size_t good = 0; good < world.goods.size(); ++good)
    report.marks[world.goods[good]] = world.exchange.mark({static_cast<std::int64_t>(good)}).value;
  return report;
}

}  // namespace

Json genesis_body(Sink& sink, const Setup& setup) {
  Json cast = Json::object();
  for (const auto& [creature, mind] : setup.cast) cast.set(creature, mind);
  return Json::object({{"build", setup.build},
                       {"cards", inline_or_blob(sink, setup.cards)},
                       {"cast", inline_or_blob(sink, cast)},
                       {"cast_name", setup.cast_name},
                       {"desk", inline_or_blob(sink, setup.desk)},
                       {"format", kFormat},
                       {"scenario", inline_or_blob(sink, setup.scenario.source)},
                       {"seed", std::to_string(setup.seed)},
                       {"turns", setup.turns}});
}

Result<Setup> setup_from(const Json& genesis,
                         const std::function<Result<Bytes>(const std::string&)>& fetch) {
  Fields f(genesis, "genesis");
  const std::int64_t format = f.integer("format");
  if (format != kFormat)
    return fail(Errc::schema, "genesis.format is " + std::to_string(format) +
                                  "; this program reads " + std::to_string(kFormat));
  Setup out;
  out.cast_name = f.string("cast_name");
  const std::string seed = f.string("seed");
  out.turns = f.integer("turns", {.low = 1, .high = 1'000'000});
  const auto part = [&](const char* key) -> Result<Json> {
    const Json* member = f.any(key);
    if (member == nullptr) return fail(Errc::schema, std::string("genesis.") + key + " is missing");
    return whole(*member, fetch);
  };
  TRY(out.build, part("build"));
  TRY(out.cards, part("cards"));
  TRY(out.desk, part("desk"));
  TRY(const Json cast, part("cast"));
  TRY(const Json scenario, part("scenario"));
  TRY_STATUS(f.done());
  if (seed.empty() || seed.size() > 20 || seed.find_first_not_of("0123456789") != std::string::npos)
    return fail(Errc::schema, "genesis.seed is no decimal number: \"" + seed + "\"");
  for (const char digit : seed) out.seed = out.seed * 10 + static_cast<std::uint64_t>(digit - '0');
  if (!cast.is(Json::Kind::object)) return fail(Errc::schema, "genesis.cast must be an object");
  for (const auto& [creature, mind] : cast.members()) {
    if (!mind.is(Json::Kind::string))
      return fail(Errc::schema, "genesis.cast." + creature + " must be a name");
    out.cast[creature] = mind.string();
  }
  TRY(out.scenario, scenario_from(scenario));
  TRY_STATUS(check(out));
  return out;
}

Result<Played> play(const Setup& setup, Sink& sink, Panel& panel, Inbox& inbox,
                    const PlayOptions& options) {
  TRY_STATUS(check(setup));
  World world(setup, sink);
  world.genesis = sink.append({EntryKind::genesis, "world", {}, 0, genesis_body(sink, setup)});
  world.last_turn = world.dawn = world.genesis;
  for (int being = 0; being < static_cast<int>(world.beings.size()); ++being)
    publish_persona(world, being);
  TRY_STATUS(sink.commit());
  GuardedPanel guarded(panel, world.firewall);
  std::vector<TurnReport> unreported;
  const auto report = [&] {
    if (options.on_turn) std::for_each(unreported.begin(), unreported.end(), options.on_turn);
    unreported.clear();
  };
  while (world.turn < setup.turns && !world.stop) {
    if (options.pause && options.pause()) {
      TRY_STATUS(sink.commit());
      report();
      return Played{world.turn, "paused", hex(world.state_hash()), report_of(world, world.total)};
    }
    TRY_STATUS(play_turn(world, guarded, inbox));
    if (options.check_invariants) {
      const std::vector<std::string> faults = world.invariants();
      if (!faults.empty())
        return fail(Errc::integrity, "turn " + std::to_string(world.turn) +
                                         ": invariant broken: " + join(faults, "; "));
    }
    if (options.on_dusk) options.on_dusk(world);
    unreported.push_back(report_of(world, world.counts));
    if (sink.durable()) report();
  }
  const std::string stopped = !world.stop                      ? ""
                              : world.firewall.leaks().empty() ? "operator"
                                                               : "leak";
  sink.append({EntryKind::seal,
               "world",
               {world.last_turn},
               world.turn,
               Json::object({{"stopped", stopped}, {"turns", world.turn}})});
  TRY_STATUS(sink.commit());
  report();
  return Played{world.turn, stopped, hex(world.state_hash()), report_of(world, world.total)};
}

}  // namespace wood
