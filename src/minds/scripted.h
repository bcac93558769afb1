// A mind of rules: a good, deterministic player for every creature and every seat of the desk. It
// reads Ask.facts (docs/formats/facts.md), draws variety from Ask.sampling.seed, and says in short
// prose why it does what it does. It is the yardstick, the teacher of the house models, and what
// trials run on.
//
// "rules" plays by temper; "random" answers uniformly among what the schema allows, the baseline
// below which nobody should fall; "dumps" plays by the rules once it has thrown all it has of one
// good on the market, whatever that brings: the mind of an experiment that is told to.
//
// A fact named "scripted" is returned as it is: so a pipeline can say by an expression what a rule
// would answer (docs/formats/pipeline.md). A task it does not know gets the smallest value that
// conforms to the schema.
#pragma once

#include <memory>

#include "minds/mind.h"

namespace wood {

// options: {} or {"style":"rules"|"random"} or {"style":"dumps","good":"honey"}. Anything else
// plays by the rules.
std::unique_ptr<Mind> scripted_mind(const Json& options);

// ---- its parts, each a pure function of the ask
Json play_creature(const Ask& ask);  // scripted_creature.cpp
// Everything it has of that good at the lowest price that the exchange takes; null: it has none.
Json dump_creature(const Ask& ask, const std::string& good);
Json sit_at_desk(const Ask& ask);                       // scripted_desk.cpp
Json smallest(const Json& schema);                      // conforms, if anything does
Json anything(const Json& schema, std::uint64_t seed);  // uniformly drawn, conforms

}  // namespace wood
