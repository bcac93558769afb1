// A comparison for people: a table on a terminal, CSV for a spreadsheet, a page to look at.
#pragma once

#include <string>

#include "cli/table.h"
#include "eval/compare.h"

namespace wood::cli {

std::string text(const eval::Comparison& comparison, const Terminal& terminal);
// One line a run and metric: metric,unit,source,cast,seed,value.
std::string csv(const eval::Comparison& comparison);
// One HTML file that needs nothing else: no script, no request. All text from outside is escaped.
std::string page(const eval::Comparison& comparison, const std::string& version);

// What a reader must know before the figures, in sentences.
std::vector<std::string> cautions(const eval::Comparison& comparison);

}  // namespace wood::cli
