// A run played again from its own record: what replay is, and the second half of verify.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "drama/run.h"
#include "ledger/echo.h"

namespace wood::cli {

struct Reenacted {
  bool same = false;                // every entry came out as it was recorded
  bool finished = false;            // the record has its seal; else it was followed to its end
  std::int64_t turns = 0;           // turns played again
  std::int64_t entries = 0;         // entries compared
  std::string root_then, root_now;  // hex, of the record
  std::optional<Divergence> divergence;
  std::string failure;  // why it is not the same, if no entry says it
};

struct Watch {
  std::function<void(const TurnReport&)> on_turn = {};
  // Each ask as it was put, with its facts, and the reply on record.
  std::function<void(const Ask&, const Reply&)> on_ask = {};
  // The world as it stands after each turn.
  std::function<void(const World&)> on_dusk = {};
  // Asked before every turn: whether to give up. It is not the same then.
  std::function<bool()> stop = {};
};

// Errors are those of a ledger that cannot be played at all.
Result<Reenacted> reenact(const LedgerReader& ledger, const Watch& watch = {});

}  // namespace wood::cli
