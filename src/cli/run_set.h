// Several runs that a verb reads together, each under the name of its file.
#pragma once

#include <string>
#include <vector>

#include "cli/verb.h"
#include "eval/channels.h"
#include "eval/figures.h"

namespace wood::cli {

// The run files of a folder, sorted. Errc::not_found: none.
Result<std::vector<std::string>> runs_in(const std::string& folder);

// Each read whole; the console shows how far it is, if it is a terminal. The error names the file.
Result<std::vector<eval::Figures>> read_all_figures(const std::vector<std::string>& files,
                                                    const Console& console);
Result<std::vector<eval::Observed>> observe_all(const std::vector<std::string>& files,
                                                const Console& console);

}  // namespace wood::cli
