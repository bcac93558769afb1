// The asks of a run as examples to train a model from: what was asked, and what was answered.
#pragma once

#include <functional>

#include "ledger/ledger.h"

namespace wood::cli {

// One ask:
//   {"answer","by","conforms","entry","messages":[{"content","role"}],"mind","schema","task",
//    "turn"}
// `answer` is the text as the mind wrote it, members in its order; `conforms`, that it was
// understood without a repair; `schema` the SHA-256 of the canonical schema; `entry` the answer's.
using VisitAsk = std::function<Status(const Json&)>;
// Every ask that was answered, in the order of the answers; without `all`, only those that conform.
Status each_ask(const LedgerReader& ledger, bool all, const VisitAsk& visit);

// Every ask of a drama's run, played again, with what the rules (scripted.h) would have answered to
// the same view:
//   {"answer","by","given","messages","mind","schema","task","turn"}
// `answer` is the teacher's, `given` what the mind wrote, "" if it did not answer. Fails where the
// run does not come out as recorded.
Status each_lesson(const LedgerReader& ledger, const VisitAsk& visit);

}  // namespace wood::cli
