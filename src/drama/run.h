// One run, from its genesis to its seal: the drama as a function of (setup, recorded inputs).
//
// play() is the whole of a run, a replay and a resumption: they differ in the sink, the panel and
// the inbox they are given, and in nothing else.
//   run      Ledger        LivePanel                      an inbox somebody fills
//   replay   Echo          RecordedPanel                  RecordedInbox
//   resume   Echo→Ledger   RecordedPanel→LivePanel        RecordedInbox→inbox
#pragma once

#include <functional>
#include <map>
#include <string>

#include "drama/inbox.h"
#include "drama/scenario.h"
#include "ledger/sink.h"
#include "minds/panel.h"

namespace wood {

struct Setup {
  Scenario scenario;
  Json desk;  // the parsed pipeline document, null without a desk
  std::uint64_t seed = 0;
  std::int64_t turns = 30;
  std::string cast_name;
  std::map<std::string, std::string> cast;  // creature → mind
  Json cards = Json::object();  // mind → card; a card's "style" says which rendering it reads
  Json build = Json::object();  // program version, compiler-independent
};

// The genesis body. Members too large for an entry become blobs of `sink`.
Json genesis_body(Sink& sink, const Setup& setup);
// The inverse; `fetch` gives a blob by its SHA-256.
Result<Setup> setup_from(const Json& genesis,
                         const std::function<Result<Bytes>(const std::string&)>& fetch);

struct TurnReport {
  std::int64_t turn = 0, turns = 0;
  std::int64_t prompts = 0, answer_tokens = 0, orders = 0, refused = 0, trades = 0, lots = 0;
  std::map<std::string, std::int64_t> marks;  // ticks by good
};

struct World;

struct PlayOptions {
  // After every turn, before its commit: what is seen here of the world must not leave the process
  // before the turn's entry has (on_turn). For what no entry holds: the depth of the books.
  std::function<void(const World&)> on_dusk = {};
  // For every turn, once the commit that holds it is made: of fast turns several at a time.
  std::function<void(const TurnReport&)> on_turn = {};
  // Asked before every turn: whether to stop here. The run is not sealed then: it can go on. Who
  // takes up a run says no before its echo is complete. May take its time: a paused run waits here.
  std::function<bool()> pause = {};
  bool check_invariants = true;  // every turn; a breach is a bug and aborts
};

struct Played {
  std::int64_t turns = 0;
  std::string stopped;  // "": to the end; "leak"; "operator"; "paused"
  std::string state;    // hex of the last turn's state hash
  TurnReport total;
};

// Errors are those of the sink (a failed store, a divergence) and of a faulty setup.
Result<Played> play(const Setup& setup, Sink& sink, Panel& panel, Inbox& inbox,
                    const PlayOptions& options = {});

}  // namespace wood
