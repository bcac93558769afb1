// The grammars of the schemas that a model was asked with last, and which of its tokens they allow
// where. A creature's schema names what it may do that day, so that a run has hundreds of them:
// what is kept is bounded by bytes, and who was used longest ago goes first.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "minds/grammar.h"

namespace wood {

// Of one schema: both grow with use and are shared by all asks with it.
struct Rules {
  Rules(Grammar g, std::set<std::string> fields)
      : grammar(std::move(g)), closed(std::move(fields)) {}
  Grammar grammar;
  std::set<std::string> closed;  // fields whose values are listed
  std::map<Grammar::State, std::vector<bool>> masks;

  [[nodiscard]] std::size_t bytes() const;  // about so many
};

class RulesCache {
 public:
  explicit RulesCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Errors are those of Grammar::compile. What is given stays whole while it is held, whether it is
  // kept here or not.
  Result<std::shared_ptr<Rules>> of(const Json& schema);
  [[nodiscard]] std::size_t size() const { return kept_.size(); }
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Kept {
    std::shared_ptr<Rules> rules;
    std::int64_t used = 0;  // as a count of calls
  };
  std::size_t bytes_max_;
  std::int64_t calls_ = 0;
  std::map<std::string, Kept> kept_;  // by the schema's text
};

}  // namespace wood
