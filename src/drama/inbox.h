// Commands from outside the run: the operator's (kill switch, overrides, mind swaps) and the
// Patron's. They are drained at turn boundaries and recorded as inputs before they act. Two
// implementations: a queue that somebody fills (a server, a file of commands, nobody), and the
// record of an earlier run.
#pragma once

#include <string>
#include <vector>

#include "core/json.h"

namespace wood {

struct Input {
  std::string by;  // "operator" or "patron"
  Json body;       // {"act":"kill","who":"fenn"}, … (docs/formats/inputs.md)
};

class Inbox {
 public:
  virtual ~Inbox() = default;
  // Everything that has come for this turn, in the order it came.
  virtual std::vector<Input> take(std::int64_t turn) = 0;
};

// Commands known beforehand, by turn.
class ListedInbox : public Inbox {
 public:
  void add(std::int64_t turn, Input input) { inputs_.emplace_back(turn, std::move(input)); }
  std::vector<Input> take(std::int64_t turn) override {
    std::vector<Input> out;
    for (auto& [when, input] : inputs_)
      if (when == turn) out.push_back(input);
    return out;
  }

 private:
  std::vector<std::pair<std::int64_t, Input>> inputs_;
};

}  // namespace wood
