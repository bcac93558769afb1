// What the teller knows, on its own thread: the story, its payloads, and how the run stands. The
// routes read it; the teller alone changes it.
#pragma once

#include <memory>
#include <optional>

#include "ledger/merkle.h"
#include "serve/asked.h"
#include "serve/eyes.h"
#include "serve/follower.h"
#include "serve/gate.h"
#include "serve/look.h"
#include "serve/readings.h"
#include "serve/story.h"

namespace wood::serve {

enum class Stand { ready, running, paused, ended, failed, broken_off };
const char* name(Stand stand);

struct Verification {
  std::string state = "idle", phase, why;
  Progress progress;
  std::int64_t entries = 0;
  std::string key;  // that pins the signer; "": none
  Json result;
};

struct Telling {
  explicit Telling(std::shared_ptr<ScratchFile> place)
      : scratch(std::move(place)), story(scratch), looks(scratch) {}
  Telling(const Telling&) = delete;  // its tree reads with its reader
  Telling& operator=(const Telling&) = delete;

  Readings readings;
  std::string ledger_name;      // of the file; "": in memory
  std::string version;          // of the program
  std::optional<Json> compare;  // what --compare gave
  std::string compare_name;

  std::shared_ptr<ScratchFile> scratch;  // where rows and looks lie
  std::unique_ptr<Store> store;
  std::unique_ptr<LedgerReader> reader;
  MerkleTiles tree{[this](std::int64_t seq) -> Result<Digest> {  // of the record
    TRY(const Bytes bytes, reader->bytes(Seq{seq}));
    return leaf_hash(bytes);
  }};
  Story story;
  Eyes eyes;
  std::string checkpoint;  // the record's last, a signed note
  std::string signer;      // the run's own key as text
  struct Kept {
    std::int64_t turn = 0, at = 0, bytes = 0;
  };
  Column<Kept> looks;        // ascending by turn
  std::int64_t newest = -1;  // id of the newest event

  Gate* gate = nullptr;  // null: nothing is to be steered
  Stand stand = Stand::broken_off;
  std::string why;
  std::vector<Receipt> receipts;
  Verification verification;

  [[nodiscard]] std::int64_t size() const {
    return static_cast<std::int64_t>(story.entries.size());
  }
  // The last turn that is complete.
  [[nodiscard]] std::int64_t last_turn() const { return story.played(); }
  [[nodiscard]] std::optional<Look> look(std::int64_t turn) const;
  void keep(const Look& look);
  // Whether the entry, or what it says, may not be known yet.
  [[nodiscard]] bool hides(const Entry& entry) const;
  // In one line; "" if it is hidden.
  [[nodiscard]] std::string line(const Entry& entry) const;
  // What the minutes note of it, for whoever looks.
  [[nodiscard]] std::vector<Line> minutes(const Entry& entry) const;
  [[nodiscard]] bool live() const;
};

Json run_json(const Telling& telling);
Json receipt_json(const Receipt& receipt);
Json verification_json(const Verification& verification);

// The routes. Each reads its parameters from `asked`, whose problem() is looked at before anything
// is given.
using Route = Response (*)(Telling&, Asked&);
struct Routed {
  const char* method;
  const char* pattern;  // "/v1/turns/{turn}/minutes"
  Route route;
};
// routes_run.cpp, routes_market.cpp, routes_ledger.cpp, commands.cpp
std::vector<Routed> run_routes();
std::vector<Routed> market_routes();
std::vector<Routed> ledger_routes();
std::vector<Routed> command_routes();

// The refusal of what is not there.
Response missing(const std::string& what, const std::string& place, const std::string& mend);
// {name: rows, "next": next or null}
Response page_response(const char* name, Json rows, std::optional<std::int64_t> next);

}  // namespace wood::serve
