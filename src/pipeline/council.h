// A vote of minds and rules. The ballots are sealed: those asked for go out with the other asks of
// the layer, those computed see what the asked ones saw, and counting begins when all are in.
#pragma once

#include <span>
#include <vector>

#include "pipeline/hearing.h"

namespace wood {

// Appends the questions to `consults`. A ballot whose question cannot be put is a failed ballot.
Hearing convene(Stage& stage, const Step& step, std::vector<Consult>& consults);

// Counts, escalates if the terms say so, and sets the step's outcome. `answers`: of the consults
// that convene() appended. Fails only with the sink.
Status tally(Stage& stage, const Step& step, const Hearing& hearing, std::span<Consulted> answers);

}  // namespace wood
