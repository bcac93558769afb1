// The kinds of steps that ask nobody. Each sets the step's outcome.
#pragma once

#include "pipeline/stage.h"

namespace wood {

void perform_rule(Stage& stage, const Step& step);
void perform_transform(Stage& stage, const Step& step);
void perform_route(Stage& stage, const Step& step);
// Commits first: what it calls leaves the run. Fails only with the sink.
Status perform_effect(Stage& stage, const Step& step);

// Writes that `mind` is asked, why, and what each of `others` would have cost in billionths of the
// currency unit at so many tokens.
Seq write_route(Stage& stage, const Step& step, const std::string& mind, const std::string& code,
                const std::vector<std::string>& others, std::vector<Seq> from);

}  // namespace wood
