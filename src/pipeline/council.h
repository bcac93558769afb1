// A vote of minds and rules. The ballots are sealed: those asked for go out with the other asks of
// the layer, those computed see what the asked ones saw, and counting begins when all are in.
#pragma once

#include <span>
#include <vector>

#include "pipeline/stage.h"

namespace wood {

// A vote between its asks and its count.
struct Council {
  std::vector<int> asked;       // by ballot: which of the step's consults, -1 for none
  std::vector<Ballot> ballots;  // of those not asked; the rest are filled by the count
};

// Appends the questions to `consults`. A ballot whose question cannot be put is a failed ballot.
Council convene(Stage& stage, const Step& step, std::vector<Consult>& consults);

// Counts, escalates if the terms say so, and sets the step's outcome. `answers`: of the consults
// that convene() appended. Fails only with the sink.
Status tally(Stage& stage, const Step& step, Council council, std::span<Consulted> answers);

}  // namespace wood
