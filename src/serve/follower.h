// Ties the commands that were given here to what becomes of them on record: the input, the check
// that judges it, the event that does it; then, for as long as they last, the fills of an order
// that rests in the book and the course of a deal that was offered.
#pragma once

#include <map>
#include <vector>

#include "serve/story.h"

namespace wood::serve {

// What became of a command.
struct Receipt {
  std::int64_t id = 0;
  std::string name, by, state;  // state: done, queued, recorded, lost
  std::int64_t turn = 0;        // 0: not recorded
  Seq entry;
  std::string outcome;
  Json command;  // as it was given
};

class Follower {
 public:
  // The next inputs of the record are of the commands with these ids.
  void expect(const std::vector<std::int64_t>& ids);
  // The next entry, which the story has taken: the receipts that it changed, as indexes.
  // receipts[i].id is i + 1.
  std::vector<std::size_t> take(const Entry& entry, const Story& story, const LedgerReader& reader,
                                std::vector<Receipt>& receipts);

 private:
  struct Resting {
    std::size_t receipt = 0;
    std::int64_t order = 0, price = 0, lots = 0, filled = 0;
    std::string who;
    int good = 0;
    bool buys = false;
  };
  std::vector<std::size_t> done(const Entry& entry, const Story& story, std::size_t index,
                                Receipt& receipt);
  std::vector<std::size_t> later(const Entry& entry, const Story& story, const LedgerReader& reader,
                                 std::vector<Receipt>& receipts);

  std::vector<std::int64_t> expected_;
  std::map<std::int64_t, std::size_t> causes_;  // input, command or check of this turn → receipt
  std::map<std::int64_t, std::size_t> deals_;   // number of a deal → receipt
  std::vector<Resting> resting_;                // oldest first
};

}  // namespace wood::serve
