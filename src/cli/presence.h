// Whether a mind could be asked now, as far as that can be told without asking it: its file and its
// model card, or its key. What `wood minds` and `wood doctor` show, and what the choice of a
// default cast goes by.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drama/scenario.h"
#include "minds/card.h"
#include "minds/registry.h"

namespace wood::cli {

enum class Presence {
  here,
  absent,   // no file, or no key
  refused,  // the file is there, but its card cannot be read or is of another prompt format
};

struct Located {
  Presence presence = Presence::here;
  std::string text;  // where it is, or what is wrong
  std::string path;  // of the file; "" if it has none
  std::int64_t bytes = 0;
  std::optional<ModelCard> card;

  [[nodiscard]] bool here() const { return presence == Presence::here; }
};

// Does not read the whole file: a digest is compared where the mind is opened.
Located locate(const MindSpec& spec, const std::vector<std::string>& dirs);

// What keeps a cast (creature → mind) from playing, each once, sorted.
struct Lack {
  std::string what;
  bool absent = false;  // else the file is wrong, or the registry has no such mind
};
std::vector<Lack> lacking(const std::map<std::string, std::string>& cast, const Registry& registry,
                          const std::vector<std::string>& dirs);

// The scenario's default cast; where a file or a key of it is absent, the one that the scenario
// names for that case. What is there and wrong makes no difference: opening it is an error.
struct DefaultCast {
  std::string name;
  std::string note;  // why it is another one; "": it is not
};
DefaultCast default_cast(const Scenario& scenario, const Registry& registry,
                         const std::vector<std::string>& dirs);

}  // namespace wood::cli
