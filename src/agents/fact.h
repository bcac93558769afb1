// What is known, and to whom. Every fact is a ledger entry; a view is a list of facts chosen by
// audience (the firewall's work, drama/firewall.h), and a prompt is rendered from a view and from
// nothing else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/json.h"

namespace wood {

struct Audience {
  enum class Kind { everyone, named, world };  // world: the simulator alone, never shown
  Kind kind = Kind::everyone;
  std::vector<std::string> names;  // sorted; for Kind::named

  [[nodiscard]] bool admits(const std::string& reader) const;
  [[nodiscard]] Json json() const;  // "everyone", ["fenn","pip"], "world"
};

struct Fact {
  Seq entry;  // the fact entry in the record
  Audience audience;
  std::string kind;  // "market", "self", "persona", … (docs/formats/facts.md)
  Json data;         // the fact as data, by the kind's grammar
};

// What one reader is shown at one moment.
struct View {
  std::string reader;
  Seq entry;                                       // the view entry
  std::vector<std::shared_ptr<const Fact>> facts;  // in the order they are rendered

  // The data of all facts by kind: {"market":[…],"self":{…},…}: what a rule-based mind reads.
  // A kind that is a list in docs/formats/facts.md is an array, also when it has one element;
  // market facts stand in the order in which the rules list the goods.
  [[nodiscard]] Json data() const;
};

}  // namespace wood
