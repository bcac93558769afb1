// A run put together: scenario, cast, minds, desk. What the command line names becomes a Setup and
// a panel that can be asked.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/inputs.h"
#include "drama/run.h"
#include "minds/live.h"

namespace wood::cli {

struct Wanted {
  std::string scenario = "five-labs";  // a name, or the path of a file
  std::vector<std::string> cast;       // a cast's name, else the default one; then WHO=MIND over it
  std::optional<std::int64_t> turns;
  std::optional<std::int64_t> creatures;  // a crowd of so many, made of the scenario's own
  std::optional<std::uint64_t> seed;      // none: drawn
  std::string inputs;                     // a file of commands; "": none
  std::vector<std::string> model_dirs;
  std::int64_t memory_max = 0;     // bytes of all models together; 0: no limit
  std::vector<std::string> minds;  // files beside the registry's own
  std::string version;
};

struct Composed {
  Setup setup;
  std::unique_ptr<LivePanel> panel;
  ListedInbox inbox;
  std::string note;  // why another cast plays than the scenario's default; "": it does not
};

Result<Composed> compose(const Wanted& wanted);

// The panel and the inbox for a run that is taken up again: the same minds, to the byte.
Result<Composed> recompose(Setup setup, const Wanted& wanted);

// Makes the registry's minds compute as those did whose cards stand in a record: a choice that has
// become another since, and is none of the model's own, must not change a bit.
void as_recorded(Registry& registry, const Json& cards);
// The kernels that the models of a record were computed with; "" if none was computed here.
std::string kernels_of(const Json& cards);

// Whether the panel's minds are those of the cards; those that no card names are not looked at.
// Errc::environment, naming what differs.
Status same_minds(const Json& cards, const LivePanel& panel);

// A whole number below 2^64.
Result<std::uint64_t> parse_seed(const std::string& text);
// Nine digits at most: a seed is read aloud and typed again.
std::uint64_t drawn_seed();

}  // namespace wood::cli
