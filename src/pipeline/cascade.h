// A cascade: the first mind of a list is asked, and the next one where that was not enough, which
// is when it gave no answer, or none that conforms, or one that a check refuses, or one less sure
// than its rung's bar. A rung is passed over whose `when` is false, whose seat is empty, whose mind
// is outside while the question is local, or that the rest of the budget does not reach.
//
// The last answer that conforms and passes the checks stands, also when who was asked after it gave
// none: a larger mind that is down takes nothing away. `how` says whether it was over its bar.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "pipeline/route.h"

namespace wood {

struct Cascade {  // between two asks
  std::unique_ptr<Frame> frame;
  Limits limits;
  std::size_t rung = 0;  // that is asked now
  std::string mind;
  std::int64_t bar = -1;  // of the rung; -1: none
  std::vector<Seq> from;  // what the next route follows from, beside the frame's causes
  std::int64_t asked = 0;
  std::int64_t cost_nano = 0;  // what the answers cost
  Json why = Json::array();    // of each rung left: the code
  // Who was left when there was nobody to go on to: those that could not be asked, and why.
  std::vector<Alternative> passed;

  struct Standing {
    Json value;
    Seq entry;
    std::string mind;
    std::size_t rung = 0;
    std::int64_t confidence_ppm = 0;
  };
  std::optional<Standing> standing;
};

// Appends the first question. Without one the step's outcome has been set.
Cascade begin_cascade(Stage& stage, const Step& step, std::vector<Consult>& consults);
// Goes on from its answer, and sets the step's outcome. Fails only with the sink.
Status climb(Stage& stage, const Step& step, Cascade cascade, Consulted& first);

}  // namespace wood
