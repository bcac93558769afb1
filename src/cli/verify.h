// What `wood verify` finds, for whoever prints it: the verb, and the server.
#pragma once

#include <string>

#include "cli/reenact.h"
#include "ledger/verify.h"

namespace wood::cli {

// What the replay found, in one line; nothing if it was not asked for.
struct Second {
  bool tried = false;
  bool good = true;
  std::string text;
};
Second second_look(const LedgerReader& ledger, const Watch& watch);
Second no_second_look();

// What `wood verify --json` prints.
Json json_of(const Verified& first, const Second& second);

}  // namespace wood::cli
