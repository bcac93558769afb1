// Which entries may cause which: the parent table (docs/formats/ledger.md). It catches a `from`
// that lost a parent or names one of a wrong kind without knowing what an order is; whether a
// parent is the true one, replay decides.
#pragma once

#include <string>
#include <vector>

#include "ledger/entry.h"

namespace wood {

struct ParentRule {
  EntryKind kind;
  std::vector<EntryKind> may;      // kinds a parent may have
  int at_least = 1, at_most = -1;  // parents in all; -1: any number
  // Among them exactly one of these kinds; empty: no such demand.
  std::vector<EntryKind> one_of;
  // Among them at least one of these kinds; empty: no such demand.
  std::vector<EntryKind> some_of;
};

const std::vector<ParentRule>& parent_rules();

// Judges a log entry by entry, also what no table of kinds can say: the genesis is entry 0 and only
// that, turns do not go back, a prompt is answered once, an answer read once, a turn followed once,
// nothing stands behind the seal. Errors say which entry and what is wrong.
class ParentJudge {
 public:
  // Errc::integrity. After an error the judge is of no more use.
  Status next(const Entry& entry);
  [[nodiscard]] bool sealed() const { return sealed_; }

 private:
  std::vector<EntryKind> kinds_;
  // Prompts that have a reply, answers that have a reading, turns that have a successor.
  std::vector<bool> spent_;
  bool sealed_ = false;
  std::int64_t turn_ = 0;
};

}  // namespace wood
