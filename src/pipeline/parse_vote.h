// The steps in which several are heard: a vote, its truth, versions of one answer.
#pragma once

#include "pipeline/step.h"
#include "pipeline/table.h"

namespace wood {

Result<VoteStep> parse_vote(Table& table);
Result<OutcomeStep> parse_outcome(Table& table);
Result<VersionsStep> parse_versions(Table& table);

}  // namespace wood
