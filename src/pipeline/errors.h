// Where the truth of a vote becomes known: which voters were wrong, and how far the errors of two
// go together. That is what makes a panel worth less than its number; agreement (vote.h) is what
// can be known without a truth.
//
// rho of a pair is the phi coefficient of "a was wrong" and "b was wrong" over the votes that both
// cast and that were judged: (n·both − a·b) / sqrt(a·(n − a)·b·(n − b)). A pair of which one has
// always or never been wrong has none. Of several pairs the mean counts, with its signs, and a mean
// below 0 as 0: taking each pair as at least 0 would find correlation in any small sample.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/json.h"

namespace wood {

class Errors {
 public:
  // One judged vote: by voter that cast, whether it was wrong.
  void add(const std::map<std::string, bool>& wrong);
  // In thousandths, 0 to 1000, over the pairs of these voters; nothing if some pair was judged
  // together fewer than `least` times, or no pair has a correlation.
  [[nodiscard]] std::optional<std::int64_t> rho_milli(const std::vector<std::string>& voters,
                                                      std::int64_t least) const;
  [[nodiscard]] std::int64_t judged() const { return judged_; }  // votes

  [[nodiscard]] Json json() const;
  static Result<Errors> from(const Json& json);

 private:
  struct Pair {
    std::int64_t votes = 0, first = 0, second = 0, both = 0;  // wrong: the first, the second, both
  };
  std::int64_t judged_ = 0;
  std::map<std::pair<std::string, std::string>, Pair> pairs_;  // first < second
};

// Votes that wait for their truth, by key.
class Docket {
 public:
  struct Vote {
    Seq entry;                                   // of the vote
    std::string outcome;                         // what was decided
    std::map<std::string, std::string> ballots;  // by voter that cast
  };

  // A key that waits already is replaced; beyond `keep` the oldest is forgotten.
  void put(const std::string& key, Vote vote, std::int64_t keep);
  std::optional<Vote> take(const std::string& key);
  [[nodiscard]] bool empty() const { return votes_.empty(); }

  [[nodiscard]] Json json() const;
  static Result<Docket> from(const Json& json);

 private:
  std::map<std::string, Vote> votes_;
  std::map<Seq, std::string> order_;  // by entry: the oldest first
};

}  // namespace wood
