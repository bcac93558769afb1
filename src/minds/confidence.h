// How sure a model was of what it decided: for each closed field of its answer (enum, boolean) the
// probability of the value it gave, against what else the schema would have let it write there.
//
// From the logits at the tokens where the value was open: of the softmax over the allowed tokens,
// at temperature 1 whatever the sampling, the share of those that spell the value or a beginning of
// it; the product over the value's tokens. That is the value's probability where the values part at
// one token or a model spells each in one way, as trained ones do; else about that. It is given
// everything before the field: a reason that comes first leaves little doubt about the decision.
//
// Left out: values inside values; a token that begins before its value; fields that the schema left
// no choice.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace wood {

// The members whose values a schema lists or whose type is boolean: of the object, or of any option
// of its oneOf.
std::set<std::string> closed_fields(const Json& schema);

// A member of an object as it stands in a text: `text.substr(begin, end - begin)` is its value.
struct MemberAt {
  std::string key;
  std::size_t begin = 0, end = 0;
  bool open = false;  // the text ends inside the value, or right before it
};
// Of compact JSON, whole or cut anywhere.
std::vector<MemberAt> members_at(std::string_view text);

class Confidence {
 public:
  struct Choice {
    std::string bytes;  // of an allowed token
    double weight = 0;  // in proportion to its probability
  };
  // A token was chosen here, `at` bytes into the answer, among these.
  void chose(std::size_t at, std::vector<Choice> choices) {
    branches_.push_back({at, std::move(choices)});
  }
  // By field, in parts per million, rounded down.
  [[nodiscard]] std::map<std::string, std::int64_t> of(std::string_view answer,
                                                       const std::set<std::string>& fields) const;

 private:
  struct Branch {
    std::size_t at;
    std::vector<Choice> choices;
  };
  std::vector<Branch> branches_;
};

}  // namespace wood
