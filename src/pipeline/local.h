// What of a pipeline holds what is marked local. Found out when the file is read, by the names that
// its expressions use: a question holds what its texts and choices refer to, a step's output what
// anything in the step refers to, and whoever uses that output holds it too. What a window
// remembers, and how a vote came out that is judged later, is of another run than the one that
// asks: it is held whatever this run's mark says. A step with `releases` says that what it gives
// may leave, and why: a sum, a grade, a yes or no.
//
// `scripted` is not sent to anybody, so it makes no question local. At run time stage.h holds a
// local question to this machine, consult.h and the minds outside refuse it.
#pragma once

#include "pipeline/pipeline.h"

namespace wood {

// Sets `mark` in steps, questions, routes and effects.
void trace_local(Pipeline& pipeline);

}  // namespace wood
