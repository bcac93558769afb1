// What the story's rows leave to the ledger, read from it again: whole rows, as they are shown.
#pragma once

#include <string>
#include <vector>

#include "serve/story.h"

namespace wood::serve {

struct Turn {
  TurnRow row;
  std::string state;
  Json counts;
};

struct Thought {
  ThoughtRow row;
  std::string act, text;
};

struct Seat {
  std::string seat, by;
  Seq entry;
  Json said;
};
struct Ballot {
  std::string seat, by, vote, reason;
  std::int64_t confidence = -1;
  Seq entry;  // none: no ballot came
};
struct Decision {
  DecisionRow row;
  std::int64_t lots = 0, price = 0, filled = 0, n_eff_milli = 0;
  std::string outcome, text, action, good, why;
  std::vector<Seat> seats;
  std::vector<Ballot> ballots;
};

struct Verdict {
  Seq entry;
  std::int64_t turn = 0, heat = 0;
  std::string who, sentence, reason;
  std::vector<Seq> evidence;
};

// What a reading understood; null if it is none, or cannot be read.
Json understood(const Entry& entry, const LedgerReader& reader);

// Their failures are the ledger's.
Result<Turn> recall(const TurnRow& row, const LedgerReader& reader);
Result<Thought> recall(const ThoughtRow& row, const LedgerReader& reader);
Result<Decision> recall(const Story& story, const DecisionRow& row, const LedgerReader& reader);
Result<Verdict> recall(const VerdictRow& row, const LedgerReader& reader);

}  // namespace wood::serve
