// The heart: one turn, in the order in which things happen in the Wood.
//
//   inputs     the operator's and the Patron's commands, kill switch first
//   dawn       production, latent values, shocks, the scenario's calendar
//   villagers  background orders
//   desk       the Treasury's pipeline of five seats
//   rounds     every creature asked against one snapshot; then their acts, in a drawn order
//   dusk       meals, marks, deals, the magistrate, the state hash
//
// Commits: here, at dusk, and before a prompt leaves the process (pipeline/consult.cpp). What a
// mind inside the process answered may move the world before it is on disk: a kill loses both or
// neither, and nothing is shown to anybody before the commit that holds it (run.cpp).
#include "core/check.h"
#include "drama/world.h"

namespace wood {
namespace {

// Stops a run whose prompt held what its reader may not know, with an entry that says which.
Status stop_on_leak(World& world) {
  if (world.firewall.leaks().empty()) return {};
  for (const Leak& leak : world.firewall.leaks())
    world.event("leak", {leak.prompt, leak.fact},
                Json::object({{"fact", leak.fact.value},
                              {"kind", leak.kind},
                              {"prompt", leak.prompt.value},
                              {"reader", leak.reader}}));
  world.stop = true;
  return {};
}

}  // namespace

Status play_turn(World& world, Panel& panel, Inbox& inbox) {
  ++world.turn;
  world.counts = {};
  take_inputs(world, inbox);
  if (world.stop) {
    world.dawn = world.last_turn;
  } else {
    break_dawn(world);
    take_calendar(world);
    run_villagers(world);
    TRY_STATUS(run_desk(world, panel));
    std::set<int> finished;
    for (std::int64_t round = 1; round <= world.scenario.rounds; ++round) {
      if (!world.firewall.leaks().empty()) break;
      TRY(const int acted, play_round(world, panel, round, finished));
      if (acted == 0) break;
    }
    TRY_STATUS(stop_on_leak(world));
  }
  fall_dusk(world);
  return world.sink.commit_soon();
}

}  // namespace wood
