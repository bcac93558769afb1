// What a mind's card says, as the genesis of a run has it (written by card_of, registry.h).
#pragma once

#include "minds/mind.h"

namespace wood {

// How it is to be asked; what the card does not say is as in an empty Sampling.
Sampling card_sampling(const Json& card);

// How an answer is drawn, as far as a question has a wish of its own; -1: as the mind's card says.
struct Draw {
  std::int64_t temperature_milli = -1;
  std::int64_t top_k = -1;
  std::int64_t top_p_milli = -1;
  std::int64_t tokens_max = -1;
  [[nodiscard]] Sampling over(const Sampling& card) const;  // its seed is drawn for each ask
};

}  // namespace wood
