// The state of the Wood: everything that the next turn depends on. Plain data and looks at it; what
// changes it stands in dawn, act, bank, desk, patron, dusk (each a .cpp of its own), and turn.cpp
// says in which order.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agents/recall.h"
#include "drama/bank.h"
#include "drama/book.h"
#include "drama/firewall.h"
#include "drama/magistrate.h"
#include "drama/run.h"
#include "market/exchange.h"
#include "market/process.h"
#include "market/villager.h"
#include "pipeline/runner.h"

namespace wood {

// Somebody who acts: the creatures in the scenario's order, then the treasury, then the patron.
struct Being {
  std::string name;
  AccountId account;
  int creature = -1;  // index in the scenario; -1: treasury or patron
  std::int64_t mood = 0;
  Money start;                    // net worth at the first dawn
  std::int64_t frozen_until = 0;  // last turn of a freeze
  bool exiled = false;
  Recall memory;
  std::vector<Seq> touched;  // events since his affairs were last published
};

// A shock or a legend that is still at work.
struct Running {
  std::string kind;
  int good = -1;           // -1: none in particular
  std::int64_t until = 0;  // its last turn
  friend bool operator==(const Running&, const Running&) = default;
};

struct OpenOrder {  // a being's order: where it came from
  int who = 0;
  Seq command;
  Lots lots;  // as placed
  Lots filled;
};

struct Counts {
  std::int64_t orders = 0, refused = 0, trades = 0, lots = 0, prompts = 0, answer_tokens = 0;
  friend bool operator==(const Counts&, const Counts&) = default;
};

struct World {
  World(const Setup& setup, Sink& sink);

  const Setup& setup;
  const Scenario& scenario;
  Sink& sink;
  Exchange exchange;
  Villagers villagers;
  std::vector<ProcessParams> process;  // by good, as are the next two
  std::vector<std::int64_t> latent;    // in thousandths of a tick
  std::vector<std::int64_t> anchor;    // what the latent value reverts to
  std::vector<Being> beings;
  Bank bank;
  FactBook facts;
  Firewall firewall;
  Magistrate magistrate;
  std::vector<Running> running;
  std::optional<Pipeline> desk;                   // the Treasury's pipeline
  Memory desk_memory;                             // its past votes: how far the seats agree
  std::map<std::string, std::string> cast;        // creature → mind; an operator may swap one
  std::map<std::string, std::string> desk_swaps;  // step of the desk → mind, by the operator
  std::map<std::int64_t, OpenOrder> orders;       // open orders of beings, by order number
  std::int64_t turn = 0;
  std::int64_t tips = 0;  // tips given so far
  Seq genesis;
  Seq last_turn;  // the last turn's entry, or the genesis
  Seq dawn;       // this turn's dawn event
  std::vector<std::vector<Seq>>
      touched;        // by good: events since its market fact was last published
  bool stop = false;  // the operator ended the run
  Counts counts;      // of this turn
  Counts total;
  std::vector<std::string> goods;  // names by index

  [[nodiscard]] int treasury() const { return static_cast<int>(scenario.creatures.size()); }
  [[nodiscard]] int patron() const { return treasury() + 1; }
  [[nodiscard]] int find(std::string_view name) const;  // index of a being, or -1
  // The being behind an account; -1 for villagers and sources.
  [[nodiscard]] int being_of(AccountId account) const;
  [[nodiscard]] std::string who(AccountId account) const;  // its name; "villager" for villagers
  [[nodiscard]] bool may_act(int being) const;
  [[nodiscard]] std::string mind_of(int being) const {
    return cast.at(beings[std::size_t(being)].name);
  }
  [[nodiscard]] bool is_running(std::string_view kind, int good = -1) const;
  [[nodiscard]] std::int64_t burn() const;  // firewood a turn, season and shocks included
  [[nodiscard]] const std::string& season() const;
  [[nodiscard]] Money worth(int being) const;  // cash and goods at the marks, less what is owed
  // Appends an event entry; its number.
  Seq event(std::string_view what, std::vector<Seq> from, Json body, std::string_view by = "world");
  // Appends a command entry.
  Seq command(std::string_view by, std::vector<Seq> from, Json body);

  // Canonical bytes of everything that can influence the future, and their SHA-256.
  [[nodiscard]] Bytes state() const;
  [[nodiscard]] Digest state_hash() const { return sha256(state()); }
  // What is broken; empty if all is well.
  [[nodiscard]] std::vector<std::string> invariants() const;

 private:
  std::vector<int> by_account_;
};

// ---- the parts of a turn, each in its own .cpp ----

// Commands from outside, kill switch first. patron.cpp
void take_inputs(World& world, Inbox& inbox);
// What the calendar has for this turn. patron.cpp
void take_calendar(World& world);
// Does one act of the Patron, the calendar or the operator; `from` caused it. patron.cpp
void perform(World& world, const std::string& by, const Json& act, std::vector<Seq> from);

// Production, season, latent values, drawn shocks; then the villagers' orders. dawn.cpp
void break_dawn(World& world);
void run_villagers(World& world);
// Publishes what has changed: the rules and the market for this round; a being's own affairs; a
// deal for its two sides. view.cpp
void publish_market(World& world, std::int64_t round);
void publish_self(World& world, int being, std::int64_t round);
void publish_persona(World& world, int being);
// While a deal is offered or active both sides see it; then it leaves their sight.
void publish_deal(World& world, const Deal& deal);
Json self_data(const World& world, int being, std::int64_t round);  // round 0: not in one
Json market_data(const World& world, int good);
Json rules_data(const World& world, std::int64_t round);
// Publishes news. view.cpp
void publish_news(World& world, const std::string& text, int good, std::string_view direction,
                  Seq cause);
// A view entry and its facts. view.cpp
View make_view(World& world, int being);

// What a list of market events did to the beings. act.cpp
struct Digested {
  std::vector<SeenTrade> trades;
  std::vector<SeenCancel> cancels;
  std::vector<Json> fills;  // of the actor's own order
  Lots filled;
  Money value, fee;         // of the actor
  std::vector<Seq> makers;  // commands behind the other orders that traded
};
Digested digest(World& world, const MarketEvents& events, Seq command, int actor);
// Tells those whom the events touched, and the magistrate, which entry holds them. act.cpp
void note(World& world, const Digested& digest, Seq event);
// Events that no order of a being caused, as one event entry; none if there are none. act.cpp
Seq record_market(World& world, const MarketEvents& events, Seq cause, std::string_view what);
// One order through controls and book, with its check and event entries; the last of them. act.cpp
Seq place_order(World& world, int who, const NewOrder& order, Seq command);
Seq replace_order(World& world, int who, const ReplaceOrder& order, Seq command);
Seq cancel_order(World& world, int who, OrderId order, Seq command);
// Says (to -1) or whispers: an event, and a fact to those who hear it. act.cpp
void speak(World& world, int from, int to, const std::string& text, Seq command);
// An act that the rules refused: an event that says why. act.cpp
Seq refuse(World& world, int who, std::string_view act, std::string_view reason, Seq command);

// One round of all creatures that have something to do. Gives how many acted. round.cpp
Result<int> play_round(World& world, Panel& panel, std::int64_t round, std::set<int>& finished);
// The Treasury's pipeline. desk.cpp
Status run_desk(World& world, Panel& panel);

// Meals, spoilage, burning, marks, interest, deals, surveillance, memory; the turn entry. dusk.cpp
void fall_dusk(World& world);

// The heart. turn.cpp
Status play_turn(World& world, Panel& panel, Inbox& inbox);

}  // namespace wood
