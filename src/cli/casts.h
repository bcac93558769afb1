// Casts by name: those of the scenario, then casts/NAME.toml of the data folder, then a file. A
// cast file names minds by role at the desk, by a creature's name, or for everyone:
//
//   name = "five-labs"
//   about = "…"
//   [cast]
//   analyst = "llama-3b"
#pragma once

#include <map>
#include <string>

#include "drama/scenario.h"

namespace wood::cli {

struct NamedCast {
  std::string word;  // as it was asked for: a name, or a file
  std::string name, about;
  std::map<std::string, std::string> minds;  // creature → mind, all creatures of the scenario
};

// Errc::not_found, naming what there is; Errc::schema where a creature has no mind, or a member
// names neither a creature nor a role.
Result<NamedCast> named_cast(const Scenario& scenario, const std::string& name);

}  // namespace wood::cli
