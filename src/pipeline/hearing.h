// Several heard on one matter, none of whom sees what another says: minds are asked together with
// the others of the layer, what is computed sees what they saw.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/stage.h"

namespace wood {

struct Hearing {
  std::vector<int> asked;          // by box: which of the step's consults, -1 for none
  std::vector<std::string> minds;  // by box: who is asked; "": computed
  std::vector<Seq> entries;        // by box: the step entry, where a question cannot be put
};

// Appends the questions to `consults`. `state` is what a step entry about one of them says:
// "ballot".
Hearing hear(Stage& stage, const Step& step, const std::vector<BallotBox>& boxes, const char* state,
             std::vector<Consult>& consults);

// What one of them gave; no value if it gave none.
struct Heard {
  std::optional<Json> value;
  Seq entry;
  std::int64_t measured_ppm = -1;  // of the member `measured`
};
// All of them, in the order of the boxes; computes what is computed. `answers`: of the consults
// that hear() appended.
std::vector<Heard> gather(Stage& stage, const Step& step, const std::vector<BallotBox>& boxes,
                          const char* state, const Hearing& hearing, std::span<Consulted> answers,
                          const std::string& measured = "");

}  // namespace wood
