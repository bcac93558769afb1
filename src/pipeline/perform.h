// The kinds of steps that ask nobody. Each sets the step's outcome.
#pragma once

#include "pipeline/stage.h"

namespace wood {

void perform_rule(Stage& stage, const Step& step);
void perform_transform(Stage& stage, const Step& step);
// Judges the vote that it names, if its truth has come in.
void perform_outcome(Stage& stage, const Step& step);
// Commits first: what it calls leaves the run. Fails only with the sink.
Status perform_effect(Stage& stage, const Step& step);

}  // namespace wood
