// What the server shows and others know how to read from a ledger: given by whoever puts the
// program together (src/cli), since these readings stand above this layer or beside it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/key.h"
#include "ledger/ledger.h"
#include "serve/look.h"

namespace wood::serve {

// A line of the minutes.
struct Line {
  std::string section;
  Seq entry;  // none: a sum of the day
  std::string text;
};

struct Progress {
  std::int64_t turn = 0, turns = 0;
};

enum class Replay { yes, no };
struct Verifying {
  Replay replay = Replay::yes;
  std::optional<VerifierKey> key;  // pins the signer
};

// Of what takes long: told how far it is, and asked whether to give up.
struct Watch {
  std::function<void(Progress)> progress = {};
  std::function<void(Look)> look = {};
  std::function<bool()> stop = {};
};

struct Readings {
  // An entry in one line, without control characters.
  std::function<std::string(const Entry&)> describe;
  // What the minutes have to say of an entry.
  struct Before {
    Json marks;  // of the turn before, by good
    std::int64_t tick_mp = 1;
  };
  std::function<std::vector<Line>(const LedgerReader&, const Entry&, const Before&)> minute;
  // The report's JSON.
  std::function<Result<Json>(const LedgerReader&)> report;
  // What `wood verify --json` says, with --key if one is given. On a thread of its own, as is the
  // watch.
  std::function<Json(Store&, const Verifying&, const Watch&)> verify;
  // Plays a finished run again for what no entry holds; same threads.
  std::function<Status(Store&, const Watch&)> replay;
};

}  // namespace wood::serve
