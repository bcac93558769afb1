// N versions: several answer the same question without seeing each other, and the output says
// whether they differ and by how much. It decides nothing; a rule, a check or a vote may.
//
// Of each compared member: the share of pairs of answers that differ in it, in parts per million,
// an absent member being a value of its own; two integers no further apart than the member's
// tolerance are alike. That is one minus the observed agreement of Fleiss (Psychological Bulletin
// 76, 1971), for one question. The alarm is raised where a member's share is over the step's bar,
// and where fewer than two answered: who cannot be compared has not been checked.
#pragma once

#include <span>

#include "pipeline/hearing.h"

namespace wood {

struct Compared {
  std::int64_t distinct = 0;    // different values, by equality
  std::int64_t differ_ppm = 0;  // of the pairs
  std::int64_t spread = -1;     // highest minus lowest; -1: not all are integers
};
// `values`: of the answers, null where a member is absent. Two at least.
Compared compare(const std::vector<Json>& values, std::int64_t tolerance);

Hearing begin_versions(Stage& stage, const Step& step, std::vector<Consult>& consults);
void end_versions(Stage& stage, const Step& step, const Hearing& hearing,
                  std::span<Consulted> answers);

}  // namespace wood
