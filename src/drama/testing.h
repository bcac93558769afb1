// A stage for tests and trials: a scenario of the project with the rules cast, ready to be played.
#pragma once

#include <string>

#include "core/toml.h"
#include "drama/world.h"
#include "host/file.h"
#include "ledger/ledger.h"
#include "minds/scripted.h"
#include "pipeline/pipeline.h"

namespace wood::testing {

// The document of scenarios/NAME.toml.
inline Result<Json> scenario_document(const std::string& name) {
  TRY(const Bytes text, read_file(WOOD_SOURCE_DIR "/scenarios/" + name + ".toml"));
  TRY(Toml document, parse_toml(text));
  return std::move(document.value);
}

// A setup from a scenario's document: its cast of that name, and its Treasury's pipeline.
inline Result<Setup> setup_of(const Json& document, const std::string& cast, std::int64_t turns) {
  Setup setup;
  TRY(setup.scenario, scenario_from(document));
  const auto named = setup.scenario.casts.find(cast);
  if (named == setup.scenario.casts.end()) return fail(Errc::not_found, "there is no cast " + cast);
  if (!setup.scenario.pipeline.empty()) {
    const std::string file = "/pipelines/" + setup.scenario.pipeline + ".toml";
    TRY(const Bytes desk, read_file(WOOD_SOURCE_DIR + file));
    TRY(const Pipeline pipeline, Pipeline::parse(desk));
    setup.desk = pipeline.json();
  }
  setup.turns = turns;
  setup.cast_name = cast;
  setup.cast = named->second;
  for (const auto& [creature, mind] : setup.cast)
    setup.cards.set(mind, Json::object({{"style", "terse"}}));
  return setup;
}

inline Result<Setup> rules_setup(std::int64_t turns) {
  TRY(const Json document, scenario_document("five-labs"));
  return setup_of(document, "rules", turns);
}

// Rule-based minds for every ask: "random" answers at random, all others play well.
class RulesPanel : public Panel {
 public:
  std::vector<Reply> ask(std::span<const Ask> asks) override {
    std::vector<Reply> out;
    for (const Ask& one : asks)
      out.push_back((one.mind == "random" ? random_ : rules_)->ask({&one, 1}).front());
    return out;
  }
  [[nodiscard]] std::map<std::string, Json> cards() const override { return {}; }
  [[nodiscard]] bool remote(const std::string&) const override { return false; }

 private:
  std::unique_ptr<Mind> rules_ = scripted_mind(Json::object({{"style", "rules"}}));
  std::unique_ptr<Mind> random_ = scripted_mind(Json::object({{"style", "random"}}));
};

// A world whose story has begun, before its first turn. Must not be moved: the world refers to it.
struct Stage {
  explicit Stage(std::uint64_t seed) : setup(*rules_setup(30)) {
    setup.seed = seed;
    LedgerOptions options{.run = "stage", .key = *SigningKey::generate("stage")};
    options.commit_gap_us = 0;  // so that tests can read what has just been played
    ledger = *Ledger::create(memory_store(), std::move(options));
    world = std::make_unique<World>(setup, *ledger);
    world->genesis =
        ledger->append({EntryKind::genesis, "world", {}, 0, genesis_body(*ledger, setup)});
    world->last_turn = world->dawn = world->genesis;
    for (int being = 0; being < static_cast<int>(world->beings.size()); ++being)
      publish_persona(*world, being);
  }

  Setup setup;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<World> world;
  RulesPanel panel;
  ListedInbox inbox;
};

}  // namespace wood::testing
