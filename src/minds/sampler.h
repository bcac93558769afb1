// Chooses a token by its logit. The same choice on every machine: integers decide, the exponential
// is ours, and chance is counter-based.
#pragma once

#include <span>
#include <vector>

#include "minds/mind.h"

namespace wood {

struct Draw {
  std::int64_t index = 0;    // of the token in its answer
  std::int64_t attempt = 0;  // how many choices for this place were turned down before
};

// The token with the greatest logit (of equal ones the lowest id) if the temperature is 0; else one
// drawn from softmax(logits / temperature) over the top_k and then top_p of those allowed.
// -1 if none is allowed. NaN is the least logit.
std::int32_t choose(std::span<const float> logits, const std::vector<bool>& allowed,
                    const Sampling& sampling, Draw draw);

// e^x for x <= 0 to within 2 units in the last place, by + and × alone.
double exponential(double x);

}  // namespace wood
