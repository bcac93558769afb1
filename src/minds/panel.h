// A panel of minds: many asks in one call, over many minds, answered in the order asked. Two
// implementations: the live panel (live.h) and the recorded one (drama/recorded.h), which looks
// answers up in a ledger by the number of their prompt entry; when the record has no answer left it
// hands the ask to the live panel behind it, if there is one (resumption), else that is a
// divergence.
#pragma once

#include <map>

#include "minds/mind.h"

namespace wood {

class Panel {
 public:
  virtual ~Panel() = default;
  // One reply an ask, in the order asked. An ask that names an unknown mind gets a Failure.
  virtual std::vector<Reply> ask(std::span<const Ask> asks) = 0;
  // The cards of all minds, by name: what the genesis says of them.
  [[nodiscard]] virtual std::map<std::string, Json> cards() const = 0;
  // Whether asks to this mind leave the process (mind.h); true where that is not known.
  [[nodiscard]] virtual bool remote(const std::string& /*mind*/) const { return true; }
};

}  // namespace wood
