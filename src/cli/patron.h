// What the Patron types, understood: "lend oona 20 at 8% for 5 days" as the act that the API takes
// (docs/openapi.json, schema Command), or as something to be shown. Prices and sums are in pebbles,
// as they are shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace wood::cli {

// The names of a run.
struct Names {
  std::vector<std::string> creatures, goods;
  std::int64_t tick_mp = 1;  // a tick in millipebbles
};

struct Phrase {
  std::string verb;  // "lend", "market": the whole word, however it was shortened
  Json act;          // of an act: the command; else null
  std::string text;  // what follows the verb, of what is no act
  friend bool operator==(const Phrase&, const Phrase&) = default;
};

// An empty line is "next". Names and verbs may be shortened as long as they are the only ones that
// begin so. A line that begins with "{" is the command itself. Errc::parse, saying what was
// expected and how the verb is used.
Result<Phrase> understand(std::string_view line, const Names& names);

struct VerbHelp {
  std::string name;
  std::string form;   // "WHO PEBBLES at RATE% for DAYS days [against LOTS GOOD]"
  std::string about;  // one line
  bool act = false;
};
const std::vector<VerbHelp>& verb_help();

// What the last word of a line could become.
std::vector<std::string> completions(std::string_view before, std::string_view word,
                                     const Names& names);

}  // namespace wood::cli
